/**
 * Text in figures: how wide it will be, where it breaks, and how it is made safe for plotly.
 *
 * Margins and label places are computed before any browser sees the figure, so widths are estimated from the
 * advance widths of Helvetica and Arial (both share them), in thousandths of the font size. A machine that has neither,
 * nor Liberation Sans, draws with DejaVu Sans, whose letters are wider: room is made for those, or lines are cut off.
 */

/** The fonts of all figures, the first three of the same metrics. */
export const FONT_FAMILY = "Helvetica, Arial, Liberation Sans, sans-serif";

const CLASSES: readonly (readonly [RegExp, number])[] = [
  [/[ijl|'’]/, 222],
  [/[ .,:;!/ft[\]\\I·]/, 278],
  [/[-r()`"*⁰¹²³⁴-⁹⁻]/, 340],
  [/[cksvxyzJ]/, 500],
  [/[a-z0-9?_$#]/, 556],
  [/[=+<>±×÷~−≤≥–]/, 584],
  [/[FTZL]/, 611],
  [/[ABEKPSVXY&]/, 667],
  [/[CDHNRUw]/, 722],
  [/[GOQ]/, 778],
  [/[mM]/, 833],
  [/[W%@—→…]/, 950],
];

/** Widths of DejaVu Sans, plain and bold, over those of plain Helvetica: the most that Chromium measured for titles and notes. */
const WIDEST = { plain: 1.17, bold: 1.33 } as const;

/** Estimated width of one line in pixels, of the widest font that may be drawn with. */
export function textWidth(text: string, size: number, bold = false): number {
  let sum = 0;
  for (const letter of text) sum += CLASSES.find(([letters]) => letters.test(letter))?.[1] ?? 600;
  return (sum / 1000) * size * (bold ? WIDEST.bold : WIDEST.plain);
}

/** Breaks a text into lines no wider than `width` pixels; a word longer than a line is cut. */
export function wrap(text: string, width: number, size: number, bold = false): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (textWidth(longer, size, bold) <= width) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
    while (textWidth(line, size, bold) > width && line.length > 1) {
      let cut = line.length - 1;
      while (cut > 1 && textWidth(line.slice(0, cut), size, bold) > width) cut--;
      lines.push(line.slice(0, cut));
      line = line.slice(cut);
    }
  }
  if (line !== "") lines.push(line);
  return lines;
}

/** Breaks a text as `wrap` does, into lines of about the same length: no last line of one word. */
export function wrapEvenly(text: string, width: number, size: number, bold = false): string[] {
  const lines = wrap(text, width, size, bold);
  let [narrow, wide] = [width / 2, width];
  for (let i = 0; i < 8 && lines.length > 1; i++) {
    const middle = (narrow + wide) / 2;
    if (wrap(text, middle, size, bold).length > lines.length) narrow = middle;
    else wide = middle;
  }
  return lines.length > 1 ? wrap(text, wide, size, bold) : lines;
}

/** Makes a user's text safe where plotly reads tags and entities. */
export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Lines for plotly: escaped and joined by breaks. */
export function joinLines(lines: readonly string[]): string {
  return lines.map(escapeText).join("<br>");
}

/** Plain lines of a text as plotly has it: breaks split, other tags dropped, entities read. */
export function plainLines(text: string): string[] {
  return text.split(/<br\s*\/?>/).map((line) =>
    line
      .replace(/<\/?[a-z][^>]*>/gi, "")
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&"),
  );
}
