/** The folder a notebook runs in: one rule for our runner, Jupyter and VS Code. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/**
 * The nearest folder at or above `folder` that has a `package.json`, else `folder` itself.
 *
 * A notebook runs there, wherever it lies in the project: `data/rtt/x.csv` in a cell means the project's `data`, and
 * moving a notebook to another topic folder does not break it.
 */
export function projectRoot(folder: string): string {
  const start = resolve(folder);
  for (let at = start; ; at = dirname(at)) {
    if (existsSync(join(at, "package.json"))) return at;
    if (dirname(at) === at) return start;
  }
}
