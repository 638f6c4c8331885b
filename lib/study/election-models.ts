/** Elections as measured beside the formulas' answers for the same system. */
import { type Distribution, deterministic, distributionFrom, empirical } from "../core/distributions.ts";
import { UsageError } from "../core/errors.ts";
import type { SystemSpec } from "../core/system.ts";
import type { ElectionInputs } from "../models/consensus/election-time-law.ts";
import { models } from "../models/index.ts";
import { DEFAULT_LEVEL, type Interval } from "../statistics/interval.ts";
import { relativeError } from "../statistics/verdict.ts";
import type { ElectionResult } from "./elections.ts";

/** One measure of elections, simulated and by formula. Times in seconds. */
export interface ElectionComparison {
  readonly measure:
    | "electionTime"
    | "electionQuantile"
    | "recovery"
    | "unavailability"
    | "terms"
    | "firstSplit";
  readonly simulated: Interval;
  readonly predicted: number;
  /** Whether the prediction lies in the simulation's interval. */
  readonly inside: boolean;
  /** (simulated − predicted)/predicted. */
  readonly error: number;
}

/** A year, so that the rate of failovers, which is not asked for, is one. */
const YEAR = 365.25 * 86_400;

/**
 * What `models.electionTime` and `electionTimeLaw` take of a system whose leader has crashed.
 *
 * @param system a group of equal links; of its disk the mean is taken
 * @throws UsageError for links that are not all of one law, or settings without election timeouts
 * @example
 * electionInputs(raft({ network: network.lan({ nodes: 5, rtt: ms(1) }) })).available; // => 4
 */
export function electionInputs(system: SystemSpec): ElectionInputs & { readonly available: number } {
  const { network, settings, disk } = system;
  const sites = new Set(network.placement);
  if (sites.size > 1)
    throw new UsageError(
      `electionInputs: links must all be of one law for the formula, got nodes at ${sites.size} sites`,
    );
  const time = (name: string): number => {
    const value = settings[name];
    if (typeof value !== "number")
      throw new UsageError(
        `electionInputs: ${system.protocol} must have a setting ${name} for the formula, got none`,
      );
    return value;
  };
  const site = network.placement[0];
  const write = disk === null ? 0 : distributionFrom(disk.fsync).mean;
  return {
    nodes: network.placement.length,
    available: network.placement.length - 1,
    timeoutMin: time("electionTimeoutMin"),
    timeoutMax: time("electionTimeoutMax"),
    heartbeatInterval: time("heartbeatInterval"),
    latency: distributionFrom(network.oneWay[site][site]),
    askWrite: write,
    voteWrite: write,
  };
}

/** Levels of a one-way delay of which all pairs are added: the law of a round trip to about a thousandth. */
const LEVELS = 60;

/** There and back, each a draw of its own. */
function roundTripOf(oneWay: Distribution): Distribution {
  if (oneWay.variance === 0) return deterministic(2 * oneWay.mean);
  const parts = Array.from({ length: LEVELS }, (_, i) => oneWay.quantile((i + 0.5) / LEVELS));
  return empirical(parts.flatMap((there) => parts.map((back) => there + back)));
}

/**
 * Holds elections against `models.electionTime` and `models.failover`.
 *
 * @param options.level of the intervals: for a table of many rows see `simultaneousLevel`
 * @param options.quantile which quantile of the election time; default 0.9
 * @param options.inputs what the formula cannot read from the system (`eligible`, `available`)
 * @throws UsageError as `electionInputs`; DomainError where the formula has no answer
 * @example
 * compareElections(elections({ system: raft({ network: network.lan({ nodes: 3, rtt: ms(1) }) }), elections: 100, seed: 1 })).map(({ measure }) => measure).slice(0, 3); // => ["electionTime", "electionQuantile", "recovery"]
 */
export function compareElections(
  result: ElectionResult,
  options: {
    readonly level?: number;
    readonly quantile?: number;
    readonly inputs?: Partial<ElectionInputs>;
  } = {},
): ElectionComparison[] {
  const { level = DEFAULT_LEVEL, quantile = 0.9 } = options;
  const inputs = { ...electionInputs(result.system), ...options.inputs };
  const election = models.electionTime({ ...inputs, probability: quantile });
  const failover = models.failover({
    nodes: inputs.nodes,
    quorum: Number(result.system.settings.quorum ?? 0),
    election: election.electionTime,
    roundTrip: roundTripOf(inputs.latency),
    diskWrite: inputs.voteWrite ?? 0,
    mttf: YEAR,
  });
  const row = (
    measure: ElectionComparison["measure"],
    simulated: Interval,
    predicted: number,
  ): ElectionComparison => ({
    measure,
    simulated,
    predicted,
    inside: simulated.low <= predicted && predicted <= simulated.high,
    error: relativeError(simulated.mean, predicted),
  });
  return [
    row("electionTime", result.electionTime.mean(level), election.electionTime),
    row("electionQuantile", result.electionTime.quantile(quantile, level), election.electionQuantile),
    row("recovery", result.recovery.mean(level), failover.recovery),
    row("unavailability", result.unavailability.mean(level), failover.unavailable),
    row("terms", result.terms(level), election.expectedTerms),
    // Terms = 1 + p₁/(1 − p).
    row("firstSplit", result.firstSplit(level), (election.expectedTerms - 1) * (1 - election.splitVote)),
  ];
}
