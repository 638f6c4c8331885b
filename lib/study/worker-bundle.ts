/**
 * The code of a worker as one file of plain JavaScript, made once for each state of its sources and kept.
 *
 * A thread that reads some sixty TypeScript files, each through the loader, has used a tenth of a second of processor
 * time before its first task; from one file it starts in a quarter of that. And the simulation runs an eighth faster:
 * what one module takes from another is a variable here and a property with a getter there.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DataError } from "../core/errors.ts";

/** The part of esbuild's interface that is used; esbuild comes with tsx. */
interface Esbuild {
  readonly version: string;
  buildSync(options: Readonly<Record<string, unknown>>): {
    readonly outputFiles: readonly { readonly contents: Uint8Array }[];
    readonly warnings: readonly { readonly text: string }[];
    readonly metafile: { readonly inputs: Readonly<Record<string, unknown>> };
  };
}

/** What a kept bundle was made of. */
interface Manifest {
  readonly file: string;
  /** Hash of each source by its path. */
  readonly inputs: Readonly<Record<string, string>>;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = join(ROOT, ".protolab", "worker");
/** Milliseconds: a source changed so shortly before may have been read in either state. */
const JUST_CHANGED = 2000;
const DAY = 86_400_000;

const made = new Map<string, string | null>();

/**
 * The bundle of a TypeScript file that a worker loads, made when there is none of these very sources.
 *
 * @param folder where bundles are kept
 * @returns path of a CommonJS file; null where none can be made (no esbuild, nowhere to write): TypeScript it is then
 */
export function workerBundle(source: string, folder = FOLDER): string | null {
  const key = `${folder} ${source}`;
  let file = made.get(key);
  if (file === undefined) {
    try {
      file = kept(source, folder) ?? make(source, folder);
    } catch {
      file = null;
    }
    made.set(key, file);
  }
  return file;
}

/**
 * The same, loaded into this thread: what this thread then measures is what threads run.
 *
 * @param source TypeScript whose exports are those of `Code`
 * @throws DataError where no bundle can be made
 */
export function bundledCode<Code>(where: string, source: string): Code {
  const bundle = workerBundle(source);
  if (bundle === null)
    throw new DataError(`${where}: ${basename(source)} must bundle, got no file in .protolab/worker`);
  return createRequire(import.meta.url)(bundle) as Code;
}

const hashOf = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");
const manifestPath = (source: string, folder: string): string =>
  join(folder, `${basename(source)}-${hashOf(Buffer.from(source)).slice(0, 8)}.json`);

function kept(source: string, folder: string): string | null {
  const path = manifestPath(source, folder);
  if (!existsSync(path)) return null;
  const manifest = JSON.parse(readFileSync(path, "utf8")) as Manifest;
  const file = join(folder, manifest.file);
  const same = Object.entries(manifest.inputs).every(
    ([input, hash]) => existsSync(input) && hashOf(readFileSync(input)) === hash,
  );
  return same && existsSync(file) ? file : null;
}

function make(source: string, folder: string): string {
  const tsx = createRequire(import.meta.url).resolve("tsx");
  const esbuild = createRequire(tsx)("esbuild") as Esbuild;
  const begun = Date.now();
  const { outputFiles, warnings, metafile } = esbuild.buildSync({
    entryPoints: [source],
    absWorkingDir: ROOT,
    bundle: true,
    format: "cjs",
    platform: "node",
    target: `node${process.versions.node}`,
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  // For instance `import.meta`, which has no meaning in one file of many.
  if (warnings.length > 0) throw new DataError(`study: ${source} must bundle, got ${warnings[0].text}`);
  const { contents } = outputFiles[0];
  const file = `worker-${hashOf(contents).slice(0, 16)}.cjs`;
  mkdirSync(folder, { recursive: true });
  prune(folder);
  writeWhole(join(folder, file), contents);
  const inputs = Object.keys(metafile.inputs).map((input) => join(ROOT, input));
  if (inputs.every((input) => statSync(input).mtimeMs < begun - JUST_CHANGED)) {
    const hashes = Object.fromEntries(inputs.map((input) => [input, hashOf(readFileSync(input))]));
    const manifest: Manifest = { file, inputs: hashes };
    writeWhole(manifestPath(source, folder), Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`));
  }
  return join(folder, file);
}

/** Under a name of this process first: several processes may write the same file, and none may read half of it. */
function writeWhole(path: string, content: Uint8Array): void {
  const half = `${path}.${process.pid}`;
  writeFileSync(half, content);
  renameSync(half, path);
}

/** Removes bundles of sources long gone; a study that still runs has loaded its own. */
function prune(folder: string): void {
  const before = Date.now() - DAY;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).mtimeMs < before) rmSync(path, { force: true });
  }
}
