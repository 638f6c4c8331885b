/**
 * What library code shows in a notebook: bundles, figures, a progress line.
 *
 * The same calls run in scripts: outside a notebook a bundle is only returned, and progress goes to the terminal.
 * tslab is looked for when it is needed and only inside a kernel: a script must not load a compiler.
 */
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { figureBundle, type MimeBundle, type PlotlyFigure } from "./mime.ts";

type WriteDisplay = (
  display: {
    readonly data: MimeBundle;
    readonly metadata: object;
    readonly transient: { readonly display_id?: string };
  },
  update: boolean,
) => void;

/** tslab's way to show something, or `undefined` outside a kernel (it marks its own context with `__tslab__`). */
function notebookWriter(): WriteDisplay | undefined {
  if (!("__tslab__" in globalThis)) return undefined;
  const jupyter: unknown = createRequire(import.meta.url)("tslab/dist/jupyter.js");
  return (jupyter as { lastWriteDisplayData?: WriteDisplay | null }).lastWriteDisplayData ?? undefined;
}

/** Whether this code runs in a notebook's kernel. */
export function inNotebook(): boolean {
  return notebookWriter() !== undefined;
}

/**
 * Shows one output in several MIME types; bytes become base64, as Jupyter wants them.
 *
 * @returns the bundle as shown; outside a notebook nothing is shown
 * @example displayBundle({ "text/plain": "hello" }); // => ({ "text/plain": "hello" })
 */
export function displayBundle(data: MimeBundle): MimeBundle {
  const bundle = Object.fromEntries(
    Object.entries(data).map(([mime, value]) => [
      mime,
      value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
    ]),
  );
  notebookWriter()?.({ data: bundle, metadata: {}, transient: {} }, false);
  return bundle;
}

/**
 * Shows a plotly figure: interactive where plotly is known, else the static picture, if one is given, else a line.
 *
 * @returns the bundle as shown
 */
export function displayFigure(
  figure: PlotlyFigure,
  pictures: { svg?: string; html?: string } = {},
): MimeBundle {
  return displayBundle(figureBundle(figure, pictures));
}

/** A line of progress that replaces itself. */
export interface ProgressDisplay {
  /** Shows a new text, at most ten times a second. */
  update(text: string): void;
  /** Shows the last text, and leaves it. */
  done(text: string): void;
}

const UPDATE_EVERY_MS = 100;

/**
 * A progress line: one output that changes in place in a notebook, one line of the terminal elsewhere.
 *
 * Where standard error is neither a notebook nor a terminal (a pipe, a log), it stays silent.
 */
export function progressDisplay(): ProgressDisplay {
  const write = notebookWriter();
  const show = write === undefined ? terminalLine() : notebookLine();
  let last = Number.NEGATIVE_INFINITY;
  return {
    update(text) {
      const now = performance.now();
      if (now - last < UPDATE_EVERY_MS) return;
      last = now;
      show(text, false);
    },
    done: (text) => show(text, true),
  };
}

function notebookLine(): (text: string) => void {
  const id = randomUUID();
  let shown = false;
  return (text) => {
    // Asked for each time: after a change of cell, tslab writes for the cell that runs now.
    notebookWriter()?.({ data: { "text/plain": text }, metadata: {}, transient: { display_id: id } }, shown);
    shown = true;
  };
}

function terminalLine(): (text: string, last: boolean) => void {
  return (text, last) => {
    if (!process.stderr.isTTY) return;
    const width = Math.max(1, (process.stderr.columns ?? 80) - 1);
    // Carriage return, the text cut to the line, then erase what the longer text before it left.
    process.stderr.write(`\r${text.slice(0, width)}\x1b[K${last ? "\n" : ""}`);
  };
}
