/**
 * GI/M/1: one server, any renewal arrivals, exponential service.
 *
 * Source: Kleinrock, Queueing Systems I (1975), §6.2–6.4; Gross, Shortle, Thompson and Harris (2008), §5.3. An arrival
 * finds n in system with chance (1 − σ)σⁿ, σ < 1 being the root of σ = A*(μ(1 − σ)), A* the transform of the time
 * between arrivals; the wait is 0 with chance 1 − σ and otherwise exponential with mean S/(1 − σ).
 */
import { type Distribution, type DistributionInput, toDistribution } from "../../core/distributions.ts";
import { DomainError } from "../../core/errors.ts";
import { defineModel, type StructuredInput } from "../../core/model.ts";
import { laplaceComplement } from "./laplace.ts";
import { PROBABILITY, SERVICE_TIME } from "./queue-symbols.ts";
import {
  idleRoot,
  RENEWAL_ASSUMES,
  RENEWAL_BETWEEN,
  RENEWAL_CITES,
  RENEWAL_OUTPUTS,
  RENEWAL_REST,
} from "./renewal-symbols.ts";

export { dM1, ekM1 } from "./ek-m1.ts";
export { idleRoot } from "./renewal-symbols.ts";

const interarrival: StructuredInput<Distribution, DistributionInput> = {
  kind: "structured",
  type: "distribution",
  tex: "A",
  meaning: "time between arrivals",
  unit: "s",
  read(where, given) {
    const time = toDistribution(where, given);
    if (!(time.minimum >= 0 && time.mean > 0 && Number.isFinite(time.mean)))
      throw new DomainError(`${where} must be >= 0 s with a finite mean > 0 s, got ${time.describe()}`);
    return time;
  },
};

/**
 * GI/M/1 queue: means and quantiles for any law of the time between arrivals.
 *
 * @example
 * models.giM1({ interarrival: "exponential(mean=2 ms)", serviceTime: ms(1) }).responseTime; // => 0.002
 */
export const giM1 = defineModel({
  id: "giM1",
  title: "GI/M/1 queue",
  cites: RENEWAL_CITES,
  assumes: ["times between arrivals are independent and alike", ...RENEWAL_ASSUMES],
  inputs: { interarrival, serviceTime: SERVICE_TIME, probability: PROBABILITY },
  between: {
    ...RENEWAL_BETWEEN,
    arrivalRate: { tex: "\\lambda", dimension: "rate", meaning: "mean arrivals per second" },
  },
  outputs: RENEWAL_OUTPUTS,
  functions: {
    mean: {
      tex: "\\mathrm{E}",
      arguments: ["distribution"],
      result: "time",
      meaning: "mean",
      compute: (time: Distribution) => time.mean,
    },
    root: {
      tex: "\\tau",
      arguments: ["distribution", "time"],
      result: "one",
      meaning: "root of 1 − A*(τ/S) = τ, by bisection on the transform (laplace.ts)",
      compute: (time: Distribution, service: number) =>
        idleRoot((s) => laplaceComplement(time.spec, s), service),
    },
    meets: {
      tex: "A^*",
      arguments: ["distribution", "time", "one"],
      result: "one",
      meaning: "E[e^(−τA/S)], which is σ with the digits of a small chance",
      compute: (time: Distribution, service: number, tau: number) =>
        Math.max(0, 1 - laplaceComplement(time.spec, tau / service)),
    },
  },
  equations: [
    "arrivalRate = 1 / mean(interarrival)",
    "utilisation = arrivalRate * serviceTime",
    "idle = root(interarrival, serviceTime)",
    "waitProbability = meets(interarrival, serviceTime, idle)",
    ...RENEWAL_REST,
  ],
  stable: ["utilisation < 1"],
});
