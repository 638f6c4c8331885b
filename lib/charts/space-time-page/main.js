/** Starts a diagram: unpacks its data, builds the page around the canvas, and answers pointer and keys. */
import { firstWhere, unpack } from "./columns.js";
import { buttons, filters, make, STYLE, sharp, strip } from "./controls.js";
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
  const terms = [...new Set(spans.filter((span) => span.kind === "leads").map((span) => span.label))];
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
    spans: sorted.map((span) => ({ span, term: terms.indexOf(span.label) })),
    nameWidth: Math.min(170, widest),
    gap: GAPS.find(([most]) => packed.processes.length <= most)[1],
    sizes: { low: size(Math.min), high: size(Math.max) },
  };
}

/** Sends, marks and span starts in order of time: what one steps through. */
function eventTimes(model) {
  const times = [
    ...model.columns.sent,
    ...model.marks.map((mark) => mark.time),
    ...model.spans.map(({ span }) => span.from),
  ];
  return Float64Array.from(times).sort();
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

function live(figure, packed) {
  const model = modelOf(packed);
  const view = { from: packed.from, to: packed.to, hidden: new Set(), only: "all" };
  const least = 20 * packed.quantum;
  const canvas = make("canvas", {
    class: "st-plot",
    tabindex: "0",
    role: "application",
    "aria-roledescription": "space-time diagram",
    "aria-label": `${packed.title}. ${packed.subtitle}. ${KEYS}`,
  });
  const details = make("p", { class: "st-details", "aria-live": "polite" });
  const told = make("p", { class: "st-keys" });
  const box = make("div", { class: "st-box" });
  const whole = make("div", { class: "st-strip" }, box);
  let drawn;
  let selected;
  let times;
  let width = 0;

  function draw() {
    const place = placeOf(model, view, width);
    const context = sharp(canvas, width, place.bottom + 46);
    drawn = paint(context, model, view, width);
    if (selected !== undefined) {
      const item = drawn.items.find((each) => same(each, selected));
      if (item !== undefined) outline(context, item);
    }
    const part = (time) => (100 * (time - packed.from)) / (packed.to - packed.from);
    box.style.left = `${part(view.from)}%`;
    box.style.width = `${part(view.to) - part(view.from)}%`;
    const together =
      drawn.slot > 0
        ? `each line stands for all messages of one kind on one link sent within ${duration(drawn.slot)}; zoom in to tell them apart. `
        : "";
    told.textContent = `${drawn.count} messages in ${duration(view.to - view.from)}: ${together}${KEYS}`;
    figure.setAttribute("data-view", `${view.from} ${view.to}`);
  }

  let waiting = false;
  function redraw() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw();
    });
  }

  function show(from, to) {
    const span = Math.min(packed.to - packed.from, Math.max(least, to - from));
    const middle = (from + to) / 2;
    view.from = Math.min(packed.to - span, Math.max(packed.from, middle - span / 2));
    view.to = view.from + span;
    redraw();
  }
  const zoom = (factor, around = (view.from + view.to) / 2) =>
    show(around - (around - view.from) * factor, around + (view.to - around) * factor);
  const move = (part) => {
    const by = part * (view.to - view.from);
    show(view.from + by, view.to + by);
  };

  function select(item) {
    selected = item;
    details.textContent = item === undefined ? "" : tell(item);
    redraw();
  }
  function tell({ what, thing }) {
    const length = view.to - view.from;
    if (what === "arrow") return ofArrow(thing, packed, model.columns, length);
    return what === "span" ? ofSpan(thing, packed, length) : ofMark(thing, packed, length);
  }

  /** Goes to the next or the last event in time and tells of it. */
  function step(direction) {
    times ??= eventTimes(model);
    const now = selected === undefined ? (direction > 0 ? view.from - least : view.to) : began(selected);
    // Past all that begin at the same moment, unless another of them is still to be told.
    const twins = selected === undefined ? [] : drawn.items.filter((item) => began(item) === now);
    const twin = twins[twins.findIndex((item) => same(item, selected)) + direction];
    if (twins.length > 1 && twin !== undefined) return select(twin);
    const at =
      direction > 0
        ? firstWhere(times.length, (i) => times[i] > now)
        : firstWhere(times.length, (i) => times[i] >= now) - 1;
    if (at < 0 || at >= times.length) return;
    const time = times[at];
    if (time < view.from || time > view.to) {
      const half = (view.to - view.from) / 2;
      show(time - half, time + half);
    }
    draw();
    const found = drawn.items.filter((item) => began(item) === time);
    if (found.length > 0) return select(direction > 0 ? found[0] : found[found.length - 1]);
    // Drawn together with others or hidden: take what begins nearest.
    const near = drawn.items.filter((item) => direction * (began(item) - now) > 0);
    near.sort((a, b) => direction * (began(a) - began(b)));
    if (near.length > 0) select(near[0]);
  }

  const actions = {
    earlier: () => move(-0.25),
    later: () => move(0.25),
    closer: () => zoom(0.5),
    wider: () => zoom(2),
    whole: () => show(packed.from, packed.to),
    before: () => step(-1),
    next: () => step(1),
  };
  listen({ canvas, view, actions, show, zoom, select, drawnNow: () => drawn, tell, details });
  stripListen(whole, packed, view, show);

  const parts = [
    make("style", {}, STYLE),
    make("h3", {}, packed.title),
    packed.subtitle === "" ? "" : make("p", {}, packed.subtitle),
    packed.warning === "" ? "" : make("p", { class: "st-warning", role: "alert" }, packed.warning),
    filters(model, view, redraw),
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
    if (now === width) return;
    width = now;
    whole.querySelector("canvas")?.remove();
    whole.prepend(strip(model, width - 2));
    draw();
  };
  fit();
  if (globalThis.ResizeObserver) new ResizeObserver(fit).observe(root);
}

/** When a thing began, in seconds. */
function began({ what, thing }) {
  return what === "arrow" ? thing.sent : what === "mark" ? thing.time : thing.from;
}

function same(a, b) {
  return a.what === b.what && (a.what === "arrow" ? a.thing.first === b.thing.first : a.thing === b.thing);
}

/** The thing at a place: marks before messages before bands, the nearest first. */
function itemAt(drawn, x, y) {
  const inside = (item) => x >= item.left && x <= item.right && Math.abs(y - item.y) <= item.half;
  const mark = drawn.items.find((item) => item.what === "mark" && inside(item));
  if (mark !== undefined) return mark;
  let best;
  let least = 7;
  for (const item of drawn.items) {
    if (item.what !== "arrow") continue;
    for (let i = 1; i < item.path.length; i++) {
      const far = distance(item.path[i - 1], item.path[i], x, y);
      if (far < least) [best, least] = [item, far];
    }
  }
  if (best !== undefined) return best;
  return drawn.items.filter((item) => item.what === "span" && inside(item)).pop();
}

function distance([x0, y0], [x1, y1], x, y) {
  const length = (x1 - x0) ** 2 + (y1 - y0) ** 2;
  const part =
    length === 0 ? 0 : Math.min(1, Math.max(0, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length));
  return Math.hypot(x - x0 - part * (x1 - x0), y - y0 - part * (y1 - y0));
}

function listen({ canvas, view, actions, show, zoom, select, drawnNow, tell, details }) {
  let drag;
  let pointed;
  const place = (event) => {
    const { left, top } = canvas.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  canvas.addEventListener("pointerdown", (event) => {
    const [x] = place(event);
    drag = { x, from: view.from, to: view.to, choose: event.shiftKey, moved: false };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = place(event);
    const { left, right } = drawnNow().place;
    if (drag === undefined) {
      const item = itemAt(drawnNow(), x, y);
      canvas.style.cursor = item === undefined ? "grab" : "pointer";
      if (item !== pointed) details.textContent = item === undefined ? "" : tell(item);
      pointed = item;
      return;
    }
    drag.moved ||= Math.abs(x - drag.x) > 3;
    if (!drag.moved || drag.choose) return;
    const by = ((drag.x - x) / (right - left)) * (drag.to - drag.from);
    show(drag.from + by, drag.to + by);
  });
  canvas.addEventListener("pointerup", (event) => {
    const [x, y] = place(event);
    const { time } = drawnNow().place;
    if (drag?.choose && drag.moved) show(...[time(drag.x), time(x)].sort((a, b) => a - b));
    else if (drag !== undefined && !drag.moved) select(itemAt(drawnNow(), x, y));
    drag = undefined;
  });
  canvas.addEventListener("pointercancel", () => {
    drag = undefined;
  });
  // Without Ctrl a wheel over the canvas scrolls the page it stands in, as everywhere.
  canvas.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoom(Math.exp(Math.sign(event.deltaY) * 0.25), drawnNow().place.time(place(event)[0]));
    },
    { passive: false },
  );
  const keys = {
    ArrowLeft: actions.earlier,
    ArrowRight: actions.later,
    "+": actions.closer,
    "=": actions.closer,
    "-": actions.wider,
    0: actions.whole,
    Home: actions.whole,
    ",": actions.before,
    ".": actions.next,
    Escape: () => select(undefined),
  };
  canvas.addEventListener("keydown", (event) => {
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (action === undefined) return;
    event.preventDefault();
    // A notebook's own shortcuts must not run too.
    event.stopPropagation();
    action();
  });
}

/** The strip moves the window to where it is pressed or dragged. */
function stripListen(whole, packed, view, show) {
  const go = (event) => {
    if (event.buttons === 0) return;
    const { left, width } = whole.getBoundingClientRect();
    const time = packed.from + ((event.clientX - left) / width) * (packed.to - packed.from);
    const half = (view.to - view.from) / 2;
    show(time - half, time + half);
  };
  whole.addEventListener("pointerdown", go);
  whole.addEventListener("pointermove", go);
}
