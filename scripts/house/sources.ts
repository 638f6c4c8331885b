/** The project's own source files, for the tests that keep the house in order. */
import { existsSync, readdirSync, readFileSync } from "node:fs";

export interface Source {
  /** Path from the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every TypeScript file under the given folders, in order of path. */
export function sources(...folders: readonly string[]): Source[] {
  return folders
    .filter((folder) => existsSync(folder)) // a room of the table may still be empty
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true }).map((file) => `${folder}/${file}`.replaceAll("\\", "/")),
    )
    .filter((path) => path.endsWith(".ts") && !path.includes("node_modules"))
    .sort((a, b) => (a < b ? -1 : 1))
    .map((path) => ({ path, text: readFileSync(path, "utf8") }));
}

/** The source without comments and texts, so that words in them do not count. */
export function codeOnly(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, " ")
    .replace(/(^|[^:])\/\/[^\n]*/g, "$1")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''")
    .replace(/`(?:[^`\\]|\\.)*`/g, "``");
}
