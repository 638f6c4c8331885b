/** Where a report comes from: what a reader needs to repeat it, or to doubt it. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { joined, type Notebook } from "./notebook-file.ts";
import type { ParameterValue } from "./notebook-parameters.ts";
import { projectRoot } from "./project-root.ts";

/** Plain data; every field that is missing is one that could not be known. */
export interface Provenance {
  readonly protolab: string;
  readonly node: string;
  readonly tslab: string;
  /** The version of the compiler that the kernel uses. */
  readonly typescript: string;
  /** Operating system and processor kind, for instance `linux x64`. */
  readonly platform: string;
  /** The notebook's path in its project. */
  readonly notebook?: string;
  /** SHA-256 of the cells' kinds and texts, outputs left out: the same before and after a run. */
  readonly notebookHash?: string;
  readonly commit?: string;
  /** Whether files differed from the commit. */
  readonly modified?: boolean;
  readonly seed?: number;
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
  readonly started?: string;
  readonly ended?: string;
  readonly seconds?: number;
}

export interface ProvenanceInput {
  readonly path?: string;
  readonly notebook?: Notebook;
  readonly seed?: number;
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
  readonly started?: string;
  readonly ended?: string;
  readonly seconds?: number;
}

/**
 * SHA-256 of what the author wrote in a notebook: the kinds and texts of its cells, without the injected parameters.
 */
export function notebookHash(notebook: Notebook): string {
  const hash = createHash("sha256");
  for (const cell of notebook.cells) {
    if (cell.metadata.tags?.includes("injected-parameters")) continue;
    hash.update(JSON.stringify([cell.cell_type, joined(cell.source)]));
  }
  return hash.digest("hex");
}

/** Collects the versions, the commit and what the caller knows of a run. */
export function provenance(input: ProvenanceInput = {}): Provenance {
  const { path, notebook, ...known } = input;
  const here = dirname(fileURLToPath(import.meta.url));
  const folder = projectRoot(path === undefined ? here : dirname(resolve(path)));
  const tslab = createRequire(import.meta.url).resolve("tslab");
  return {
    protolab: versionOf(resolve(here, "..", "package.json")),
    node: process.version,
    tslab: versionOf(resolve(dirname(tslab), "..", "package.json")),
    typescript: versionOf(createRequire(tslab).resolve("@tslab/typescript-for-tslab/package.json")),
    platform: `${process.platform} ${process.arch}`,
    ...(path === undefined ? {} : { notebook: relative(folder, resolve(path)) }),
    ...(notebook === undefined ? {} : { notebookHash: notebookHash(notebook) }),
    ...commitOf(folder),
    ...known,
  };
}

function versionOf(packageFile: string): string {
  return String(
    (JSON.parse(readFileSync(packageFile, "utf8")) as { version?: unknown }).version ?? "unknown",
  );
}

/** The commit of a folder; empty without git, or outside a repository. */
function commitOf(folder: string): { commit?: string; modified?: boolean } {
  const git = (...args: string[]): string =>
    execFileSync("git", args, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 5000,
    });
  try {
    const commit = git("rev-parse", "HEAD").trim();
    return { commit, modified: git("status", "--porcelain", "--untracked-files=no").trim() !== "" };
  } catch {
    return {};
  }
}
