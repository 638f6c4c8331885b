/**
 * Walks of 200 actions and fault schedules of ten virtual seconds: `walks PROTOCOL` or `schedules PROTOCOL`.
 *
 * By the code that `protolab check` runs, in one file, whose making and loading do not count. Seconds are those of the
 * processor, so that a busy machine does not count either. The mean is the share that is right: all.
 */
import { partCode } from "../../../lib/study/campaign-code.ts";
import { childArguments, report } from "../child.ts";

const { variant, size: nodes, operations: count, seed } = childArguments();
const [kind, protocol] = variant.split(" ");
const { runPart } = partCode();
const counts = { walks: kind === "walks" ? count : 0, schedules: kind === "schedules" ? count : 0 };
const from = seed * 1_000_000;
const begun = process.cpuUsage().user;
const { walks, schedules } = runPart({ protocol, mutant: null, nodes, settings: {}, from, ...counts });
const wrong = walks.violations + schedules.violations + schedules.stuck;
report(kind, protocol, count, (process.cpuUsage().user - begun) / 1e6, 1 - wrong / count);
