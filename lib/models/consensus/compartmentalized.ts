/**
 * Compartmentalised MultiPaxos: leader, proxy leaders, a grid of acceptors and replicas, each scaled by itself.
 *
 * Source: Whittaker et al., "Scaling Replicated State Machines with Compartmentalization" (PVLDB 14(11), 2021), §3.
 * Messages per command: the leader of MultiPaxos takes one in, sends f + 1 and takes in f + 1 votes, and tells f + 1
 * replicas: 3f + 4; once proxy leaders do the rest it handles 2. A proxy leader takes one in, asks a column of the
 * grid and is answered, and tells all replicas. Counting predicts (3f + 4)/2 = 3.5 times the throughput for f = 1
 * where 6 times was measured: a message of the broadcast costs more than one of a client's, so each role has a time
 * per message of its own here.
 */
import { defineModel, type NumberInput } from "../../core/model.ts";

const count = (tex: string, meaning: string) =>
  ({ tex, dimension: "one", integer: true, min: 1, max: 10_000, meaning }) as const satisfies NumberInput;
const time = (tex: string, meaning: string) =>
  ({ tex, dimension: "time", min: 0, default: 1e-5, meaning }) as const satisfies NumberInput;
const messages = (tex: string, meaning: string) => ({ tex, dimension: "one", meaning }) as const;
const rate = (tex: string, meaning: string) => ({ tex, dimension: "rate", meaning }) as const;

/**
 * Messages of each role per command, and the rate at which the busiest saturates.
 *
 * @example
 * models.compartmentalized({ proxyLeaders: 10, replicas: 4 }).speedUp; // => 3.5
 */
export const compartmentalized = defineModel({
  id: "compartmentalized",
  title: "Compartmentalised MultiPaxos: bottleneck by counting messages",
  cites: ["Whittaker et al. 2021, §3"],
  assumes: [
    "writes only, no batching; every role spreads its commands evenly over its machines",
    "a role's machine spends the same time on each of its messages; the busiest machine sets the limit",
    "MultiPaxos' leader asks f + 1 acceptors and tells f + 1 replicas, at the proxy leaders' time per message but for the client's request",
  ],
  inputs: {
    faults: { ...count("f", "faults to tolerate"), default: 1 },
    proxyLeaders: count("P", "proxy leaders"),
    rows: { ...count("\\mathit{rows}", "acceptors of a column: a write quorum"), default: 2 },
    columns: { ...count("\\mathit{cols}", "columns of acceptors"), default: 2 },
    replicas: { ...count("m", "replicas"), default: 2 },
    leaderTime: time("t_l", "leader's time for a message"),
    proxyTime: time("t_p", "a proxy leader's, and that of the broadcast in MultiPaxos' leader"),
    acceptorTime: time("t_a", "an acceptor's"),
    replicaTime: time("t_r", "a replica's, execution included"),
  },
  outputs: {
    leaderMessages: messages("M_l", "messages of the leader per command"),
    proxyMessages: messages("M_p", "messages of all proxy leaders"),
    acceptorMessages: messages("M_a", "messages of each acceptor"),
    replicaMessages: messages("M_r", "messages of each replica"),
    directMessages: messages("M_d", "messages of MultiPaxos' leader"),
    leaderRate: rate("X_l", "rate at which the leader saturates"),
    proxyRate: rate("X_p", "rate at which the proxy leaders do"),
    replicaRate: rate("X_r", "rate at which the replicas do"),
    maxThroughput: rate("X", "the least of all"),
    directThroughput: rate("X_d", "highest rate of MultiPaxos"),
    speedUp: messages("s", "ratio of the two"),
  },
  equations: [
    "leaderMessages = 2",
    "proxyMessages = 1 + 2 * rows + replicas",
    "acceptorMessages = 2 / columns",
    "replicaMessages = 1 + 1 / replicas",
    "directMessages = 3 * faults + 4",
    "leaderRate = 1 / (leaderMessages * leaderTime)",
    "proxyRate = proxyLeaders / (proxyMessages * proxyTime)",
    "replicaRate = 1 / (replicaMessages * replicaTime)",
    "maxThroughput = 1 / max(leaderMessages * leaderTime, proxyMessages * proxyTime / proxyLeaders, acceptorMessages * acceptorTime, replicaMessages * replicaTime)",
    "directThroughput = 1 / (leaderTime + (directMessages - 1) * proxyTime)",
    "speedUp = maxThroughput / directThroughput",
  ],
  requires: ["leaderTime > 0", "proxyTime > 0", "replicaTime > 0"],
});
