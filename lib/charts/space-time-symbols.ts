/** SVG of the parts of a space-time diagram that stand in the picture and in its legend. */
import type { Taken } from "./space-time-layout.ts";
import { CUT, type Shape, type SpanStyle } from "./space-time-style.ts";
import { element, hatch, num } from "./svg-marks.ts";

/** A shape at a place, turned by an angle in degrees. */
export function shapeAt(shape: Shape, x: number, y: number, angle = 0): string {
  const turn = angle === 0 ? "" : ` rotate(${num(angle)})`;
  const transform = `translate(${num(x)} ${num(y)})${turn}`;
  const { outline, fill, stroke, inner, innerColor, innerWidth = 1.4 } = shape;
  return (
    element("path", { d: outline, transform, fill, stroke, "stroke-width": 1.3 }) +
    (inner === undefined
      ? ""
      : element("path", {
          d: inner,
          transform,
          fill: "none",
          stroke: innerColor,
          "stroke-width": innerWidth,
          "stroke-linecap": "round",
        }))
  );
}

/** A band over a process; never narrower than it can be seen. */
export function band(
  place: { readonly left: number; readonly right: number; readonly y: number },
  style: Pick<SpanStyle, "fill" | "stroke" | "hatch" | "half">,
): string {
  const { fill, stroke, half } = style;
  const width = Math.max(1.5, place.right - place.left);
  const box = { x: place.left, y: place.y - half, width, height: 2 * half };
  const strokes = style.hatch === undefined ? "" : hatch(box, style.hatch);
  return (
    element("rect", { ...box, fill, stroke, "stroke-width": width < 3 ? 0.5 : 1 }) +
    (strokes === "" ? "" : element("path", { d: strokes, stroke, "stroke-width": 1 }))
  );
}

/** The ground of a cut over one process; hatched on the smaller side. */
export function cutGround({ left, right, top, bottom }: Taken, hatched: boolean): string {
  const box = { x: left, y: top, width: right - left, height: bottom - top };
  const strokes = hatched ? hatch(box, 8) : "";
  return (
    element("rect", { ...box, fill: CUT.fill }) +
    (strokes === "" ? "" : element("path", { d: strokes, stroke: CUT.hatch, "stroke-width": 1 }))
  );
}
