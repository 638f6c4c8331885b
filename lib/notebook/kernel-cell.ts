/** One cell on tslab's executor: its streams, its displays, its last expression, and how it failed. */
import { AsyncLocalStorage } from "node:async_hooks";
import { createRequire } from "node:module";
import { format, inspect, stripVTControlCharacters } from "node:util";
import { type PreparedCell, prepareCell } from "./cell-source.ts";
import type { WireContent } from "./jupyter-wire.ts";
import { asMimeBundle, type MimeBundle } from "./mime.ts";

type Converter = import("tslab/dist/converter.js").Converter;
type Executor = import("tslab/dist/executor.js").Executor;

/** Where a cell's messages go. */
export interface CellContext {
  readonly count: number;
  publish(type: string, content: WireContent): void;
}

/** The content of Jupyter's `error` message. */
export interface CellFailure {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/** tslab's data for a display, as its `lastWriteDisplayData` takes it. */
interface DisplayData {
  readonly data: MimeBundle;
  readonly metadata?: WireContent;
  readonly transient?: { readonly display_id?: string };
}

interface TslabParts {
  readonly converter: typeof import("tslab/dist/converter.js");
  readonly executor: typeof import("tslab/dist/executor.js");
  readonly inspect: { printQuickInfo(info: unknown): string };
  readonly jupyter: { lastWriteDisplayData: ((display: DisplayData, update: boolean) => void) | null };
  readonly versions: { readonly tslab: string; readonly typescript: string; readonly node: string };
}

function loadTslab(): TslabParts {
  const require = createRequire(import.meta.url);
  return {
    converter: require("tslab/dist/converter.js") as TslabParts["converter"],
    executor: require("tslab/dist/executor.js") as TslabParts["executor"],
    inspect: require("tslab/dist/inspect.js") as TslabParts["inspect"],
    jupyter: require("tslab/dist/jupyter.js") as TslabParts["jupyter"],
    versions: (require("tslab") as { versions: TslabParts["versions"] }).versions,
  };
}

/** Runs cells one after the other in one JavaScript context. */
export class CellRunner {
  readonly #tslab: TslabParts = loadTslab();
  readonly #converter: Converter;
  readonly #executor: Executor;
  #streams: CellStreams | undefined;
  #context: CellContext | undefined;
  /** The cell that what now runs was begun by, also when it comes back from a timer or a promise. */
  readonly #begunBy = new AsyncLocalStorage<CellContext>();
  #written = "";
  #cell: PreparedCell = prepareCell("");
  #interrupted = false;
  #problems: Problem[] = [];
  #pending: Promise<void> | undefined;

  constructor(folder: string) {
    this.#converter = this.#tslab.converter.createConverter({ isJS: false, isBrowser: false });
    const node = this.#converter;
    const converters = { node, browser: node, close: () => node.close() };
    this.#executor = this.#tslab.executor.createExecutor(folder, converters, {
      log: (value: unknown) => this.#showResult(value),
      error: (...values: unknown[]) => this.#problems.push(readProblem(values)),
    });
  }

  /** Runs one cell; resolves with how it failed, or `undefined` when it did not. */
  async run(code: string, context: CellContext): Promise<CellFailure | undefined> {
    this.#streams?.flush();
    this.#written = code;
    this.#cell = prepareCell(code);
    this.#context = context;
    this.#problems = [];
    this.#pending = undefined;
    this.#interrupted = false;
    const streams = new CellStreams(context);
    this.#streams = streams;
    // As in IPython, what arrives later from a timer still belongs to the last cell that ran.
    process.stdout.write = streams.writer("stdout");
    process.stderr.write = streams.writer("stderr");
    this.#tslab.jupyter.lastWriteDisplayData = (display, update) => {
      streams.flush();
      const { data, metadata = {}, transient = {} } = display;
      context.publish(update ? "update_display_data" : "display_data", { data, metadata, transient });
    };
    let ok = false;
    try {
      ok = await this.#begunBy.run(context, () => this.#executor.execute(this.#cell.code));
      await this.#pending;
    } catch (error) {
      // tslab itself failed, or a value while it was shown: the cell fails, and the kernel goes on.
      this.#problems.push({ thrown: error });
    }
    streams.flush();
    return ok && this.#problems.length === 0 ? undefined : this.#failure();
  }

  /**
   * Tells of an exception that came too late for its cell to fail, on the standard error of the cell that began what threw:
   * the first word there is how a reader and a runner know.
   */
  late(kind: "UncaughtException" | "UnhandledRejection", thrown: unknown): void {
    const text = `${kind}: ${readableStack(thrown).join("\n")}\n`;
    const cell = this.#begunBy.getStore();
    if (cell === undefined || cell === this.#context) process.stderr.write(text);
    else cell.publish("stream", { name: "stderr", text });
  }

  /** Publishes what was printed and is still held back. */
  flush(): void {
    this.#streams?.flush();
  }

  interrupt(): void {
    this.#interrupted = true;
    this.#executor.interrupt();
  }

  close(): void {
    this.#executor.close();
  }

  info(): WireContent {
    const { tslab, typescript, node } = this.#tslab.versions;
    return {
      status: "ok",
      protocol_version: "5.3",
      implementation: "protolab",
      implementation_version: tslab,
      banner: `Protolab: TypeScript ${typescript} on Node ${node}`,
      help_links: [],
      language_info: {
        name: "typescript",
        version: typescript,
        mimetype: "text/typescript",
        file_extension: ".ts",
        // JupyterLab and the classic notebook take their colouring from this pair.
        codemirror_mode: { mode: "typescript", name: "javascript", typescript: true },
      },
    };
  }

  isComplete(code: string): WireContent {
    const { completed, indent = "" } = this.#tslab.converter.isCompleteCode(code);
    return completed ? { status: "complete" } : { status: "incomplete", indent };
  }

  inspect(code: string, cursor: number): WireContent {
    const info: unknown = this.#executor.inspect(code, cursor);
    const found = info !== undefined && info !== null;
    const data = found ? { "text/plain": this.#tslab.inspect.printQuickInfo(info) } : {};
    return { status: "ok", found, data, metadata: {} };
  }

  complete(code: string, cursor: number): WireContent {
    const { start, end, candidates } = this.#executor.complete(code, cursor);
    return { status: "ok", cursor_start: start, cursor_end: end, matches: candidates, metadata: {} };
  }

  /** The value of a cell's last expression: a picture or table if it knows how to be one, else text. */
  #showResult(value: unknown): void {
    const context = this.#context;
    if (context === undefined || this.#cell.endsInAssignment) return;
    const publish = (data: MimeBundle): void => {
      this.#streams?.flush();
      context.publish("execute_result", { execution_count: context.count, data, metadata: {} });
    };
    const bundle = asMimeBundle(value);
    if (bundle === undefined) publish({ "text/plain": format(value) });
    else
      this.#pending = Promise.resolve(bundle).then(publish, (error: unknown) => {
        this.#problems.push({ thrown: error });
      });
  }

  #failure(): CellFailure {
    if (this.#interrupted || this.#problems.some(isBrokenBySignal))
      return { ename: "Interrupted", evalue: "the cell was interrupted", traceback: ["Interrupted"] };
    const thrown = this.#problems.find((problem) => "thrown" in problem);
    if (thrown !== undefined && "thrown" in thrown) return describeThrown(thrown.thrown);
    const messages = this.#problems.filter((problem): problem is Diagnostic => "message" in problem);
    const evalue = messages[0]?.message ?? "the cell failed without a message";
    const traceback = describeDiagnostics(messages, this.#written, this.#cell);
    return { ename: "TypeScriptError", evalue, traceback: traceback.length > 0 ? traceback : [evalue] };
  }
}

/** A compiler message; line and column count from 1. */
interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}
type Problem = { readonly thrown: unknown } | Diagnostic;

/** tslab reports through a console: one value for what a cell threw, a format string and four values for the rest. */
function readProblem(values: readonly unknown[]): Problem {
  if (values.length < 5) return { thrown: values[0] };
  const [, file, line, column, message] = values;
  return { file: String(file).trim(), line: Number(line), column: Number(column), message: String(message) };
}

function isBrokenBySignal(problem: Problem): boolean {
  const code = "thrown" in problem ? (problem.thrown as NodeJS.ErrnoException | null)?.code : undefined;
  return code === "ERR_SCRIPT_EXECUTION_INTERRUPTED";
}

/** For each place: `cell:3:5 message`, what more the compiler says of it, the line and a mark under the place. */
function describeDiagnostics(messages: readonly Diagnostic[], written: string, cell: PreparedCell): string[] {
  const places = new Map<string, { readonly diagnostic: Diagnostic; readonly texts: Set<string> }>();
  for (const diagnostic of messages) {
    const { file, line, column, message } = diagnostic;
    const place = `${file}:${line}:${column}`;
    const known = places.get(place);
    if (known === undefined) places.set(place, { diagnostic, texts: new Set([message]) });
    else known.texts.add(message);
  }
  return [...places.values()].flatMap(({ diagnostic, texts }) => {
    const { file, line } = diagnostic;
    const inCell = file === "";
    const column = inCell ? cell.column(line, diagnostic.column) : diagnostic.column;
    const [first, ...more] = texts;
    const head = [`${inCell ? "cell" : file}:${line}:${column} ${first}`, ...more.map((text) => `  ${text}`)];
    const source = inCell ? written.split("\n")[line - 1] : undefined;
    return source === undefined ? head : [...head, `    ${source}`, `    ${" ".repeat(column - 1)}^`];
  });
}

/** Anything may be thrown; an Error of a cell comes from the same realm, one of a worker may not. */
function describeThrown(thrown: unknown): CellFailure {
  if (!(thrown instanceof Error) && Object.prototype.toString.call(thrown) !== "[object Error]") {
    const evalue = format(thrown);
    return { ename: "Thrown", evalue, traceback: [`Thrown: ${evalue}`] };
  }
  const error = thrown as Error;
  return { ename: error.name || "Error", evalue: error.message, traceback: readableStack(error) };
}

/**
 * What Node prints of a thrown value (stack, cause, own fields) without the frames of the kernel, which tell a reader
 * nothing. Positions in a cell are left out: they count in the compiled text, not in the text that was written.
 */
function readableStack(thrown: unknown): string[] {
  const foreign = /^\s+at .*(?:[\\/]tslab[\\/]dist[\\/]|node:(?:internal|vm)|[\\/]notebook[\\/]kernel)/;
  return stripVTControlCharacters(inspect(thrown))
    .split("\n")
    .filter((line) => !foreign.test(line))
    .map((line) => line.replace(/evalmachine\.<anonymous>(?::\d+)*/, "cell"))
    .filter((line, i, all) => !(/^\s*(?:at cell)?$/.test(line) && line === all[i - 1]));
}

/** How long text may wait for more: a loop that prints a million lines sends some fifty messages a second. */
const STREAM_PAUSE_MS = 20;

/** What a cell prints, gathered into few messages. */
class CellStreams {
  readonly #context: CellContext;
  #name: "stdout" | "stderr" = "stdout";
  #text = "";
  #sent = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(context: CellContext) {
    this.#context = context;
  }

  /** A replacement of `process.stdout.write`. */
  writer(name: "stdout" | "stderr"): typeof process.stdout.write {
    const decoder = new TextDecoder();
    return (chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
      this.#add(name, typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }));
      const callback = typeof encoding === "function" ? encoding : done;
      if (typeof callback === "function") queueMicrotask(() => callback());
      return true;
    };
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#text === "") return;
    const text = this.#text;
    this.#text = "";
    this.#sent = performance.now();
    this.#context.publish("stream", { name: this.#name, text });
  }

  #add(name: "stdout" | "stderr", text: string): void {
    if (name !== this.#name) this.flush();
    this.#name = name;
    this.#text += text;
    // The clock and not only the timer: in a loop that blocks the event loop no timer fires.
    if (performance.now() - this.#sent > STREAM_PAUSE_MS) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), STREAM_PAUSE_MS);
  }
}
