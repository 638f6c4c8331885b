/**
 * What checking costs: W3 with and without its checks, Raft on W3, and judging a history beside the run it is of.
 *
 * By the code and with the compiler's budgets that studies have (`checks-run.ts` says which variants). Seconds are those of
 * the processor, so that a busy machine does not count.
 */
import { fileURLToPath } from "node:url";
import "../../../lib/study/execution.ts"; // sets those budgets
import { bundledCode } from "../../../lib/study/worker-bundle.ts";
import { childArguments, report } from "../child.ts";

const given = childArguments();
const source = fileURLToPath(new URL("./checks-run.ts", import.meta.url));
const { seconds, right } = bundledCode<typeof import("./checks-run.ts")>("bench", source).runChecks(given);
report("checks", given.variant, given.operations, seconds, right);
