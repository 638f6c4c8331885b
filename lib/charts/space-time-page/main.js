/** Starts a diagram: unpacks its data, builds the page around the canvas, and moves the window. */
import { unpack } from "./columns.js";
import { buttons, filters, make, STYLE, sharp, strip } from "./controls.js";
import { listen, stripListen } from "./input.js";
import { began, eventTimes, itemFrom, nextTime, same, twinOf } from "./items.js";
import { outline, paint, placeOf } from "./paint.js";
import { duration, ofArrow, ofMark, ofSpan } from "./words.js";

const KEYS =
  "Drag or ← → to move, + − or Ctrl and wheel to zoom, Shift and drag to choose a window, 0 for all, comma and full stop from event to event, Esc to let go.";
const GAPS = [
  [6, 74],
  [10, 58],
  [20, 42],
  [40, 28],
  [Number.POSITIVE_INFINITY, 20],
];

function modelOf(packed) {
  const { columns, spans, marks } = unpack(packed);
  const order = Object.keys(packed.look.spans);
  const sorted = spans.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || a.from - b.from);
  const measure = document.createElement("canvas").getContext("2d");
  measure.font = "12px Helvetica, Arial, Liberation Sans, sans-serif";
  const widest = Math.max(...packed.processes.map((name) => measure.measureText(name).width));
  const size = (of) =>
    columns.bytes.reduce((a, b) => of(a, Math.max(1, b)), Math.max(1, columns.bytes[0] ?? 1));
  return {
    packed,
    columns,
    marks,
    spans: sorted.map((span) => ({ span, term: packed.leaders.indexOf(span.label) })),
    nameWidth: Math.min(170, widest),
    gap: GAPS.find(([most]) => packed.processes.length <= most)[1],
    sizes: { low: size(Math.min), high: size(Math.max) },
  };
}

/** Starts all diagrams of an id that are not alive yet. */
export function start(id, packed) {
  for (const figure of document.querySelectorAll(`[data-space-time="${id}"]:not([data-live])`)) {
    figure.setAttribute("data-live", "");
    figure.querySelector("[data-still]")?.remove();
    live(figure, packed);
    // When the first picture stood, since the page began to load.
    figure.setAttribute("data-drawn", performance.now().toFixed(0));
  }
}

/** The page's elements around one canvas. */
function elementsOf(packed) {
  const canvas = make("canvas", {
    class: "st-plot",
    tabindex: "0",
    role: "application",
    "aria-roledescription": "space-time diagram",
    "aria-label": `${packed.title}. ${packed.subtitle}. ${KEYS}`,
  });
  const box = make("div", { class: "st-box" });
  return {
    canvas,
    box,
    whole: make("div", { class: "st-strip" }, box),
    details: make("p", { class: "st-details", "aria-live": "polite" }),
    told: make("p", { class: "st-keys" }),
  };
}

/** What is in view and what is selected; draws it, and says so in words. */
function diagramOf(figure, model) {
  const { packed } = model;
  const view = { from: packed.from, to: packed.to, hidden: new Set(), only: "all" };
  const elements = elementsOf(packed);
  const diagram = { view, elements, drawn: undefined, selected: undefined, width: 0 };

  diagram.draw = () => {
    const { canvas, box, told } = elements;
    const context = sharp(canvas, diagram.width, placeOf(model, view, diagram.width).bottom + 46);
    const drawn = paint(context, model, view, diagram.width);
    diagram.drawn = drawn;
    const item = diagram.selected && drawn.items.find((each) => same(each, diagram.selected));
    if (item !== undefined) outline(context, item);
    const part = (time) => (100 * (time - packed.from)) / (packed.to - packed.from);
    box.style.left = `${part(view.from)}%`;
    box.style.width = `${part(view.to) - part(view.from)}%`;
    const together =
      drawn.slot > 0
        ? `each line stands for all messages of one kind on one link sent within ${duration(drawn.slot)}; zoom in to tell them apart. `
        : "";
    told.textContent = `${drawn.count} messages in ${duration(view.to - view.from)}: ${together}${KEYS}`;
    figure.setAttribute("data-view", `${view.from} ${view.to}`);
  };

  let waiting = false;
  diagram.redraw = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      diagram.draw();
    });
  };

  diagram.tell = ({ what, thing }) => {
    const length = view.to - view.from;
    if (what === "arrow") return ofArrow(thing, packed, model.columns, length);
    return what === "span" ? ofSpan(thing, packed, length) : ofMark(thing, packed, length);
  };
  diagram.select = (item) => {
    diagram.selected = item;
    elements.details.textContent = item === undefined ? "" : diagram.tell(item);
    diagram.redraw();
  };
  return diagram;
}

/** How one moves: each keeps the window inside the trace's. */
function actionsOf(diagram, model) {
  const { packed } = model;
  const { view } = diagram;
  const least = 20 * packed.quantum;
  let times;

  function show(from, to) {
    const span = Math.min(packed.to - packed.from, Math.max(least, to - from));
    const middle = (from + to) / 2;
    view.from = Math.min(packed.to - span, Math.max(packed.from, middle - span / 2));
    view.to = view.from + span;
    diagram.redraw();
  }
  const zoom = (factor, around = (view.from + view.to) / 2) =>
    show(around - (around - view.from) * factor, around + (view.to - around) * factor);
  const move = (part) =>
    show(view.from + part * (view.to - view.from), view.to + part * (view.to - view.from));

  function step(direction) {
    times ??= eventTimes(model);
    const { selected } = diagram;
    const twin = selected && twinOf(diagram.drawn.items, selected, direction);
    if (twin !== undefined) return diagram.select(twin);
    const start = direction > 0 ? view.from - least : view.to;
    const now = selected === undefined ? start : began(selected);
    const time = nextTime(times, now, direction);
    if (time === undefined) return;
    if (time < view.from || time > view.to) {
      const half = (view.to - view.from) / 2;
      show(time - half, time + half);
    }
    diagram.draw();
    const item = itemFrom(diagram.drawn.items, time, now, direction);
    if (item !== undefined) diagram.select(item);
  }

  return {
    show,
    zoom,
    earlier: () => move(-0.25),
    later: () => move(0.25),
    closer: () => zoom(0.5),
    wider: () => zoom(2),
    whole: () => show(packed.from, packed.to),
    before: () => step(-1),
    next: () => step(1),
  };
}

function live(figure, packed) {
  const model = modelOf(packed);
  const diagram = diagramOf(figure, model);
  const { canvas, whole, details, told } = diagram.elements;
  const actions = actionsOf(diagram, model);
  listen(diagram, actions);
  stripListen(whole, packed, diagram.view, actions.show);
  const parts = [
    make("style", {}, STYLE),
    make("h3", {}, packed.title),
    packed.subtitle === "" ? "" : make("p", {}, packed.subtitle),
    packed.warning === "" ? "" : make("p", { class: "st-warning", role: "alert" }, packed.warning),
    filters(model, diagram.view, diagram.redraw),
    buttons(actions),
    canvas,
    whole,
    details,
    told,
    packed.note === "" ? "" : make("p", { class: "st-keys" }, packed.note),
  ];
  const root = make("div", { class: "st-live" }, ...parts.filter((part) => part !== ""));
  figure.prepend(root);
  const fit = () => {
    const now = Math.max(320, root.clientWidth || 960);
    if (now === diagram.width) return;
    diagram.width = now;
    whole.querySelector("canvas")?.remove();
    whole.prepend(strip(model, now - 2));
    diagram.draw();
  };
  fit();
  if (globalThis.ResizeObserver) new ResizeObserver(fit).observe(root);
}
