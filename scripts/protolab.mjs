#!/usr/bin/env node
/** The command `protolab`: makes Node read TypeScript, then hands over to `cli.ts`. */
import { fileURLToPath } from "node:url";
import { register } from "tsx/esm/api";

register({ tsconfig: fileURLToPath(new URL("../tsconfig.json", import.meta.url)) });
const { main } = await import("./cli.ts");
await main();
