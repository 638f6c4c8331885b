/**
 * Hedged requests: if no answer has come after a delay, ask a second server and take the first answer.
 *
 * Source: Dean and Barroso, "The tail at scale", CACM 56(2), 2013, pp. 77–78: waiting for the 95th percentile keeps the
 * added load at about 5 %. P(T > t) = F̄(t)·F̄(t − d) for t > d. What the added load does to the servers is left out here and
 * coupled back in `hedged-queue.ts`.
 */
import { Shifted } from "../../core/distributions/shifted.ts";
import type { Distribution } from "../../core/distributions.ts";
import { defineModel } from "../../core/model.ts";
import { kthMean, kthQuantile } from "../consensus/quorum-quadrature.ts";
import { PROBABILITY } from "../queueing/queue-symbols.ts";
import { RESPONSE } from "./delay-input.ts";

const both = (response: Distribution, delay: number): Distribution[] => [
  response,
  new Shifted(response, delay),
];

/**
 * The first of two independent answers, the second asked for after a delay.
 *
 * @example
 * models.hedgedLatency({ response: "exponential(mean=10 ms)", hedgeDelay: 0 }).responseTime; // => 0.005
 */
export const hedgedLatency = defineModel({
  id: "hedgedLatency",
  title: "Hedged requests at a given law of response times",
  cites: ["Dean, Barroso 2013, pp. 77–78"],
  assumes: [
    "the two servers answer independently and alike",
    "the law of response times is that of the servers with the hedges' load already on them",
  ],
  inputs: {
    response: RESPONSE,
    hedgeDelay: {
      tex: "d",
      dimension: "time",
      min: 0,
      meaning: "time without an answer after which to ask again",
    },
    probability: PROBABILITY,
  },
  outputs: {
    responseTime: { tex: "T", dimension: "time", meaning: "mean time until the first answer" },
    responseTimeQuantile: {
      tex: "T^{(p)}",
      dimension: "time",
      meaning: "p-quantile of the time until the first answer",
    },
    plainResponseTimeQuantile: { tex: "X^{(p)}", dimension: "time", meaning: "p-quantile without hedging" },
    extraRequests: { tex: "\\bar F(d)", dimension: "one", meaning: "hedges sent for each request" },
  },
  functions: {
    mean: {
      tex: "\\mathrm{E}\\min",
      arguments: ["distribution", "time"],
      result: "time",
      meaning: "mean of min(X, d + Y), by adaptive quadrature to 1e-10",
      compute: (response: Distribution, delay: number) => kthMean(both(response, delay), 1),
    },
    quantile: {
      tex: "Q_{\\min}",
      arguments: ["distribution", "time", "one"],
      result: "time",
      meaning: "quantile of min(X, d + Y), by bisection on its exact law",
      compute: (response: Distribution, delay: number, p: number) => kthQuantile(both(response, delay), 1, p),
    },
    plain: {
      tex: "Q",
      arguments: ["distribution", "one"],
      result: "time",
      meaning: "quantile of X",
      compute: (response: Distribution, p: number) => response.quantile(p),
    },
    later: {
      tex: "\\bar F",
      arguments: ["distribution", "time"],
      result: "one",
      meaning: "P(X > d)",
      compute: (response: Distribution, delay: number) => response.survival(delay),
    },
  },
  equations: [
    "responseTime = mean(response, hedgeDelay)",
    "responseTimeQuantile = quantile(response, hedgeDelay, probability)",
    "plainResponseTimeQuantile = plain(response, probability)",
    "extraRequests = later(response, hedgeDelay)",
  ],
});
