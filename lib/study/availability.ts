/**
 * Availability measured: nodes crash and come back at random, leaders are replaced, and the time in service is counted.
 *
 * Service needs a quorum of nodes that are up and a leader that has committed in its term. Each replication is a run of
 * its own; its first tenth is left out, since all nodes begin up.
 */
import { DomainError, UsageError } from "../core/errors.ts";
import { checkNumber } from "../core/parameters.ts";
import { majority, type SystemSpec } from "../core/system.ts";
import { parseQuantity, type TimeInput } from "../core/units.ts";
import { protocolNamed } from "../protocols/index.ts";
import type { RunResult } from "../simulation/run.ts";
import { DEFAULT_LEVEL, type Interval, replicationInterval } from "../statistics/interval.ts";
import { simulateOneOfMany } from "./long-runs.ts";
import { checkSeed, replicationSeed } from "./seeds.ts";

export interface AvailabilityOptions {
  /** The group with its faults: `fault.crash({ node: "each", mttf, mttr })`. */
  readonly system: SystemSpec;
  /** Virtual time of each replication. */
  readonly span: TimeInput;
  /** Independent runs; default 10. */
  readonly replications?: number;
  readonly seed: number;
}

/** Shares of time, and failovers a second, of one run. */
interface Shares {
  readonly quorum: number;
  readonly service: number;
  readonly failovers: number;
}

/** Availability of one group over its replications. */
export class AvailabilityResult {
  readonly system: SystemSpec;
  private readonly runs: readonly Shares[];

  constructor(system: SystemSpec, runs: readonly Shares[]) {
    this.system = system;
    this.runs = runs;
  }

  private interval(of: (run: Shares) => number, level = DEFAULT_LEVEL): Interval {
    return replicationInterval(this.runs.map(of), level);
  }

  /** Share of time without service. */
  unavailability(level?: number): Interval {
    return this.interval((run) => 1 - run.service, level);
  }

  /** Share of time with fewer nodes up than a quorum. */
  quorumUnavailability(level?: number): Interval {
    return this.interval((run) => 1 - run.quorum, level);
  }

  /** Share of time with a quorum up and nobody that serves. */
  failoverUnavailability(level?: number): Interval {
    return this.interval((run) => run.quorum - run.service, level);
  }

  /** Leaders that ceased while a quorum stayed up, per second. */
  failoverRate(level?: number): Interval {
    return this.interval((run) => run.failovers, level);
  }
}

/** Left out at the beginning. */
const WARM_UP = 0.1;

/**
 * Runs a group with faults for a long virtual time and counts in what share of it somebody is served.
 *
 * @throws UsageError for a system without crashes; DomainError for a span that is not > 0 s
 * @example
 * availability({ system: raft({ network: network.lan({ nodes: 3, rtt: ms(1) }), faults: [fault.crash({ node: "each", mttf: "100 s", mttr: "1 s" })] }), span: "500 s", replications: 2, seed: 1 }).unavailability().mean < 0.05; // => true
 */
export function availability(options: AvailabilityOptions): AvailabilityResult {
  const where = "availability";
  const { system } = options;
  const protocol = protocolNamed(system.protocol);
  if (!(system.faults ?? []).some(({ fault }) => fault === "crash"))
    throw new UsageError(`${where}: system must have a crash among its faults, got none`);
  const span = parseQuantity(`${where}: span`, options.span, "time");
  checkNumber(where, "span", span, { dimension: "time", above: 0, meaning: "span" });
  const rule = { dimension: "one", integer: true, min: 2, meaning: "how many" } as const;
  const replications = checkNumber(where, "replications", options.replications ?? 10, rule);
  const seed = checkSeed(options.seed);
  const quorum = Number(system.settings.quorum ?? majority(system.network.placement.length));
  const runs = Array.from({ length: replications }, (_, i) => {
    const run = simulateOneOfMany(protocol, system, null, {
      seed: replicationSeed(seed, "availability", i),
      maxSeconds: span,
      history: "off",
    });
    return sharesOf(run, system.network.placement.length, quorum, WARM_UP * span, span);
  });
  return new AvailabilityResult(system, runs);
}

interface Change {
  readonly time: number;
  readonly up: number;
  /** Leaders that begin or cease to serve: +1 or −1. */
  readonly serving: number;
}

function sharesOf(run: RunResult, nodes: number, quorum: number, from: number, to: number): Shares {
  const { marks, leaders } = run.faults;
  const changes: Change[] = [];
  for (const { kind, time } of marks)
    if (kind !== "command") changes.push({ time, up: kind === "crash" ? -1 : 1, serving: 0 });
  for (const { serves, to: ceased } of leaders) {
    if (serves > to || ceased <= serves) continue;
    changes.push({ time: serves, up: 0, serving: 1 });
    if (ceased <= to) changes.push({ time: ceased, up: 0, serving: -1 });
  }
  changes.sort((a, b) => a.time - b.time);
  let [up, serving, at] = [nodes, 0, 0];
  let [quorumTime, serviceTime, failovers] = [0, 0, 0];
  for (const { time, up: more, serving: leads } of [...changes, { time: to, up: 0, serving: 0 }]) {
    const passed = Math.max(0, Math.min(time, to) - Math.max(at, from));
    if (up >= quorum) quorumTime += passed;
    if (up >= quorum && serving > 0) serviceTime += passed;
    at = time;
    up += more;
    serving += leads;
    if (leads < 0 && up >= quorum && time >= from) failovers++;
  }
  if (serving > 1 || serving < 0)
    throw new DomainError(`availability: one leader must serve at a time, got ${serving}`);
  return {
    quorum: quorumTime / (to - from),
    service: serviceTime / (to - from),
    failovers: failovers / (to - from),
  };
}
