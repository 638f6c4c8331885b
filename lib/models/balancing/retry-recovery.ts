/**
 * Recovery from a stop: servers that stood still find a queue of requests which their clients have given up and made again.
 *
 * Own fluid of what Bronson et al. ("Metastable failures in distributed systems", HotOS 2021, §2.1) tell of one database: an
 * attempt that finds more work than its timeout allows is too late, is made again, and is served all the same. While all are
 * too late the k-th retries come kτ behind the requests, so the work per server is ρ(t + Σ w_k (t − kτ)⁺) − (t − D)⁺ in
 * service times, with w_k = 1 for k ≤ r, cut by a budget (Beyer et al. 2016, ch. 21). When it falls to what the timeout
 * leaves, the overload is over; when it stops falling before, the retries keep it up for good.
 */
import { defineModel } from "../../core/model.ts";
import { RETRY_INPUTS } from "./retry-amplification.ts";

/** Part of the k-th retries that a budget lets through: whole layers first, the last one in part. */
const layer = (k: number, retries: number, budget: number): number =>
  k > retries ? 0 : Math.min(1, Math.max(0, budget - (k - 1)));

/** Work at the end of the stop; all in service times. */
function workAfter(stop: number, rho: number, timeout: number, retries: number, budget: number): number {
  let work = stop;
  for (let k = 1; k <= retries && k * timeout < stop; k++)
    work += layer(k, retries, budget) * (stop - k * timeout);
  return rho * work;
}

/** Time from the end of the stop until an attempt is in time again; −1 when none ever is. */
function drainAfter(stop: number, rho: number, timeout: number, retries: number, budget: number): number {
  const patience = timeout - 1;
  let work = workAfter(stop, rho, timeout, retries, budget);
  if (work <= patience) return 0;
  let layers = 1;
  let k = 1;
  for (; k <= retries && k * timeout <= stop; k++) layers += layer(k, retries, budget);
  for (let now = stop; ; k++) {
    const fall = 1 - rho * layers;
    // More layers only come: what does not fall now never will.
    if (fall <= 0) return -1;
    const next = k <= retries ? k * timeout : Number.POSITIVE_INFINITY;
    if (work - fall * (next - now) <= patience) return now - stop + (work - patience) / fall;
    work -= fall * (next - now);
    now = next;
    layers += layer(k, retries, budget);
  }
}

const FIVE = ["one", "one", "one", "one", "one"] as const;

/**
 * Time to recover from a stop of all servers, with clients that retry.
 *
 * @example
 * models.retryRecovery({ arrivalRate: 0.5, serviceTime: 1, timeout: 11, retries: 0, stop: 100 }).recoveryTime; // => 80
 * models.retryRecovery.evaluate({ arrivalRate: 0.5, serviceTime: 1, timeout: 11, stop: 100 }).stable; // => false
 */
export const retryRecovery = defineModel({
  id: "retryRecovery",
  title: "Recovery from a stop under retries",
  cites: ["Bronson et al. 2021, §2.1", "Beyer et al. 2016, ch. 21"],
  assumes: [
    "work is a fluid, spread evenly over the servers: no chance",
    "the stop finds empty queues and lasts longer than the timeout",
    "a client that gives up asks again at once, up to so many times; the attempt given up is served all the same",
    "queues have no limit",
  ],
  inputs: {
    ...RETRY_INPUTS,
    stop: { tex: "D", dimension: "time", above: 0, meaning: "time for which all servers stand still" },
  },
  outputs: {
    stormUtilisation: { tex: "\\rho_\\infty", dimension: "one", meaning: "load with every retry made" },
    backlog: { tex: "W_D", dimension: "time", meaning: "work at each server when the stop ends" },
    recoveryTime: {
      tex: "T",
      dimension: "time",
      meaning: "from the end of the stop until attempts are in time",
    },
  },
  functions: {
    work: {
      tex: "\\mathrm{W}",
      arguments: FIVE,
      result: "one",
      meaning: "ρ(D + Σ w_k (D − kτ)⁺), w_k = min(1, (b − k + 1)⁺) for k ≤ r",
      compute: workAfter,
    },
    drain: {
      tex: "\\mathrm{T}",
      arguments: FIVE,
      result: "one",
      meaning: "first root t ≥ D of ρ(t + Σ w_k (t − kτ)⁺) − (t − D) = τ − 1, less D",
      compute: drainAfter,
    },
    lasts: {
      tex: "\\mathrm{I}",
      arguments: FIVE,
      result: "one",
      meaning: "1 where there is no such root: the retries keep the overload up",
      compute: (stop, rho, timeout, retries, budget) =>
        drainAfter(stop, rho, timeout, retries, budget) < 0 ? 1 : 0,
    },
  },
  equations: [
    "stormUtilisation = arrivalRate * serviceTime * (1 + min(retries, budget))",
    "backlog = serviceTime * work(stop / serviceTime, arrivalRate * serviceTime, timeout / serviceTime, retries, budget)",
    "recoveryTime = serviceTime * drain(stop / serviceTime, arrivalRate * serviceTime, timeout / serviceTime, retries, budget)",
  ],
  requires: ["arrivalRate * serviceTime < 1", "serviceTime < timeout", "timeout <= stop"],
  stable: [
    "stormUtilisation * lasts(stop / serviceTime, arrivalRate * serviceTime, timeout / serviceTime, retries, budget) < 1",
  ],
});
