/**
 * What is used of a browser, in types of our own: playwright's are two megabytes, which a notebook's compiler would read at
 * the first import of this library. That playwright has all of it is checked where it is loaded (`export.test.ts`).
 */

/** One page of a started browser. */
export interface BrowserPage {
  setContent(html: string): Promise<void>;
  addScriptTag(script: { readonly content: string }): Promise<unknown>;
  /** Evaluates an expression in the page; its value must be JSON. */
  evaluate(expression: string): Promise<unknown>;
  screenshot(): Promise<Uint8Array>;
  pdf(options: {
    readonly width: string;
    readonly height: string;
    readonly printBackground: boolean;
    readonly pageRanges: string;
  }): Promise<Uint8Array>;
  close(): Promise<void>;
}

interface BrowserContext {
  route(pattern: string, handle: (route: { abort(): Promise<void> }) => Promise<void>): Promise<unknown>;
  newPage(): Promise<BrowserPage>;
}

/** A started browser. */
export interface StartedBrowser {
  newContext(options: {
    readonly viewport: { readonly width: number; readonly height: number };
    readonly deviceScaleFactor: number;
    readonly offline: boolean;
    readonly serviceWorkers: "block";
  }): Promise<BrowserContext>;
  close(): Promise<void>;
}

/** The module `playwright-core`. */
export interface Playwright {
  readonly chromium: {
    executablePath(): string;
    launch(options: {
      readonly executablePath: string;
      readonly args: string[];
      readonly timeout: number;
      readonly handleSIGINT: boolean;
    }): Promise<StartedBrowser>;
  };
}
