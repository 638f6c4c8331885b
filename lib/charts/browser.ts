/**
 * A Chromium of the machine, for drawing figures into files: found, started, kept off the network, always closed.
 */
import { accessSync, constants, statSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, isAbsolute, join } from "node:path";
import { show, UsageError } from "../core/errors.ts";
import type { BrowserPage, Playwright, StartedBrowser } from "./browser-page.ts";

/** A browser on this machine and where it was named. */
export interface FoundBrowser {
  readonly path: string;
  readonly source: string;
}

/** The environment in which a browser is looked for; the process's own unless given. */
export interface BrowserPlace {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
}

const INSTALL: Readonly<Record<string, string>> = {
  darwin: "install one with: brew install --cask chromium",
  win32: "Microsoft Edge is used where it is installed; set PROTOLAB_BROWSER to another",
  linux: "install one with: apt-get install -y chromium",
};

/** The line for a user without a browser: what is missing and which command installs it. */
export const NO_BROWSER_HINT = `No Chromium found, so no PNG or PDF was written; ${INSTALL[process.platform] ?? INSTALL["linux"]} (or set PROTOLAB_BROWSER to its path)`;

const NAMES: Readonly<Record<string, readonly string[]>> = {
  linux: [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "microsoft-edge-stable",
  ],
  darwin: ["chromium", "google-chrome"],
  win32: [],
};

/** Fixed places of browsers that do not stand on the PATH. */
function fixedPlaces(platform: string, env: Readonly<Record<string, string | undefined>>): string[] {
  if (platform === "darwin") {
    const names = ["Chromium", "Google Chrome", "Microsoft Edge"];
    return ["/Applications", join(env["HOME"] ?? "/", "Applications")].flatMap((folder) =>
      names.map((name) => `${folder}/${name}.app/Contents/MacOS/${name}`),
    );
  }
  if (platform === "win32") {
    const folders = [env["PROGRAMFILES"], env["PROGRAMFILES(X86)"], env["LOCALAPPDATA"]].filter(
      (folder): folder is string => folder !== undefined && folder !== "",
    );
    const names = ["Chromium\\Application\\chrome.exe", "Google\\Chrome\\Application\\chrome.exe"];
    return [...names, "Microsoft\\Edge\\Application\\msedge.exe"].flatMap((name) =>
      folders.map((folder) => `${folder}\\${name}`),
    );
  }
  return ["/snap/bin/chromium"];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Finds a browser: PROTOLAB_BROWSER, then CHROME_PATH or CHROMIUM, then Chromium, Chrome or Edge of the system, then
 * the one that playwright installed.
 *
 * @returns its path and where that was named, or `undefined` when there is none or PROTOLAB_BROWSER is `none`
 * @throws UsageError when PROTOLAB_BROWSER names something that is not a program
 * @example
 * findBrowser({ env: { PROTOLAB_BROWSER: "none" } }); // => undefined
 */
export function findBrowser(place: BrowserPlace = {}): FoundBrowser | undefined {
  const { env = process.env, platform = process.platform } = place;
  const wanted = env["PROTOLAB_BROWSER"];
  if (wanted === "none") return undefined;
  if (wanted !== undefined && wanted !== "") {
    if (isExecutable(wanted)) return { path: wanted, source: "PROTOLAB_BROWSER" };
    throw new UsageError(
      `export: PROTOLAB_BROWSER must be the path of a browser or none, got ${show(wanted)}`,
    );
  }
  for (const source of ["CHROME_PATH", "CHROMIUM"]) {
    const path = env[source];
    if (path !== undefined && path !== "" && isExecutable(path)) return { path, source };
  }
  const folders = (env["PATH"] ?? "").split(delimiter).filter(isAbsolute);
  const onPath = (NAMES[platform] ?? NAMES["linux"]).flatMap((name) =>
    folders.map((folder) => join(folder, name)),
  );
  const system = [...onPath, ...fixedPlaces(platform, env)].find(isExecutable);
  if (system !== undefined) return { path: system, source: "system" };
  const own = playwrightBrowser();
  return own !== undefined && isExecutable(own) ? { path: own, source: "playwright" } : undefined;
}

/** Loaded only when a browser is wanted: it takes a third of a second. */
function playwright(): Playwright {
  return createRequire(import.meta.url)("playwright-core") as Playwright;
}

function playwrightBrowser(): string | undefined {
  try {
    return playwright().chromium.executablePath();
  } catch {
    return undefined; // playwright knows no browser for this platform
  }
}

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Same glyph places on every screen and in every run.
  "--font-render-hinting=none",
];

/** A started browser: gives pages that cannot reach the network. */
export interface BrowserSession {
  readonly path: string;
  /** A new page of a size in pixels, with so many device pixels to each. */
  newPage(size?: {
    readonly width: number;
    readonly height: number;
    readonly scale?: number;
  }): Promise<BrowserPage>;
}

/** No browser was found, or it did not start; the message is the line to show. */
export class NoBrowserError extends Error {
  override readonly name = "NoBrowserError";
}

/**
 * Starts one browser for a batch of work and closes it whatever happens, also when the signal aborts.
 *
 * @param work gets a session; pages it opens can load nothing from any network
 * @returns what `work` returns
 * @throws NoBrowserError when no browser is found or it does not start; the signal's reason when it aborts
 */
export async function withBrowser<T>(
  work: (session: BrowserSession) => Promise<T>,
  options: { readonly signal?: AbortSignal; readonly browser?: FoundBrowser } = {},
): Promise<T> {
  const { signal } = options;
  signal?.throwIfAborted();
  const found = options.browser ?? findBrowser();
  if (found === undefined) throw new NoBrowserError(NO_BROWSER_HINT);
  const browser = await start(found, signal);
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal?.reason);
    signal?.addEventListener("abort", stop, { once: true });
  });
  try {
    signal?.throwIfAborted();
    return await Promise.race([
      work({ path: found.path, newPage: (size) => newPage(browser, size) }),
      aborted,
    ]);
  } finally {
    if (stop !== undefined) signal?.removeEventListener("abort", stop);
    await browser.close().catch(() => undefined);
  }
}

async function start(found: FoundBrowser, signal: AbortSignal | undefined): Promise<StartedBrowser> {
  try {
    return await playwright().chromium.launch({
      executablePath: found.path,
      args: FLAGS,
      timeout: 60_000,
      // With a signal the caller decides what Ctrl-C does; else playwright closes the browser and ends the process.
      handleSIGINT: signal === undefined,
    });
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split("\n")[0];
    throw new NoBrowserError(
      `The browser ${found.path} (${found.source}) did not start, so no PNG or PDF was written: ${reason}`,
    );
  }
}

async function newPage(
  browser: StartedBrowser,
  size: { readonly width: number; readonly height: number; readonly scale?: number } = {
    width: 1280,
    height: 800,
  },
): Promise<BrowserPage> {
  const { width, height, scale = 1 } = size;
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: scale,
    offline: true,
    serviceWorkers: "block",
  });
  await context.route("**/*", (route) => route.abort());
  return context.newPage();
}
