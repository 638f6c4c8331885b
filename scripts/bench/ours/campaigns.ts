/**
 * Walks of 200 actions and fault schedules of ten virtual seconds: `walks PROTOCOL` or `schedules PROTOCOL`.
 *
 * Seconds are those of the processor, so that a busy machine does not count. The mean is the share that is right: all.
 */
import { protocolNamed } from "../../../lib/protocols/index.ts";
import { campaign } from "../../../lib/study/campaign.ts";
import { childArguments, report } from "../child.ts";

const { variant, size: nodes, operations: count, seed } = childArguments();
const [kind, name] = variant.split(" ");
const protocol = protocolNamed(name);
const from = seed * 1_000_000;
const begun = process.cpuUsage().user;
const counts = { walks: kind === "walks" ? count : 0, schedules: kind === "schedules" ? count : 0 };
const { walks, schedules } = campaign(protocol, { ...counts, nodes, from });
const wrong = walks.violations + schedules.violations + schedules.stuck;
report(kind, name, count, (process.cpuUsage().user - begun) / 1e6, 1 - wrong / count);
