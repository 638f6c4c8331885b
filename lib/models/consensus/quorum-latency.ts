/**
 * Quorum latency: the (q − 1)-th answer of n − 1 followers, the leader's own vote being free.
 *
 * Source: David and Nagaraja, Order Statistics (3rd ed. 2003), §2.1 and §5.2 (not alike); the use for quorums in
 * Ailijiang, Charapko and Demirbas 2019, §3. Exponential round trips: mean·(H_{n−1} − H_{n−q}).
 */
import { type Distribution, type DistributionInput, toDistribution } from "../../core/distributions.ts";
import { DomainError, show } from "../../core/errors.ts";
import type { ModelFunction, NumberInput, Quantity, StructuredInput } from "../../core/model.ts";
import { defineModel } from "../../core/model.ts";
import { kthMean, kthQuantile } from "./quorum-quadrature.ts";

function readRoundTrip(where: string, given: DistributionInput): Distribution {
  const delay = toDistribution(where, given);
  if (delay.minimum < 0) throw new DomainError(`${where} must be >= 0 s, got ${delay.describe()}`);
  if (!Number.isFinite(delay.mean))
    throw new DomainError(`${where} must have a finite mean, got ${delay.describe()}`);
  return delay;
}

const roundTrip: StructuredInput<Distribution, DistributionInput> = {
  kind: "structured",
  type: "distribution",
  tex: "R",
  meaning: "round trip between leader and a follower",
  unit: "s",
  read: readRoundTrip,
};
const roundTrips: StructuredInput<readonly Distribution[], readonly DistributionInput[]> = {
  kind: "structured",
  type: "distributions",
  tex: "R_{1 \\dots n-1}",
  meaning: "round trip between leader and each follower",
  unit: "s",
  read(where, given) {
    if (!Array.isArray(given) || given.length === 0)
      throw new DomainError(`${where} must be a list of round trips, got ${show(given)}`);
    return given.map((one: DistributionInput, i) => readRoundTrip(`${where}[${i}]`, one));
  },
};
const nodes = {
  tex: "n",
  dimension: "one",
  integer: true,
  min: 2,
  max: 100_000,
  meaning: "nodes, the leader among them",
} as const satisfies NumberInput;
const quorum = {
  tex: "q",
  dimension: "one",
  integer: true,
  min: 0,
  default: 0,
  meaning: "nodes that must agree, the leader among them; 0 is a majority",
} as const satisfies NumberInput;
const probability = {
  tex: "p",
  dimension: "one",
  min: 0,
  below: 1,
  default: 0.99,
  meaning: "level of the quantile",
} as const satisfies NumberInput;
const needed = { tex: "q'", dimension: "one", meaning: "quorum in force" } as const satisfies Quantity;
const latency = {
  tex: "D_Q",
  dimension: "time",
  meaning: "mean time to a quorum",
} as const satisfies Quantity;
const latencyQuantile = {
  tex: "D_Q^{(p)}",
  dimension: "time",
  meaning: "p-quantile of the time to a quorum",
} as const satisfies Quantity;

const repeated = (delay: Distribution, n: number): Distribution[] => new Array<Distribution>(n).fill(delay);

const mean = (result: string, compute: ModelFunction["compute"], argument: string): ModelFunction => ({
  tex: "E_{(q-1)}",
  arguments: argument === "distribution" ? [argument, "one", "one"] : [argument, "one"],
  result,
  meaning: "mean of the (q - 1)-th round trip, by adaptive quadrature to 1e-10 (quorum-quadrature.ts)",
  compute,
});
const quantile = (compute: ModelFunction["compute"], argument: string): ModelFunction => ({
  tex: "Q_{(q-1)}",
  arguments: argument === "distribution" ? [argument, "one", "one", "one"] : [argument, "one", "one"],
  result: "time",
  meaning: "quantile of the (q - 1)-th round trip, by bisection on its exact law",
  compute,
});
const assumes = [
  "the leader's own vote is free",
  "round trips are independent",
  "no waiting, no disk",
] as const;

/**
 * Followers all alike, any law of the round trip.
 *
 * @example
 * models.quorumLatency({ nodes: 5, roundTrip: "uniform(min=0 ms, max=50 ms)" }).latency; // => 0.02
 */
export const quorumLatency = defineModel({
  id: "quorumLatency",
  title: "Quorum latency, followers alike",
  cites: ["David, Nagaraja 2003, §2.1"],
  assumes,
  inputs: { nodes, quorum, roundTrip, probability },
  between: { needed },
  outputs: { latency, latencyQuantile },
  functions: {
    mean: mean(
      "time",
      (r: Distribution, n: number, q: number) => (q === 1 ? 0 : kthMean(repeated(r, n - 1), q - 1)),
      "distribution",
    ),
    quantile: quantile(
      (r: Distribution, n: number, q: number, p: number) =>
        q === 1 ? 0 : kthQuantile(repeated(r, n - 1), q - 1, p),
      "distribution",
    ),
  },
  equations: [
    "needed = quorum > 0 ? quorum : floor(nodes / 2) + 1",
    "latency = mean(roundTrip, nodes, needed)",
    "latencyQuantile = quantile(roundTrip, nodes, needed, probability)",
  ],
  requires: ["quorum <= nodes"],
});

/** Σ 1/i over low < i ≤ high, small terms first. */
function harmonicBetween(low: number, high: number): number {
  let sum = 0;
  for (let i = high; i > low; i--) sum += 1 / i;
  return sum;
}

/**
 * Followers all alike, exponential round trips: the closed form.
 *
 * @example
 * models.quorumLatencyExponential({ nodes: 5, meanRoundTrip: ms(12) }).latency; // => 0.007
 */
export const quorumLatencyExponential = defineModel({
  id: "quorumLatencyExponential",
  title: "Quorum latency, exponential round trips",
  cites: ["David, Nagaraja 2003, §2.1"],
  assumes: [...assumes, "round trips are exponential"],
  inputs: {
    nodes,
    quorum,
    meanRoundTrip: { tex: "\\bar R", dimension: "time", above: 0, meaning: "mean round trip" },
  },
  between: { needed },
  outputs: { latency },
  functions: {
    harmonicBetween: {
      tex: "\\mathrm{H}",
      arguments: ["one", "one"],
      result: "one",
      meaning: "H(b) - H(a), difference of harmonic numbers",
      compute: harmonicBetween,
    },
  },
  equations: [
    "needed = quorum > 0 ? quorum : floor(nodes / 2) + 1",
    "latency = meanRoundTrip * harmonicBetween(nodes - needed, nodes - 1)",
  ],
  requires: ["quorum <= nodes"],
});

/**
 * Followers that are not alike: the product form.
 *
 * @example
 * models.quorumLatencyUnequal({ roundTrips: ["10 ms", "20 ms", "30 ms", "40 ms"] }).latency; // => 0.02
 */
export const quorumLatencyUnequal = defineModel({
  id: "quorumLatencyUnequal",
  title: "Quorum latency, followers not alike",
  cites: ["David, Nagaraja 2003, §5.2"],
  assumes,
  inputs: { roundTrips, quorum, probability },
  between: { followers: { tex: "f", dimension: "one", meaning: "followers, n − 1" }, needed },
  outputs: { latency, latencyQuantile },
  functions: {
    count: {
      tex: "\\#",
      arguments: ["distributions"],
      result: "one",
      meaning: "number of followers",
      compute: (list: readonly Distribution[]) => list.length,
    },
    mean: mean(
      "time",
      (list: readonly Distribution[], q: number) => (q === 1 ? 0 : kthMean(list, q - 1)),
      "distributions",
    ),
    quantile: quantile(
      (list: readonly Distribution[], q: number, p: number) => (q === 1 ? 0 : kthQuantile(list, q - 1, p)),
      "distributions",
    ),
  },
  equations: [
    "followers = count(roundTrips)",
    "needed = quorum > 0 ? quorum : floor((followers + 1) / 2) + 1",
    "latency = mean(roundTrips, needed)",
    "latencyQuantile = quantile(roundTrips, needed, probability)",
  ],
  requires: ["quorum <= count(roundTrips) + 1"],
});
