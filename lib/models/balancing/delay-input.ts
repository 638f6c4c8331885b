/** A response time as an input of a model: any law of times from 0 on with a finite mean. */
import { type Distribution, type DistributionInput, toDistribution } from "../../core/distributions.ts";
import { DomainError } from "../../core/errors.ts";
import type { StructuredInput } from "../../core/model.ts";

/** The response time of one server. */
export const RESPONSE: StructuredInput<Distribution, DistributionInput> = {
  kind: "structured",
  type: "distribution",
  tex: "X",
  meaning: "response time of one server",
  unit: "s",
  read(where, given) {
    const delay = toDistribution(where, given);
    if (delay.minimum < 0) throw new DomainError(`${where} must be >= 0 s, got ${delay.describe()}`);
    if (!Number.isFinite(delay.mean))
      throw new DomainError(`${where} must have a finite mean, got ${delay.describe()}`);
    return delay;
  },
};
