/**
 * Queues and balancing policies without messages: for the sweeps near saturation that need 10^8 customers.
 *
 * A study simulates every message of a balancer, with its network, faults and histories. Where a question has none of
 * these in it, the same policies before the same queues run here at ten times the speed, and one may hold one against
 * the other.
 */
import {
  type Distribution,
  type DistributionSpec,
  exponential,
  toDistribution,
} from "../core/distributions.ts";
import { DomainError, refuseUnknown, show } from "../core/errors.ts";
import { networks } from "../core/networks.ts";
import { checkNumber } from "../core/parameters.ts";
import { parseQuantity, type RateInput, type TimeInput } from "../core/units.ts";
import type { BalancerSettings } from "../protocols/balancing/balancer-settings.ts";
import { type QueueTotals, queueRun } from "../protocols/balancing/queue-run.ts";
import { balancer } from "../protocols/builders.ts";
import { type Interval, replicationInterval } from "../statistics/interval.ts";

/** Queues in parallel, and who chooses among them. Settings of a policy are those of the balancer. */
export interface QueueGroup {
  /** Poisson arrivals at all queues together. */
  readonly arrivalRate: RateInput;
  /** Service at a server of speed 1: a mean (then exponential), or a law. */
  readonly serviceTime: TimeInput | Distribution | DistributionSpec;
  /** Queues; default 1. */
  readonly servers?: number;
  /** Workers of each queue; default 1. One queue of c workers is M/G/c. */
  readonly workers?: number;
  /** Default random. */
  readonly policy?: BalancerSettings["policy"];
  readonly choices?: number;
  readonly replacement?: boolean;
  readonly fastServers?: number;
  readonly fastSpeed?: number;
  readonly plannedRate?: RateInput;
  readonly reportInterval?: TimeInput;
  readonly countOwn?: boolean;
  readonly decay?: TimeInput;
  readonly controlInterval?: TimeInput;
  /** Keys that requests draw from uniformly, for hash-affinity; default 1. */
  readonly keys?: number;
}

/** How much to simulate. */
export interface QueueOptions {
  /** Whole number from 0 to 2^53 − 1; the same seed gives the same numbers. */
  readonly seed: number;
  /** Customers measured in each replication; default 100,000. */
  readonly customers?: number;
  /** At least 2; default 10. */
  readonly replications?: number;
  /** Customers of each replication that come first and are not measured; default an eighth of `customers`. */
  readonly warmUp?: number;
}

/** Means with their 95 % intervals over replications, in seconds; the utilisation of a worker is a share. */
export interface QueueResult {
  readonly responseTime: Interval;
  /** Time in queue, service excluded. */
  readonly waitingTime: Interval;
  readonly utilisation: Interval;
  /** Of each replication. */
  readonly replications: readonly QueueTotals[];
}

const GROUP_KEYS = [
  "arrivalRate",
  "serviceTime",
  "servers",
  "workers",
  "policy",
  "choices",
  "replacement",
  "fastServers",
  "fastSpeed",
  "plannedRate",
  "reportInterval",
  "countOwn",
  "decay",
  "controlInterval",
  "keys",
];
const OPTION_KEYS = ["seed", "customers", "replications", "warmUp"];

const whole = (name: string, value: number, min: number, max: number): number =>
  checkNumber("queues", name, value, { dimension: "one", integer: true, min, max, meaning: name });

/**
 * Simulates queues under a balancing policy and gives means with their intervals.
 *
 * @throws DomainError for values outside their domain, a load of 1 or more, settings that have no effect
 * @example
 * simulateQueues({ arrivalRate: 1, serviceTime: 0.5 }, { seed: 1, customers: 4000 }).replications.length; // => 10
 * Math.round(simulateQueues({ arrivalRate: 1, serviceTime: 0.5 }, { seed: 1 }).responseTime.mean); // => 1
 */
export function simulateQueues(given: QueueGroup, options: QueueOptions): QueueResult {
  refuseUnknown("queues", "setting", Object.getOwnPropertyNames(given), GROUP_KEYS);
  refuseUnknown("queues", "option", Object.getOwnPropertyNames(options), OPTION_KEYS);
  const { seed, customers = 100_000, replications = 10 } = options;
  const { arrivalRate, serviceTime, servers = 1, workers = 1, keys = 1, policy = "random", ...rest } = given;
  whole("servers", servers, 1, 1e6);
  const service = serviceLaw(serviceTime);
  const settings = balancer({
    network: networks.lan({ nodes: servers + 1, rtt: 0 }),
    serviceTime: service.mean,
    policy,
    ...rest,
  }).settings as unknown as BalancerSettings;
  const base = {
    settings,
    service,
    arrivalRate: rateOf(arrivalRate),
    workers: whole("workers", workers, 1, 1e4),
    keys: whole("keys", keys, 1, 1e9),
    seed: whole("seed", seed, 0, Number.MAX_SAFE_INTEGER),
    customers: whole("customers", customers, 1, 1e10),
    warmUp: whole("warmUp", options.warmUp ?? Math.ceil(customers / 8), 0, 1e10),
  };
  refuse(base);
  const runs = Array.from({ length: whole("replications", replications, 2, 1e6) }, (_, replication) =>
    queueRun({ ...base, replication }),
  );
  const over = (measure: keyof QueueTotals): Interval => replicationInterval(runs.map((run) => run[measure]));
  return {
    responseTime: over("responseTime"),
    waitingTime: over("waitingTime"),
    utilisation: over("utilisation"),
    replications: runs,
  };
}

function serviceLaw(given: QueueGroup["serviceTime"]): Distribution {
  if (typeof given !== "number" && typeof given !== "string")
    return toDistribution("queues: serviceTime", given);
  const mean = parseQuantity("queues: serviceTime", given, "time");
  const rule = { dimension: "time", above: 0, meaning: "mean service" } as const;
  return exponential(checkNumber("queues", "serviceTime", mean, rule));
}

function rateOf(given: RateInput): number {
  const rule = { dimension: "rate", above: 0, meaning: "arrivals" } as const;
  return checkNumber("queues", "arrivalRate", parseQuantity("queues: arrivalRate", given, "rate"), rule);
}

/** What cannot run here, and loads without a steady state. */
function refuse(run: {
  readonly settings: BalancerSettings;
  readonly arrivalRate: number;
  readonly service: Distribution;
  readonly workers: number;
  readonly keys: number;
}): void {
  const { settings, arrivalRate, service, workers, keys } = run;
  if (workers > 1 && ["peak-ewma", "controller"].includes(settings.policy))
    throw new DomainError(`queues: workers must be 1 for ${settings.policy}, got ${workers}`);
  if (keys > 1 && settings.policy !== "hash-affinity")
    throw new DomainError(`queues: keys must have policy hash-affinity to have an effect, got ${show(keys)}`);
  const { servers, fastServers, fastSpeed } = settings;
  const capacity = (workers * (servers + fastServers * (fastSpeed - 1))) / service.mean;
  if (!(arrivalRate < capacity))
    throw new DomainError(
      `queues: unstable, utilisation must be < 1, got ${(arrivalRate / capacity).toPrecision(4)}`,
    );
}
