/**
 * Percentiles of M/G/1: exact where the service law has a transform to invert, and as a gamma law from three moments.
 *
 * Source: `mg1-wait.ts` (Abate and Whitt 1995, 2006), `md1-wait.ts` (Franx 2001) for constant service, and
 * `gamma-wait.ts` for the approximation, whose error this file's tests state against the exact law.
 */
import { type Distribution, type DistributionInput, toDistribution } from "../../core/distributions.ts";
import { DomainError } from "../../core/errors.ts";
import { defineModel, type StructuredInput } from "../../core/model.ts";
import { waitQuantile } from "./gamma-wait.ts";
import { md1WaitQuantile } from "./md1-wait.ts";
import { erlangMixture, mg1WaitLaw, survivalQuantile } from "./mg1-wait.ts";
import { ARRIVAL_RATE, PROBABILITY, QUANTILE_OUTPUTS } from "./queue-symbols.ts";

const serviceInput = (check: (where: string, service: Distribution) => void) =>
  ({
    kind: "structured",
    type: "distribution",
    tex: "S",
    meaning: "service time",
    unit: "s",
    read(where: string, given: DistributionInput) {
      const service = toDistribution(where, given);
      if (!(service.minimum >= 0 && service.mean > 0))
        throw new DomainError(`${where} must be >= 0 s with a mean > 0 s, got ${service.describe()}`);
      check(where, service);
      return service;
    },
  }) as const satisfies StructuredInput<Distribution, DistributionInput>;

const isConstant = (service: Distribution): boolean => service.spec.distribution === "deterministic";

const mean = {
  tex: "\\mathrm{E}",
  arguments: ["distribution"],
  result: "time",
  meaning: "mean",
  compute: (service: Distribution) => service.mean,
} as const;
const scv = {
  tex: "C^2",
  arguments: ["distribution"],
  result: "one",
  meaning: "squared coefficient of variation",
  compute: (service: Distribution) => service.scv,
} as const;

const ASSUMES = [
  "arrivals are Poisson and independent of service",
  "service times are independent and alike",
  "one server, unlimited queue, first come first served",
  "steady state",
] as const;
const INPUTS = { arrivalRate: ARRIVAL_RATE, probability: PROBABILITY } as const;
const OUTPUTS = {
  utilisation: { tex: "\\rho", dimension: "one", meaning: "share of time the server is busy" },
  waitingTime: { tex: "W_q", dimension: "time", meaning: "mean time in queue, service excluded" },
} as const;
const MEANS = [
  "utilisation = arrivalRate * mean(service)",
  "waitingTime = utilisation / (1 - utilisation) * (1 + scv(service)) / 2 * mean(service)",
] as const;

/**
 * M/G/1 percentiles, exact: constant, exponential, Erlang, hyperexponential service and mixtures of the last three.
 *
 * @example
 * models.mg1Quantiles({ arrivalRate: 400, service: "2 ms", probability: 0.1 }).responseTimeQuantile; // => 0.002
 */
export const mg1Quantiles = defineModel({
  id: "mg1Quantiles",
  title: "M/G/1 queue, exact percentiles",
  cites: ["Kleinrock 1975, §5.7", "Abate and Whitt 1995", "Franx 2001"],
  assumes: ASSUMES,
  inputs: {
    ...INPUTS,
    service: serviceInput((where, service) => {
      if (!isConstant(service)) erlangMixture(where, service.spec);
    }),
  },
  outputs: { ...OUTPUTS, ...QUANTILE_OUTPUTS },
  functions: {
    mean,
    scv,
    wait: {
      tex: "w_p",
      arguments: ["rate", "distribution", "one"],
      result: "time",
      meaning: "quantile of the wait from its inverted transform; relative error below 1e-8",
      compute: (rate: number, service: Distribution, p: number) =>
        isConstant(service)
          ? service.mean * md1WaitQuantile(rate * service.mean, p)
          : survivalQuantile(mg1WaitLaw("mg1Quantiles: service", rate, service).wait, p, service.mean),
    },
    response: {
      tex: "t_p",
      arguments: ["rate", "distribution", "one"],
      result: "time",
      meaning: "quantile of the response from its inverted transform; relative error below 1e-8",
      compute: (rate: number, service: Distribution, p: number) =>
        isConstant(service)
          ? service.mean * (1 + md1WaitQuantile(rate * service.mean, p))
          : survivalQuantile(mg1WaitLaw("mg1Quantiles: service", rate, service).response, p, service.mean),
    },
  },
  equations: [
    ...MEANS,
    "waitingTimeQuantile = wait(arrivalRate, service, probability)",
    "responseTimeQuantile = response(arrivalRate, service, probability)",
  ],
  stable: ["utilisation < 1"],
});

/**
 * M/G/1 percentile of the wait for any service law with three moments, as an atom at 0 and a gamma law: an
 * approximation.
 *
 * @example
 * models.mg1GammaQuantile({ arrivalRate: 0.4, service: "erlang(shape=2, mean=2 s)" }).waitingTime; // => 6
 */
export const mg1GammaQuantile = defineModel({
  id: "mg1GammaQuantile",
  title: "M/G/1 queue, percentile of the wait as a gamma law (approximation)",
  cites: ["Kleinrock 1975, §5.7", "Takács 1962"],
  assumes: [...ASSUMES, "a wait that is not 0 has a gamma law with the right two moments: an approximation"],
  inputs: {
    ...INPUTS,
    service: serviceInput((where, service) => {
      if (!Number.isFinite(service.thirdMoment))
        throw new DomainError(`${where} must have a finite third moment, got ${service.describe()}`);
    }),
  },
  outputs: { ...OUTPUTS, waitingTimeQuantile: QUANTILE_OUTPUTS.waitingTimeQuantile },
  functions: {
    mean,
    scv,
    typical: {
      tex: "S^*",
      arguments: ["distribution"],
      result: "time",
      meaning: "E[S³]/E[S²], the size of a typical job that one waits for",
      compute: (service: Distribution) => service.thirdMoment / (service.variance + service.mean ** 2),
    },
    gamma: {
      tex: "\\Gamma^{-1}",
      arguments: ["one", "time", "one", "time"],
      result: "time",
      meaning: "quantile of an atom and a gamma law with two given moments (gamma-wait.ts)",
      compute: waitQuantile,
    },
  },
  equations: [
    ...MEANS,
    "waitingTimeQuantile = gamma(probability, waitingTime, utilisation, typical(service))",
  ],
  stable: ["utilisation < 1"],
});
