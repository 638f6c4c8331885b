/**
 * Swarms of faults: from one seed the list of faults of one run.
 *
 * Each kind of fault is in or out of a run by the toss of a coin (Groce et al., "Swarm testing", ISSTA 2012): runs in
 * which everything happens at once hide bugs that need one thing to go wrong and all else to go well. All of them end
 * at `until`, so that what follows shows whether the system recovers.
 */
import { exponential as exponentialDelay } from "../core/distributions.ts";
import type { FaultSpec, FaultTimes } from "../core/fault-types.ts";
import type { RandomStream } from "../core/random.ts";
import type { AnyProtocol } from "./protocol.ts";

export interface SwarmOptions {
  readonly nodes: number;
  /** When everything has healed, in seconds. */
  readonly until: number;
  /** About how long the protocol takes to notice a failure: the scale of faults' lengths, in seconds. */
  readonly patience: number;
}

const exponential = (mean: number) => exponentialDelay(mean).spec;

/** Draws the faults of a run. */
export function drawSwarm(protocol: AnyProtocol, random: RandomStream, options: SwarmOptions): FaultSpec[] {
  const { nodes, until, patience } = options;
  const faults: FaultSpec[] = [];
  const coin = (): boolean => random.integer(2) === 0;
  const some = (factors: readonly number[]): number => factors[random.integer(factors.length)] * patience;
  const alternating = (mttf: number, mttr: number): FaultTimes => ({
    times: "random",
    mttf: exponential(mttf),
    mttr: exponential(mttr),
    until,
  });
  const target = () => (protocol.leads !== undefined && coin() ? "leader" : coin() ? "each" : "random");
  const span = (): FaultTimes => {
    const at = random.uniform() * 0.6 * until;
    return {
      times: "scheduled",
      at,
      lasts: Math.min(until - at, some([1, 3, 10])),
      every: null,
      until: null,
    };
  };
  if (protocol.durable !== undefined && coin())
    faults.push({ fault: "crash", node: target(), when: alternating(some([2, 5, 20]), some([0.1, 1, 4])) });
  if (coin())
    faults.push({
      fault: "loss",
      links: null,
      probability: [0.01, 0.1, 0.3][random.integer(3)],
      when: span(),
    });
  if (coin()) faults.push({ fault: "duplication", links: null, probability: 0.1, when: span() });
  if (coin())
    faults.push({
      fault: "reordering",
      links: null,
      probability: 0.2,
      extra: exponential(some([0.1, 1])),
      when: span(),
    });
  if (coin()) {
    const mask = 1 + random.integer((1 << nodes) - 2);
    const group = Array.from({ length: nodes }, (_, node) => node).filter(
      (node) => ((mask >> node) & 1) === 1,
    );
    faults.push({ fault: "partition", groups: [group], when: span() });
  }
  if (coin()) {
    const way = (["both", "in", "out"] as const)[random.integer(3)];
    faults.push({ fault: "isolation", node: target(), way, when: alternating(some([3, 10]), some([1, 3])) });
  }
  if (coin()) {
    const node = random.integer(nodes);
    const drift = (random.uniform() - 0.5) * 0.2;
    faults.push({ fault: "clock", node, offset: (random.uniform() - 0.5) * patience, drift, when: span() });
  }
  if (coin())
    faults.push({ fault: "pause", node: target(), when: alternating(some([3, 10]), some([0.5, 2])) });
  if (coin()) faults.push({ fault: "slow disk", node: "each", factor: 20, when: span() });
  for (const command of Object.keys(protocol.commands ?? {})) {
    if (!coin()) continue;
    const every = some([2, 5]);
    const when: FaultTimes = { times: "scheduled", at: every, lasts: 0, every, until };
    faults.push({ fault: "command", node: "leader", command, argument: random.integer(1 << nodes), when });
  }
  return faults;
}
