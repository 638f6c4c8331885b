/**
 * Hedged requests whose load comes back: M/M/1 servers that serve the hedges too.
 *
 * Own composition of Dean and Barroso (2013) with M/M/1 (Kleinrock 1975, §3.2): at utilisation ρ' the response is
 * exponential with rate (1 − ρ')/S, a share e^{−(1 − ρ')d/S} of the requests is sent twice, so ρ' = ρ(1 + e^{−(1 − ρ')d/S}).
 * Below ρ = 1/2 there is always a solution; above, a delay too short has none, and a hedge that was to help is a storm.
 */
import { defineModel } from "../../core/model.ts";
import { ARRIVAL_RATE, PROBABILITY, SERVICE_TIME } from "../queueing/queue-symbols.ts";
import { smallestLoad } from "./load-fixed-point.ts";

/** Utilisation with the hedges; when no steady state exists, what it would be were all requests hedged. */
export function hedgedUtilisation(own: number, delayInServices: number): number {
  const root = smallestLoad(own, (rho) => {
    const hedged = Math.exp(-(1 - rho) * delayInServices);
    return [hedged, delayInServices * hedged];
  });
  return root ?? Math.max(1, 2 * own);
}

/** Quantile of min(X, d + Y) in means of the exponential X and Y. */
export function firstOfTwo(delay: number, p: number): number {
  const alone = -Math.log1p(-p);
  return alone <= delay ? alone : (alone + delay) / 2;
}

/**
 * Hedged requests at M/M/1 servers, the hedges' load included.
 *
 * @example
 * models.hedgedQueue({ arrivalRate: 0.25, serviceTime: 1, hedgeDelay: 0 }).utilisation; // => 0.5
 * models.hedgedQueue({ arrivalRate: 0.25, serviceTime: 1, hedgeDelay: 0 }).responseTime; // => 1
 */
export const hedgedQueue = defineModel({
  id: "hedgedQueue",
  title: "Hedged requests with their load on the servers",
  cites: ["Dean, Barroso 2013, pp. 77–78", "Kleinrock 1975, §3.2"],
  assumes: [
    "requests and hedges are Poisson at each server and go to servers chosen at random",
    "service times are exponential; the two answers are independent (many servers)",
    "the slower of two requests is served to its end, not cancelled",
    "the system starts empty: of two loads that reproduce themselves, the lower",
  ],
  inputs: {
    arrivalRate: { ...ARRIVAL_RATE, meaning: "mean first requests per second at each server" },
    serviceTime: SERVICE_TIME,
    hedgeDelay: {
      tex: "d",
      dimension: "time",
      min: 0,
      meaning: "time without an answer after which to ask again",
    },
    probability: PROBABILITY,
  },
  between: {
    mean: { tex: "R", dimension: "time", meaning: "mean response of one server" },
    wait: { tex: "x", dimension: "one", meaning: "hedge delay in mean responses" },
  },
  outputs: {
    utilisation: {
      tex: "\\rho'",
      dimension: "one",
      meaning: "share of time a server is busy, hedges included",
    },
    extraRequests: { tex: "h", dimension: "one", meaning: "hedges sent for each request" },
    responseTime: { tex: "T", dimension: "time", meaning: "mean time until the first answer" },
    responseTimeQuantile: {
      tex: "T^{(p)}",
      dimension: "time",
      meaning: "p-quantile of the time until the first answer",
    },
    plainResponseTimeQuantile: {
      tex: "X^{(p)}",
      dimension: "time",
      meaning: "p-quantile when nobody hedges",
    },
  },
  functions: {
    hedged: {
      tex: "\\rho'",
      arguments: ["one", "one"],
      result: "one",
      meaning: "smallest root of ρ' = ρ(1 + e^(−(1 − ρ')d/S)), by Newton from below",
      compute: hedgedUtilisation,
    },
    quantile: {
      tex: "q",
      arguments: ["one", "one"],
      result: "one",
      meaning: "quantile of min(X, x + Y), X and Y exponential of mean 1",
      compute: firstOfTwo,
    },
  },
  equations: [
    "utilisation = hedged(arrivalRate * serviceTime, hedgeDelay / serviceTime)",
    "mean = serviceTime / (1 - utilisation)",
    "wait = hedgeDelay / mean",
    "extraRequests = exp(-wait)",
    "responseTime = mean * (1 - extraRequests / 2)",
    "responseTimeQuantile = quantile(wait, probability) * mean",
    "plainResponseTimeQuantile = -log1p(-probability) * serviceTime / (1 - arrivalRate * serviceTime)",
  ],
  stable: ["utilisation < 1"],
});
