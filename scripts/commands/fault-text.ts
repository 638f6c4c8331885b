/** Faults of a command line: `--fault "crash node=leader at=1s lasts=500ms"`. */
import { DomainError, refuseUnknown, show, UsageError, unknownName } from "../../lib/core/errors.ts";
import type { FaultSpec } from "../../lib/core/fault-types.ts";
import { fault } from "../../lib/core/faults.ts";

type Words = Readonly<Record<string, string>>;

interface Kind {
  readonly options: readonly string[];
  readonly make: (words: Words) => FaultSpec;
}

const TIMES = ["at", "lasts", "every", "until", "mttf", "mttr"] as const;

/** Names as they are written: `slow-node`. Builders check what the words mean. */
const KINDS: Readonly<Record<string, Kind>> = {
  crash: { options: ["node"], make: (w) => fault.crash({ ...times(w), node: node(w) }) },
  pause: { options: ["node"], make: (w) => fault.pause({ ...times(w), node: node(w) }) },
  "slow-node": {
    options: ["node", "factor"],
    make: (w) => fault.slowNode({ ...times(w), node: node(w), factor: number(w, "factor") }),
  },
  "slow-disk": {
    options: ["node", "factor"],
    make: (w) => fault.slowDisk({ ...times(w), node: node(w), factor: number(w, "factor") }),
  },
  "failing-disk": { options: ["node"], make: (w) => fault.failingDisk({ ...times(w), node: node(w) }) },
  clock: {
    options: ["node", "offset", "drift"],
    make: (w) =>
      fault.clock({
        ...times(w),
        node: node(w),
        ...(w.offset === undefined ? {} : { offset: w.offset as never }),
        ...(w.drift === undefined ? {} : { drift: number(w, "drift") }),
      }),
  },
  loss: {
    options: ["probability", "links"],
    make: (w) => fault.loss({ ...times(w), ...links(w), probability: number(w, "probability") }),
  },
  duplication: {
    options: ["probability", "links"],
    make: (w) => fault.duplication({ ...times(w), ...links(w), probability: number(w, "probability") }),
  },
  reordering: {
    options: ["probability", "extra", "links"],
    make: (w) =>
      fault.reordering({
        ...times(w),
        ...links(w),
        probability: number(w, "probability"),
        extra: text(w, "extra") as never,
      }),
  },
  delay: {
    options: ["extra", "links"],
    make: (w) => fault.delay({ ...times(w), ...links(w), extra: text(w, "extra") as never }),
  },
  partition: {
    options: ["groups"],
    make: (w) =>
      fault.partition({
        ...times(w),
        groups: text(w, "groups")
          .split("|")
          .map((group) => group.split(",").map((n) => Number(n))),
      }),
  },
  cut: {
    options: ["links"],
    make: (w) => fault.cut({ ...times(w), links: links({ links: text(w, "links") }).links ?? [] }),
  },
  isolation: {
    options: ["node", "way"],
    make: (w) =>
      fault.isolation({
        ...times(w),
        node: node(w),
        ...(w.way === undefined ? {} : { way: w.way as "both" | "in" | "out" }),
      }),
  },
  command: {
    options: ["node", "command", "argument"],
    make: (w) =>
      fault.command({
        ...times(w),
        node: node(w),
        command: text(w, "command"),
        ...(w.argument === undefined ? {} : { argument: number(w, "argument") }),
      }),
  },
};

/**
 * Reads faults as a command line gives them: a kind, then `option=value` words.
 *
 * @throws UsageError for unknown kinds and options and words that are none; DomainError for values
 */
export function readFaults(texts: readonly string[]): FaultSpec[] {
  return texts.map((line) => {
    const [name, ...rest] = line.trim().split(/\s+/);
    const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
    if (kind === undefined) throw unknownName("--fault", "fault", name, Object.keys(KINDS));
    const words: Record<string, string> = {};
    for (const word of rest) {
      const at = word.indexOf("=");
      if (at <= 0) throw new UsageError(`--fault ${name}: options must be option=value, got ${show(word)}`);
      const option = word.slice(0, at);
      if (Object.hasOwn(words, option))
        throw new UsageError(`--fault ${name}: ${option} must be given once, got it twice`);
      words[option] = word.slice(at + 1);
    }
    refuseUnknown(`--fault ${name}`, "option", Object.keys(words), [...kind.options, ...TIMES]);
    return kind.make(words);
  });
}

function times(words: Words): Record<string, never> {
  const given = TIMES.filter((name) => words[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, words[name] as never]));
}

function text(words: Words, option: string): string {
  const value = words[option];
  if (value === undefined) throw new UsageError(`--fault: ${option} is missing`);
  return value;
}

function number(words: Words, option: string): number {
  const value = text(words, option);
  if (value.trim() === "" || Number.isNaN(Number(value)))
    throw new DomainError(`--fault: ${option} must be a number, got ${show(value)}`);
  return Number(value);
}

function node(words: Words): number | "leader" | "random" | "each" {
  const value = text(words, "node");
  return /^\d+$/.test(value) ? Number(value) : (value as "leader");
}

function links(words: Words): { links?: [number, number][] } {
  if (words.links === undefined) return {};
  return {
    links: words.links.split(",").map((link) => {
      const ends = /^(\d+)>(\d+)$/.exec(link);
      if (ends === null) throw new DomainError(`--fault: links must be like 0>1,2>0, got ${show(link)}`);
      return [Number(ends[1]), Number(ends[2])];
    }),
  };
}
