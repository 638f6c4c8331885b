/** Files that are either whole or absent. */
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

let written = 0;

/**
 * Writes a file under a temporary name beside it, makes it durable, then renames it: a reader, or a crash, meets the
 * old file or the new one, never half of one.
 */
export async function writeAtomic(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  written += 1;
  const draft = `${path}.${process.pid}-${written}.tmp`;
  try {
    const file = await open(draft, "w");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
