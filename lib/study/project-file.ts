/** Where a path in a study points: the working folder first, then the project that this package stands in. */
import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The file that a path names: as it stands, or, when it is relative and not in the working folder, in the nearest
 * folder above this package that has it. A notebook, a script and a test thus read the same `data/rtt/x.csv`.
 *
 * @returns an absolute path; in the working folder when the file is nowhere
 */
export function projectFile(path: string): string {
  const here = resolve(path);
  if (isAbsolute(path) || existsSync(here)) return here;
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, path);
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) return here;
  }
}
