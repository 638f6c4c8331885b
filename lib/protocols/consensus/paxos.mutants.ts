/**
 * Single-decree Paxos with one rule broken at a time.
 *
 * Source: the rules are Lamport's (Paxos Made Simple, 2001, §2.2–2.3); the list collects mistakes known from
 * implementations. Two that look like bugs are none by themselves: ballots that are not unique (a strict comparison still
 * gives one of them the quorum) and promising an equal ballot again; only together (P18) they break agreement.
 */
import type { Mutant } from "../../simulation/mutant.ts";
import { erased } from "../../simulation/protocol.ts";
import { type PaxosRules, paxosRules, paxosWith } from "./paxos.ts";

const SOURCE = "Lamport, Paxos Made Simple, 2001, §2.2";

function mutant(
  id: string,
  name: string,
  patch: Partial<PaxosRules>,
  more: Partial<Pick<Mutant, "kind" | "reason" | "nodes" | "source" | "scenario">> = {},
): Mutant {
  return {
    id,
    name,
    source: SOURCE,
    kind: "safety",
    ...more,
    protocol: erased(paxosWith({ ...paxosRules, ...patch })),
  };
}

const nothing = (): void => {};
/** Counts messages, not nodes. */
const addMessage = (votes: number): number => (votes << 1) | 1;
const notUnique: PaxosRules["nextBallot"] = (node, ctx) =>
  (Math.floor(Math.max(node.promised, 0) / ctx.nodes) + 1) * ctx.nodes;
const equalToo: PaxosRules["mayPromise"] = (node, ballot) => ballot >= node.promised;

/** In a group of three the proposer's own vote and one other are a quorum already: a second count needs five. */
const FIVE = { nodes: 5 } as const;

export const paxosMutants: readonly Mutant[] = [
  mutant("P1", "promise-not-recorded", { notePromise: nothing }),
  mutant("P2", "promise-not-persisted", { savePromise: nothing }),
  mutant("P3", "accepted-not-persisted", {
    saveAccept: (node, ctx) => ctx.persist({ promised: node.promised }),
    savePromise: (node, ctx) => ctx.persist({ promised: node.promised }),
  }),
  mutant("P4", "amnesia", { savePromise: nothing, saveAccept: nothing }),
  mutant("P5", "accept-below-promise", { mayAccept: () => true }),
  mutant(
    "P6",
    "accept-does-not-promise",
    {
      noteAccept(node, ballot, value) {
        node.acceptedBallot = ballot;
        node.accepted = value;
      },
    },
    { scenario: "paxos-accept-promises" },
  ),
  mutant("P7", "ignore-accepted-values", { adopts: () => false }),
  mutant("P8", "first-accepted-wins", { adopts: (node) => node.highestAccepted < 0 }),
  mutant("P9", "lowest-ballot-wins", {
    adopts: (node, _value, ballot) => node.highestAccepted < 0 || ballot < node.highestAccepted,
  }),
  mutant("P10", "minority-quorum", {
    promisesNeeded: (settings) => settings.prepareQuorum - 1,
    acceptancesNeeded: (settings) => settings.quorum - 1,
  }),
  mutant(
    "P11",
    "non-intersecting-flexible-quorums",
    { promisesNeeded: (settings) => settings.prepareQuorum - 1 },
    { source: "Howard, Malkhi & Spiegelman, Flexible Paxos, OPODIS 2016, §3" },
  ),
  mutant(
    "P12",
    "ballot-reuse-after-restart",
    {
      nextBallot: (node, ctx) =>
        (Math.floor(Math.max(node.ballot, 0) / ctx.nodes) + 1) * ctx.nodes + ctx.self,
      // The proposer's own promise is what keeps the ballot; without it a restart begins again at the first round.
      mayPromise: (node, ballot) =>
        ballot > node.promised || (ballot === node.promised && ballot % node.group === node.id),
    },
    { scenario: "paxos-ballot-reuse" },
  ),
  mutant("P13", "count-duplicate-promises", { addPromise: addMessage }, FIVE),
  mutant("P14", "mix-ballot-promises", { isPromiseTo: () => true }),
  mutant(
    "P15",
    "mix-ballot-acceptances",
    { isAcceptanceOf: () => true },
    { ...FIVE, scenario: "paxos-stale-acceptance" },
  ),
  mutant("P16", "count-duplicate-acceptances", { addAcceptance: addMessage }, FIVE),
  mutant(
    "P17",
    "learn-across-ballots",
    {
      isAcceptanceOf: () => true,
      forget(node) {
        node.promises = 0;
        node.highestAccepted = -1;
      },
    },
    { ...FIVE, scenario: "paxos-counts-across-ballots" },
  ),
  mutant("P18", "equal-ballots-promised-and-not-unique", { nextBallot: notUnique, mayPromise: equalToo }),
  mutant(
    "P19",
    "ballots-not-unique",
    { nextBallot: notUnique },
    {
      kind: "equivalent",
      reason:
        "an acceptor promises a ballot once, so of two proposers with one ballot only one finds a quorum",
    },
  ),
  mutant(
    "P20",
    "promise-equal-ballot",
    { mayPromise: equalToo },
    {
      kind: "equivalent",
      reason:
        "ballots are unique, so an equal ballot is a repeated message of the same proposer and promises nothing new",
    },
  ),
];
