/** Pointer, wheel and keys. */
import { itemAt } from "./items.js";

/** The pointer tells, drags, chooses and selects; the wheel zooms. */
function pointer({ view, elements, select, tell, drawn }, { show, zoom }) {
  const { canvas, details } = elements;
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
    if (drag === undefined) {
      const item = itemAt(drawn(), x, y);
      canvas.style.cursor = item === undefined ? "grab" : "pointer";
      if (item !== pointed) details.textContent = item === undefined ? "" : tell(item);
      pointed = item;
      return;
    }
    drag.moved ||= Math.abs(x - drag.x) > 3;
    if (!drag.moved || drag.choose) return;
    const { left, right } = drawn().place;
    const by = ((drag.x - x) / (right - left)) * (drag.to - drag.from);
    show(drag.from + by, drag.to + by);
  });
  canvas.addEventListener("pointerup", (event) => {
    const [x, y] = place(event);
    const { time } = drawn().place;
    if (drag?.choose && drag.moved) show(...[time(drag.x), time(x)].sort((a, b) => a - b));
    else if (drag !== undefined && !drag.moved) select(itemAt(drawn(), x, y));
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
      zoom(Math.exp(Math.sign(event.deltaY) * 0.25), drawn().place.time(place(event)[0]));
    },
    { passive: false },
  );
}

/** All that the canvas answers to. */
export function listen(diagram, actions) {
  const { select, elements } = diagram;
  pointer({ ...diagram, drawn: () => diagram.drawn }, actions);
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
  elements.canvas.addEventListener("keydown", (event) => {
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (action === undefined) return;
    event.preventDefault();
    // A notebook's own shortcuts must not run too.
    event.stopPropagation();
    action();
  });
}

/** The strip moves the window to where it is pressed or dragged. */
export function stripListen(whole, packed, view, show) {
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
