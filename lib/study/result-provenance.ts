/** Where a result comes from: apart from the data, so that equal seeds give equal data files. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunFacts } from "./result.ts";

/** Versions, machine, seed and times of a run. */
export interface ResultProvenance {
  readonly protolab: string;
  readonly node: string;
  readonly platform: string;
  /** Commit of the working folder, where git knows one. */
  readonly commit: string | null;
  readonly seed: number;
  readonly workers: number;
  readonly complete: boolean;
  readonly started: string;
  readonly ended: string;
  readonly seconds: number;
}

/** Collects the provenance of a run. */
export function resultProvenance(facts: RunFacts): ResultProvenance {
  const packageFile = fileURLToPath(new URL("../package.json", import.meta.url));
  const { version } = JSON.parse(readFileSync(packageFile, "utf8")) as { version: string };
  return {
    protolab: version,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    commit: commitOf(dirname(packageFile)),
    seed: facts.settings.seed,
    workers: facts.workers,
    complete: facts.complete,
    started: facts.started.toISOString(),
    ended: facts.ended.toISOString(),
    seconds: (facts.ended.getTime() - facts.started.getTime()) / 1000,
  };
}

function commitOf(folder: string): string | null {
  try {
    const stdio: ("ignore" | "pipe")[] = ["ignore", "pipe", "ignore"];
    return execFileSync("git", ["rev-parse", "HEAD"], {
      cwd: folder,
      encoding: "utf8",
      stdio,
      timeout: 5000,
    }).trim();
  } catch {
    return null;
  }
}
