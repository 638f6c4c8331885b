/** Faults: builders of `FaultSpec`, every field checked. */
import { type Distribution, type DistributionSpec, exponential, toDistribution } from "./distributions.ts";
import { DomainError, refuseUnknown, show, UsageError } from "./errors.ts";
import type {
  ClockFault,
  CommandFault,
  CrashFault,
  CutFault,
  DelayFault,
  DuplicationFault,
  FailingDiskFault,
  FaultLinks,
  FaultTarget,
  FaultTimes,
  IsolationFault,
  LossFault,
  PartitionFault,
  PauseFault,
  ReorderingFault,
  SlowDiskFault,
  SlowNodeFault,
} from "./fault-types.ts";
import { checkNumber } from "./parameters.ts";
import { parseQuantity, type TimeInput } from "./units.ts";

type DurationInput = TimeInput | Distribution | DistributionSpec;

/** When a fault happens: on a schedule (`at` …), or at random (`mttf` and `mttr`: a mean for exponential times, or a distribution). */
export interface TimesGiven {
  readonly at?: TimeInput;
  readonly lasts?: TimeInput;
  readonly every?: TimeInput;
  readonly until?: TimeInput;
  readonly mttf?: DurationInput;
  readonly mttr?: DurationInput;
}
interface OnNode extends TimesGiven {
  readonly node: FaultTarget;
}
interface OnLinks extends TimesGiven {
  readonly links?: readonly (readonly [from: number, to: number])[];
}

const TIMES = ["at", "lasts", "every", "until", "mttf", "mttr"] as const;
const FOR_EVER = { at: 0 } as const;

function seconds(where: string, name: string, given: TimeInput, above?: number): number {
  const value = parseQuantity(`${where}: ${name}`, given, "time");
  const domain = above === undefined ? { min: 0 } : { above };
  return checkNumber(where, name, value, { dimension: "time", ...domain, meaning: name });
}

function drawn(where: string, given: DurationInput): DistributionSpec {
  const isMean = typeof given === "number" || typeof given === "string";
  const spec = isMean
    ? exponential(seconds(where, "mean", given as TimeInput, 0)).spec
    : toDistribution(where, given).spec;
  if (toDistribution(where, spec).minimum < 0)
    throw new DomainError(`${where} must be >= 0 s, got ${show(given)}`);
  return spec;
}

function extraOf(where: string, given: DurationInput): DistributionSpec {
  const distribution = toDistribution(`${where}: extra`, given);
  if (distribution.minimum < 0)
    throw new DomainError(`${where}: extra must be >= 0 s, got ${distribution.describe()}`);
  return distribution.spec;
}

function timesOf(where: string, given: TimesGiven, whenNothing?: TimesGiven): FaultTimes {
  const stated = TIMES.some((name) => given[name] !== undefined) ? given : (whenNothing ?? given);
  const { at, lasts, every, until, mttf, mttr } = stated;
  const end = until === undefined ? null : seconds(where, "until", until);
  if (mttf !== undefined || mttr !== undefined) {
    if (
      mttf === undefined ||
      mttr === undefined ||
      at !== undefined ||
      lasts !== undefined ||
      every !== undefined
    )
      throw new UsageError(
        `${where}: times must be at, lasts, every or mttf with mttr, got ${given_(stated)}`,
      );
    return {
      times: "random",
      mttf: drawn(`${where}: mttf`, mttf),
      mttr: drawn(`${where}: mttr`, mttr),
      until: end,
    };
  }
  if (at === undefined)
    throw new UsageError(`${where}: at (or mttf and mttr) must be given, got ${given_(stated)}`);
  const period = every === undefined ? null : seconds(where, "every", every, 0);
  const length = lasts === undefined ? null : seconds(where, "lasts", lasts);
  if (period !== null && length === null)
    throw new UsageError(`${where}: lasts must be given with every, got every ${period} s alone`);
  if (period !== null && length !== null && length >= period)
    throw new DomainError(`${where}: lasts must be < every ${period} s, got ${length} s`);
  return { times: "scheduled", at: seconds(where, "at", at), lasts: length, every: period, until: end };
}

const given_ = (given: TimesGiven): string =>
  TIMES.filter((name) => given[name] !== undefined).join(", ") || "nothing";

function targetOf(where: string, node: FaultTarget): FaultTarget {
  if (node === "leader" || node === "random" || node === "each") return node;
  if (typeof node === "number" && Number.isInteger(node) && node >= 0) return node;
  throw new DomainError(`${where}: node must be a number from 0, leader, random or each, got ${show(node)}`);
}

function known(where: string, given: object, names: readonly string[]): void {
  refuseUnknown(where, "option", Object.getOwnPropertyNames(given), [...names, ...TIMES]);
}

const onNode = <F extends string>(fault: F, given: OnNode, more: readonly string[] = []) => {
  known(fault, given, ["node", ...more]);
  return { fault, node: targetOf(fault, given.node), when: timesOf(fault, given) };
};

const onLinks = <F extends string>(fault: F, given: OnLinks, more: readonly string[]) => {
  known(fault, given, ["links", ...more]);
  const links: FaultLinks = given.links ?? null;
  return { fault, links, when: timesOf(fault, given, FOR_EVER) };
};

const probabilityOf = (where: string, probability: number): number =>
  checkNumber(where, "probability", probability, {
    dimension: "one",
    min: 0,
    max: 1,
    meaning: "probability",
  });

const factorOf = (where: string, factor: number): number =>
  checkNumber(where, "factor", factor, { dimension: "one", above: 0, meaning: "factor" });

/**
 * Faults of a system: `raft({ network, faults: [fault.crash({ node: "leader", at: "1 s", lasts: "2 s" })] })`.
 *
 * Link faults without times last for the whole run.
 *
 * @throws DomainError on values outside their domain, UsageError on unknown options and times that do not go together
 * @example fault.crash({ node: "leader", at: "1 s", lasts: "2 s" }).when.times; // => "scheduled"
 */
export const fault = {
  crash: (given: OnNode): CrashFault => onNode("crash", given),
  pause: (given: OnNode): PauseFault => {
    const made = onNode("pause", given);
    if (made.when.times === "scheduled" && made.when.lasts === null)
      throw new UsageError("pause: lasts must be given (a pause that never ends is a crash), got at alone");
    return made;
  },
  slowNode: (given: OnNode & { readonly factor: number }): SlowNodeFault => ({
    ...onNode("slow node", given, ["factor"]),
    factor: factorOf("slow node", given.factor),
  }),
  slowDisk: (given: OnNode & { readonly factor: number }): SlowDiskFault => ({
    ...onNode("slow disk", given, ["factor"]),
    factor: factorOf("slow disk", given.factor),
  }),
  failingDisk: (given: OnNode): FailingDiskFault => onNode("failing disk", given),
  clock: (given: OnNode & { readonly offset?: TimeInput; readonly drift?: number }): ClockFault => ({
    ...onNode("clock", given, ["offset", "drift"]),
    offset: parseQuantity("clock: offset", given.offset ?? 0, "time"),
    drift: checkNumber("clock", "drift", given.drift ?? 0, { dimension: "one", above: -1, meaning: "drift" }),
  }),
  loss: (given: OnLinks & { readonly probability: number }): LossFault => ({
    ...onLinks("loss", given, ["probability"]),
    probability: probabilityOf("loss", given.probability),
  }),
  duplication: (given: OnLinks & { readonly probability: number }): DuplicationFault => ({
    ...onLinks("duplication", given, ["probability"]),
    probability: probabilityOf("duplication", given.probability),
  }),
  reordering: (
    given: OnLinks & { readonly probability: number; readonly extra: DurationInput },
  ): ReorderingFault => ({
    ...onLinks("reordering", given, ["probability", "extra"]),
    probability: probabilityOf("reordering", given.probability),
    extra: extraOf("reordering", given.extra),
  }),
  delay: (given: OnLinks & { readonly extra: DurationInput }): DelayFault => ({
    ...onLinks("delay", given, ["extra"]),
    extra: extraOf("delay", given.extra),
  }),
  partition: (given: TimesGiven & { readonly groups: readonly (readonly number[])[] }): PartitionFault => {
    known("partition", given, ["groups"]);
    if (given.groups.length === 0) throw new DomainError("partition: groups must be at least 1, got []");
    return { fault: "partition", groups: given.groups, when: timesOf("partition", given) };
  },
  cut: (
    given: TimesGiven & { readonly links: readonly (readonly [from: number, to: number])[] },
  ): CutFault => {
    known("cut", given, ["links"]);
    return { fault: "cut", links: given.links, when: timesOf("cut", given) };
  },
  isolation: (given: OnNode & { readonly way?: "both" | "in" | "out" }): IsolationFault => {
    const way = given.way ?? "both";
    if (way !== "both" && way !== "in" && way !== "out")
      throw new DomainError(`isolation: way must be both, in or out, got ${show(way)}`);
    return { ...onNode("isolation", given, ["way"]), way };
  },
  command: (given: OnNode & { readonly command: string; readonly argument?: number }): CommandFault => ({
    ...onNode("command", { ...given, ...(given.lasts === undefined ? { lasts: 0 } : {}) }, [
      "command",
      "argument",
    ]),
    command: given.command,
    argument: given.argument ?? 0,
  }),
};
