/** Workloads: builders of `WorkloadSpec`. */
import { type Distribution, type DistributionSpec, toDistribution } from "./distributions.ts";
import { DomainError, refuseUnknown } from "./errors.ts";
import { checkedPopularity, keysOf, type PopularitySpec } from "./key-popularity.ts";
import { checkNumber } from "./parameters.ts";
import type { ArrivalSpec, ClientSpec, WorkloadSpec } from "./system.ts";
import { parseQuantity, type RateInput, type SizeInput, type TimeInput } from "./units.ts";

/** What every workload may state beside its arrivals. */
export interface WorkloadOptions {
  /** Size of a value: bytes, a text, or a distribution; default 0 B. */
  readonly payload?: SizeInput | Distribution | DistributionSpec;
  /** Share of reads; default 0. */
  readonly reads?: number;
  /** Number of keys; default 1, or those of the popularity. */
  readonly keys?: number;
  /** How often each key is touched, built by `popularity`; default uniformly. */
  readonly popularity?: PopularitySpec;
  /** One place or several with shares; default beside the leader. */
  readonly clients?: string | readonly (string | ClientSpec)[];
  /** After this a client gives up: the outcome is unknown; default never. */
  readonly timeout?: TimeInput;
  /** Without an answer for so long a client asks the next node for the same operation; default: it only waits. */
  readonly retry?: TimeInput;
}

const KEYS = ["payload", "reads", "keys", "popularity", "clients", "timeout", "retry"] as const;

function places(given: WorkloadOptions["clients"]): ClientSpec[] {
  const list = given === undefined ? ["leader"] : typeof given === "string" ? [given] : given;
  if (list.length === 0) throw new DomainError("workload: clients must name at least 1 place, got []");
  const places = list.map((place) =>
    typeof place === "string" ? { at: place, share: 1 / list.length } : place,
  );
  let sum = 0;
  for (const { at, share } of places) {
    checkNumber("workload", `share of ${at}`, share, {
      dimension: "one",
      above: 0,
      max: 1,
      meaning: "share",
    });
    sum += share;
  }
  if (Math.abs(sum - 1) > 1e-9)
    throw new DomainError(`workload: shares of the clients must add up to 1, got ${sum}`);
  return places;
}

function payloadOf(given: WorkloadOptions["payload"]): DistributionSpec {
  const size = typeof given === "string" ? parseQuantity("workload: payload", given, "size") : (given ?? 0);
  if (typeof size === "number")
    checkNumber("workload", "payload", size, { dimension: "size", min: 0, meaning: "payload" });
  const drawn = toDistribution("workload: payload", size, "size");
  if (drawn.minimum < 0)
    throw new DomainError(`workload: payload must be >= 0 B, got ${drawn.describe("size")}`);
  return drawn.spec;
}

function retryOf(given: TimeInput): number {
  const retry = parseQuantity("workload: retry", given, "time");
  return checkNumber("workload", "retry", retry, { dimension: "time", above: 0, meaning: "retry" });
}

/** Which keys there are and how often each is touched; the uniform law is the absence of another. */
function keysAndPopularity(options: WorkloadOptions): Pick<WorkloadSpec, "keys" | "popularity"> {
  const popularity = options.popularity === undefined ? null : checkedPopularity(options.popularity);
  if (popularity?.kind === "scan" && !((options.reads ?? 0) > 0))
    throw new DomainError("workload: reads must be > 0 where they are scans, got 0");
  const keys = checkNumber(
    "workload",
    "keys",
    options.keys ?? (popularity === null ? 1 : keysOf(popularity)),
    {
      dimension: "one",
      integer: true,
      min: 1,
      max: 1e6,
      meaning: "keys",
    },
  );
  if (popularity !== null && keysOf(popularity) !== keys)
    throw new DomainError(
      `workload: keys must be those of the popularity, ${keysOf(popularity)}, got ${keys}`,
    );
  return popularity === null || popularity.kind === "uniform" ? { keys } : { keys, popularity };
}

function complete(arrivals: ArrivalSpec, options: WorkloadOptions): WorkloadSpec {
  refuseUnknown("workload", "option", Object.getOwnPropertyNames(options), KEYS);
  const timeout =
    options.timeout === undefined ? null : parseQuantity("workload: timeout", options.timeout, "time");
  if (timeout !== null)
    checkNumber("workload", "timeout", timeout, { dimension: "time", above: 0, meaning: "timeout" });
  return {
    arrivals,
    payload: payloadOf(options.payload),
    reads: checkNumber("workload", "reads", options.reads ?? 0, {
      dimension: "one",
      min: 0,
      max: 1,
      meaning: "reads",
    }),
    ...keysAndPopularity(options),
    clients: places(options.clients),
    timeout,
    ...(options.retry === undefined ? {} : { retry: retryOf(options.retry) }),
  };
}

function rateOf(given: RateInput): number {
  const rate = parseQuantity("workload: rate", given, "rate");
  return checkNumber("workload", "rate", rate, { dimension: "rate", above: 0, meaning: "arrival rate" });
}

/** Builders of workloads. Open-loop ones keep their arrival times whatever the system does. */
export const workload = {
  /**
   * Poisson arrivals.
   * @example
   * workload.poisson(1000, { payload: KiB(1) }).arrivals; // => { process: "poisson", rate: 1000 }
   * workload.poisson(1000, { popularity: popularity.zipf(500) }).keys; // => 500
   */
  poisson: (rate: RateInput, options: WorkloadOptions = {}): WorkloadSpec =>
    complete({ process: "poisson", rate: rateOf(rate) }, options),

  /** Arrivals at equal distances. */
  deterministic: (rate: RateInput, options: WorkloadOptions = {}): WorkloadSpec =>
    complete({ process: "deterministic", rate: rateOf(rate) }, options),

  /** Bursts: exponential on and off periods; `rate` is the long-run mean, so it is higher while on. */
  onOff: (
    rate: RateInput,
    burst: { readonly on: TimeInput; readonly off: TimeInput },
    options: WorkloadOptions = {},
  ): WorkloadSpec => {
    const period = (name: "on" | "off"): number => {
      const mean = parseQuantity(`workload: ${name}`, burst[name], "time");
      return checkNumber("workload", name, mean, { dimension: "time", above: 0, meaning: "mean period" });
    };
    return complete(
      { process: "on-off", rate: rateOf(rate), onMean: period("on"), offMean: period("off") },
      options,
    );
  },

  /** `clients` users who each think, send one operation, and wait for the answer. */
  closed: (
    clients: number,
    options: WorkloadOptions & { readonly think?: TimeInput | Distribution | DistributionSpec } = {},
  ): WorkloadSpec => {
    const { think, ...rest } = options;
    const drawn = toDistribution("workload: think", think ?? 0);
    if (drawn.minimum < 0) throw new DomainError(`workload: think must be >= 0 s, got ${drawn.describe()}`);
    checkNumber("workload", "clients", clients, {
      dimension: "one",
      integer: true,
      min: 1,
      max: 1e6,
      meaning: "clients",
    });
    return complete({ process: "closed", clients, think: drawn.spec }, rest);
  },
};
