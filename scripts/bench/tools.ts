/**
 * Finds what runs a program on this machine: compilers, Python modules, npm packages; builds what must be built.
 *
 * Everything but Node is optional. What is missing is an answer (`Missing`, with how to have it), not an error.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runProgram } from "./program.ts";
import type { Tool } from "./workloads.ts";

/** How to start a program: the file and its first arguments. */
export interface Command {
  readonly file: string;
  readonly first: readonly string[];
  /** Name and version, where they are known, for the report. */
  readonly version?: string;
}

/** Why a program cannot be run here. */
export interface Missing {
  readonly missing: string;
}

export const HERE = fileURLToPath(new URL(".", import.meta.url));
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CACHE = join(ROOT, ".protolab", "bench");

/** Node with the TypeScript loader, as users run the project. */
export const NODE: Command = { file: process.execPath, first: ["--import", "tsx"] };

/** Finds and, where need be, builds the command of a tool. */
export async function commandOf(tool: Tool, signal?: AbortSignal): Promise<Command | Missing> {
  switch (tool.kind) {
    case "c++":
      return compiled(tool.source, ["-std=c++20"], [], signal);
    case "ns-3":
      return ns3(signal);
    case "python":
      return python(tool.module, tool.script, tool.install);
    case "typescript":
      return typescript(tool.script, tool.npm);
  }
}

function typescript(script: string, npm: string | undefined): Command | Missing {
  const command = { ...NODE, first: [...NODE.first, join(HERE, script)] };
  if (npm === undefined) return command;
  try {
    createRequire(join(ROOT, "package.json")).resolve(npm);
    return command;
  } catch {
    return { missing: `npm package ${npm} is not installed (npm i --no-save simscript simjs)` };
  }
}

function python(module: string, script: string, install: string): Command | Missing {
  for (const file of ["python3", "/usr/bin/python3"]) {
    const probe = spawnSync(file, ["-c", `import ${module}; print(${module}.__version__)`], {
      encoding: "utf8",
      timeout: 20_000,
    });
    if (probe.status === 0) return { file, first: [join(HERE, script)], version: probe.stdout.trim() };
  }
  return { missing: `no python3 that has the module ${module} (${install})` };
}

/** The version line of g++, or null where there is none. */
export function compiler(): string | null {
  const probe = spawnSync("g++", ["--version"], { encoding: "utf8", timeout: 20_000 });
  return probe.status === 0 ? probe.stdout.split("\n")[0] : null;
}

async function ns3(signal?: AbortSignal): Promise<Command | Missing> {
  if (compiler() === null) return { missing: "no g++ (apt-get install g++)" };
  const header = spawnSync("g++", ["-E", "-x", "c++", "-o", "/dev/null", "-"], {
    input: "#include <ns3/core-module.h>\n",
    timeout: 60_000,
  });
  if (header.status !== 0) return { missing: "no headers of ns-3 (apt-get install libns3-dev)" };
  const probe = spawnSync("pkg-config", ["--modversion", "ns3-core"], { encoding: "utf8", timeout: 20_000 });
  const version = probe.status === 0 ? probe.stdout.trim() : "3";
  // ns-3.37's headers are C++17; their warnings are not ours.
  const flags = ["-std=c++17", "-w", `-DNS3_VERSION="${version}"`];
  const command = await compiled("ns3.cc", flags, ["-lns3-core"], signal);
  return "missing" in command ? command : { ...command, version };
}

/** Compiles a baseline for this very processor, once for each text, compiler and machine. */
async function compiled(
  source: string,
  flags: readonly string[],
  libraries: readonly string[],
  signal?: AbortSignal,
): Promise<Command | Missing> {
  const version = compiler();
  if (version === null) return { missing: "no g++ (apt-get install g++)" };
  const folder = join(HERE, "baselines");
  const all = ["-O3", "-march=native", ...flags];
  const hash = createHash("sha256");
  for (const part of [version, cpus()[0]?.model ?? "", ...all, ...libraries]) hash.update(`${part}\n`);
  for (const file of [source, "bench.hpp"]) hash.update(readFileSync(join(folder, file)));
  const binary = join(CACHE, `${source.replace(/\..*$/, "")}-${hash.digest("hex").slice(0, 16)}`);
  if (!existsSync(binary)) {
    mkdirSync(CACHE, { recursive: true });
    // Under a name of this process first: two benchmarks may build at once, and neither may run half a file.
    const half = `${binary}.${process.pid}`;
    const args = [...all, join(folder, source), ...libraries, "-o", half];
    const result = await runProgram("g++", args, { cwd: ROOT, ...(signal === undefined ? {} : { signal }) });
    if (result.code !== 0) {
      const reason =
        result.err.split("\n").find((line) => line.includes("error")) ?? result.err.slice(0, 200);
      return { missing: `${source} does not compile (${reason.trim()})` };
    }
    renameSync(half, binary);
  }
  return { file: binary, first: [] };
}
