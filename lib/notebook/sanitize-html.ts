/**
 * HTML of a notebook made safe for a report: what shows a table or a text stays, what runs or loads something goes.
 *
 * An allow-list, so that what is not thought of here is dropped. The result is balanced: an unclosed or superfluous
 * tag of one output cannot break the page around it.
 */

const ELEMENTS = new Set(
  (
    "a abbr b blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption figure " +
    "h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td " +
    "tfoot th thead time tr tt u ul var wbr"
  ).split(" "),
);
const VOID = new Set(["br", "col", "hr", "img", "wbr"]);
/** Elements whose content goes with them: it is program, style or another document, not text. */
const DROPPED =
  "script|style|iframe|object|embed|template|noscript|noembed|noframes|svg|math|textarea|select|title|xmp";
const ATTRIBUTES = new Set(
  "abbr align alt class colspan datetime dir height href id lang open rowspan scope span src start style title valign width".split(
    " ",
  ),
);

const TOKEN = new RegExp(
  [
    "<!--[\\s\\S]*?(?:-->|$)", // comments
    `<(${DROPPED})\\b[\\s\\S]*?(?:</\\1\\s*>|$)`, // an element with its content, also one that never ends
    "<[!?][^>]*>", // doctype, processing instruction
    "<(/?)([a-zA-Z][a-zA-Z0-9:-]*)((?:[^\"'<>]|\"[^\"]*\"|'[^']*')*)>", // a tag
  ].join("|"),
  "gi",
);
const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'=<>`]+))?/g;

/** Escapes a text for HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c] ?? c);
}

/**
 * Cleans HTML.
 */
export function sanitizeHtml(html: string): string {
  const open: string[] = [];
  let out = "";
  let at = 0;
  for (const match of html.matchAll(TOKEN)) {
    const begin = match.index ?? at;
    out += text(html.slice(at, begin));
    at = begin + match[0].length;
    const [, , closing, written, attributes = ""] = match;
    const name = written?.toLowerCase();
    if (name === undefined || !ELEMENTS.has(name)) continue;
    if (closing === "/") out += closeUpTo(name, open);
    else {
      out += `<${name}${cleanAttributes(name, attributes)}>`;
      if (!VOID.has(name)) open.push(name);
    }
  }
  out += text(html.slice(at));
  return (
    out +
    open
      .reverse()
      .map((name) => `</${name}>`)
      .join("")
  );
}

/** Closes an element and those left open in it; nothing when it was never opened. */
function closeUpTo(name: string, open: string[]): string {
  const from = open.lastIndexOf(name);
  if (from < 0) return "";
  return open
    .splice(from)
    .reverse()
    .map((inner) => `</${inner}>`)
    .join("");
}

/** Character references stay as they are; a `<` that began no tag becomes one. */
function text(raw: string): string {
  return raw.replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function cleanAttributes(element: string, raw: string): string {
  let out = "";
  for (const [, written = "", quoted = ""] of raw.matchAll(ATTRIBUTE)) {
    const name = written.toLowerCase();
    const value = /^["']/.test(quoted) ? quoted.slice(1, -1) : quoted;
    if (!ATTRIBUTES.has(name) || !allowed(element, name, value)) continue;
    out += ` ${name}="${value.replaceAll('"', "&quot;").replaceAll("<", "&lt;")}"`;
    if (name === "href" && !value.startsWith("#")) out += ' rel="noopener noreferrer"';
  }
  return out;
}

function allowed(element: string, name: string, value: string): boolean {
  switch (name) {
    case "href":
      return element === "a" && safeLink(value);
    case "src":
      // Nothing is loaded from elsewhere: the page must show the same with the network off.
      return element === "img" && /^data:image\/(?:png|jpeg|gif|webp|svg\+xml)[;,]/i.test(value);
    case "style":
      return !/url\s*\(|expression|@import|position\s*:|[\\&<]/i.test(value);
    case "id":
      return value.startsWith("section-");
    default:
      return true;
  }
}

/** Web, mail and local links; a scheme hidden in character references is no link. */
function safeLink(value: string): boolean {
  const scheme = value.split(/[/?#]/, 1)[0] ?? "";
  return /^(?:https?:|mailto:[^:&]*)$/i.test(scheme) || !/[:&]/.test(scheme);
}
