/**
 * Retries: clients that give up and ask again load the servers with work nobody waits for any more.
 *
 * Own composition of M/M/1 (Kleinrock 1975, §3.2) with timeouts: a share p = e^{−(1 − ρ')τ/S} of attempts is too late, so
 * ρ' = ρ(1 + p + … + p^r) with r retries, and no more than a budget b of retries for each request (Beyer et al., Site
 * Reliability Engineering, 2016, ch. 21–22: a budget of 10 %). Where also ρ(1 + min(r, b)) ≥ 1, a storm once begun
 * feeds itself at a load that from an empty start is served well (Bronson et al., "Metastable failures", HotOS 2021).
 */
import { defineModel } from "../../core/model.ts";
import { ARRIVAL_RATE, SERVICE_TIME } from "../queueing/queue-symbols.ts";
import { smallestLoad } from "./load-fixed-point.ts";

/** p + … + p^r and its slope in ρ. */
function retriesAt(rho: number, timeout: number, retries: number): readonly [number, number] {
  const late = Math.exp(-(1 - rho) * timeout);
  let [sum, slope, power] = [0, 0, 1];
  for (let i = 1; i <= retries; i++) {
    power *= late;
    sum += power;
    slope += i * timeout * power;
  }
  return [sum, slope];
}

/**
 * Utilisation with all attempts; when no steady state exists, what it would be with every retry made.
 *
 * @param own utilisation by first attempts
 * @param timeout in service times
 */
export function retriedUtilisation(own: number, timeout: number, retries: number, budget: number): number {
  const free = smallestLoad(own, (rho) => retriesAt(rho, timeout, retries));
  if (free !== null && free <= own * (1 + budget)) return free;
  return own * (1 + Math.min(retries, budget));
}

/** What a client that retries is told, and how often it asks. */
export const RETRY_INPUTS = {
  arrivalRate: { ...ARRIVAL_RATE, meaning: "mean requests per second at each server, retries excluded" },
  serviceTime: SERVICE_TIME,
  timeout: {
    tex: "\\tau",
    dimension: "time",
    above: 0,
    meaning: "time after which a client gives an attempt up",
  },
  retries: {
    tex: "r",
    dimension: "one",
    integer: true,
    min: 0,
    max: 1000,
    default: 3,
    meaning: "retries at most",
  },
  budget: {
    tex: "b",
    dimension: "one",
    min: 0,
    default: 1e9,
    meaning: "retries allowed for each request on average; the default is no budget",
  },
} as const;

/**
 * Retry amplification at M/M/1 servers, from an empty start.
 *
 * @example
 * models.retryAmplification({ arrivalRate: 0.4, serviceTime: 1, timeout: 1e6, retries: 3 }).utilisation; // => 0.4
 * models.retryAmplification({ arrivalRate: 0.4, serviceTime: 1, timeout: 5, retries: 3 }).stormUtilisation; // => 1.6
 */
export const retryAmplification = defineModel({
  id: "retryAmplification",
  title: "Retry amplification",
  cites: ["Kleinrock 1975, §3.2", "Beyer et al. 2016, ch. 21–22", "Bronson et al. 2021"],
  assumes: [
    "attempts are Poisson at each server and go to servers chosen at random; service times are exponential",
    "a client that gives up asks again at once, up to so many times; the attempt given up is served all the same",
    "the times of a request's attempts are independent (many servers, or long pauses)",
    "the system starts empty: of two loads that reproduce themselves, the lower",
  ],
  inputs: RETRY_INPUTS,
  outputs: {
    utilisation: {
      tex: "\\rho'",
      dimension: "one",
      meaning: "share of time a server is busy, retries included",
    },
    amplification: { tex: "a", dimension: "one", meaning: "attempts for each request" },
    timeoutProbability: { tex: "p", dimension: "one", meaning: "chance that an attempt is too late" },
    success: { tex: "P_s", dimension: "one", meaning: "share of requests answered in time by some attempt" },
    goodput: { tex: "X", dimension: "rate", meaning: "requests answered in time, per second at each server" },
    stormUtilisation: {
      tex: "\\rho_\\infty",
      dimension: "one",
      meaning: "load with every retry made; from 1 on a storm once begun feeds itself",
    },
  },
  functions: {
    retried: {
      tex: "\\rho'",
      arguments: ["one", "one", "one", "one"],
      result: "one",
      meaning: "smallest root of ρ' = ρ(1 + min(b, p + … + p^r)), p = e^(−(1 − ρ')τ/S), by Newton from below",
      compute: retriedUtilisation,
    },
  },
  equations: [
    "stormUtilisation = arrivalRate * serviceTime * (1 + min(retries, budget))",
    "utilisation = retried(arrivalRate * serviceTime, timeout / serviceTime, retries, budget)",
    "amplification = utilisation / (arrivalRate * serviceTime)",
    "timeoutProbability = exp(-(1 - utilisation) * timeout / serviceTime)",
    "success = amplification * (1 - timeoutProbability)",
    "goodput = arrivalRate * success",
  ],
  stable: ["utilisation < 1"],
});
