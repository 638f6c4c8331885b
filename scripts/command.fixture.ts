/** Commands as processes of their own, and small files for them to work on. */
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Starts `protolab` with these words. */
export function startCommand(words: readonly string[], stdout: "pipe" | number = "pipe"): ChildProcess {
  return spawn(process.execPath, [path("./protolab.mjs"), ...words], { stdio: ["ignore", stdout, "pipe"] });
}

/** The exit code, once the process and its streams have ended. */
export function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((done) => child.on("close", (code) => done(code)));
}

/** A study file: three nodes at some rates, with these options of a run. */
export function writeStudy(file: string, rates: string, options: string): string {
  const lib = pathToFileURL(path("../lib/index.ts")).href;
  writeFileSync(
    file,
    `import { network, raft, study, workload } from ${JSON.stringify(lib)};
const system = raft({ network: network.lan({ nodes: 3, rtt: "10 ms" }) });
export const load = study({ name: "three", system, workload: (p) => workload.poisson(p.rate) }).sweep({ rate: ${rates} });
export const run = { minReplications: 5, maxReplications: 5, ${options} };
`,
  );
  return file;
}

/** A notebook of code cells; one whose text begins with `#p` is tagged as the parameters. */
export function writeCells(file: string, ...cells: readonly string[]): string {
  const kernelspec = { name: "protolab", display_name: "Protolab", language: "typescript" };
  const notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec },
    cells: cells.map((source, i) => ({
      cell_type: "code",
      id: `c${i + 1}`,
      metadata: { tags: source.startsWith("#p") ? ["parameters"] : [] },
      source: source.replace("#p", ""),
      execution_count: null,
      outputs: [],
    })),
  };
  writeFileSync(file, JSON.stringify(notebook));
  return file;
}
