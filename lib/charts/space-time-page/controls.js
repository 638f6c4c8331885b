/** The page around the canvas: filters that are also the legend, buttons, the strip of the whole run, details. */
import { swatch } from "./brush.js";
import { isLost } from "./columns.js";

export function make(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

/** A canvas as sharp as the screen; drawing on it is in pixels of the page. */
export function sharp(canvas, width, height) {
  const scale = globalThis.devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  return context;
}

/** What can be hidden: kinds of message, of span and of mark that occur, and cuts. */
function hideable(model) {
  const { packed } = model;
  const styles = new Set(model.columns.style);
  const of = (things, group, names) =>
    [...new Set(things.map((thing) => thing.kind))].map((key) => ({ group, key, name: names[key].name }));
  const spans = model.spans.map(({ span }) => span);
  return [
    ...packed.kinds
      .map(({ name }, key) => ({ group: "kind", key, name }))
      .filter(({ key }) => styles.has(key)),
    ...of(spans, "span", packed.look.spans),
    ...(packed.cuts.length > 0 ? [{ group: "cut", key: "", name: "links cut" }] : []),
    ...of(model.marks, "mark", packed.look.marks),
  ];
}

/** Filters: each a button that stays pressed while its kind is shown. */
export function filters(model, view, changed) {
  const buttons = hideable(model).map((entry) => {
    const key = `${entry.group} ${entry.key}`.trim();
    const picture = make("canvas", { "aria-hidden": "true" });
    swatch(sharp(picture, 28, 16), model.packed, entry);
    const toggle = () => {
      if (!view.hidden.delete(key)) view.hidden.add(key);
      button.setAttribute("aria-pressed", String(!view.hidden.has(key)));
      changed();
    };
    const button = make(
      "button",
      { type: "button", "aria-pressed": "true", "data-filter": key, onclick: toggle },
      picture,
      entry.name,
    );
    return button;
  });
  const choose = make(
    "select",
    {
      "aria-label": "Which messages",
      onchange: () => {
        view.only = choose.value;
        changed();
      },
    },
    make("option", { value: "all" }, "all messages"),
    make("option", { value: "lost" }, "only those never handled"),
    make("option", { value: "quorum" }, "only those that completed a quorum"),
  );
  return make(
    "div",
    { class: "st-filters", role: "group", "aria-label": "Show or hide" },
    choose,
    ...buttons,
  );
}

/** Buttons for what keys and the pointer do too. */
export function buttons(actions) {
  const all = [
    ["◀", "Earlier", actions.earlier],
    ["▶", "Later", actions.later],
    ["+", "Zoom in", actions.closer],
    ["−", "Zoom out", actions.wider],
    ["whole window", "Show the whole window", actions.whole],
    ["‹ event", "Event before", actions.before],
    ["event ›", "Next event", actions.next],
  ];
  return make(
    "div",
    { class: "st-buttons", role: "toolbar", "aria-label": "Move in time" },
    ...all.map(([text, label, action]) =>
      make("button", { type: "button", "aria-label": label, title: label, onclick: action }, text),
    ),
  );
}

const STRIP = 34;

/** The strip: how many messages were sent when, where some were lost, who led; it never changes. */
export function strip(model, width) {
  const canvas = make("canvas", { "aria-hidden": "true" });
  const context = sharp(canvas, width, STRIP);
  const { packed, columns } = model;
  const x = (time) => ((time - packed.from) / (packed.to - packed.from)) * width;
  const counts = new Float64Array(Math.max(1, Math.ceil(width)));
  const lost = new Uint8Array(counts.length);
  for (let i = 0; i < columns.count; i++) {
    const at = Math.min(counts.length - 1, Math.max(0, Math.floor(x(columns.sent[i]))));
    counts[at] += 1;
    if (isLost(columns.flags[i])) lost[at] = 1;
  }
  for (const { span, term } of model.spans) {
    if (span.kind !== "leads") continue;
    context.fillStyle = packed.look.leaders[term % packed.look.leaders.length][0];
    context.fillRect(x(span.from), 0, x(span.to) - x(span.from), STRIP);
  }
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  counts.forEach((count, at) => {
    const height = count === 0 ? 0 : Math.max(1, ((STRIP - 10) * count) / most);
    context.fillStyle = "#555555";
    context.fillRect(at, STRIP - height, 1, height);
    context.fillStyle = "#b3001b";
    if (lost[at]) context.fillRect(at, 0, 1, 4);
  });
  return canvas;
}

/** The style of one diagram; by class, since several may stand on a page. */
export const STYLE = `
.st-live{background:#fff;color:#222;font:13px/1.4 Helvetica,Arial,Liberation Sans,sans-serif;padding:4px 0}
.st-live h3{font-size:17px;margin:0 0 2px}.st-live p{margin:0 0 6px;color:#595959}
.st-live .st-warning{background:#b3001b;color:#fff;font-weight:bold;text-align:center;padding:4px}
.st-live button,.st-live select{font:inherit;color:#222;background:#fff;border:1px solid #8a8a8a;border-radius:4px;padding:2px 8px;margin:0 6px 6px 0;cursor:pointer}
.st-live button[aria-pressed=false]{opacity:.45;text-decoration:line-through}
.st-live button canvas{vertical-align:-3px;margin-right:4px}
.st-live .st-plot:focus-visible,.st-live button:focus-visible,.st-live select:focus-visible{outline:2px solid #054fb9;outline-offset:1px}
.st-live .st-plot{display:block;touch-action:pan-y;cursor:grab}
.st-live .st-strip{position:relative;cursor:pointer;border:1px solid #d9d9d9;margin:2px 0 6px}
.st-live .st-strip canvas{display:block}
.st-live .st-box{position:absolute;top:-1px;bottom:-1px;border:2px solid #054fb9;background:#054fb922;box-sizing:border-box;min-width:4px}
.st-live .st-details{min-height:2.8em;color:#222;font-variant-numeric:tabular-nums}
.st-live .st-keys{font-size:11.5px}`;
