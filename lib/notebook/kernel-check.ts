/**
 * Whether library code compiles under the kernel's compiler: tslab's TypeScript 5.0.4 with tslab's options.
 *
 * A cell that imports the library has its sources read by that compiler; what it does not understand there makes the
 * types of the cell wrong or `any`, without a word. The check adds `strict`, which tslab leaves off.
 */
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import type ts from "typescript";
import { loadKernelTypeScript } from "./kernel-typescript.ts";
import { projectRoot } from "./project-root.ts";

export interface KernelDiagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly code: number;
  readonly message: string;
}

/** The options that tslab 1.0.22 gives its compiler on Node 18 and later (`dist/converter.js`), and `strict`. */
function kernelOptions(compiler: typeof ts, folder: string): ts.CompilerOptions {
  return {
    module: compiler.ModuleKind.ESNext,
    moduleResolution: compiler.ModuleResolutionKind.Node10,
    esModuleInterop: true,
    target: compiler.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts"],
    declaration: true,
    newLine: compiler.NewLineKind.LineFeed,
    experimentalDecorators: true,
    resolveJsonModule: true,
    jsx: compiler.JsxEmit.React,
    typeRoots: typeRoots(folder),
    allowJs: true,
    checkJs: true,
    skipLibCheck: true,
    strict: true,
    // Left out: noImplicitUseStrict, which concerns the emitted text only and contradicts strict. Added: its cells import the library as a package, whose files may name each other
    // with `.ts`; here they are the program itself.
    allowImportingTsExtensions: true,
    noEmit: true,
  };
}

/** tslab's rule: the `@types` folders at and above the working folder, else its own. */
function typeRoots(folder: string): string[] {
  const roots: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    roots.push(join(at, "node_modules", "@types"));
    if (dirname(at) === at) break;
  }
  const tslab = createRequire(import.meta.url).resolve("tslab");
  return [...roots, join(dirname(tslab), "..", "node_modules", "@types")];
}

/**
 * tslab's module resolution does not know the `exports` of a package: `mathjs/number` has no types for it. In a
 * cell they are `any` then, which hurts only what the library would export of them; here they are found, so that the
 * check tells real mistakes.
 */
function hostWithSubpaths(compiler: typeof ts, options: ts.CompilerOptions): ts.CompilerHost {
  const host = compiler.createCompilerHost(options);
  const bundler = { ...options, moduleResolution: compiler.ModuleResolutionKind.Bundler };
  host.resolveModuleNameLiterals = (names, from) =>
    names.map(({ text }) => {
      const found = compiler.resolveModuleName(text, from, options, host);
      return found.resolvedModule === undefined
        ? compiler.resolveModuleName(text, from, bundler, host)
        : found;
    });
  return host;
}

/**
 * Type-checks a file and all of the project's files that it reaches.
 *
 * @param entry one file or several
 * @returns the errors; empty when it compiles
 */
export function checkUnderKernelCompiler(entry: string | readonly string[]): KernelDiagnostic[] {
  const compiler = loadKernelTypeScript();
  const files = (typeof entry === "string" ? [entry] : entry).map((file) => resolve(file));
  const folder = projectRoot(dirname(files[0] ?? "."));
  const options = kernelOptions(compiler, folder);
  const program = compiler.createProgram(files, options, hostWithSubpaths(compiler, options));
  return compiler.getPreEmitDiagnostics(program).map((diagnostic) => {
    const { file, start = 0, code, messageText } = diagnostic;
    const place = file?.getLineAndCharacterOfPosition(start) ?? { line: 0, character: 0 };
    return {
      file: file?.fileName ?? "",
      line: place.line + 1,
      column: place.character + 1,
      code,
      message: compiler.flattenDiagnosticMessageText(messageText, "\n"),
    };
  });
}
