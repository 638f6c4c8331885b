/** Reference points of balancing; what they are is said in `reference-points.fixture.ts`. */
import { exponential } from "../core/distributions.ts";
import { seconds } from "../core/units.ts";
import type { ReferencePoint } from "./reference-points-networks.fixture.ts";

const { exp, log, sqrt } = Math;
const hand = "by hand from the definition";

/** Hedges or retries at ρ' = 0.6, S = 2 with a delay of 5 ln 2: e^(−(1 − ρ')d/S) = 1/2, so ρ = 0.4. */
const FED_BACK = { arrivalRate: 0.2, serviceTime: 2 };
const DELAY = 5 * log(2);

export const BALANCING_POINTS: Readonly<Record<string, readonly ReferencePoint[]>> = {
  supermarket: [
    {
      given: { arrivalRate: 3, serviceTime: 2, servers: 10, choices: 1, level: 3, probability: 0.9 },
      gives: {
        utilisation: 0.6,
        responseTime: 5,
        waitingTime: 3,
        limitResponseTime: 5,
        atLeast: 0.216,
        responseTimeQuantile: 5 * log(10),
      },
      source: "one choice is M/M/1, by hand",
    },
    {
      given: { arrivalRate: 5, serviceTime: 1, servers: 10, choices: 2, level: 3 },
      gives: { atLeast: 0.5 ** 7 },
      source: "Mitzenmacher 2001, §3: λ^(1 + 2 + 4)",
    },
    {
      given: { arrivalRate: 5, serviceTime: 1, servers: 10, choices: 3, level: 2 },
      gives: { atLeast: 0.5 ** 4 },
      source: "Mitzenmacher 2001, §3: λ^(1 + 3)",
    },
    {
      given: { arrivalRate: 4.5, serviceTime: 2, servers: 10, choices: 2, sampling: "independent" },
      gives: {
        responseTime: [(2 * 2.7513) / 0.9, (2 * 5e-5) / 0.9],
        limitResponseTime: [(2 * 2.3527) / 0.9, (2 * 5e-5) / 0.9],
      },
      source: "Gast and Van Houdt 2017, table 1: mean queue of the refined mean field, n = 10, ρ = 0.9",
    },
  ],
  joinShortestQueue: [
    {
      given: { arrivalRate: 0.75, serviceTime: 2, servers: 2 },
      gives: {
        utilisation: 0.75,
        heavyTrafficResponseTime: 4,
        lowerResponseTime: 32 / 7,
        upperResponseTime: 2 / (sqrt(1.75) - 1),
      },
      source: "C(2, 3/2) = 9/14, and σ of E₂/M/1 at 3/4 is a root of σ² − 4σ + 9/4, by hand",
    },
  ],
  joinIdleQueue: [
    {
      given: { arrivalRate: 4, serviceTime: 2, servers: 10, dispatchers: 2 },
      gives: { utilisation: 0.8, informedShare: 0.5, responseTime: 10 / 3, waitingTime: 4 / 3 },
      source: hand,
    },
    {
      given: { arrivalRate: 4, serviceTime: 2, servers: 10, dispatchers: 10 },
      gives: { informedShare: 1 / 6, responseTime: 6, waitingTime: 4 },
      source: hand,
    },
  ],
  staticSplit: [
    {
      given: { serviceRates: [4, 1], arrivalRate: 1 },
      gives: { utilisation: 0.2, responseTime: 1 / 3, proportionalResponseTime: 0.5, serversUsed: 1 },
      source: hand,
    },
    {
      given: { serviceRates: [1, 4], arrivalRate: 3 },
      gives: { utilisation: 0.6, responseTime: 5 / 6, proportionalResponseTime: 1, serversUsed: 2 },
      source: "λ = 8/3 and 1/3 by the condition of equal marginal delay, by hand",
    },
  ],
  fanOutSlow: [
    {
      given: { slowProbability: 0.01, servers: 100 },
      gives: { slowRequests: [0.63, 0.005] },
      source: "Dean and Barroso 2013, p. 76",
    },
    { given: { slowProbability: 0.5, servers: 3 }, gives: { slowRequests: 7 / 8 }, source: hand },
  ],
  fanOutLatency: [
    {
      given: { response: exponential(seconds(3)), servers: 4, probability: 0.9 },
      gives: {
        responseTime: 25 / 4,
        responseTimeQuantile: -3 * log(1 - 0.9 ** 0.25),
        serverLevel: sqrt(sqrt(0.9)),
      },
      source: "the largest of n exponentials, 3 H₄, by hand",
    },
  ],
  hedgedLatency: [
    {
      given: { response: exponential(seconds(2)), hedgeDelay: 1, probability: 0.9 },
      gives: {
        responseTime: 2 - exp(-0.5),
        responseTimeQuantile: log(10) + 0.5,
        plainResponseTimeQuantile: 2 * log(10),
        extraRequests: exp(-0.5),
      },
      source: "min(X, d + Y) of exponentials, by hand",
    },
  ],
  hedgedQueue: [
    {
      given: { ...FED_BACK, hedgeDelay: DELAY, probability: 0.9 },
      gives: {
        utilisation: 0.6,
        extraRequests: 0.5,
        responseTime: 15 / 4,
        responseTimeQuantile: 2.5 * log(20),
        plainResponseTimeQuantile: (10 / 3) * log(10),
      },
      source: hand,
    },
    {
      given: { ...FED_BACK, hedgeDelay: DELAY, probability: 0.1 },
      gives: { responseTimeQuantile: -5 * log(0.9), plainResponseTimeQuantile: (-10 / 3) * log(0.9) },
      source: "below the delay nobody hedges, by hand",
    },
  ],
  retryAmplification: [
    {
      given: { ...FED_BACK, timeout: DELAY, retries: 1 },
      gives: {
        utilisation: 0.6,
        amplification: 1.5,
        timeoutProbability: 0.5,
        success: 0.75,
        goodput: 0.15,
        stormUtilisation: 0.8,
      },
      source: hand,
    },
    {
      given: { ...FED_BACK, timeout: DELAY, retries: 1, budget: 0.25 },
      gives: {
        utilisation: 0.5,
        amplification: 1.25,
        timeoutProbability: 2 ** -1.25,
        success: 1.25 * (1 - 2 ** -1.25),
        stormUtilisation: 0.5,
      },
      source: "the budget binds: ρ' = ρ(1 + b), by hand",
    },
  ],
  retryRecovery: [
    {
      // In services: τ = 10, D = 40, ρ = 1/4: W = (40 + 30 + 20)/4 = 22.5, which falls by 1 − 3/4 to 9.
      given: { arrivalRate: 0.125, serviceTime: 2, timeout: 20, stop: 80, retries: 2 },
      gives: { stormUtilisation: 0.75, backlog: 45, recoveryTime: 108 },
      source: hand,
    },
    {
      given: { arrivalRate: 0.25, serviceTime: 2, timeout: 20, stop: 200, retries: 3, budget: 0.1 },
      gives: { stormUtilisation: 0.55, backlog: 109, recoveryTime: 91 / 0.45 },
      source: "W = (100 + 0.1·90)/2 = 54.5 services, which falls by 0.45, by hand",
    },
    {
      // D = 18 and ρ = 0.38: 9.88 falls by 0.24 to 9.4 at 2τ, then half of the second retries come too: by 0.05 to 9.
      given: { arrivalRate: 0.38, serviceTime: 1, timeout: 10, stop: 18, retries: 2, budget: 1.5 },
      gives: { stormUtilisation: 0.95, backlog: 9.88, recoveryTime: 10 },
      source: hand,
    },
  ],
};
