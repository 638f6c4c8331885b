/**
 * Quantiles of the commit latency: the decided round and the waits added as independent delays.
 *
 * An approximation: waits of one operation at two stations are not quite independent, and sizes enter by their mean.
 */
import { gammaQuantile, waitShape } from "../queueing/gamma-wait.ts";
import {
  type Atoms,
  addDelays,
  condense,
  constantDelay,
  cutQuantile,
  meanDelay,
  mixDelays,
  partsOf,
} from "./atoms.ts";
import type { Round } from "./quorum-round.ts";

/** A wait as atoms. */
export function waitLaw(mean: number, busy: number, typicalJob: number): Atoms {
  const none = constantDelay(0, "diskWait");
  if (mean <= 0 || busy <= 0) return none;
  const shape = waitShape(mean, busy, typicalJob);
  const some = mean / busy;
  return mixDelays(
    none,
    cutQuantile((p) => some * gammaQuantile(shape, p), some, "diskWait"),
    busy,
  );
}

/** A wait up to a longest time: spread evenly, with an atom at 0 or at the longest where the mean asks for one. */
function gatherLaw(mean: number, longest: number): Atoms {
  if (mean === 0 || longest === 0) return constantDelay(mean, "diskWait");
  const even = cutQuantile((p) => p * longest, longest / 2, "diskWait");
  const share = (2 * mean) / longest;
  if (share <= 1) return mixDelays(constantDelay(0, "diskWait"), even, share);
  return mixDelays(even, constantDelay(longest, "diskWait"), Math.min(1, share - 1));
}

/** The decided round as atoms. */
function decidedLaw({ times, weights }: Round): Atoms {
  return condense({ values: times, weights, parts: partsOf(times) });
}

/** The least value that at least a share p lies at or below, between atoms by straight lines. */
export function quantileOf({ values, weights }: Atoms, p: number): number {
  let before = 0;
  for (let i = 0; i < values.length; i++) {
    // An atom stands in the middle of its piece.
    const middle = before + weights[i] / 2;
    if (p <= middle) {
      if (i === 0) return values[0];
      const last = before - weights[i - 1] / 2;
      return values[i - 1] + ((values[i] - values[i - 1]) * (p - last)) / (middle - last);
    }
    before += weights[i];
  }
  return values[values.length - 1];
}

/**
 * The law of the commit latency.
 *
 * @param mean the mean commit latency, which the law is shifted to
 * @param cpuJob typical job at the leader's processor; `copiesWork` the one at its egress port
 */
export function commitLaw(
  round: Round,
  mean: number,
  cpuQueue: number,
  cpuUtilisation: number,
  cpuJob: number,
  egressQueue: number,
  egressUtilisation: number,
  copiesWork: number,
  gatherWait: number,
  gatherLongest: number,
): Atoms {
  let law = decidedLaw(round);
  // Both waits of an operation at the leader's processor fall into the same busy time: they rise and fall together.
  law = addDelays(
    law,
    waitLaw((1 + round.decisions) * cpuQueue, cpuUtilisation, (1 + round.decisions) * cpuJob),
  );
  law = addDelays(law, waitLaw(egressQueue, egressUtilisation, copiesWork));
  law = addDelays(law, gatherLaw(gatherWait, gatherLongest));
  return addDelays(law, constantDelay(mean - meanDelay(law), "diskWait"));
}
