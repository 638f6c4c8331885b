#!/usr/bin/env node
/** The command `protolab`: makes Node read TypeScript, then hands over to `cli.ts`. */
import { fileURLToPath } from "node:url";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  // Said here, before anything is loaded that an older Node does not even read.
  process.stderr.write(`protolab: Node must be >= 20.19, got ${process.versions.node}\n`);
  process.exit(1);
}
const { register } = await import("tsx/esm/api");
register({ tsconfig: fileURLToPath(new URL("../tsconfig.json", import.meta.url)) });
const { main } = await import("./cli.ts");
await main();
