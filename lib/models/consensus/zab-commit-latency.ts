/**
 * Commit latency of Zab's broadcast phase, under open load at any server.
 *
 * Source: Junqueira, Reed and Serafini, "Zab: High-performance broadcast for primary-backup systems", DSN 2011, §V,
 * phase 3: propose, ack, commit. A server that follows forwards its clients' writes and answers them when it has the
 * leader's commit, so they take one round trip more than the leader's own.
 */
import { majority } from "../../core/system.ts";
import { leaderInput, leaderOf, quorumInput, readFlowInputs } from "../flow/flow-inputs.ts";
import { defineFlowModel } from "../flow/flow-model.ts";
import { type Action, allBut, type Flow, HEADER, OPERATION, sendAll } from "../flow/message-flow.ts";

/** What happens to a write that a server is asked for. */
function writeAt(asked: number, nodes: number, leader: number, quorum: number): Flow {
  const others = allBut(leader, nodes);
  const ack: readonly Action[] = [{ send: HEADER, to: leader, does: [{ vote: "acks" }] }];
  const propose: readonly Action[] = [
    ...sendAll(others, OPERATION, () => [{ persist: OPERATION }, ...ack]),
    { persist: OPERATION },
    { vote: "acks" },
  ];
  const answer: readonly Action[] = [{ answer: true }];
  const commit = sendAll(others, HEADER, (server) => (server === asked ? answer : []));
  return {
    at: asked,
    does: asked === leader ? propose : [{ send: OPERATION, to: leader, does: propose }],
    quorums: [
      {
        name: "acks",
        at: leader,
        needed: quorum,
        inOrder: true,
        does: asked === leader ? [...answer, ...commit] : commit,
      },
    ],
  };
}

/**
 * Mean commit and client latency of writes by Zab, with the parts it is made of.
 *
 * @example
 * models.zabCommitLatency({ oneWay: [[0, "10 ms", "20 ms"], ["10 ms", 0, "20 ms"], ["20 ms", "20 ms", 0]], clients: [{ replica: 2, share: 1, roundTrip: null }], arrivalRate: 1 }).commitLatency; // => 0.06
 */
export const zabCommitLatency = defineFlowModel({
  id: "zabCommitLatency",
  title: "Commit latency of Zab (ZooKeeper)",
  cites: ["Junqueira, Reed, Serafini 2011, §V"],
  assumes: ["one established leader; all operations are writes"],
  ignores: ["reads", "overtaken appends"],
  own: {
    leader: leaderInput(),
    quorum: quorumInput("servers that must have a transaction on disk, the leader among them"),
  },
  flows: (nodes, { leader, quorum }) =>
    Array.from({ length: nodes }, (_, asked) => writeAt(asked, nodes, leader, quorum || majority(nodes))),
  requires: ["leader < size(oneWay)", "quorum <= size(oneWay)"],
  view: "leader",
  reads: "zab",
  fromSystem: (system, workload) => ({
    ...readFlowInputs("zabCommitLatency", "zab", "any", system, workload),
    leader: leaderOf(system),
    quorum: Number(system.settings.quorum),
  }),
});
