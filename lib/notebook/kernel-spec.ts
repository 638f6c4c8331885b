/**
 * Makes the kernel known to Jupyter and VS Code: a folder with a `kernel.json`, no Python needed.
 *
 * Source: Jupyter documentation, "Kernel specs" and "Common directories": the user's data folder of each platform, or
 * `JUPYTER_DATA_DIR`.
 */
import { existsSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { DataError } from "../core/errors.ts";
import { KERNEL_LAUNCHER } from "./kernel-client.ts";
import { publishFile } from "./notebook-file.ts";

/** The name that a notebook's `metadata.kernelspec.name` gives. */
export const KERNEL_NAME = "protolab";

export interface KernelSpec {
  readonly argv: readonly string[];
  readonly display_name: string;
  readonly language: "typescript";
  readonly interrupt_mode: "signal" | "message";
  readonly metadata: { readonly debugger: false };
}

/** The environment that the place of the folder depends on; tests give their own. */
export interface KernelPlace {
  readonly platform?: NodeJS.Platform;
  readonly home?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** What `kernel.json` says: absolute paths, because Jupyter starts it from anywhere with any PATH. */
export function kernelSpec(platform: NodeJS.Platform = process.platform): KernelSpec {
  return {
    argv: [process.execPath, KERNEL_LAUNCHER, "{connection_file}"],
    display_name: "Protolab (TypeScript)",
    language: "typescript",
    // Windows has no signal to interrupt with; there Jupyter sends a message instead.
    interrupt_mode: platform === "win32" ? "message" : "signal",
    metadata: { debugger: false },
  };
}

/** The folder of this kernel in the user's Jupyter data folder. */
export function kernelFolder(place: KernelPlace = {}): string {
  const { platform = process.platform, home = homedir(), environment = process.env } = place;
  return join(dataFolder(platform, home, environment), "kernels", KERNEL_NAME);
}

function dataFolder(
  platform: NodeJS.Platform,
  home: string,
  environment: NonNullable<KernelPlace["environment"]>,
): string {
  const chosen = environment["JUPYTER_DATA_DIR"];
  if (chosen !== undefined && chosen !== "") return chosen;
  if (platform === "darwin") return join(home, "Library", "Jupyter");
  if (platform === "win32")
    return join(environment["APPDATA"] ?? join(home, "AppData", "Roaming"), "jupyter");
  const data = environment["XDG_DATA_HOME"];
  return join(data !== undefined && data !== "" ? data : join(home, ".local", "share"), "jupyter");
}

/**
 * Writes the kernelspec.
 *
 * @param options.folder the folder that becomes the kernel's, instead of the one of the platform
 * @returns the path of the `kernel.json` written
 * @throws DataError when the folder holds the kernelspec of something else
 */
export function installKernel(options: { readonly folder?: string } = {}): string {
  const path = join(options.folder ?? kernelFolder(), "kernel.json");
  refuseForeign(path, "written over");
  publishFile(path, `${JSON.stringify(kernelSpec(), null, 2)}\n`);
  return path;
}

/**
 * Removes the kernelspec.
 *
 * @returns the path removed, or `undefined` when none was there
 * @throws DataError when the folder holds the kernelspec of something else
 */
export function uninstallKernel(options: { readonly folder?: string } = {}): string | undefined {
  const folder = options.folder ?? kernelFolder();
  const path = join(folder, "kernel.json");
  if (!existsSync(path)) return undefined;
  refuseForeign(path, "removed");
  rmSync(path);
  try {
    rmdirSync(folder);
  } catch {
    // Somebody put a logo or other files beside it: they stay.
  }
  return path;
}

function refuseForeign(path: string, done: string): void {
  if (!existsSync(path) || readFileSync(path, "utf8").includes("kernel-launcher.cjs")) return;
  throw new DataError(
    `${path}:1: must be the kernelspec of Protolab to be ${done}, got that of another kernel`,
  );
}
