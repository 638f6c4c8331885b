/**
 * Which keys operations touch: uniform, Zipf, a hot set, a hot spot that moves, scans.
 *
 * A popularity is plain data that names a law exactly; `keySampler` draws from it and gives every key's probability, so
 * that a simulator and a model cannot disagree about it. Key 0 is the hottest.
 */
import { AliasTable } from "./alias-table.ts";
import { DomainError, refuseUnknown, show, unknownName } from "./errors.ts";
import { harmonicNumber } from "./harmonic.ts";
import { checkNumber } from "./parameters.ts";
import type { RandomStream } from "./random.ts";

/** A law of keys 0 … keys − 1. */
export type PopularitySpec =
  | { readonly kind: "uniform"; readonly keys: number }
  /** Key i has probability (i + 1)^−s/H(keys, s). */
  | { readonly kind: "zipf"; readonly keys: number; readonly exponent: number }
  /** Keys 0 … hotKeys − 1 get `share` of the operations evenly, all others the rest evenly. */
  | { readonly kind: "hot"; readonly keys: number; readonly hotKeys: number; readonly share: number }
  /** The law `of`, with all keys moved on by `step` after every so many operations or seconds. */
  | {
      readonly kind: "shifting";
      readonly of: PopularitySpec;
      readonly every: number;
      readonly unit: "operations" | "seconds";
      readonly step: number;
    }
  /** A first key by the law `of`, and up to `longest` keys from it on, each length equally likely, cut at the last key. */
  | { readonly kind: "scan"; readonly of: PopularitySpec; readonly longest: number };

const count = { dimension: "one", integer: true, min: 1, max: Number.MAX_SAFE_INTEGER, meaning: "" } as const;
/** A table of so many keys takes 120 MB. */
const MOST_ZIPF_KEYS = 1e7;

/** Builders of popularities. */
export const popularity = {
  /**
   * Every key alike.
   * @example popularity.uniform(1000); // => { kind: "uniform", keys: 1000 }
   */
  uniform: (keys: number): PopularitySpec => checked({ kind: "uniform", keys }),

  /** Zipf's law; the default exponent 0.99 is that of YCSB (Cooper et al., SoCC 2010, §5.1). */
  zipf: (keys: number, exponent = 0.99): PopularitySpec => checked({ kind: "zipf", keys, exponent }),

  /** A hot set: `share` of the operations on the first `hotKeys` keys. */
  hot: (
    keys: number,
    { share, hotKeys = 1 }: { readonly share: number; readonly hotKeys?: number },
  ): PopularitySpec => checked({ kind: "hot", keys, hotKeys, share }),

  /** A hot spot that moves on by `step` keys after so many operations or seconds, the same in every run. */
  shifting: (
    of: PopularitySpec,
    given: { readonly every: number; readonly unit?: "operations" | "seconds"; readonly step: number },
  ): PopularitySpec => checked({ kind: "shifting", of, unit: "operations", ...given }),

  /** Ranges of 1 … longest keys. */
  scan: (of: PopularitySpec, { longest }: { readonly longest: number }): PopularitySpec =>
    checked({ kind: "scan", of, longest }),
};

/** Number of keys of a popularity. */
export function keysOf(spec: PopularitySpec): number {
  return spec.kind === "shifting" || spec.kind === "scan" ? keysOf(spec.of) : spec.keys;
}

/** The fields of each kind of popularity. */
const FIELDS: Readonly<Record<PopularitySpec["kind"], readonly string[]>> = {
  uniform: ["kind", "keys"],
  zipf: ["kind", "keys", "exponent"],
  hot: ["kind", "keys", "hotKeys", "share"],
  shifting: ["kind", "of", "every", "unit", "step"],
  scan: ["kind", "of", "longest"],
};

/** A popularity that came as plain data: of a known kind, with that kind's fields, each within its domain. */
export function checkedPopularity(spec: PopularitySpec): PopularitySpec {
  const kind: unknown = typeof spec === "object" && spec !== null ? spec.kind : spec;
  if (typeof kind !== "string" || !Object.hasOwn(FIELDS, kind))
    throw unknownName(
      "popularity",
      "kind",
      typeof kind === "string" ? kind : show(kind),
      Object.keys(FIELDS),
    );
  refuseUnknown("popularity", "field", Object.getOwnPropertyNames(spec), FIELDS[spec.kind]);
  if (spec.kind === "shifting" || spec.kind === "scan") checkedPopularity(spec.of);
  return checked(spec);
}

function checked(spec: PopularitySpec): PopularitySpec {
  const where = "popularity";
  const keys = checkNumber(where, "keys", keysOf(spec), count);
  if (spec.kind === "zipf") {
    checkNumber(where, "keys", keys, { ...count, max: MOST_ZIPF_KEYS });
    checkNumber(where, "exponent", spec.exponent, { dimension: "one", min: 0, max: 20, meaning: "" });
  } else if (spec.kind === "hot") {
    checkNumber(where, "hotKeys", spec.hotKeys, { ...count, max: keys });
    checkNumber(where, "share", spec.share, { dimension: "one", min: 0, max: 1, meaning: "" });
    if (spec.hotKeys === keys && spec.share !== 1)
      throw new DomainError(`popularity: share must be 1 where all keys are hot, got ${spec.share}`);
  } else if (spec.kind === "shifting") {
    checkNumber(where, "every", spec.every, { dimension: "one", above: 0, meaning: "" });
    checkNumber(where, "step", spec.step, { ...count, min: 0 });
    if (spec.unit !== "operations" && spec.unit !== "seconds")
      throw new DomainError(`popularity: unit must be operations or seconds, got ${show(spec.unit)}`);
    refuseScan(spec.of, "shifting");
  } else if (spec.kind === "scan") {
    checkNumber(where, "longest", spec.longest, { ...count, max: keys });
    refuseScan(spec.of, "scan");
  }
  return spec;
}

function refuseScan(of: PopularitySpec, kind: string): void {
  if (of.kind === "scan") throw new DomainError(`popularity: ${kind} must be of single keys, got a scan`);
}

/** Draws keys and knows their probabilities. */
export interface KeySampler {
  readonly spec: PopularitySpec;
  /**
   * A key, or the first key of a scan.
   * @param operation number of the operation, from 0; read by a hot spot that shifts with operations
   * @param time in seconds; read by a hot spot that shifts with time
   */
  key(stream: RandomStream, operation: number, time: number): number;
  /** How many keys from a first one on the operation touches; 1 except for scans. */
  length(stream: RandomStream, first: number): number;
  /** The probability that an operation touches this key. */
  probability(key: number, operation?: number, time?: number): number;
}

/**
 * The sampler of a popularity. Build it once: Zipf's table takes a moment and 12 bytes a key.
 *
 * @throws DomainError for a spec outside its domain
 * @example
 * keySampler(popularity.zipf(3, 1)).probability(0); // => 6 / 11
 * keySampler(popularity.hot(100, { share: 0.9 })).probability(0); // => 0.9
 * keySampler(popularity.shifting(popularity.hot(10, { share: 1 }), { every: 100, step: 3 })).probability(6, 250); // => 1
 */
export function keySampler(given: PopularitySpec): KeySampler {
  const spec = checked(given);
  switch (spec.kind) {
    case "uniform":
      return uniformSampler(spec);
    case "zipf":
      return zipfSampler(spec);
    case "hot":
      return hotSampler(spec);
    case "shifting":
      return shiftingSampler(spec);
    case "scan":
      return scanSampler(spec);
  }
}

type Of<Kind extends PopularitySpec["kind"]> = Extract<PopularitySpec, { kind: Kind }>;
const single = (): number => 1;
const isKey = (key: number, keys: number): boolean => Number.isInteger(key) && key >= 0 && key < keys;

function uniformSampler(spec: Of<"uniform">): KeySampler {
  return {
    spec,
    key: (stream) => stream.integer(spec.keys),
    length: single,
    probability: (key) => (isKey(key, spec.keys) ? 1 / spec.keys : 0),
  };
}

function zipfSampler(spec: Of<"zipf">): KeySampler {
  const { keys, exponent } = spec;
  const table = new AliasTable(Float64Array.from({ length: keys }, (_, i) => (i + 1) ** -exponent));
  const sum = harmonicNumber(keys, exponent);
  return {
    spec,
    key: (stream) => table.draw(stream),
    length: single,
    probability: (key) => (isKey(key, keys) ? (key + 1) ** -exponent / sum : 0),
  };
}

function hotSampler(spec: Of<"hot">): KeySampler {
  const { keys, hotKeys, share } = spec;
  return {
    spec,
    key: (stream) =>
      stream.uniform() < share ? stream.integer(hotKeys) : hotKeys + stream.integer(keys - hotKeys),
    length: single,
    probability: (key) => {
      if (!isKey(key, keys)) return 0;
      return key < hotKeys ? share / hotKeys : (1 - share) / (keys - hotKeys);
    },
  };
}

function shiftingSampler(spec: Of<"shifting">): KeySampler {
  const base = keySampler(spec.of);
  const keys = keysOf(spec);
  const shift = (operation: number, time: number): number => {
    const moves = Math.floor((spec.unit === "operations" ? operation : time) / spec.every);
    return ((moves % keys) * (spec.step % keys)) % keys;
  };
  return {
    spec,
    key: (stream, operation, time) => (base.key(stream, operation, time) + shift(operation, time)) % keys,
    length: single,
    probability: (key, operation = 0, time = 0) =>
      isKey(key, keys) ? base.probability((key - shift(operation, time) + keys) % keys, operation, time) : 0,
  };
}

function scanSampler(spec: Of<"scan">): KeySampler {
  const base = keySampler(spec.of);
  const keys = keysOf(spec);
  const { longest } = spec;
  return {
    spec,
    key: (stream, operation, time) => base.key(stream, operation, time),
    length: (stream, first) => Math.min(1 + stream.integer(longest), keys - first),
    // A scan that began j keys before touches this key when it is longer than j.
    probability: (key, operation = 0, time = 0) => {
      if (!isKey(key, keys)) return 0;
      let sum = 0;
      for (let j = Math.min(longest - 1, key); j >= 0; j--)
        sum += base.probability(key - j, operation, time) * (1 - j / longest);
      return sum;
    },
  };
}

/**
 * The share of the operations that touch the `count` hottest keys: what a perfect cache of that size takes away.
 *
 * @throws DomainError for scans, and for more keys than there are
 * @example
 * hottestShare(popularity.zipf(4, 1), 2); // => 18 / 25
 */
export function hottestShare(spec: PopularitySpec, hottest: number): number {
  const keys = keysOf(checked(spec));
  checkNumber("hottestShare", "count", hottest, { ...count, min: 0, max: keys });
  switch (spec.kind) {
    case "uniform":
      return hottest / keys;
    case "zipf":
      return harmonicNumber(hottest, spec.exponent) / harmonicNumber(keys, spec.exponent);
    case "hot": {
      const warm = (1 - spec.share) / Math.max(1, keys - spec.hotKeys);
      const hot = spec.share / spec.hotKeys;
      const [more, less, of] = hot >= warm ? [hot, warm, spec.hotKeys] : [warm, hot, keys - spec.hotKeys];
      return more * Math.min(hottest, of) + less * Math.max(0, hottest - of);
    }
    case "shifting":
      return hottestShare(spec.of, hottest);
    case "scan":
      throw new DomainError("hottestShare: popularity must be of single keys, got a scan");
  }
}
