/**
 * tslab's TypeScript (5.0.4), and two changes to it that a kernel needs before tslab is loaded.
 *
 * It checks and emits only what the notebook's author wrote. tslab asks for the errors of a cell *and of every source
 * file it reaches*, and has each emitted, which checks it again; a cell that imports "protolab" reaches the whole
 * library. That costs many seconds at the first cell, and fails on what the project's own compiler accepts (`.ts`
 * import specifiers: error 5097). The library is checked where it is built (`checkUnderKernelCompiler`) and loaded by
 * Node; its types are still read, so a wrong call in a cell is still an error.
 *
 * It finds this installation's packages from anywhere. The kernel is installed once for the user; a notebook that
 * lies outside any project imports "protolab", and knows `console` (from `@types/node`), all the same.
 */
import { createRequire, Module } from "node:module";
import { delimiter, dirname, join } from "node:path";
import type ts from "typescript";
import { KERNEL_LAUNCHER } from "./kernel-client.ts";

/** The module `@tslab/typescript-for-tslab` as tslab finds it: its API and its version. */
export function loadKernelTypeScript(): typeof ts {
  return tslabRequire()("@tslab/typescript-for-tslab") as typeof ts;
}

function tslabRequire(): NodeJS.Require {
  return createRequire(createRequire(import.meta.url).resolve("tslab"));
}

/** A program that knows what depends on what; the part of it that is used here. */
interface Builder {
  getProgram(): ts.Program;
  getSourceFile(name: string): ts.SourceFile | undefined;
  getAllDependencies(file: ts.SourceFile): readonly string[];
}
type AfterProgramCreate = (builder: Builder) => void;
interface WatchHost {
  afterProgramCreate?: AfterProgramCreate;
}

/** The functions of the module that are changed here, as tslab calls them. */
interface Changed {
  createWatchCompilerHost(...settings: readonly unknown[]): WatchHost;
  getDefaultTypeRoots(folder: string, host: object): string[] | undefined;
  sys: ts.System;
}

/**
 * Makes the changes; tslab must not be loaded yet, because afterwards it holds the original functions.
 *
 * @param folder the kernel's working folder
 */
export function prepareKernelTypeScript(folder: string): void {
  const require = tslabRequire();
  const original = require("@tslab/typescript-for-tslab") as Changed;
  const packages = packageFolder();
  offerAtRunTime(packages);
  const changes: Changed = {
    createWatchCompilerHost: (...settings) => withoutLibraries(original.createWatchCompilerHost(...settings)),
    getDefaultTypeRoots: (from, host) => [
      ...(original.getDefaultTypeRoots(from, host) ?? []),
      dirname(dirname(require.resolve("@types/node/package.json"))),
    ],
    sys: systemWithPackages(
      withoutWatching(original.sys),
      slashes(join(folder, "node_modules")),
      slashes(packages),
    ),
  };
  // The module's properties are read-only getters: tslab gets a copy of them with these replaced.
  const patched: object = Object.defineProperties(
    {},
    {
      ...Object.getOwnPropertyDescriptors(original),
      ...Object.fromEntries(
        Object.entries(changes).map(([name, value]) => [name, { value, enumerable: true, writable: true }]),
      ),
    },
  );
  const cached = require.cache[require.resolve("@tslab/typescript-for-tslab")];
  if (cached === undefined) throw new Error("kernel: tslab's TypeScript is not a CommonJS module any more");
  cached.exports = patched;
}

/**
 * Files on disk are not watched: Node has loaded them once and for all, so a change takes a restart of the kernel
 * anyway, and one that comes while a cell runs would make tslab's compiler fail ("Unexpected pending rebuildTimer").
 */
function withoutWatching(system: ts.System): ts.System {
  const quiet = Object.create(system) as ts.System;
  quiet.watchFile = () => ({ close() {} });
  quiet.watchDirectory = () => ({ close() {} });
  return quiet;
}

/** tslab takes its builder from this callback; the builder it gets does not name the sources of packages. */
function withoutLibraries(host: WatchHost): WatchHost {
  let callback: AfterProgramCreate | undefined;
  return Object.defineProperty(host, "afterProgramCreate", {
    get: () => callback,
    set: (given: AfterProgramCreate) => {
      callback = (builder) => given(ownSourcesOf(builder));
    },
  });
}

function ownSourcesOf(builder: Builder): Builder {
  const own = Object.create(builder) as Builder;
  own.getAllDependencies = (file) =>
    builder.getAllDependencies(file).filter((name) => {
      const source = builder.getSourceFile(name);
      return source === undefined || !builder.getProgram().isSourceFileFromExternalLibrary(source);
    });
  return own;
}

/** The `node_modules` that this package's own dependencies are in. */
function packageFolder(): string {
  const tslab = createRequire(KERNEL_LAUNCHER).resolve("tslab");
  return dirname(dirname(dirname(tslab)));
}

/** Node's last resort for a package that no folder above the notebook has. */
function offerAtRunTime(packages: string): void {
  const own = process.env["NODE_PATH"];
  process.env["NODE_PATH"] = own === undefined || own === "" ? packages : `${own}${delimiter}${packages}`;
  // Node reads the variable at its start, and offers this function for a change afterwards.
  (Module as unknown as { _initPaths(): void })._initPaths();
}

/** The same for the compiler: what is missing in the working folder's `node_modules` is looked for in ours. */
function systemWithPackages(system: ts.System, missing: string, packages: string): ts.System {
  if (missing === packages) return system;
  const redirect = (path: string): string =>
    path.startsWith(`${missing}/`) && !system.fileExists(path) && !system.directoryExists(path)
      ? packages + path.slice(missing.length)
      : path;
  const own: ts.System = Object.create(system) as ts.System;
  own.fileExists = (path) => system.fileExists(redirect(path));
  own.readFile = (path, encoding) => system.readFile(redirect(path), encoding);
  // The folder itself need not exist: without this the compiler would not even look into it.
  own.directoryExists = (path) => path === missing || system.directoryExists(redirect(path));
  own.getDirectories = (path) => system.getDirectories(redirect(path));
  own.realpath = (path) => (system.realpath ?? ((same: string) => same))(redirect(path));
  return own;
}

/** The compiler writes every path with forward slashes. */
function slashes(path: string): string {
  return path.replaceAll("\\", "/");
}
