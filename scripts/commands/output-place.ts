/** Whether a command will be able to write where it is told to: asked before the work, not after an hour of it. */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DataError } from "../../lib/core/errors.ts";
import { reasonOf } from "../../lib/study/data-file.ts";

/** Refuses a path at which no file can be written. Nothing is made yet. */
export function checkOutputFile(path: string | undefined): void {
  if (path === undefined) return;
  if (existsSync(path) && statSync(path).isDirectory())
    throw new DataError(`${path}: must be a file, got a folder`);
  checkPlace(path, dirname(resolve(path)));
}

/** Refuses a folder into which no files can be written. Nothing is made yet. */
export function checkOutputFolder(folder: string | undefined): void {
  if (folder !== undefined) checkPlace(folder, resolve(folder));
}

/** The nearest folder that is there must be one, and let things be made in it. */
function checkPlace(told: string, folder: string): void {
  let nearest = folder;
  while (!existsSync(nearest)) nearest = dirname(nearest);
  try {
    if (!statSync(nearest).isDirectory())
      throw new DataError(`${told}: cannot be written (${nearest} is a file)`);
    accessSync(nearest, constants.W_OK);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${told}: cannot be written (${reasonOf(error)})`);
  }
}
