/** The code of a campaign's part as campaigns run it: one file of plain JavaScript. */
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { DataError } from "../../lib/core/errors.ts";
import { workerBundle } from "../../lib/study/worker-bundle.ts";

/** Where the TypeScript stands. */
export const PART = fileURLToPath(new URL("./part.ts", import.meta.url));

/** Path of the one file made of it; null where none can be made. */
export const partBundle = (): string | null => workerBundle(PART);

/**
 * That file, loaded into this thread.
 *
 * @throws DataError where none can be made
 */
export function partCode(): typeof import("./part.ts") {
  const bundle = partBundle();
  if (bundle === null) throw new DataError("campaign: part must bundle, got no file in .protolab/worker");
  return createRequire(import.meta.url)(bundle) as typeof import("./part.ts");
}
