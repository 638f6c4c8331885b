/**
 * The best fixed split of a Poisson stream over servers of unequal speed.
 *
 * Source: Buzen and Chen, "Optimal load balancing in memory hierarchies", IFIP 1974; Tantawi and Towsley, J. ACM 32(2),
 * 1985. Minimising Σ λ_i/(μ_i − λ_i) under Σ λ_i = λ, the conditions of Karush, Kuhn and Tucker give on the servers used
 * λ_i = μ_i − √μ_i·(Σμ − λ)/Σ√μ, and the slowest get nothing while (Σμ − λ)/Σ√μ over the faster ones is at least √μ_i.
 */
import { defineModel } from "../../core/model.ts";
import { ARRIVAL_RATE, listInput, type Numbers } from "../queueing/queue-symbols.ts";

/**
 * Arrival rates of the servers in the best fixed split, in their order.
 *
 * @param rates service rates; their sum must exceed the arrival rate
 * @returns rates that add up to `arrivalRate`; 0 for servers too slow to use
 * @example
 * optimalSplit([4, 1], 1); // => [1, 0]
 */
export function optimalSplit(rates: Numbers, arrivalRate: number): number[] {
  const fastest = rates.map((_, i) => i).sort((a, b) => rates[b] - rates[a] || a - b);
  let [spare, roots, used] = [-arrivalRate, 0, 0];
  for (const i of fastest) {
    // The price of one more second of capacity among the servers so far; a server is used when it is dearer than √μ_i.
    if (spare > 0 && spare / roots >= Math.sqrt(rates[i])) break;
    spare += rates[i];
    roots += Math.sqrt(rates[i]);
    used++;
  }
  const split = rates.map(() => 0);
  for (const i of fastest.slice(0, used))
    split[i] = Math.max(0, rates[i] - Math.sqrt(rates[i]) * (spare / roots));
  return split;
}

/** Mean number in system over the arrival rate. */
function meanTime(rates: Numbers, split: Numbers): number {
  let [sum, total] = [0, 0];
  for (let i = 0; i < rates.length; i++) {
    if (split[i] === 0) continue;
    sum += split[i] / (rates[i] - split[i]);
    total += split[i];
  }
  return sum / total;
}

/**
 * The best fixed split against a split in proportion to speed.
 *
 * @example
 * models.staticSplit({ serviceRates: [4, 1], arrivalRate: 1 }).responseTime; // => 1 / 3
 * models.staticSplit({ serviceRates: [4, 1], arrivalRate: 1 }).proportionalResponseTime; // => 0.5
 */
export const staticSplit = defineModel({
  id: "staticSplit",
  title: "Optimal fixed split over unequal servers",
  cites: ["Buzen, Chen 1974", "Tantawi, Towsley 1985"],
  assumes: [
    "arrivals are Poisson and split at random with fixed shares",
    "service times are exponential; first come first served, or shared evenly",
    "steady state",
  ],
  inputs: {
    serviceRates: listInput("rates", "\\mu_{1 \\dots n}", "1/s", {
      dimension: "rate",
      above: 0,
      meaning: "service rate of each server",
    }),
    arrivalRate: ARRIVAL_RATE,
  },
  between: { capacity: { tex: "\\mu", dimension: "rate", meaning: "all service rates together" } },
  outputs: {
    utilisation: { tex: "\\rho", dimension: "one", meaning: "arrivals over capacity" },
    responseTime: { tex: "T", dimension: "time", meaning: "mean time in system under the best split" },
    proportionalResponseTime: {
      tex: "T_\\propto",
      dimension: "time",
      meaning: "mean time in system when shares are in proportion to speed",
    },
    serversUsed: { tex: "n'", dimension: "one", meaning: "servers that the best split uses" },
  },
  functions: {
    sum: {
      tex: "\\textstyle\\sum",
      arguments: ["rates"],
      result: "rate",
      meaning: "sum of the service rates",
      compute: (rates: Numbers) => rates.reduce((sum, rate) => sum + rate, 0),
    },
    count: {
      tex: "\\#",
      arguments: ["rates"],
      result: "one",
      meaning: "number of servers",
      compute: (rates: Numbers) => rates.length,
    },
    best: {
      tex: "T^*",
      arguments: ["rates", "rate"],
      result: "time",
      meaning: "mean time in system under the split of the square roots",
      compute: (rates: Numbers, rate: number) => meanTime(rates, optimalSplit(rates, rate)),
    },
    used: {
      tex: "n^*",
      arguments: ["rates", "rate"],
      result: "one",
      meaning: "servers with a share in that split",
      compute: (rates: Numbers, rate: number) => optimalSplit(rates, rate).filter((part) => part > 0).length,
    },
  },
  equations: [
    "capacity = sum(serviceRates)",
    "utilisation = arrivalRate / capacity",
    "proportionalResponseTime = count(serviceRates) / (capacity - arrivalRate)",
    "responseTime = best(serviceRates, arrivalRate)",
    "serversUsed = used(serviceRates, arrivalRate)",
  ],
  stable: ["utilisation < 1"],
});
