/** Light colouring of TypeScript: comments, texts, numbers and keywords, which is what a reader's eye looks for. */
import { escapeHtml } from "./sanitize-html.ts";

const KEYWORDS =
  "as async await break case catch class const continue default delete do else export extends finally for from function if implements import in instanceof interface let new null of return satisfies static super switch this throw true false try type typeof undefined var void while yield";

const TOKEN = new RegExp(
  [
    "(?<comment>//[^\\n]*|/\\*[\\s\\S]*?\\*/)",
    "(?<text>\"(?:[^\"\\\\\\n]|\\\\.)*\"|'(?:[^'\\\\\\n]|\\\\.)*'|`(?:[^`\\\\]|\\\\[\\s\\S])*`)",
    "(?<number>\\b(?:0x[0-9a-fA-F_]+|\\d[\\d_]*(?:\\.\\d+)?(?:[eE][+-]?\\d+)?)n?\\b)",
    // not after a dot or before a colon: there it is the name of a property
    `(?<keyword>(?<![.\\w$])(?:${KEYWORDS.replaceAll(" ", "|")})\\b(?!\\s*:))`,
    "[a-zA-Z_$][\\w$]*", // any other word, so that a keyword in its middle is none
  ].join("|"),
  "g",
);

/**
 * TypeScript as HTML with spans of the classes comment, text, number and keyword.
 */
export function highlight(code: string): string {
  let out = "";
  let at = 0;
  for (const match of code.matchAll(TOKEN)) {
    const begin = match.index ?? at;
    out += escapeHtml(code.slice(at, begin));
    at = begin + match[0].length;
    const kind = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined)?.[0];
    const shown = escapeHtml(match[0]);
    out += kind === undefined ? shown : `<span class="${kind}">${shown}</span>`;
  }
  return out + escapeHtml(code.slice(at));
}
