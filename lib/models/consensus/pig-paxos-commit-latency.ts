/**
 * Commit latency of PigPaxos at a stable leader: Multi-Paxos through relays, under open load.
 *
 * Source: Charapko, Ailijiang and Demirbas, "PigPaxos: Devouring the Communication Bottlenecks in Distributed
 * Consensus", SIGMOD 2021, §3. For every operation a relay is drawn in each group of followers; it hands the accept on
 * and answers for its whole group once all of it has voted, so the slowest of a group decides when it counts.
 */
import { majority } from "../../core/system.ts";
import { leaderInput, leaderOf, quorumInput, readFlowInputs } from "../flow/flow-inputs.ts";
import { defineFlowModel } from "../flow/flow-model.ts";
import {
  type Action,
  allBut,
  type Flow,
  HEADER,
  OPERATION,
  type Quorum,
  sendAll,
} from "../flow/message-flow.ts";
import { votersOf } from "./commit-inputs.ts";
import { COMMIT_INPUTS } from "./commit-symbols.ts";

/** Followers in groups as equal as can be, neighbours by number together. */
function groupsOf(followers: readonly number[], groups: number): readonly (readonly number[])[] {
  const parts = Array.from({ length: groups }, (): number[] => []);
  for (const [place, node] of followers.entries())
    parts[Math.floor((place * groups) / followers.length)].push(node);
  return parts;
}

/** A group by one of its members: the accept goes to it, and its answer counts for all. */
function byRelay(leader: number, group: readonly number[], relay: number): { does: Action[]; votes: Quorum } {
  const name = `group of ${relay}`;
  const vote: Action = { vote: name };
  const others = group.filter((node) => node !== relay);
  const forward = sendAll(others, OPERATION, () => [
    { persist: OPERATION },
    { send: HEADER, to: relay, does: [vote] },
  ]);
  const counted: Action = { vote: "accepted", weight: group.length };
  return {
    does: [{ send: OPERATION, to: relay, does: [...forward, { persist: OPERATION }, vote] }],
    votes: {
      name,
      at: relay,
      needed: group.length,
      chance: 1 / group.length,
      does: [{ send: HEADER, to: leader, does: [counted] }],
    },
  };
}

function ledBy(leader: number, nodes: number, quorum: number, groups: number, inOrder: boolean): Flow {
  const parts = groupsOf(allBut(leader, nodes), groups).map((group) =>
    group.map((relay) => byRelay(leader, group, relay)),
  );
  return {
    at: leader,
    does: [
      ...parts.map((relays): Action => ({ oneOf: relays.map(({ does }) => does) })),
      { persist: OPERATION },
      { vote: "accepted" },
    ],
    quorums: [
      ...parts.flat().map(({ votes }) => votes),
      { name: "accepted", at: leader, needed: quorum, inOrder, does: [{ answer: true }] },
    ],
  };
}

/**
 * Mean commit and client latency of PigPaxos, with the parts it is made of.
 *
 * @example
 * models.pigPaxosCommitLatency({ oneWay: Array(5).fill(Array(5).fill("5 ms")), clients: [{ replica: 0, share: 1, roundTrip: null }], groups: 2, arrivalRate: 1 }).commitLatency; // => 0.02
 */
export const pigPaxosCommitLatency = defineFlowModel({
  id: "pigPaxosCommitLatency",
  title: "Commit latency through relays (PigPaxos)",
  cites: ["Charapko, Ailijiang, Demirbas 2021, §3"],
  assumes: [
    "one stable leader whom all clients ask; no relay loses patience",
    "a relay is drawn in each group for every operation",
  ],
  ignores: ["batching", "batch delay", "limited pipeline"],
  own: {
    leader: leaderInput(),
    quorum: quorumInput("nodes that must hold an entry, the leader among them"),
    groups: {
      tex: "r",
      dimension: "one",
      integer: true,
      min: 1,
      default: 1,
      meaning: "groups of followers, and so relays",
    },
    answers: COMMIT_INPUTS.answers,
  },
  flows: (nodes, { leader, quorum, groups, answers }) => [
    ledBy(leader, nodes, quorum || majority(nodes), groups, answers === "applied"),
  ],
  requires: ["leader < size(oneWay)", "quorum <= size(oneWay)", "groups <= size(oneWay) - 1"],
  view: "leader",
  reads: "pig-paxos",
  fromSystem: (system, workload) => {
    const leader = leaderOf(system);
    const common = readFlowInputs("pigPaxosCommitLatency", "pig-paxos", leader, system, workload);
    votersOf("pigPaxosCommitLatency", system, leader);
    return {
      ...common,
      leader,
      quorum: Number(system.settings.quorum),
      groups: Number(system.settings.groups),
      answers: system.settings.answerWhen === "chosen" ? ("chosen" as const) : ("applied" as const),
    };
  },
});
