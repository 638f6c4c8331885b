/** An election's terms from its settings, and the law of its length for drawing and comparing whole curves. */
import { type Distribution, shifted } from "../../core/distributions.ts";
import { type ElectionLaw, electionLaw } from "./election-law.ts";
import { type Term, TermLaw, timersFromHeartbeat, timersTogether } from "./election-split.ts";
import { integratePieces } from "./gauss-legendre.ts";

/** Whether timers start at the arrivals of the last heartbeat, or all at once. */
export type Start = "heartbeat" | "together";

/** One term of n servers of which s are up. */
export function termOf(
  start: Start,
  nodes: number,
  servers: number,
  range: number,
  latency: Distribution,
  ask: number,
): Term {
  const timers = start === "together" ? timersTogether(range) : timersFromHeartbeat(range, latency);
  const request = ask > 0 ? shifted(latency, ask) : latency;
  return { servers, quorum: Math.floor(nodes / 2) + 1, timers, request };
}

/** Mean first timeout of so many servers after the least timeout, by ∫ P(T > t)^e. */
export function firstTimeout({ timers }: Term, eligible: number): number {
  const { low, high, knots } = timers;
  return (
    low + integratePieces((t) => timers.survival(t) ** eligible, low, high, [...knots, (low + high) / 2], 40)
  );
}

/** Delay of a vote: the voter's write and the way back. */
export const votesOf = (latency: Distribution, write: number): Distribution =>
  write > 0 ? shifted(latency, write) : latency;

/**
 * The distribution function and quantiles of an election's length, for drawing and comparing whole curves.
 * Assumptions and source as of `models.electionTime`; nothing is checked here.
 *
 * @param inputs as for `models.electionTime`, in SI
 * @example
 * electionTimeLaw({ nodes: 3, available: 2, timeoutMin: 1, timeoutMax: 2, latency: deterministic(0.1), timers: "together" }).laterSplit; // => 0.19
 */
export function electionTimeLaw(inputs: ElectionInputs): ElectionLaw {
  const timeouts = inputs.timeoutMax - inputs.timeoutMin;
  const { nodes, available, latency, askWrite = 0 } = inputs;
  const first = termOf(inputs.timers ?? "heartbeat", nodes, available, timeouts, latency, askWrite);
  const later = termOf("together", nodes, available, timeouts, latency, askWrite);
  return electionLaw(
    {
      first,
      later,
      eligible: inputs.eligible || available,
      timeoutMin: inputs.timeoutMin,
      heartbeatInterval: inputs.heartbeatInterval ?? 0,
      restart: latency.mean + askWrite,
      vote: votesOf(latency, inputs.voteWrite ?? 0),
    },
    [new TermLaw(first).split(), new TermLaw(later).split()],
  );
}

/** Inputs of `electionTimeLaw`, in SI. */
export interface ElectionInputs {
  readonly nodes: number;
  readonly available: number;
  readonly eligible?: number;
  readonly timeoutMin: number;
  readonly timeoutMax: number;
  readonly heartbeatInterval?: number;
  readonly latency: Distribution;
  readonly askWrite?: number;
  readonly voteWrite?: number;
  readonly timers?: Start;
}
