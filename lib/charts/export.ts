/**
 * Figures to files: svg, png and pdf through a Chromium of the machine, html and json without one.
 *
 * The same figure gives the same bytes: plotly's random names are fixed, and dates are taken out of PDFs.
 */
import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { DomainError, show, unknownName } from "../core/errors.ts";
import { writeAtomic } from "./atomic-file.ts";
import { type BrowserSession, findBrowser, NO_BROWSER_HINT, NoBrowserError, withBrowser } from "./browser.ts";
import type { BrowserPage } from "./browser-page.ts";
import { type Drawing, isDrawing } from "./drawing.ts";
import type { Figure } from "./figure.ts";
import { escapeHtml, figureTitle, plotlyLibrary, standaloneHtml } from "./html.ts";
import { staticSvg } from "./static-svg.ts";

/** A kind of file. */
export type FigureFormat = "svg" | "png" | "pdf" | "html" | "json";

/** The formats in the order in which they are written. */
export const FIGURE_FORMATS: readonly FigureFormat[] = ["json", "html", "svg", "png", "pdf"];

/** One figure or drawing and the files wanted of it. */
export interface ExportJob {
  readonly figure: Figure | Drawing;
  /** Path without extension: `report/raft/latency` gives `report/raft/latency.svg` and so on. */
  readonly path: string;
  readonly formats: readonly FigureFormat[];
  /**
   * Pixels; the figure's own unless given. Words stay as the builder laid them out: for a narrow figure tell the
   * builder. A drawing has no other size than its own.
   */
  readonly width?: number;
  readonly height?: number;
  /** Image pixels to a pixel, for png; 2 unless given. */
  readonly scale?: number;
}

/** How the export runs. */
export interface ExportOptions {
  readonly signal?: AbortSignal;
  /** Where the one line about a missing browser goes; standard error unless given. */
  readonly warn?: (line: string) => void;
  /** Told the path of each file as soon as it is whole: what there is when the signal aborts. */
  readonly onFile?: (path: string) => void;
}

/** What was written and what was not. */
export interface ExportResult {
  readonly files: string[];
  /** Files that need a browser and were not written; what stood there of an earlier run is gone. */
  readonly skipped: string[];
  /** Why files are missing, in one line with the command that helps. */
  readonly hint?: string;
}

/**
 * Writes figures to files, with one browser for all of them.
 *
 * Without a browser html, json and svg (by `staticSvg`) are still written, and one line says which command installs
 * one; pictures of an earlier run under the names that are missing are removed. A file appears whole or not at all.
 *
 * @throws DomainError for sizes out of range or two jobs for one file; UsageError for unknown formats; the signal's
 * reason when it aborts: files already written stay
 * @example
 * exportFigures([]) instanceof Promise; // => true
 */
export async function exportFigures(
  jobs: readonly ExportJob[],
  options: ExportOptions = {},
): Promise<ExportResult> {
  checkJobs(jobs);
  const { signal, warn = (line: string) => console.warn(line) } = options;
  signal?.throwIfAborted();
  const files: string[] = [];
  const write = async (job: ExportJob, format: FigureFormat, content: string | Uint8Array) => {
    signal?.throwIfAborted();
    await writeAtomic(`${job.path}.${format}`, content);
    files.push(`${job.path}.${format}`);
    options.onFile?.(`${job.path}.${format}`);
  };
  for (const job of jobs) {
    const { plain, page } = textsOf(job);
    if (job.formats.includes("json")) await write(job, "json", `${JSON.stringify(plain())}\n`);
    if (job.formats.includes("html")) await write(job, "html", page());
    // The static form of a drawing is its picture: no browser draws a better one.
    if (job.formats.includes("svg") && isDrawing(job.figure)) await write(job, "svg", job.figure.svg());
  }
  const drawn = jobs.filter((job) => job.formats.some((format) => needsBrowser(format, job)));
  if (drawn.length === 0) return { files, skipped: [] };
  try {
    const browser = findBrowser();
    if (browser === undefined) throw new NoBrowserError(NO_BROWSER_HINT);
    const draw = (session: BrowserSession) => drawAll(session, drawn, write);
    await withBrowser(draw, signal === undefined ? { browser } : { browser, signal });
    return { files, skipped: [] };
  } catch (error) {
    if (!(error instanceof NoBrowserError)) throw error;
    for (const job of drawn)
      if (job.formats.includes("svg") && !isDrawing(job.figure))
        await write(job, "svg", staticSvg(resized(job, job.figure).figure));
    const skipped = drawn.flatMap((job) =>
      FIGURE_FORMATS.filter((f) => job.formats.includes(f) && (f === "png" || f === "pdf")).map(
        (f) => `${job.path}.${f}`,
      ),
    );
    // A picture of earlier figures beside the data of these would be taken for theirs.
    for (const path of skipped) rmSync(path, { force: true });
    if (skipped.length === 0) return { files, skipped };
    warn(error.message);
    return { files, skipped, hint: error.message };
  }
}

function needsBrowser(format: FigureFormat, { figure }: ExportJob): boolean {
  return (format === "svg" && !isDrawing(figure)) || format === "png" || format === "pdf";
}

/** The forms that need no browser, made when they are asked for. */
function textsOf(job: ExportJob): { plain: () => unknown; page: () => string } {
  const { figure } = job;
  if (isDrawing(figure)) return { plain: () => figure.data(), page: () => figure.html() };
  const sized = resized(job, figure).figure;
  return { plain: () => sized, page: () => standaloneHtml([sized]) };
}

function checkJobs(jobs: readonly ExportJob[]): void {
  const taken = new Set<string>();
  for (const job of jobs) {
    if (typeof job.path !== "string" || job.path === "" || job.path.endsWith("/"))
      throw new DomainError(`exportFigures: path must name a file without extension, got ${show(job.path)}`);
    for (const format of job.formats) {
      if (!FIGURE_FORMATS.includes(format))
        throw unknownName("exportFigures", "format", String(format), FIGURE_FORMATS);
      const file = `${job.path}.${format}`;
      if (taken.has(file))
        throw new DomainError(`exportFigures: each file must be written once, got ${show(file)} twice`);
      taken.add(file);
    }
    for (const key of ["width", "height"] as const) {
      const value = job[key];
      if (value !== undefined && isDrawing(job.figure))
        throw new DomainError(`exportFigures: ${key} of a drawing is its own, got ${show(value)}`);
      if (value !== undefined && !(Number.isInteger(value) && value >= 200 && value <= 8000))
        throw new DomainError(`exportFigures: ${key} must be whole pixels, 200 to 8000, got ${show(value)}`);
    }
    if (job.scale !== undefined && !(job.scale >= 0.5 && job.scale <= 8))
      throw new DomainError(`exportFigures: scale must be 0.5 to 8, got ${show(job.scale)}`);
  }
}

interface Sized {
  readonly figure: Figure;
  readonly width: number;
  readonly height: number;
}

function resized({ width, height }: ExportJob, figure: Figure): Sized {
  const size = { width: width ?? figure.layout.width ?? 860, height: height ?? figure.layout.height ?? 500 };
  return { figure: { ...figure, layout: { ...figure.layout, ...size } }, ...size };
}

async function drawAll(
  session: BrowserSession,
  jobs: readonly ExportJob[],
  write: (job: ExportJob, format: FigureFormat, content: string | Uint8Array) => Promise<void>,
): Promise<void> {
  const plotter = await session.newPage();
  await plotter.setContent("<!DOCTYPE html><html><body></body></html>");
  await plotter.addScriptTag({ content: plotlyLibrary() });
  const printer = jobs.some((job) => job.formats.includes("pdf")) ? await session.newPage() : undefined;
  for (const job of jobs) {
    if (isDrawing(job.figure)) {
      await drawDrawing(session, job, job.figure, write);
      continue;
    }
    const sized = resized(job, job.figure);
    const svg = cleanSvg(await image(plotter, sized, "svg", 1));
    if (job.formats.includes("svg")) await write(job, "svg", svg);
    if (job.formats.includes("png")) {
      const data = await image(plotter, sized, "png", job.scale ?? 2);
      await write(job, "png", Buffer.from(data, "base64"));
    }
    if (job.formats.includes("pdf") && printer !== undefined)
      await write(job, "pdf", await pdfOf(printer, svg, { ...sized, title: figureTitle(sized.figure) }));
  }
}

/** The static picture of a drawing as an image and as a page. */
async function drawDrawing(
  session: BrowserSession,
  job: ExportJob,
  drawing: Drawing,
  write: (job: ExportJob, format: FigureFormat, content: string | Uint8Array) => Promise<void>,
): Promise<void> {
  const svg = drawing.svg();
  const [, width, height] = (/^<svg[^>]* width="(\d+)" height="(\d+)"/.exec(svg) ?? []).map(Number);
  const page = await session.newPage({ width, height, scale: job.scale ?? 2 });
  if (job.formats.includes("png")) {
    await page.setContent(`<!DOCTYPE html><html><body style="margin:0">${svg}</body></html>`);
    await write(job, "png", await page.screenshot());
  }
  if (job.formats.includes("pdf"))
    await write(job, "pdf", await pdfOf(page, svg, { width, height, title: drawing.title }));
  await page.close();
}

/**
 * Runs in the page, as text: a compiler's helper functions do not exist there. Plotly names clip paths at random;
 * with a generator that starts anew for each figure the names are the same each time.
 */
const DRAW = `async ({ figure, format, width, height, scale }) => {
  let state = 1;
  Math.random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const address = await Plotly.toImage(figure, { format, width, height, scale });
  return format === "svg"
    ? decodeURIComponent(address.slice(address.indexOf(",") + 1))
    : address.slice(address.indexOf(",") + 1);
}`;

async function image(
  page: BrowserPage,
  { figure, width, height }: Sized,
  format: "svg" | "png",
  scale: number,
): Promise<string> {
  const argument = JSON.stringify({ figure, format, width, height, scale });
  const drawn: unknown = await page.evaluate(`(${DRAW})(${argument})`);
  if (typeof drawn !== "string" || drawn === "")
    throw new Error(`exportFigures: the browser drew no ${format}, got ${show(drawn)}`);
  return drawn;
}

const TAG = /<([A-Za-z][\w:]*)((?:\s+[\w:.-]+="[^"]*")+)\s*(\/?)>/g;
const ATTRIBUTE = /[\w:.-]+="[^"]*"/g;

/** Attributes by name: plotly sets them in another order when it draws for the second time. */
function sortedAttributes(svg: string): string {
  return svg.replace(TAG, (_, name: string, attributes: string, end: string) => {
    const sorted = (attributes.match(ATTRIBUTE) ?? []).sort((a, b) => (a < b ? -1 : 1));
    return `<${name} ${sorted.join(" ")}${end}>`;
  });
}

/**
 * An SVG that stands alone and can stand beside others in one page: its ids are numbered in order and carry a mark of
 * its content.
 */
export function cleanSvg(drawn: string): string {
  const svg = sortedAttributes(drawn);
  const ids = [...new Set([...svg.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]))];
  const numbered = new Map(ids.map((id, i) => [id, `i${i + 1}`]));
  const renamed = (prefix: string) =>
    svg
      .replace(/\sid="([^"]+)"/g, (_, id: string) => ` id="${prefix}${numbered.get(id) ?? id}"`)
      .replace(
        /(url\((?:&quot;|['"])?#|href="#)([^"')&]+)/g,
        (_, open: string, id: string) => `${open}${prefix}${numbered.get(id) ?? id}`,
      );
  const mark = createHash("sha256").update(renamed("")).digest("hex").slice(0, 8);
  return `${renamed(`f${mark}-`).trim()}\n`;
}

/** One vector page of exactly the figure's size. */
async function pdfOf(
  page: BrowserPage,
  svg: string,
  { title: name, width, height }: { readonly title: string; readonly width: number; readonly height: number },
): Promise<Uint8Array> {
  const title = `<title>${escapeHtml(name)}</title>`;
  const style = `@page{size:${width}px ${height}px;margin:0}html,body{margin:0;padding:0}svg{display:block}`;
  await page.setContent(
    `<!DOCTYPE html><html><head>${title}<style>${style}</style></head><body>${svg}</body></html>`,
  );
  const pdf = await page.pdf({
    width: `${width}px`,
    height: `${height}px`,
    printBackground: true,
    pageRanges: "1",
  });
  return withoutDates(pdf);
}

/** Sets the dates in a PDF to one day, in place: offsets stay right since no length changes. */
function withoutDates(pdf: Uint8Array): Uint8Array {
  const text = Buffer.from(pdf).toString("latin1");
  const fixed = text.replace(
    /\/(CreationDate|ModDate) \(D:\d{14}/g,
    (_, name: string) => `/${name} (D:20000101000000`,
  );
  return Buffer.from(fixed, "latin1");
}
