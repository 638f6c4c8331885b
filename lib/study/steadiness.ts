/**
 * Whether a load is carried: a mean is claimed only of a steady state.
 *
 * Under more load than is served, latency grows along the run for as long as it lasts, and a mean says only how long
 * that was. Judged from the replications alone, never from a model: the model's own word stands beside it.
 */
import type { WorkloadSpec } from "../core/system.ts";
import { formatQuantity } from "../core/units.ts";
import { type Interval, replicationInterval } from "../statistics/interval.ts";
import { Moments } from "../statistics/moments.ts";
import type { Replication } from "./task.ts";

/**
 * `steady`: means and quantiles are estimates of the steady state. `unstable`: more arrives than is served, or gets
 * no answer in time. `unsettled`: latency drifts along the run by more than the precision; run longer. `limit`: a
 * replication met the limit on events. `no answers`: nothing ended ok.
 */
export type LoadState = "steady" | "unstable" | "unsettled" | "limit" | "no answers";

export interface Steadiness {
  readonly state: LoadState;
  /** Why it is not steady; null when it is. */
  readonly reason: string | null;
}

const STEADY: Steadiness = { state: "steady", reason: null };
/** Share of operations without an answer that may be chance. */
const UNANSWERED = 0.02;
/**
 * Growth of latency, in seconds per second of load, that a slow approach to a steady state does not show. A queue at
 * the very edge grows with the square root of time, so over n operations its growth is of the order 1/√n.
 */
const EDGE = 1.4;
/** Independent operations that a replication must be worth at least. */
const LEAST_WORTH = 10;

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;

/**
 * Judges the replications of one point (at least 2).
 *
 * @param precision drift that matters, relative to the mean
 * @param faulty whether things go wrong in the runs: then there is no steady state to wait for, what a fault does to
 *   latency is what is asked, and each replication is one experiment of its own
 */
export function judgeSteadiness(
  replications: readonly Replication[],
  workload: WorkloadSpec,
  precision: number,
  level: number,
  faulty = false,
): Steadiness {
  const starving = starved(replications, workload, level);
  const silent = replications.findIndex((r) => r.halves === null);
  if (silent >= 0)
    return (
      starving ?? {
        state: "no answers",
        reason: `no operation ended ok in a half of replication ${silent}`,
      }
    );
  if (faulty) return starving ?? STEADY;
  const unanswered = replicationInterval(
    replications.map((r) => r.unknown / (r.ok + r.failed + r.unknown)),
    level,
  );
  if (unanswered.low > UNANSWERED)
    return {
      state: "unstable",
      reason: `${percent(unanswered.mean)} of the operations got no answer in time (${percent(unanswered.low)} to ${percent(unanswered.high)})`,
    };
  return (
    overload(replications, workload, level) ??
    starving ??
    cutShort(replications) ??
    drift(replications, precision, level) ??
    tooShort(replications, precision) ??
    STEADY
  );
}

/** Cut runs in which not half of what arrives is answered. */
function starved(
  replications: readonly Replication[],
  { arrivals }: WorkloadSpec,
  level: number,
): Steadiness | null {
  if (arrivals.process === "closed" || !replications.every((r) => r.cut)) return null;
  const answered = replicationInterval(
    replications.map((r) => r.scalars.throughput),
    level,
  );
  if (answered.high >= arrivals.rate / 2) return null;
  const arriving = Number(arrivals.rate.toPrecision(4));
  return {
    state: "unstable",
    reason: `${Number(answered.mean.toPrecision(4))} operations a second are answered of ${arriving} that arrive`,
  };
}

/** By how many seconds the second half's mean latency exceeds the first half's. */
function growthOf({ halves }: Replication): number {
  return halves === null ? 0 : halves[1] - halves[0];
}

/** Growth of the latency in seconds per second of load: above 0 where arrivals exceed what is served. */
function overload(
  replications: readonly Replication[],
  { arrivals }: WorkloadSpec,
  level: number,
): Steadiness | null {
  if (arrivals.process === "closed") return null;
  // The two halves' middles are half of the operations apart.
  const perSecond = replicationInterval(
    replications.map((r) => (growthOf(r) * arrivals.rate) / (r.ok / 2)),
    level,
  );
  const least = EDGE / Math.sqrt(Math.max(...replications.map((r) => r.ok)));
  if (perSecond.low <= least) return null;
  return {
    state: "unstable",
    reason: `latency grows by ${formatQuantity(perSecond.mean, "time")} in a second of load (${spanText(perSecond)})`,
  };
}

function spanText({ low, high }: Interval): string {
  return `${formatQuantity(low, "time")} to ${formatQuantity(high, "time")}`;
}

/** Latencies as long as the whole run: too long for it, whatever they grow to. */
function cutShort(replications: readonly Replication[]): Steadiness | null {
  const cut = replications.filter((r) => r.cut).length;
  if (cut === 0) return null;
  return {
    state: "unsettled",
    reason: `in ${cut} of ${replications.length} replications some operations had not ended in twice the time that all took to arrive; measure more operations`,
  };
}

/** A drift from the first half to the second that moves the mean by more than the precision. */
function drift(replications: readonly Replication[], precision: number, level: number): Steadiness | null {
  const means = replications.map((r) => r.latencies.clientLatency.moments.mean);
  const { mean } = replicationInterval(means, level);
  const half = replicationInterval(
    replications.map((r) => growthOf(r) / 2),
    level,
  );
  const band = precision * mean;
  if (half.low <= band && half.high >= -band) return null;
  return {
    state: "unsettled",
    reason: `latency drifts by ${percent(half.mean / mean)} of its mean from the middle of the run to its ends; measure more operations after a longer warm-up`,
  };
}

/**
 * Replications that are short beside the memory of the queue: their means vary nearly as single operations do. Such
 * a run has not forgotten its empty start, whatever its drift, and its mean is biased by an unknown amount. Told by
 * the operations it is worth, var(operation)/var(mean of a replication), where a mean varies enough to matter.
 */
function tooShort(replications: readonly Replication[], precision: number): Steadiness | null {
  const means = Moments.of(replications.map((r) => r.latencies.clientLatency.moments.mean));
  const within = Moments.of(
    replications.map(
      ({ latencies }) => latencies.clientLatency.moments.m2 / latencies.clientLatency.moments.count,
    ),
  ).mean;
  const worth = (within + means.variance) / means.variance;
  if (means.standardDeviation <= precision * means.mean || worth >= LEAST_WORTH) return null;
  return {
    state: "unsettled",
    reason: `a replication is worth only ${Number(worth.toPrecision(2))} independent operations; measure more operations after a longer warm-up`,
  };
}
