/**
 * Formulas of a report: typeset by KaTeX, with the fonts that they need in the page itself.
 *
 * MathML stands beside each for screen readers and for copying. Alone it would not do: a browser sets sub- and
 * superscripts by the tables of a mathematical font, and most machines have none.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import katex from "katex";
import { escapeHtml } from "./sanitize-html.ts";

/**
 * Typesets a TeX formula. One that is not TeX is shown as it was written, marked as an error.
 *
 * @param output `mathml` for text without layout: a heading in a list
 */
export function typeset(
  tex: string,
  display: boolean,
  output: "htmlAndMathml" | "mathml" = "htmlAndMathml",
): string {
  try {
    return katex.renderToString(tex, {
      output,
      displayMode: display,
      fleqn: true,
      throwOnError: true,
      strict: "ignore",
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `<code class="formula-error" title="${escapeHtml(why)}">${escapeHtml(tex)}</code>`;
  }
}

/** Fonts that any formula may need, and those that go with a class of KaTeX's. */
const ALWAYS = [
  "Main-Regular",
  "Math-Italic",
  "Size1-Regular",
  "Size2-Regular",
  "Size3-Regular",
  "Size4-Regular",
];
const BY_CLASS: readonly (readonly [RegExp, string])[] = [
  [/\bmath(?:bf|bfit)\b|\btextbf\b/, "Main-Bold"],
  [/\bmathit\b|\btextit\b/, "Main-Italic"],
  [/\bboldsymbol\b/, "Math-BoldItalic"],
  [/\bmathcal\b/, "Caligraphic-Regular"],
  [/\bmathbb\b|\bamsrm\b/, "AMS-Regular"],
  [/\bmathsf\b|\btextsf\b/, "SansSerif-Regular"],
  [/\bmathtt\b|\btexttt\b/, "Typewriter-Regular"],
  [/\bmathscr\b/, "Script-Regular"],
  [/\bmathfrak\b/, "Fraktur-Regular"],
];

/** KaTeX's style with the fonts that the formulas of a page use, as data; nothing for a page without formulas. */
export function formulaStyle(html: string): string {
  if (!html.includes('class="katex"')) return "";
  const folder = dirname(createRequire(import.meta.url).resolve("katex/dist/katex.min.css"));
  const fonts = [...ALWAYS, ...BY_CLASS.filter(([used]) => used.test(html)).map(([, font]) => font)];
  return readFileSync(join(folder, "katex.min.css"), "utf8").replace(/@font-face\{[^}]*\}/g, (face) => {
    const file = /url\(fonts\/KaTeX_([\w-]+)\.woff2\)/.exec(face)?.[1];
    if (file === undefined || !fonts.includes(file)) return "";
    const data = readFileSync(join(folder, "fonts", `KaTeX_${file}.woff2`)).toString("base64");
    return face.replace(/src:[^;}]*/, `src:url(data:font/woff2;base64,${data}) format("woff2")`);
  });
}
