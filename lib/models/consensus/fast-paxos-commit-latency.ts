/**
 * Commit latency of Fast Paxos' fast rounds, under open load, while nobody collides.
 *
 * Source: Lamport, "Fast Paxos", Distributed Computing 19(2), 2006, §3.1: the node that is asked proposes to all acceptors
 * itself, and a fast quorum of their votes chooses, two message delays later. The coordinator hears the votes as well and
 * tells everybody: whichever comes first, the quorum or the word of it.
 */
import { leaderInput, leaderOf, readFlowInputs } from "../flow/flow-inputs.ts";
import { defineFlowModel } from "../flow/flow-model.ts";
import { type Action, allBut, type Flow, HEADER, OPERATION, sendAll } from "../flow/message-flow.ts";

function proposedBy(proposer: number, nodes: number, coordinator: number, fastQuorum: number): Flow {
  const toCoordinator = (from: number): Action =>
    from === coordinator ? { vote: "round" } : { send: HEADER, to: coordinator, does: [{ vote: "round" }] };
  const toProposer: Action = { send: HEADER, to: proposer, does: [{ vote: "own" }] };
  const isBoth = proposer === coordinator;
  const accept = (acceptor: number): Action[] => [
    { persist: OPERATION },
    toCoordinator(acceptor),
    ...(isBoth ? [] : [toProposer]),
  ];
  const others = allBut(coordinator, nodes);
  const needed = fastQuorum;
  const answer: Action = { answer: true };
  const known: Action = { vote: "known" };
  return {
    at: proposer,
    does: [
      ...sendAll(allBut(proposer, nodes), OPERATION, accept),
      { persist: OPERATION },
      toCoordinator(proposer),
      ...(isBoth ? [] : [{ vote: "own" }]),
    ],
    quorums: isBoth
      ? [
          {
            name: "round",
            at: coordinator,
            needed,
            inOrder: true,
            does: [...sendAll(others, HEADER, () => []), answer],
          },
        ]
      : [
          { name: "own", at: proposer, needed, does: [known] },
          {
            name: "round",
            at: coordinator,
            needed,
            does: sendAll(others, HEADER, (node) => (node === proposer ? [known] : [])),
          },
          { name: "known", at: proposer, needed: 1, inStep: true, inOrder: true, does: [answer] },
        ],
  };
}

/**
 * Mean commit and client latency of Fast Paxos without collisions, with the parts it is made of.
 *
 * @example
 * models.fastPaxosCommitLatency({ oneWay: Array(5).fill(Array(5).fill("5 ms")), clients: [{ replica: 3, share: 1, roundTrip: null }], fastQuorum: 4, arrivalRate: 1 }).commitLatency; // => 0.01
 */
export const fastPaxosCommitLatency = defineFlowModel({
  id: "fastPaxosCommitLatency",
  title: "Commit latency of fast rounds (Fast Paxos)",
  cites: ["Lamport 2006, §3.1"],
  assumes: ["no two nodes propose in one slot: nothing collides"],
  ignores: ["concurrent proposers"],
  own: {
    leader: leaderInput("number of the coordinator"),
    fastQuorum: {
      tex: "Q_f",
      dimension: "one",
      integer: true,
      min: 1,
      meaning: "acceptors that must vote alike, the proposer among them",
    },
  },
  flows: (nodes, { leader, fastQuorum }) =>
    Array.from({ length: nodes }, (_, proposer) => proposedBy(proposer, nodes, leader, fastQuorum)),
  requires: ["leader < size(oneWay)", "fastQuorum <= size(oneWay)"],
  view: "leader",
  reads: "fast-paxos",
  fromSystem: (system, workload) => ({
    ...readFlowInputs("fastPaxosCommitLatency", "fast-paxos", "any", system, workload),
    leader: leaderOf(system),
    fastQuorum: Number(system.settings.fastQuorum),
  }),
});
