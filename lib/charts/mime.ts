/** A figure as Jupyter's MIME bundle: interactive where plotly is known, a static picture everywhere else. */
import type { Figure } from "./figure.ts";
import { figureTitle, svgImage } from "./html.ts";
import { staticSvg } from "./static-svg.ts";

/**
 * The bundle of a figure, richest first: plotly's JSON (VS Code, JupyterLab with plotly), an HTML image and an SVG
 * (GitHub, JupyterLab without plotly, exported documents), and its title as text.
 *
 * The HTML holds the picture as a data address, not inlined: viewers of notebooks clean inlined SVG until its texts
 * are lost, and keep images.
 *
 * @param figure from one of the builders
 * @param options.svg a picture drawn by a browser; drawn by `staticSvg` unless given, so that there always is one
 */
export function figureBundle(
  figure: Figure,
  options: { readonly svg?: string } = {},
): Record<string, unknown> {
  const svg = options.svg ?? staticSvg(figure);
  const title = figureTitle(figure);
  return {
    "application/vnd.plotly.v1+json": { data: figure.data, layout: figure.layout, config: figure.config },
    "text/html": svgImage(svg, title),
    "image/svg+xml": svg,
    "text/plain": `Figure: ${title}`,
  };
}
