/**
 * M/G/1 with priorities: classes in order of rank, the first served first; without and with interruption.
 *
 * Source: Cobham, "Priority assignment in waiting line problems", Operations Research 2 (1954), for the queue that
 * finishes what it began; Kleinrock, Queueing Systems II (1976), §3.5, and Harchol-Balter (2013), §31.2 and §32.3, for
 * preemptive resume. With σ(k) the load of the first k classes and R the mean rest of the job in service, class k waits
 * R/((1 − σ(k−1))(1 − σ(k))). With interruption only the first k classes count, in R too, and its own service is
 * stretched by 1/(1 − σ(k−1)). For elections and heartbeats before data, reads before writes, foreground before repair.
 */
import { DomainError } from "../../core/errors.ts";
import { defineModel } from "../../core/model.ts";
import { listInput, type Numbers, sameLength } from "./queue-symbols.ts";

/** Load of the first `count` classes. @throws DomainError for lists that do not belong together, or a class not there */
function loadOfFirst(where: string, rates: Numbers, times: Numbers, scvs: Numbers, count: number): number {
  sameLength(where, { arrivalRates: rates, serviceTimes: times, serviceScvs: scvs });
  if (count > rates.length)
    throw new DomainError(
      `${where}: rank must be at most the number of classes, ${rates.length}, got ${count}`,
    );
  let load = 0;
  for (let i = 0; i < count; i++) load += rates[i] * times[i];
  return load;
}

/** Mean rest of the job that an arrival finds in service, counting the first `count` classes: Σ λE[S²]/2. */
function restOfFirst(rates: Numbers, times: Numbers, scvs: Numbers, count: number): number {
  let rest = 0;
  for (let i = 0; i < count; i++) rest += (rates[i] * times[i] * times[i] * (1 + scvs[i])) / 2;
  return rest;
}

const CLASS_LISTS = ["rates", "times", "scvs"] as const;

const INPUTS = {
  arrivalRates: listInput("rates", "\\lambda_{1 \\dots n}", "1/s", {
    dimension: "rate",
    above: 0,
    meaning: "mean arrivals per second of each class, the first ranking first",
  }),
  serviceTimes: listInput("times", "S_{1 \\dots n}", "s", {
    dimension: "time",
    above: 0,
    meaning: "mean service time of each class",
  }),
  serviceScvs: listInput("scvs", "C^2_{1 \\dots n}", "1", {
    dimension: "one",
    min: 0,
    meaning: "squared coefficient of variation of each class's service",
  }),
  rank: {
    tex: "k",
    dimension: "one",
    integer: true,
    min: 1,
    max: 10_000,
    default: 1,
    meaning: "class that the times are of",
  },
} as const;

/** @param where the model's name, for errors */
const functionsOf = (where: string) => ({
  loadOf: {
    tex: "\\sigma",
    arguments: [...CLASS_LISTS, "one"],
    result: "one",
    meaning: "load of the first classes, Σ λS",
    compute: (rates: Numbers, times: Numbers, scvs: Numbers, count: number) =>
      loadOfFirst(where, rates, times, scvs, count),
  },
  restOf: {
    tex: "R",
    arguments: [...CLASS_LISTS, "one"],
    result: "time",
    meaning: "mean rest of the job in service, Σ λE[S²]/2 over the first classes",
    compute: restOfFirst,
  },
  at: {
    tex: "S",
    arguments: ["times", "one"],
    result: "time",
    meaning: "mean service time of a class",
    compute: (times: Numbers, k: number) => times[k - 1],
  },
  rateAt: {
    tex: "\\lambda",
    arguments: ["rates", "one"],
    result: "rate",
    meaning: "arrival rate of a class",
    compute: (rates: Numbers, k: number) => rates[k - 1],
  },
  count: {
    tex: "\\#",
    arguments: ["rates"],
    result: "one",
    meaning: "number of classes",
    compute: (rates: Numbers) => rates.length,
  },
});

const BETWEEN = {
  before: { tex: "\\sigma_{k-1}", dimension: "one", meaning: "load of the classes that rank higher" },
} as const;

const OUTPUTS = {
  upTo: { tex: "\\sigma_k", dimension: "one", meaning: "load of this class and those that rank higher" },
  utilisation: { tex: "\\rho", dimension: "one", meaning: "load of all classes" },
  waitingTime: { tex: "W_k", dimension: "time", meaning: "mean time in system less the own service time" },
  responseTime: { tex: "T_k", dimension: "time", meaning: "mean time in system" },
  inSystem: { tex: "L_k", dimension: "one", meaning: "mean number of this class in system" },
} as const;

const ASSUMES = [
  "arrivals of each class are Poisson, independent of one another and of service",
  "within a class first come first served",
  "steady state",
] as const;

const LOADS = [
  "upTo = loadOf(arrivalRates, serviceTimes, serviceScvs, rank)",
  "utilisation = loadOf(arrivalRates, serviceTimes, serviceScvs, count(arrivalRates))",
  "before = loadOf(arrivalRates, serviceTimes, serviceScvs, rank - 1)",
] as const;

/**
 * M/G/1 with priorities that let the job in service finish (Cobham).
 *
 * @example
 * models.mg1Priority({ arrivalRates: [0.2, 0.3], serviceTimes: [1, 2], serviceScvs: [1, 0.5], rank: 2 }).waitingTime; // => 6.875
 */
export const mg1Priority = defineModel({
  id: "mg1Priority",
  title: "M/G/1 queue with non-preemptive priorities (Cobham)",
  cites: ["Cobham 1954", "Kleinrock 1976, §3.5", "Harchol-Balter 2013, §31.2"],
  assumes: [...ASSUMES, "the job in service is finished whoever arrives", "all classes together are stable"],
  inputs: INPUTS,
  between: BETWEEN,
  outputs: OUTPUTS,
  functions: functionsOf("mg1Priority"),
  equations: [
    ...LOADS,
    "waitingTime = restOf(arrivalRates, serviceTimes, serviceScvs, count(arrivalRates)) / ((1 - before) * (1 - upTo))",
    "responseTime = waitingTime + at(serviceTimes, rank)",
    "inSystem = rateAt(arrivalRates, rank) * responseTime",
  ],
  stable: ["utilisation < 1"],
});

/**
 * M/G/1 with priorities that interrupt; the interrupted job goes on where it stopped. A class needs only its own and
 * higher load to be stable.
 *
 * @example
 * models.mg1Preemptive({ arrivalRates: [0.2, 0.3], serviceTimes: [1, 2], serviceScvs: [1, 0.5], rank: 2 }).responseTime; // => 9.375
 */
export const mg1Preemptive = defineModel({
  id: "mg1Preemptive",
  title: "M/G/1 queue with preemptive-resume priorities",
  cites: ["Kleinrock 1976, §3.5", "Harchol-Balter 2013, §32.3"],
  assumes: [...ASSUMES, "a higher class interrupts at once, without cost; the interrupted job resumes"],
  inputs: INPUTS,
  between: BETWEEN,
  outputs: OUTPUTS,
  functions: functionsOf("mg1Preemptive"),
  equations: [
    ...LOADS,
    "responseTime = at(serviceTimes, rank) / (1 - before) + restOf(arrivalRates, serviceTimes, serviceScvs, rank) / ((1 - before) * (1 - upTo))",
    "waitingTime = responseTime - at(serviceTimes, rank)",
    "inSystem = rateAt(arrivalRates, rank) * responseTime",
  ],
  stable: ["upTo < 1"],
});
