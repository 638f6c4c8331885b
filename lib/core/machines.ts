/** Processors and disks: builders of `CpuSpec` and `DiskSpec`. */
import {
  type Distribution,
  type DistributionSpec,
  deterministic,
  lognormal,
  toDistribution,
} from "./distributions.ts";
import { DomainError, refuseUnknown } from "./errors.ts";
import { checkNumber } from "./parameters.ts";
import type { CpuSpec, DiskSpec } from "./system.ts";
import { type BandwidthInput, parseQuantity, type TimeInput } from "./units.ts";

type DurationInput = TimeInput | Distribution | DistributionSpec;

export interface CpuOptions {
  /** Time to take in one message; default 0. */
  readonly receive?: DurationInput;
  /** Time to put out one message; default 0. */
  readonly send?: DurationInput;
  /** Time per byte taken in or put out, in s/B; default 0. */
  readonly perByte?: number | string;
  readonly cores?: number;
}

function duration(where: string, given: DurationInput): DistributionSpec {
  const drawn = toDistribution(where, given);
  if (drawn.minimum < 0) throw new DomainError(`${where} must be >= 0 s, got ${drawn.describe()}`);
  return drawn.spec;
}

/**
 * A processor that spends time on every message.
 * @example cpu({ receive: us(10) }).cores; // => 1
 */
export function cpu(options: CpuOptions = {}): CpuSpec {
  refuseUnknown("cpu", "option", Object.getOwnPropertyNames(options), [
    "receive",
    "send",
    "perByte",
    "cores",
  ]);
  const perByte = parseQuantity("cpu: perByte", options.perByte ?? 0, "timePerByte");
  return {
    receive: duration("cpu: receive", options.receive ?? 0),
    send: duration("cpu: send", options.send ?? 0),
    perByte: checkNumber("cpu", "perByte", perByte, {
      dimension: "timePerByte",
      min: 0,
      meaning: "time per byte",
    }),
    cores: checkNumber("cpu", "cores", options.cores ?? 1, {
      dimension: "one",
      integer: true,
      min: 1,
      meaning: "cores",
    }),
  };
}

/** Builders of disks. */
export const disk = {
  /**
   * A disk whose synchronous writes take a time given as a duration, a distribution, or its p50 and p99 (lognormal).
   * @example disk.fsync(ms(1)).bandwidth; // => null
   */
  fsync(
    time: DurationInput | { readonly p50: TimeInput; readonly p99: TimeInput },
    options: { readonly bandwidth?: BandwidthInput } = {},
  ): DiskSpec {
    refuseUnknown("disk.fsync", "option", Object.getOwnPropertyNames(options), ["bandwidth"]);
    const percentiles = typeof time === "object" && "p50" in time ? time : null;
    const fsync =
      percentiles === null
        ? duration("disk: fsync", time as DurationInput)
        : lognormal({
            p50: parseQuantity("disk: p50", percentiles.p50, "time"),
            p99: parseQuantity("disk: p99", percentiles.p99, "time"),
          }).spec;
    const { bandwidth } = options;
    if (bandwidth === undefined) return { fsync, bandwidth: null };
    const bits = parseQuantity("disk: bandwidth", bandwidth, "bandwidth");
    return {
      fsync,
      bandwidth: checkNumber("disk", "bandwidth", bits, {
        dimension: "bandwidth",
        above: 0,
        meaning: "bandwidth",
      }),
    };
  },
};

/** A processor that costs nothing: the network and the disk alone decide. */
export const FREE_CPU: CpuSpec = {
  receive: deterministic(0).spec,
  send: deterministic(0).spec,
  perByte: 0,
  cores: 1,
};
