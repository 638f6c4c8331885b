/** A small judge of XML for tests: says what is not well-formed, or `undefined`. */

const NAME = "[A-Za-z_:][\\w:.-]*";
const ATTRIBUTE = `\\s+${NAME}\\s*=\\s*(?:"[^"<]*"|'[^'<]*')`;
const EACH = new RegExp(`\\s+(${NAME})\\s*=\\s*(?:"[^"<]*"|'[^'<]*')`, "g");
const TAG = new RegExp(`^<(/?)(${NAME})((?:${ATTRIBUTE})*)\\s*(/?)>`);

/** What is wrong with a document of elements, attributes and text; `undefined` when nothing is. */
export function illFormed(document: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML forbids
  const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.exec(document);
  if (forbidden !== null) return `forbidden character at ${forbidden.index}`;
  if (/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)/.test(document))
    return "a bare & or an unknown entity";
  const open: string[] = [];
  let rest = document.trim();
  let roots = 0;
  while (rest !== "") {
    if (!rest.startsWith("<")) {
      const end = rest.indexOf("<");
      if (open.length === 0 || end < 0) return `text outside the root: ${rest.slice(0, 20)}`;
      rest = rest.slice(end);
      continue;
    }
    const tag = TAG.exec(rest);
    if (tag === null) return `not a tag: ${rest.slice(0, 40)}`;
    const [whole, closing, name, attributes, empty] = tag;
    const names = [...attributes.matchAll(EACH)].map((match) => match[1]);
    if (new Set(names).size !== names.length) return `attribute twice in <${name}>`;
    if (closing === "/") {
      if (open.pop() !== name) return `</${name}> does not close what is open`;
    } else {
      if (open.length === 0) roots += 1;
      if (empty === "") open.push(name);
    }
    rest = rest.slice(whole.length);
  }
  if (open.length > 0) return `<${open[open.length - 1]}> is not closed`;
  return roots === 1 ? undefined : `${roots} roots`;
}
