/** The law of a service time that settings describe by a mean and a squared coefficient of variation. */
import { type Distribution, deterministic, exponential, lognormal } from "../core/distributions.ts";

/** Constant for a coefficient (or a mean) of 0, exponential for 1, else lognormal. */
export function serviceLaw(mean: number, scv: number): Distribution {
  if (scv === 0 || mean === 0) return deterministic(mean);
  return scv === 1 ? exponential(mean) : lognormal({ mean, scv });
}
