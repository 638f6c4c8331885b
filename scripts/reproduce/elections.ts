/**
 * Elections one after the other: whether the first term has a leader, with the engine's own Raft.
 *
 * The servers that are down are left out, and the quorum stays a majority of all n: the s that are available are a
 * group of s nodes whose quorum is floor(n/2) + 1. Nobody leads at the beginning, as after a leader's crash; links
 * are fixed; the first term is over before anybody stands a second time.
 */
import { networks } from "../../lib/core/networks.ts";
import { majority } from "../../lib/core/system.ts";
import { raft } from "../../lib/protocols/consensus/raft.ts";
import { systemBuilder } from "../../lib/protocols/system.ts";
import { erased } from "../../lib/simulation/protocol.ts";
import { simulateRun } from "../../lib/simulation/run.ts";
import { replicationSeed } from "../../lib/study/seeds.ts";

/** Some elections of one setting. */
export interface ElectionTask {
  /** Servers of the cluster, and how many of them are up. */
  readonly servers: number;
  readonly available: number;
  /** One-way latency as a fraction of the range of timeouts. */
  readonly latency: number;
  readonly seed: number;
  /** Number of the first election; the others follow. */
  readonly first: number;
  readonly count: number;
}

/** Seconds over which election timeouts are spread. The least timeout is long, so that nobody stands twice. */
const RANGE = 1;
const LEAST_TIMEOUT = 10;

const build = systemBuilder(raft);
const protocol = erased(raft);

/** Runs elections; returns how many split their votes. */
export function splitVotes({ servers, available, latency, seed, first, count }: ElectionTask): number {
  const system = build({
    network: networks.lan({ nodes: available, oneWay: latency * RANGE }),
    quorum: majority(servers),
    initialLeader: -1,
    electionTimeoutMin: LEAST_TIMEOUT,
    electionTimeoutMax: LEAST_TIMEOUT + RANGE,
    heartbeatInterval: LEAST_TIMEOUT / 2,
  });
  // The last to stand asks and is answered: two latencies after the longest timeout the term is decided.
  const maxSeconds = LEAST_TIMEOUT + RANGE * (1 + 2.5 * latency);
  const key = `${servers} ${available} ${latency}`;
  let split = 0;
  for (let i = first; i < first + count; i++) {
    const run = simulateRun(protocol, system, null, {
      seed: replicationSeed(seed, key, i),
      maxSeconds,
      history: "off",
    });
    if (Number(run.outcome.leader) < 0) split++;
  }
  return split;
}
