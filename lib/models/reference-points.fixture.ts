/**
 * Points at which every model of queueing is known from elsewhere: worked by hand, or printed in a book or table.
 *
 * Nothing here was taken from what a model returned. Together the points of a model fix all of its outputs; the formula
 * mutants are judged by them.
 */
import { NETWORK_POINTS, type ReferencePoint } from "./reference-points-networks.fixture.ts";

export type { ReferencePoint };

const { log, exp, sqrt } = Math;
const hand = "by hand from the definition";
const erlang3 = "B(3, 3/2) = 9/67 and C(3, 3/2) = 9/38, by hand";

/** A queue with mean wait and its rate: what Little's law adds. */
const queue = (rate: number, service: number, wait: number) => ({
  waitingTime: wait,
  responseTime: wait + service,
  inQueue: rate * wait,
});
const whole = (rate: number, service: number, wait: number) => ({
  ...queue(rate, service, wait),
  inSystem: rate * (wait + service),
});

/** GI/M/1 at rate 2/5, S = 2, with σ, at p = 0.95. */
const renewal = (rate: number, sigma: number, log20: number) => ({
  utilisation: 2 * rate,
  waitProbability: sigma,
  ...whole(rate, 2, (2 * sigma) / (1 - sigma)),
  responseTimeQuantile: (2 * log20) / (1 - sigma),
  waitingTimeQuantile: (2 * (log20 + log(sigma))) / (1 - sigma),
});
/** σ of E₂/M/1 at ρ = 0.8 from σ² − 4.2σ + 2.56 = 0. */
const SIGMA2 = (4.2 - sqrt(7.4)) / 2;

export const QUEUEING_POINTS: Readonly<Record<string, readonly ReferencePoint[]>> = {
  mm1: [
    {
      given: { arrivalRate: 400, serviceTime: 0.002, probability: 0.95 },
      gives: {
        utilisation: 0.8,
        ...whole(400, 0.002, 0.008),
        responseTimeQuantile: 0.01 * log(20),
        waitingTimeQuantile: 0.01 * log(16),
      },
      source: hand,
    },
    {
      given: { arrivalRate: 250, serviceTime: 0.002, probability: 0.1 },
      gives: { waitingTimeQuantile: 0 },
      source: hand,
    },
  ],
  mmc: [
    {
      given: { arrivalRate: 3, serviceTime: 0.5, servers: 3, probability: 0.9 },
      gives: {
        utilisation: 0.5,
        waitProbability: 9 / 38,
        ...whole(3, 0.5, 3 / 38),
        waitingTimeQuantile: log(90 / 38) / 3,
      },
      source: erlang3,
    },
    {
      given: { arrivalRate: 1, serviceTime: 1, servers: 2, probability: 0.1 },
      gives: { waitProbability: 1 / 3, waitingTimeQuantile: 0 },
      source: hand,
    },
    {
      given: { arrivalRate: 9, serviceTime: 0.2, servers: 2 },
      gives: { inQueue: [7.674, 1e-3] },
      source: "queue_mmc_published",
    },
  ],
  md1: [
    {
      given: { arrivalRate: 400, serviceTime: 0.002, probability: 0.3 },
      gives: {
        utilisation: 0.8,
        ...whole(400, 0.002, 0.004),
        waitingTimeQuantile: 0.0025 * log(1.5),
        responseTimeQuantile: 0.0025 * log(1.5) + 0.002,
      },
      source: "P(W <= x) = (1 − ρ)e^(ρx) up to one service (Erlang 1909)",
    },
  ],
  mg1: [
    {
      given: { arrivalRate: 0.4, serviceTime: 2, serviceScv: 0.5 },
      gives: {
        utilisation: 0.8,
        ...whole(0.4, 2, 6),
        waitingDeviation: sqrt(52),
        responseDeviation: sqrt(54),
      },
      source: "Erlang service of two phases, by hand",
    },
    {
      given: { arrivalRate: 0.6, serviceTime: 1, serviceScv: 3, thirdMomentRatio: 33 },
      gives: { waitingTime: 3, waitingDeviation: sqrt(25.5), responseDeviation: sqrt(28.5) },
      source: "phases of mean 1/2 and 3, by hand",
    },
  ],
  mg1Ps: [
    {
      given: { arrivalRate: 0.45, serviceTime: 2, size: 3 },
      gives: { utilisation: 0.9, slowdown: 10, responseTime: 20, responseOfSize: 30, inSystem: 9 },
      source: hand,
    },
  ],
  kingman: [
    {
      given: { arrivalRate: 0.4, serviceTime: 2, arrivalScv: 0.5, serviceScv: 1.5 },
      gives: { utilisation: 0.8, ...queue(0.4, 2, 8), waitingTimeBound: 9.125 },
      source: hand,
    },
    {
      given: { arrivalRate: 0.9, serviceTime: 1, arrivalScv: 0, serviceScv: 1 },
      gives: { waitingTime: [4.5, 1e-9] },
      source: "queue_mg1_pk",
    },
  ],
  marchal: [
    {
      given: { arrivalRate: 0.4, serviceTime: 2, arrivalScv: 0.5, serviceScv: 1.5 },
      gives: { utilisation: 0.8, ...queue(0.4, 2, 365 / 49) },
      source: hand,
    },
    {
      given: { arrivalRate: 0.25, serviceTime: 2, arrivalScv: 1, serviceScv: 4 },
      gives: { inQueue: 1.25 },
      source: "M/G/1",
    },
  ],
  kraemerLangenbachBelz: [
    {
      given: { arrivalRate: 0.4, serviceTime: 2, arrivalScv: 0.5, serviceScv: 1.5 },
      gives: { utilisation: 0.8, ...queue(0.4, 2, 8 * exp(-1 / 48)) },
      source: hand,
    },
    {
      given: { arrivalRate: 0.4, serviceTime: 2, arrivalScv: 3, serviceScv: 1 },
      gives: { waitingTime: 16 * exp(-2 / 35) },
      source: hand,
    },
    {
      given: { arrivalRate: 0.4, serviceTime: 2, arrivalScv: 1, serviceScv: 0.5 },
      gives: { waitingTime: 6 },
      source: "M/G/1",
    },
    {
      given: { arrivalRate: 0.4, serviceTime: 2, arrivalScv: 0, serviceScv: 0 },
      gives: { waitingTime: 0 },
      source: "D/D/1",
    },
    {
      given: { arrivalRate: 0.4, serviceTime: 2, arrivalScv: 0, serviceScv: 1 },
      gives: { waitingTime: 4 * exp(-1 / 6) },
      source: "D/M/1, by hand",
    },
    {
      given: { arrivalRate: 0.4, serviceTime: 2, arrivalScv: 1.5, serviceScv: 0.5 },
      gives: { waitingTime: 8 * exp(-0.1 / 3.5) },
      source: hand,
    },
  ],
  allenCunneen: [
    {
      given: { arrivalRate: 3, serviceTime: 0.5, servers: 3, arrivalScv: 0.5, serviceScv: 2.5 },
      gives: { utilisation: 0.5, waitProbability: 9 / 38, ...whole(3, 0.5, 9 / 76) },
      source: erlang3,
    },
    {
      given: { arrivalRate: 9, serviceTime: 0.2, servers: 2, arrivalScv: 1, serviceScv: 1 },
      gives: { inQueue: [7.674, 1e-3] },
      source: "queue_mmc_published",
    },
  ],
  mmck: [
    {
      given: { arrivalRate: 3, serviceTime: 0.5, servers: 2, capacity: 3 },
      gives: {
        blocking: 27 / 143,
        throughput: 348 / 143,
        utilisation: 87 / 143,
        inQueue: 27 / 143,
        waitingTime: 9 / 116,
        responseTime: 67 / 116,
        inSystem: 201 / 143,
      },
      source: "weights 1, 3/2, 9/8, 27/32, by hand",
    },
  ],
  mm1k: [
    {
      given: { arrivalRate: 2, serviceTime: 0.25, capacity: 2 },
      gives: {
        blocking: 1 / 7,
        throughput: 12 / 7,
        utilisation: 3 / 7,
        inQueue: 1 / 7,
        waitingTime: 1 / 12,
        responseTime: 1 / 3,
        inSystem: 4 / 7,
      },
      source: "weights 1, 1/2, 1/4, by hand",
    },
  ],
  mmInf: [
    {
      given: { arrivalRate: 4, serviceTime: 0.5, level: 1, time: 1 },
      gives: {
        inSystem: 2,
        responseTime: 0.5,
        numberDeviation: sqrt(2),
        idleProbability: exp(-2),
        exceedProbability: 1 - 3 * exp(-2),
        inSystemAt: 2 - 2 * exp(-2),
      },
      source: hand,
    },
  ],
  erlangB: [
    {
      given: { arrivalRate: 3, serviceTime: 0.5, servers: 2 },
      gives: { load: 1.5, blocking: 9 / 29, throughput: 60 / 29, inSystem: 30 / 29, utilisation: 15 / 29 },
      source: "weights 1, 3/2, 9/8, by hand",
    },
  ],
  erlangBCapacity: [
    {
      given: { servers: 2, serviceTime: 0.25, blocking: 9 / 29 },
      gives: { load: 1.5, arrivalRate: 6, inSystem: 30 / 29, utilisation: 15 / 29 },
      source: "weights 1, 3/2, 9/8, by hand",
    },
  ],
  erlangBServers: [
    {
      given: { arrivalRate: 3, serviceTime: 0.5, blocking: 0.2 },
      gives: { load: 1.5, servers: 3, achieved: 9 / 67, utilisation: 29 / 67 },
      source: erlang3,
    },
  ],
  mg1Priority: [
    {
      given: { arrivalRates: [0.2, 0.3], serviceTimes: [1, 2], serviceScvs: [1, 0.5], rank: 2 },
      gives: { upTo: 0.8, utilisation: 0.8, waitingTime: 6.875, responseTime: 8.875, inSystem: 2.6625 },
      source: "R = 1.1, by hand",
    },
    {
      given: { arrivalRates: [0.2, 0.3], serviceTimes: [1, 2], serviceScvs: [1, 0.5], rank: 1 },
      gives: { upTo: 0.2, utilisation: 0.8, waitingTime: 1.375, responseTime: 2.375, inSystem: 0.475 },
      source: "R = 1.1, by hand",
    },
  ],
  mg1Preemptive: [
    {
      given: { arrivalRates: [0.2, 0.3], serviceTimes: [1, 2], serviceScvs: [1, 0.5], rank: 2 },
      gives: { upTo: 0.8, utilisation: 0.8, waitingTime: 7.375, responseTime: 9.375, inSystem: 2.8125 },
      source: "R = 1.1, by hand",
    },
    {
      given: { arrivalRates: [0.2, 0.3], serviceTimes: [1, 2], serviceScvs: [1, 0.5], rank: 1 },
      gives: { upTo: 0.2, waitingTime: 0.25, responseTime: 1.25, inSystem: 0.25 },
      source: "M/M/1 of the first class",
    },
  ],
  giM1: [
    {
      given: {
        interarrival: { distribution: "erlang", shape: 2, mean: 2.5 },
        serviceTime: 2,
        probability: 0.95,
      },
      gives: renewal(0.4, SIGMA2, log(20)),
      source: "σ² − 4.2σ + 2.56 = 0",
    },
    {
      given: { interarrival: { distribution: "exponential", mean: 4 }, serviceTime: 2, probability: 0.1 },
      gives: { waitingTimeQuantile: 0 },
      source: hand,
    },
  ],
  ekM1: [
    {
      given: { arrivalRate: 0.4, serviceTime: 2, stages: 2, probability: 0.95 },
      gives: renewal(0.4, SIGMA2, log(20)),
      source: "σ² − 4.2σ + 2.56 = 0",
    },
    {
      given: { arrivalRate: 0.4, serviceTime: 2, stages: 10 },
      gives: { waitingTime: [3.8446, 2e-4] },
      source: "rr_vs_random",
    },
    {
      given: { arrivalRate: 0.25, serviceTime: 2, stages: 1, probability: 0.1 },
      gives: { waitingTimeQuantile: 0 },
      source: hand,
    },
  ],
  dM1: [
    {
      given: { arrivalRate: 0.25 / log(2), serviceTime: 2, probability: 0.95 },
      gives: renewal(0.25 / log(2), 0.5, log(20)),
      source: "σ = 1/2 at ρ = 1/(2 ln 2)",
    },
    {
      given: { arrivalRate: 0.25, serviceTime: 2, probability: 0.1 },
      gives: { waitingTimeQuantile: 0 },
      source: hand,
    },
    {
      given: { arrivalRate: 0.45, serviceTime: 2 },
      gives: { waitingTime: [8.3574, 2e-4] },
      source: "rr_vs_random",
    },
  ],
  ...NETWORK_POINTS,
  mm1Transient: [
    {
      given: { arrivalRate: 0.125, serviceTime: 2, time: 0, start: 3 },
      gives: { inSystem: 3, steadyInSystem: 1 / 3, relaxationTime: 8 },
      source: hand,
    },
    {
      given: { arrivalRate: 0.125, serviceTime: 2, time: 400, start: 3 },
      gives: { inSystem: 1 / 3 },
      source: "the steady state, 50 relaxation times on",
    },
    {
      given: { arrivalRate: 405, serviceTime: 0.002, time: 0 },
      gives: { inSystem: 0, relaxationTime: 0.2 },
      source: "√0.81 = 0.9, by hand",
    },
  ],
  mg1Quantiles: [
    {
      given: { arrivalRate: 400, service: "2 ms", probability: 0.3 },
      gives: {
        utilisation: 0.8,
        waitingTime: 0.004,
        waitingTimeQuantile: 0.0025 * log(1.5),
        responseTimeQuantile: 0.0025 * log(1.5) + 0.002,
      },
      source: "P(W <= x) = (1 − ρ)e^(ρx) up to one service (Erlang 1909)",
    },
    {
      given: { arrivalRate: 0.4, service: { distribution: "erlang", shape: 2, mean: 2 } },
      gives: { waitingTime: 6 },
      source: hand,
    },
    {
      given: { arrivalRate: 400, service: "exponential(mean=2 ms)", probability: 0.95 },
      gives: { waitingTimeQuantile: [0.01 * log(16), 1e-9], responseTimeQuantile: [0.01 * log(20), 1e-9] },
      source: "M/M/1",
    },
  ],
  mg1GammaQuantile: [
    {
      given: { arrivalRate: 400, service: "exponential(mean=2 ms)", probability: 0.95 },
      gives: { utilisation: 0.8, waitingTime: 0.008, waitingTimeQuantile: [0.01 * log(16), 1e-8] },
      source: "M/M/1",
    },
    {
      given: { arrivalRate: 0.4, service: { distribution: "erlang", shape: 2, mean: 2 } },
      gives: { waitingTime: 6 },
      source: hand,
    },
  ],
};
