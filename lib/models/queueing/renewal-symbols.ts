/** What GI/M/1 and its special cases share: the root that they are solved by, outputs, and the lines after the root. */
import { QUANTILE_OUTPUTS, QUEUE_OUTPUTS } from "./queue-symbols.ts";

/**
 * τ = 1 − σ > 0 with 1 − A*(μτ) = τ. The left side is concave in τ, so that it lies above τ before the root and
 * below it after; bisection on the logarithm keeps the digits of a small τ. At ρ = 1 − ε its relative error is that of
 * the arithmetic over ε.
 */
export function idleRoot(complement: (s: number) => number, serviceTime: number): number {
  const above = (tau: number): boolean => complement(tau / serviceTime) > tau;
  let high = 1;
  let low = 0.5;
  while (!above(low) && low > 1e-300) {
    high = low;
    low /= 2;
  }
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return low;
    if (above(middle)) low = middle;
    else high = middle;
  }
}

export const RENEWAL_ASSUMES = [
  "service times are exponential and independent",
  "one server, unlimited queue, first come first served",
  "steady state",
] as const;

export const RENEWAL_CITES = ["Kleinrock 1975, §6.2–6.4", "Gross et al. 2008, §5.3"] as const;

export const RENEWAL_OUTPUTS = {
  utilisation: { tex: "\\rho", dimension: "one", meaning: "share of time the server is busy" },
  waitProbability: { tex: "\\sigma", dimension: "one", meaning: "chance that an arrival must wait" },
  ...QUEUE_OUTPUTS,
  ...QUANTILE_OUTPUTS,
} as const;

export const RENEWAL_BETWEEN = {
  idle: { tex: "\\tau", dimension: "one", meaning: "chance that an arrival finds the server idle, 1 − σ" },
} as const;

export const RENEWAL_REST = [
  "waitingTime = waitProbability / idle * serviceTime",
  "responseTime = serviceTime / idle",
  "inQueue = arrivalRate * waitingTime",
  "inSystem = arrivalRate * responseTime",
  "responseTimeQuantile = -log1p(-probability) * responseTime",
  "waitingTimeQuantile = max(0, log(waitProbability) - log1p(-probability)) * responseTime",
] as const;
