/** Commands as processes of their own, and small files for them to work on. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
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

/** The processes of this machine that run: number, parent, and whether ended and only not yet asked for. */
function processes(): { readonly pid: number; readonly parent: number; readonly ended: boolean }[] {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid=,stat="], { encoding: "utf8" });
  return (stdout ?? "").split("\n").map((line) => {
    const [pid, parent, state = ""] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), ended: state.startsWith("Z") };
  });
}

/** The processes that a process has started, and those that they have; none where there is no `ps`. */
export function descendantsOf(pid: number): number[] {
  const all = processes();
  const below = (of: number): number[] =>
    all.flatMap(({ pid, parent }) => (parent === of ? [pid, ...below(pid)] : []));
  return below(pid);
}

/** Those of some processes that still run after as many milliseconds as the system may need to end them. */
export async function leftOf(pids: readonly number[], patience = 5000): Promise<number[]> {
  const until = performance.now() + patience;
  for (;;) {
    const left = processes().filter(({ pid, ended }) => pids.includes(pid) && !ended);
    if (left.length === 0 || performance.now() > until) return left.map(({ pid }) => pid);
    await wait(100);
  }
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
