/**
 * Fan-out: a request that needs the answers of all of n servers is as slow as the slowest.
 *
 * Source: Dean and Barroso, "The tail at scale", CACM 56(2), 2013, p. 76: with one server in a hundred slow, 63 % of
 * requests to 100 servers are. P(max ≤ t) = F(t)^n (David and Nagaraja, Order Statistics, 2003, §2.1).
 */
import type { Distribution } from "../../core/distributions.ts";
import { defineModel, type NumberInput } from "../../core/model.ts";
import { kthMean, kthQuantile } from "../consensus/quorum-quadrature.ts";
import { PROBABILITY } from "../queueing/queue-symbols.ts";
import { RESPONSE } from "./delay-input.ts";

const servers = {
  tex: "n",
  dimension: "one",
  integer: true,
  min: 1,
  max: 100_000,
  meaning: "servers asked, all of which must answer",
} as const satisfies NumberInput;
const assumes = ["servers answer independently and alike", "asking many adds no load to each"] as const;
const all = (delay: Distribution, n: number): Distribution[] => new Array<Distribution>(n).fill(delay);

/**
 * Share of fanned-out requests that meet a slow server.
 *
 * @example
 * models.fanOutSlow({ slowProbability: 0.5, servers: 3 }).slowRequests; // => 0.875
 */
export const fanOutSlow = defineModel({
  id: "fanOutSlow",
  title: "Fan-out: requests that meet a slow server",
  cites: ["Dean, Barroso 2013, p. 76"],
  assumes,
  inputs: {
    slowProbability: {
      tex: "p",
      dimension: "one",
      min: 0,
      below: 1,
      meaning: "chance that one server is slow",
    },
    servers: { ...servers, max: 1e9 },
  },
  outputs: {
    slowRequests: { tex: "P", dimension: "one", meaning: "share of requests with at least one slow answer" },
  },
  equations: ["slowRequests = -expm1(servers * log1p(-slowProbability))"],
});

/**
 * Mean and quantile of the slowest of n answers.
 *
 * @example
 * models.fanOutLatency({ response: "exponential(mean=6 ms)", servers: 3 }).responseTime; // => 0.011
 */
export const fanOutLatency = defineModel({
  id: "fanOutLatency",
  title: "Fan-out: the slowest of n answers",
  cites: ["Dean, Barroso 2013, p. 76", "David, Nagaraja 2003, §2.1"],
  assumes,
  inputs: { response: RESPONSE, servers, probability: PROBABILITY },
  outputs: {
    responseTime: { tex: "T", dimension: "time", meaning: "mean time until the last answer" },
    responseTimeQuantile: {
      tex: "T^{(p)}",
      dimension: "time",
      meaning: "p-quantile of the time until the last answer",
    },
    serverLevel: {
      tex: "p_1",
      dimension: "one",
      meaning: "level of one server's quantile that is the request's p-quantile, p^(1/n)",
    },
  },
  functions: {
    mean: {
      tex: "\\mathrm{E}\\max",
      arguments: ["distribution", "one"],
      result: "time",
      meaning: "mean of the largest of n, by adaptive quadrature to 1e-10",
      compute: (delay: Distribution, n: number) => kthMean(all(delay, n), n),
    },
    quantile: {
      tex: "Q_{\\max}",
      arguments: ["distribution", "one", "one"],
      result: "time",
      meaning: "quantile of the largest of n, by bisection on its exact law",
      compute: (delay: Distribution, n: number, p: number) => kthQuantile(all(delay, n), n, p),
    },
  },
  equations: [
    "responseTime = mean(response, servers)",
    "responseTimeQuantile = quantile(response, servers, probability)",
    "serverLevel = probability^(1 / servers)",
  ],
});
