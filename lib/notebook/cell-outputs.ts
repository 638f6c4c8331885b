/** Gathers a kernel's messages into the outputs of the cells they belong to, as Jupyter stores them. */
import type { WireContent, WireMessage } from "./jupyter-wire.ts";
import type { MimeBundle } from "./mime.ts";
import { type ErrorOutput, joined, type Metadata, type Output } from "./notebook-file.ts";

/** Named first on standard error by the kernel when something is thrown after its cell has ended. */
const LATE = /^(UncaughtException|Unhandled(?:Promise)?Rejection):? ?(.*)$/m;

/** The outputs of one cell while it runs, and for the late ones afterwards. */
export class CellOutputs {
  readonly outputs: Output[] = [];
  #clear = false;

  /** Text and error of the same stream grow together, so that a file holds one output and not one a line. */
  stream(name: "stdout" | "stderr", text: string): void {
    this.#clearIfAsked();
    const last = this.outputs.at(-1);
    if (last?.output_type === "stream" && last.name === name)
      this.outputs[this.outputs.length - 1] = { ...last, text: joined(last.text) + text };
    else this.outputs.push({ output_type: "stream", name, text });
  }

  /** Adds an output and returns its place. */
  add(output: Output): number {
    this.#clearIfAsked();
    return this.outputs.push(output) - 1;
  }

  clear(wait: boolean): void {
    this.#clear = true;
    if (!wait) this.#clearIfAsked();
  }

  #clearIfAsked(): void {
    if (this.#clear) this.outputs.length = 0;
    this.#clear = false;
  }

  /** The failure of this cell: its error output, or an exception that came late and stands on standard error. */
  failure(): ErrorOutput | undefined {
    for (const output of this.outputs) {
      if (output.output_type === "error") return output;
      if (output.output_type !== "stream" || output.name !== "stderr") continue;
      const text = joined(output.text);
      const late = LATE.exec(text);
      if (late === null) continue;
      const traceback = text.slice(late.index).trimEnd().split("\n");
      return { output_type: "error", ename: late[1]!, evalue: late[2]!, traceback };
    }
    return undefined;
  }
}

/** Sorts messages to cells by the request that they name as their parent. */
export class OutputCollector {
  readonly #cells = new Map<string, CellOutputs>();
  readonly #displays = new Map<string, { readonly cell: CellOutputs; readonly at: number }[]>();
  /** Called with the last line a cell printed, or the text of a display that it has changed. */
  onText: (text: string) => void = () => {};

  /** Starts to collect for a request. */
  open(request: string): CellOutputs {
    const cell = new CellOutputs();
    this.#cells.set(request, cell);
    return cell;
  }

  readonly take = ({ header, parent, content }: WireMessage): void => {
    const cell = this.#cells.get(parent.msg_id ?? "");
    if (cell === undefined) return;
    const type = header.msg_type;
    if (type === "stream") this.#stream(cell, content);
    else if (type === "display_data") this.#display(cell, content);
    else if (type === "update_display_data") this.#update(content);
    else if (type === "clear_output") cell.clear(content["wait"] === true);
    else if (type === "execute_result") {
      const execution_count = Number(content["execution_count"]);
      cell.add({ output_type: "execute_result", execution_count, ...dataOf(content) });
    } else if (type === "error") {
      const { ename, evalue, traceback } = content;
      const lines = traceback as string[];
      cell.add({ output_type: "error", ename: String(ename), evalue: String(evalue), traceback: lines });
    }
  };

  #stream(cell: CellOutputs, content: WireContent): void {
    const text = String(content["text"]);
    cell.stream(content["name"] === "stderr" ? "stderr" : "stdout", text);
    const line = text
      .split(/[\r\n]/)
      .filter((part) => part.trim() !== "")
      .at(-1);
    if (line !== undefined) this.onText(line.trim());
  }

  #display(cell: CellOutputs, content: WireContent): void {
    const at = cell.add({ output_type: "display_data", ...dataOf(content) });
    const id = (content["transient"] as { display_id?: unknown } | undefined)?.display_id;
    if (typeof id === "string") this.#displays.set(id, [...(this.#displays.get(id) ?? []), { cell, at }]);
    this.#tell(content);
  }

  #update(content: WireContent): void {
    const id = (content["transient"] as { display_id?: unknown } | undefined)?.display_id;
    for (const { cell, at } of this.#displays.get(String(id)) ?? []) {
      const output = cell.outputs[at];
      if (output?.output_type === "display_data") cell.outputs[at] = { ...output, ...dataOf(content) };
    }
    this.#tell(content);
  }

  #tell(content: WireContent): void {
    const text = dataOf(content).data["text/plain"];
    if (typeof text === "string") this.onText(text.trim());
  }
}

function dataOf(content: WireContent): { readonly data: MimeBundle; readonly metadata: Metadata } {
  return { data: content["data"] as MimeBundle, metadata: (content["metadata"] ?? {}) as Metadata };
}
