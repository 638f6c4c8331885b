/** Faults in words, for tables, figures and reports: what went wrong must be seen beside every number. */

import { distributionFrom } from "../core/distributions.ts";
import type { FaultSpec, FaultTimes } from "../core/fault-types.ts";
import { formatQuantity } from "../core/units.ts";
import type { StudyRow } from "./row.ts";

const time = (seconds: number): string => formatQuantity(seconds, "time");
const share = (value: number): string => `${Number((100 * value).toPrecision(3))} %`;

function timesText(when: FaultTimes): string {
  const until = when.until === null ? "" : ` until ${time(when.until)}`;
  if (when.times === "random") {
    const mean = (spec: typeof when.mttf): string => time(distributionFrom(spec).mean);
    return `at random, mean ${mean(when.mttf)} apart for ${mean(when.mttr)}${until}`;
  }
  if (when.at === 0 && when.lasts === null) return "all the time";
  const lasts = when.lasts === null || when.lasts === 0 ? "" : ` for ${time(when.lasts)}`;
  return `at ${time(when.at)}${lasts}${when.every === null ? "" : ` every ${time(when.every)}`}${until}`;
}

function targetText(node: number | string): string {
  if (node === "leader") return "of the leader";
  if (node === "each") return "of each node";
  return node === "random" ? "of a random node" : `of node ${node}`;
}

/**
 * One fault in words.
 * @example faultText(fault.crash({ node: "leader", at: "5 s", lasts: "2 s" })); // => "crash of the leader at 5 s for 2 s"
 */
export function faultText(spec: FaultSpec): string {
  const when = timesText(spec.when);
  if (spec.fault === "partition") {
    const groups = spec.groups.map((group) => `{${group.join(", ")}}`).join(" | ");
    return `partition ${groups} ${when}`;
  }
  if (spec.fault === "loss" || spec.fault === "duplication" || spec.fault === "reordering")
    return `${spec.fault} of ${share(spec.probability)} of the messages ${when}`;
  if (spec.fault === "cut") return `cut of ${spec.links.map(([a, b]) => `${a}→${b}`).join(", ")} ${when}`;
  if (spec.fault === "delay")
    return `delay by ${time(distributionFrom(spec.extra).mean)} in the mean ${when}`;
  const target = targetText(spec.node);
  if (spec.fault === "slow node" || spec.fault === "slow disk")
    return `${spec.fault} ${target} by a factor of ${spec.factor} ${when}`;
  if (spec.fault === "clock")
    return `clock ${target} off by ${time(spec.offset)}, drifting ${share(spec.drift)} ${when}`;
  if (spec.fault === "command") return `command ${spec.command} ${spec.argument} ${target} ${when}`;
  return `${spec.fault} ${target} ${when}`;
}

/** What went wrong in the runs of some rows: one line, or none. */
export function faultNotes(rows: readonly StudyRow[]): string[] {
  const all = new Set(rows.flatMap((row) => (row.system.faults ?? []).map(faultText)));
  if (all.size === 0) return [];
  return [`faults: ${[...all].join("; ")}; latencies are of runs of this length, faults and all`];
}

/** Settings that break a promise, allowed by `unsafe`, and histories that nobody judged: shown on every table and figure. */
export function unsafeNotes(rows: readonly StudyRow[]): string[] {
  const unsafe = new Set(
    rows.filter(({ system }) => system.settings.unsafe === true).map(({ system }) => system.protocol),
  );
  const notes = [...unsafe].map((name) => `unsafe: ${name} runs with settings that may break its promises`);
  if (rows.some(({ judged }) => !judged)) notes.push("what clients saw was not judged");
  return notes;
}
