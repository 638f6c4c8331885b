/**
 * A notebook as a file: its types, reading with every mistake named by line, and writing without a half-written state.
 *
 * Source: the notebook format 4.5 (Jupyter, nbformat). Older 4.x files are read, and written as 4.5: with cell ids.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { DataError, show } from "../core/errors.ts";
import { type JsonPath, jsonLines } from "./json-lines.ts";
import type { MimeBundle } from "./mime.ts";

/** What Jupyter writes as a text or as a list of its lines. */
export type MultilineText = string | readonly string[];
export type Metadata = Readonly<Record<string, unknown>>;

export interface StreamOutput {
  readonly output_type: "stream";
  readonly name: "stdout" | "stderr";
  readonly text: MultilineText;
}
export interface DisplayOutput {
  readonly output_type: "display_data";
  readonly data: MimeBundle;
  readonly metadata: Metadata;
}
export interface ResultOutput {
  readonly output_type: "execute_result";
  readonly execution_count: number | null;
  readonly data: MimeBundle;
  readonly metadata: Metadata;
}
export interface ErrorOutput {
  readonly output_type: "error";
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}
export type Output = StreamOutput | DisplayOutput | ResultOutput | ErrorOutput;

export interface CellMetadata {
  readonly tags?: readonly string[];
  readonly [key: string]: unknown;
}
export interface CodeCell {
  readonly cell_type: "code";
  readonly id: string;
  readonly metadata: CellMetadata;
  readonly source: MultilineText;
  readonly execution_count: number | null;
  readonly outputs: readonly Output[];
}
export interface TextCell {
  readonly cell_type: "markdown" | "raw";
  readonly id: string;
  readonly metadata: CellMetadata;
  readonly source: MultilineText;
  readonly attachments?: Readonly<Record<string, MimeBundle>>;
}
export type Cell = CodeCell | TextCell;

export interface Notebook {
  readonly nbformat: 4;
  readonly nbformat_minor: number;
  readonly metadata: Metadata;
  readonly cells: readonly Cell[];
}

/** A text that may be given as a list of lines, as one text. */
export function joined(text: MultilineText): string {
  return typeof text === "string" ? text : text.join("");
}

/** A text as the list of its lines, each with its line break: how Jupyter stores it, for readable differences. */
export function asLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/**
 * Reads and checks a notebook.
 *
 * @throws DataError `path:line: ...` when it is not a notebook for the TypeScript kernel
 */
export function readNotebook(path: string): Notebook {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const found = code === "ENOENT" ? "no such file" : code === "EISDIR" ? "a folder" : String(code);
    throw new DataError(`${path}:1: must be a notebook file, got ${found}`);
  }
  return parseNotebook(text, path);
}

/** The same for a text; `path` is what errors call it. */
export function parseNotebook(text: string, path: string): Notebook {
  const json = text.startsWith("\ufeff") ? text.slice(1) : text;
  if (json.trim() === "") throw new DataError(`${path}:1: must be a notebook (JSON), got an empty file`);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    const { mistake } = jsonLines(json);
    throw new DataError(
      `${path}:${mistake?.line ?? 1}: must be JSON: expected ${mistake?.message ?? "JSON"}`,
    );
  }
  return new Reader(json, path).notebook(value);
}

/** Checks a parsed notebook from the outside in; the first mistake is reported, with its line. */
class Reader {
  readonly #json: string;
  readonly #path: string;

  constructor(json: string, path: string) {
    this.#json = json;
    this.#path = path;
  }

  #refuse(at: JsonPath, message: string): never {
    throw new DataError(`${this.#path}:${jsonLines(this.#json).lineOf(at)}: ${message}`);
  }

  #object(value: unknown, at: JsonPath, name: string): Record<string, unknown> {
    if (value === null || typeof value !== "object" || Array.isArray(value))
      this.#refuse(at, `${name} must be an object, got ${value === undefined ? "none" : show(value)}`);
    return value as Record<string, unknown>;
  }

  notebook(value: unknown): Notebook {
    const top = this.#object(value, [], "the notebook");
    const { nbformat, nbformat_minor } = top;
    if (nbformat !== 4)
      this.#refuse(
        ["nbformat"],
        `nbformat must be 4, got ${nbformat === undefined ? "none" : show(nbformat)}`,
      );
    if (typeof nbformat_minor !== "number" || !Number.isInteger(nbformat_minor) || nbformat_minor < 0)
      this.#refuse(["nbformat_minor"], `nbformat_minor must be an integer >= 0, got ${show(nbformat_minor)}`);
    const metadata = this.#object(top["metadata"], ["metadata"], "metadata");
    this.#kernel(metadata);
    if (!Array.isArray(top["cells"]))
      this.#refuse(["cells"], `cells must be a list, got ${show(top["cells"])}`);
    const ids = new Set<string>();
    const cells = (top["cells"] as unknown[]).map((cell, i) => this.#cell(cell, i, ids));
    return { ...top, nbformat: 4, nbformat_minor: Math.max(5, nbformat_minor), metadata, cells };
  }

  #kernel(metadata: Record<string, unknown>): void {
    const at = ["metadata", "kernelspec"];
    if (metadata["kernelspec"] === undefined)
      this.#refuse(
        at,
        'metadata.kernelspec must name the kernel ("protolab", language "typescript"), got none',
      );
    const spec = this.#object(metadata["kernelspec"], at, "metadata.kernelspec");
    if (typeof spec["name"] !== "string" || spec["name"] === "")
      this.#refuse([...at, "name"], `metadata.kernelspec.name must be a name, got ${show(spec["name"])}`);
    const info = metadata["language_info"] as { name?: unknown } | undefined;
    const language = spec["language"] ?? info?.name;
    if (language === "typescript") return;
    // An old notebook may name no language; the name of the kernel then tells it.
    if (language === undefined && ["protolab", "tslab"].includes(spec["name"])) return;
    const from =
      spec["language"] === undefined && language !== undefined ? ["metadata", "language_info", "name"] : at;
    const where = from === at ? [...at, "language"] : from;
    this.#refuse(
      where,
      `${where.join(".")} must be "typescript", got ${language === undefined ? "none" : show(language)}`,
    );
  }

  #cell(value: unknown, index: number, ids: Set<string>): Cell {
    const at: JsonPath = ["cells", index];
    const name = `cell ${index + 1}`;
    const cell = this.#object(value, at, name);
    const type = cell["cell_type"];
    if (type !== "code" && type !== "markdown" && type !== "raw")
      this.#refuse(
        [...at, "cell_type"],
        `${name}: cell_type must be "code", "markdown" or "raw", got ${show(type)}`,
      );
    const source = this.#text(cell["source"], [...at, "source"], `${name}: source`);
    const metadata = this.#object(cell["metadata"], [...at, "metadata"], `${name}: metadata`);
    const tags = metadata["tags"];
    if (tags !== undefined && !(Array.isArray(tags) && tags.every((tag) => typeof tag === "string")))
      this.#refuse([...at, "metadata", "tags"], `${name}: tags must be a list of texts, got ${show(tags)}`);
    const id = this.#id(cell["id"], at, `${name}: id`, { source: joined(source), index }, ids);
    if (type !== "code") return { ...cell, cell_type: type, id, metadata, source };
    const { outputs, execution_count: count } = cell;
    if (!Array.isArray(outputs))
      this.#refuse([...at, "outputs"], `${name}: outputs must be a list, got ${show(outputs)}`);
    if (count !== null && count !== undefined && !Number.isInteger(count))
      this.#refuse(
        [...at, "execution_count"],
        `${name}: execution_count must be an integer or null, got ${show(count)}`,
      );
    const checked = (outputs as unknown[]).map((output, i) =>
      this.#output(output, [...at, "outputs", i], name),
    );
    const execution_count = (count ?? null) as number | null;
    return { ...cell, cell_type: "code", id, metadata, source, execution_count, outputs: checked };
  }

  #text(value: unknown, at: JsonPath, name: string): MultilineText {
    if (typeof value === "string") return value;
    if (Array.isArray(value) && value.every((line): line is string => typeof line === "string")) return value;
    return this.#refuse(at, `${name} must be a text or a list of lines, got ${show(value)}`);
  }

  /** The cell's own id, or one from its place and text, so that the same file gives the same ids. */
  #id(
    given: unknown,
    at: JsonPath,
    name: string,
    cell: { source: string; index: number },
    ids: Set<string>,
  ): string {
    const id =
      given ?? createHash("sha256").update(`${cell.index}\n${cell.source}`).digest("hex").slice(0, 8);
    if (typeof id !== "string" || !/^[a-zA-Z0-9_-]{1,64}$/.test(id))
      this.#refuse([...at, "id"], `${name} must be 1 to 64 letters, digits, - or _, got ${show(id)}`);
    if (ids.has(id)) this.#refuse([...at, "id"], `${name} must be used once, got ${show(id)} again`);
    ids.add(id);
    return id;
  }

  #output(value: unknown, at: JsonPath, cell: string): Output {
    const output = this.#object(value, at, `${cell}: output`);
    const type = output["output_type"];
    if (type === "stream") {
      this.#text(output["text"], [...at, "text"], `${cell}: stream text`);
    } else if (type === "display_data" || type === "execute_result") {
      this.#object(output["data"], [...at, "data"], `${cell}: output data`);
    } else if (type === "error") {
      if (!Array.isArray(output["traceback"]))
        this.#refuse(
          [...at, "traceback"],
          `${cell}: traceback must be a list, got ${show(output["traceback"])}`,
        );
    } else {
      this.#refuse(
        [...at, "output_type"],
        `${cell}: output_type must be "stream", "display_data", "execute_result" or "error", got ${show(type)}`,
      );
    }
    return value as Output;
  }
}

/** The text of a notebook file: keys sorted, one space of indent, texts as lists of lines, as Jupyter itself writes. */
export function notebookText(notebook: Notebook): string {
  const cells = notebook.cells.map((cell) => ({
    ...cell,
    source: asLines(joined(cell.source)),
    ...(cell.cell_type === "code" ? { outputs: cell.outputs.map(storedOutput) } : {}),
  }));
  return `${JSON.stringify(sortKeys({ ...notebook, cells }), null, 1)}\n`;
}

function storedOutput(output: Output): object {
  if (output.output_type === "stream") return { ...output, text: asLines(joined(output.text)) };
  if (output.output_type === "error") return output;
  const data = Object.entries(output.data).map(([mime, value]) => {
    const json = mime === "application/json" || mime.endsWith("+json");
    return [mime, !json && typeof value === "string" ? asLines(value) : value];
  });
  return { ...output, data: Object.fromEntries(data) };
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}

/** Writes a notebook; a reader sees the old file or the new one, never a part. */
export function writeNotebook(path: string, notebook: Notebook): void {
  publishFile(path, notebookText(notebook));
}

/** Writes a file through a temporary name beside it, flushed to the disk before it takes the name. */
export function publishFile(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, "w");
    try {
      const bytes = Buffer.from(content, "utf8");
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
