/** The strokes a diagram is made of: shapes, lines, bands, texts, on a canvas. */

export const INK = "#222222";
export const FONT = "Helvetica, Arial, Liberation Sans, sans-serif";

/** Path data of a shape as the canvas wants it, made once each. */
const paths = new Map();
function pathOf(data) {
  if (!paths.has(data)) paths.set(data, new Path2D(data));
  return paths.get(data);
}

export function shape(context, look, [x, y], angle = 0) {
  context.save();
  context.translate(x, y);
  context.rotate(angle);
  context.lineWidth = 1.3;
  context.fillStyle = look.fill;
  context.strokeStyle = look.stroke;
  const outline = pathOf(look.outline);
  context.fill(outline);
  context.stroke(outline);
  if (look.inner !== undefined) {
    context.strokeStyle = look.innerColor;
    context.lineWidth = look.innerWidth ?? 1.4;
    context.lineCap = "round";
    context.stroke(pathOf(look.inner));
  }
  context.restore();
}

export function strokeLine(context, points, { color, width, dash = [] }) {
  context.beginPath();
  // On an empty path the first lineTo only moves there.
  for (const [x, y] of points) context.lineTo(x, y);
  context.strokeStyle = color;
  context.lineWidth = width;
  context.setLineDash(dash);
  context.stroke();
}

export function band(context, { left, right, y }, { fill, stroke, hatch, half }) {
  const width = Math.max(1.5, right - left);
  context.setLineDash([]);
  context.fillStyle = fill;
  context.strokeStyle = stroke;
  context.lineWidth = width < 3 ? 0.5 : 1;
  context.fillRect(left, y - half, width, 2 * half);
  context.strokeRect(left, y - half, width, 2 * half);
  if (hatch === undefined) return;
  context.save();
  context.beginPath();
  context.rect(left, y - half, width, 2 * half);
  context.clip();
  context.beginPath();
  for (let x = left - 2 * half; x < left + width; x += hatch) {
    context.moveTo(x, y + half);
    context.lineTo(x + 2 * half, y - half);
  }
  context.stroke();
  context.restore();
}

export function write(context, text, x, y, { align = "left", size = 12, color = INK, ground } = {}) {
  context.font = `${size}px ${FONT}`;
  context.textAlign = align;
  context.textBaseline = "middle";
  if (ground !== undefined) {
    const width = context.measureText(text).width + 6;
    const left = align === "center" ? x - width / 2 : x - 3;
    context.fillStyle = ground;
    context.fillRect(left, y - 7, width, 14);
  }
  context.fillStyle = color;
  context.fillText(text, x, y);
}

export function ring(context, [x, y], { ring: color, radius }) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.strokeStyle = color;
  context.lineWidth = 1.4;
  context.stroke();
}

export function cross(context, [x, y], color, data) {
  context.save();
  context.translate(x, y);
  context.strokeStyle = color;
  context.lineWidth = 2;
  context.stroke(pathOf(data));
  context.restore();
}

/** Small pictures of the looks, for the filters. */
export function swatch(context, packed, { group, key }) {
  const { look } = packed;
  if (group === "kind") {
    const { color, head } = packed.kinds[key];
    strokeLine(
      context,
      [
        [2, 8],
        [26, 8],
      ],
      { color, width: 1.6 },
    );
    shape(context, head, [26, 8]);
  } else if (group === "mark") shape(context, look.marks[key], [14, 8]);
  else if (group === "cut")
    band(
      context,
      { left: 3, right: 25, y: 8 },
      { fill: look.cut.fill, stroke: look.cut.hatch, hatch: 8, half: 6 },
    );
  else
    band(
      context,
      { left: 3, right: 25, y: 8 },
      { ...look.spans[key], half: Math.min(6, look.spans[key].half) },
    );
}
