/**
 * What checking costs: W3 with and without its checks, Raft on W3, and judging a history beside the run it is of.
 *
 * By the code and with the compiler's budgets that studies have (`checks-run.ts` says which variants). Seconds are those of
 * the processor, so that a busy machine does not count.
 */
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import "../../../lib/study/execution.ts"; // sets those budgets
import { DataError } from "../../../lib/core/errors.ts";
import { workerBundle } from "../../../lib/study/worker-bundle.ts";
import { childArguments, report } from "../child.ts";

const given = childArguments();
const bundle = workerBundle(fileURLToPath(new URL("./checks-run.ts", import.meta.url)));
if (bundle === null) throw new DataError("bench: checks must bundle, got no file in .protolab/worker");
const { runChecks } = createRequire(import.meta.url)(bundle) as typeof import("./checks-run.ts");
const { seconds, right } = runChecks(given);
report("checks", given.variant, given.operations, seconds, right);
