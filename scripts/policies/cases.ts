/**
 * The grid of balancing policies: every policy at each load and number of servers, what theory says there, and what is
 * proven of two policies. All of it, the tolerances too, is stated here, before any run.
 *
 * One dispatcher, equal exponential servers of mean service 1, Poisson arrivals, a network that takes no time: the
 * ground on which the theorems stand. Times are in services.
 */
import { models } from "../../lib/models/index.ts";
import type { balancer } from "../../lib/protocols/builders.ts";
import { placements } from "../../lib/protocols/sharding/placements.ts";
import { idleQueueTime, twoQueueTime } from "./two-queues.ts";

export const SIZES = [2, 10, 100] as const;

/** Loads, the tolerance of a comparison there, and operations measured at each policy and size (all replications). */
export const LOADS = [
  { rho: 0.5, tolerance: 0.03, operations: 400_000 },
  { rho: 0.7, tolerance: 0.03, operations: 800_000 },
  { rho: 0.9, tolerance: 0.05, operations: 2_000_000 },
  { rho: 0.95, tolerance: 0.06, operations: 6_000_000 },
] as const;

export type Load = (typeof LOADS)[number];
type Settings = Omit<Parameters<typeof balancer>[0], "network">;

/** What theory says: a mean time, bounds of it, or nothing but how it compares (`ORDERS`). */
export type Theory =
  | { readonly kind: "formula"; readonly what: string; readonly time: number; readonly note?: string }
  | { readonly kind: "bounds"; readonly what: string; readonly low: number; readonly high: number }
  | { readonly kind: "orders" };

export interface PolicyCase {
  readonly policy: NonNullable<Settings["policy"]>;
  settings?(servers: number, rho: number): Settings;
  /** Keys of the workload; default 1. */
  readonly keys?: number;
  /**
   * Queues that know nothing of one another forget as slowly as an M/M/1 queue each; those that share the load, n
   * times as fast: less than half the replications give as narrow an interval.
   */
  readonly independent: boolean;
  /** Services between two decisions of a policy that learns: several are forgotten first, and several measured. */
  period?(rho: number): number;
  theory(servers: number, rho: number): Theory;
}

const KEYS = 1_000_000;
/** Of least-loaded: so often, in services, a server tells its length. */
const REPORTS = 1;
/**
 * Of the controller: an interval of so many services over 1 − ρ. Rates measured in it have a variance of 0.3/1.7 over
 * its services (the averages' weight), which costs that times ρ²/(1 − ρ)²: 0.1 % of the time at ρ = 0.5, 2 % at 0.95.
 */
const CONTROL = 150;

const formula = (what: string, time: number, note?: string): Theory => ({
  kind: "formula",
  what,
  time,
  ...(note === undefined ? {} : { note }),
});

const bounds = (servers: number, rho: number): Theory => {
  const { lowerResponseTime: low, upperResponseTime: high } = models.joinShortestQueue({
    arrivalRate: servers * rho,
    serviceTime: 1,
    servers,
  });
  return { kind: "bounds", what: "M/M/n to E_n/M/1", low, high };
};

const shortest = (servers: number, rho: number): Theory =>
  servers === 2 ? formula("Markov chain", twoQueueTime("shortest", rho)) : bounds(servers, rho);

const one = (rho: number): number => models.mm1({ arrivalRate: rho, serviceTime: 1 }).responseTime;

const inTurn = (servers: number, rho: number): Theory =>
  formula("E_n/M/1", models.ekM1({ arrivalRate: rho, serviceTime: 1, stages: servers }).responseTime);

const split = (servers: number, rho: number): Theory =>
  formula(
    "best fixed split",
    models.staticSplit({ serviceRates: new Array<number>(servers).fill(1), arrivalRate: servers * rho })
      .responseTime,
  );

/** Keys fall on servers by the hash, so shares are not equal: each server is M/M/1 at its own load. */
function byKeys(servers: number, rho: number): Theory {
  const nodes = Array.from({ length: servers }, (_, i) => i);
  const placement = placements.jump({ nodes });
  const keys = new Int32Array(servers);
  for (let key = 0; key < KEYS; key++) keys[placement.owner(key)]++;
  const time = keys.reduce((sum, count) => sum + (count / KEYS) * one((servers * rho * count) / KEYS), 0);
  return formula("M/M/1 at the load of each server's keys", time);
}

const FIRST_ORDER =
  "the correction for finite n is its first term in 1/n: it asks for n(1 − ρ) well above 1 (Gast, Van Houdt 2017)";
const MANY_DISPATCHERS =
  "the formula is for many dispatchers; with one, an arrival finds either an idle server or none at all, and arrivals sent at random meet servers that are all busy";

const choices = (servers: number, rho: number): Theory =>
  servers === 2
    ? formula("Markov chain", twoQueueTime("shortest", rho))
    : formula(
        "supermarket, first order in 1/n",
        models.supermarket({ arrivalRate: servers * rho, serviceTime: 1, servers }).responseTime,
        FIRST_ORDER,
      );

const idle = (servers: number, rho: number): Theory =>
  servers === 2
    ? formula("closed form for two servers", idleQueueTime(rho))
    : formula(
        "Lu et al., one dispatcher",
        models.joinIdleQueue({ arrivalRate: servers * rho, serviceTime: 1, servers, dispatchers: 1 })
          .responseTime,
        MANY_DISPATCHERS,
      );

const onlyOrders = (): Theory => ({ kind: "orders" });

/** Every policy of the balancer. */
export const POLICIES: readonly PolicyCase[] = [
  { policy: "random", independent: true, theory: (_servers, rho) => formula("M/M/1", one(rho)) },
  { policy: "round-robin", independent: true, theory: inTurn },
  { policy: "weighted-round-robin", independent: true, theory: inTurn },
  { policy: "hash-affinity", keys: KEYS, independent: true, theory: byKeys },
  { policy: "least-connections", independent: false, theory: shortest },
  { policy: "shortest-queue", independent: false, theory: shortest },
  { policy: "d-choices", independent: false, theory: choices },
  { policy: "idle-queue", independent: false, theory: idle },
  {
    policy: "least-loaded",
    settings: () => ({ reportInterval: REPORTS }),
    independent: false,
    theory: onlyOrders,
  },
  { policy: "peak-ewma", independent: false, theory: onlyOrders },
  {
    policy: "static-split",
    settings: (servers, rho) => ({ plannedRate: servers * rho }),
    independent: true,
    theory: split,
  },
  {
    policy: "controller",
    settings: (_servers, rho) => ({ controlInterval: CONTROL / (1 - rho) }),
    period: (rho) => CONTROL / (1 - rho),
    independent: true,
    theory: split,
  },
];

/** Two policies of which one is said to wait no longer than the other on the same arrivals and services. */
export interface Order {
  readonly better: PolicyCase["policy"];
  readonly worse: PolicyCase["policy"];
  readonly source: string;
  /** Said of some sizes only. */
  readonly above?: number;
  readonly note?: string;
}

const WINSTON = "Winston 1977, Weber 1978: the best from queue lengths alone";
const NO_THEOREM =
  "no theorem: two choices tend to the sum over i of ρ^(2^i − 2) and round robin to D/M/1, which is less at ρ = 0.5 (1.2550 against 1.2657)";

/** Two of two servers are the shortest queue: there is nothing to order there. */
export const ORDERS: readonly Order[] = [
  { better: "shortest-queue", worse: "d-choices", source: WINSTON, above: 2 },
  { better: "shortest-queue", worse: "round-robin", source: WINSTON },
  { better: "shortest-queue", worse: "idle-queue", source: WINSTON },
  { better: "shortest-queue", worse: "least-loaded", source: WINSTON },
  { better: "shortest-queue", worse: "peak-ewma", source: WINSTON },
  { better: "d-choices", worse: "round-robin", source: "said of small groups", note: NO_THEOREM },
  { better: "d-choices", worse: "random", source: "Azar et al. 1999: coupling" },
  { better: "round-robin", worse: "random", source: "Hajek 1983: the least varied gaps wait least" },
];
