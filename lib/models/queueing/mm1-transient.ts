/**
 * M/M/1 on its way to the steady state: the mean number in system at a time, from a given start.
 *
 * Source: Jensen (1953) and Grassmann, "Transient solutions in Markovian queueing systems" (Computers & Operations
 * Research 4, 1977) for uniformisation; Cohen, The Single Server Queue (1982), §II.2.1, and Abate and Whitt, "Transient
 * behavior of the M/M/1 queue: starting at the origin" (Queueing Systems 2, 1987) for the relaxation time
 * 1/(μ(1 − √ρ)²). The chain is looked at as often as something may happen, at rate λ + μ; of the numbers in system
 * those with chances below 1e-20 are left out, so that the truncation costs nothing that shows. For how long a run, or a
 * system after a fault, is not yet what its steady-state formula says.
 */
import { defineModel } from "../../core/model.ts";
import { logGamma } from "../../core/special.ts";
import { ARRIVAL_RATE, SERVICE_TIME } from "./queue-symbols.ts";

/** Chances below this are left out. */
const NEGLIGIBLE = 1e-20;

/** P(exactly k events) for a mean: the weights that matter, from the first to the last. */
function poissonWeights(mean: number): { readonly first: number; readonly weights: Float64Array } {
  const spread = 10 * Math.sqrt(mean) + 40;
  const first = Math.max(0, Math.floor(mean - spread));
  const weights = new Float64Array(Math.ceil(mean + spread) - first + 1);
  const mode = Math.floor(mean) - first;
  weights[mode] =
    mean === 0 ? 1 : Math.exp((mode + first) * Math.log(mean) - mean - logGamma(mode + first + 1));
  for (let i = mode + 1; i < weights.length; i++) weights[i] = (weights[i - 1] * mean) / (first + i);
  for (let i = mode; i > 0; i--) weights[i - 1] = (weights[i] * (first + i)) / mean;
  // What rounding of the logarithms did to all of them alike is taken out again.
  const total = weights.reduce((a, b) => a + b, 0);
  return { first, weights: weights.map((weight) => weight / total) };
}

/** Mean of the numbers low … high with these chances, divided by their sum, from which rounding has drifted. */
function meanOf(chances: Float64Array, low: number, high: number): number {
  let sum = 0;
  let mass = 0;
  for (let i = low; i <= high; i++) {
    sum += i * chances[i];
    mass += chances[i];
  }
  return sum / mass;
}

/**
 * Mean number in M/M/1 after a time, by uniformisation. Any load, also ρ ≥ 1.
 *
 * @param rho λ/μ
 * @param services time in mean service times
 * @param start number in system at time 0
 */
export function mm1MeanAt(rho: number, services: number, start: number): number {
  const { first, weights } = poissonWeights((1 + rho) * services);
  const up = rho / (1 + rho);
  const down = 1 / (1 + rho);
  const steps = first + weights.length;
  let chances = new Float64Array(start + steps + 3);
  let next = new Float64Array(start + steps + 3);
  chances[start] = 1;
  // Outside low … high the chances are 0.
  let [low, high] = [start, start];
  let answer = 0;
  for (let k = 0; k < steps; k++) {
    if (k >= first) answer += weights[k - first] * meanOf(chances, low, high);
    // An event in the empty system that would be a departure leaves it empty.
    next[0] = low === 0 ? down * (chances[0] + chances[1]) : low === 1 ? down * chances[1] : 0;
    for (let i = Math.max(1, low - 1); i <= high + 1; i++)
      next[i] = up * chances[i - 1] + down * chances[i + 1];
    // Two events from now this array is written again, one further on each side.
    chances.fill(0, Math.max(0, low - 1), high + 2);
    [chances, next] = [next, chances];
    low = Math.max(0, low - 1);
    high++;
    while (low < high && chances[low] < NEGLIGIBLE) chances[low++] = 0;
    while (high > low && chances[high] < NEGLIGIBLE) chances[high--] = 0;
  }
  return answer;
}

/**
 * M/M/1 after a time t: the mean number in system, where it is going, and how fast.
 *
 * @example
 * models.mm1Transient({ arrivalRate: 405, serviceTime: ms(2), time: 0 }).relaxationTime; // => 0.2
 */
export const mm1Transient = defineModel({
  id: "mm1Transient",
  title: "M/M/1 queue before the steady state",
  cites: ["Grassmann 1977", "Cohen 1982, §II.2.1", "Abate and Whitt 1987"],
  assumes: [
    "arrivals are Poisson and independent of service",
    "service times are exponential and independent",
    "one server, unlimited queue",
    "a known number in system at time 0",
  ],
  inputs: {
    arrivalRate: ARRIVAL_RATE,
    serviceTime: SERVICE_TIME,
    time: { tex: "t", dimension: "time", min: 0, meaning: "time since the start" },
    start: {
      tex: "n_0",
      dimension: "one",
      integer: true,
      min: 0,
      max: 10_000,
      default: 0,
      meaning: "number in system at time 0",
    },
  },
  between: {
    utilisation: { tex: "\\rho", dimension: "one", meaning: "load" },
    services: { tex: "t/S", dimension: "one", meaning: "time in service times" },
  },
  outputs: {
    inSystem: { tex: "L(t)", dimension: "one", meaning: "mean number in system at time t" },
    steadyInSystem: { tex: "L", dimension: "one", meaning: "mean number in the steady state" },
    relaxationTime: {
      tex: "\\tau",
      dimension: "time",
      meaning: "time in which the rest of the way shrinks by e, in the long run",
    },
  },
  functions: {
    meanAt: {
      tex: "\\mathrm{E}[N_t]",
      arguments: ["one", "one", "one"],
      result: "one",
      meaning: "mean number after some service times, by uniformisation; error below 1e-11",
      compute: mm1MeanAt,
    },
  },
  equations: [
    "utilisation = arrivalRate * serviceTime",
    "services = time / serviceTime",
    "inSystem = meanAt(utilisation, services, start)",
    "steadyInSystem = utilisation / (1 - utilisation)",
    "relaxationTime = serviceTime / (1 - sqrt(utilisation))^2",
  ],
  requires: ["services <= 20000"],
  stable: ["utilisation < 1"],
});
