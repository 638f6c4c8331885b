/**
 * The interactive space-time diagram: one HTML fragment that needs nothing else and works with the network off.
 *
 * Its script is the modules of `space-time-page/`, joined: they stay readable and testable files. Where scripts do not
 * run (a notebook on a code host, a report) the static picture stands in its place.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { escapeHtml, svgImage } from "./html.ts";
import type { SpaceTimeView } from "./space-time-input.ts";
import { packTrace } from "./space-time-pack.ts";

/** In order: each uses only those before it. */
const MODULES = ["columns", "words", "arrows", "brush", "paint", "items", "controls", "input", "main"];

let script: string | undefined;

/** The modules as one script: imports and exports go, since all names are in one function then. */
function pageScript(): string {
  script ??= MODULES.map((name) =>
    readFileSync(new URL(`./space-time-page/${name}.js`, import.meta.url), "utf8")
      .replace(/^import [^;]*?;\n/gm, "")
      .replace(/^export /gm, ""),
  ).join("\n");
  return script;
}

/**
 * The fragment for a page or a notebook's output.
 *
 * @param svg the static picture, shown until the script has run
 */
export function spaceTimeFragment(view: SpaceTimeView, svg: string): string {
  const data = JSON.stringify(packTrace(view)).replaceAll("<", "\\u003c");
  const id = `st-${createHash("sha256").update(data).digest("hex").slice(0, 12)}`;
  return [
    `<figure class="protolab-space-time" data-space-time="${id}" style="margin:0 0 24px;max-width:1600px">`,
    `<div data-still>${svgImage(svg, view.text.title)}</div>`,
    `<script>(function () {`,
    `"use strict";`,
    pageScript(),
    `start("${id}", ${data});`,
    `})();</script>`,
    `</figure>`,
    "",
  ].join("\n");
}

/** A whole page with the fragment. */
export function spaceTimePage(view: SpaceTimeView, svg: string): string {
  return [
    "<!DOCTYPE html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(view.text.title)}</title>`,
    "<style>body{margin:16px;background:#fff}</style>",
    "</head>",
    "<body>",
    spaceTimeFragment(view, svg).trimEnd(),
    "</body>",
    "</html>",
    "",
  ].join("\n");
}
