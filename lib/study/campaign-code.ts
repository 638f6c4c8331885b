/** The code of a campaign's part as campaigns run it: one file of plain JavaScript. */
import { fileURLToPath } from "node:url";
import { bundledCode, workerBundle } from "./worker-bundle.ts";

/** Where the TypeScript stands. */
export const PART = fileURLToPath(new URL("./campaign-part.ts", import.meta.url));

/** Path of the one file made of it; null where none can be made. */
export const partBundle = (): string | null => workerBundle(PART);

/**
 * That file, loaded into this thread.
 *
 * @throws DataError where none can be made
 */
export const partCode = (): typeof import("./campaign-part.ts") => bundledCode("campaign", PART);
