/**
 * Multi-Paxos with one rule broken at a time.
 *
 * P1 to P18 are the mistakes of single-decree Paxos (`paxos.mutants.ts`) as they look in a log; M1 to M8 are those only
 * a log can have. P15 and P17 are one here: a new leader counts votes from nothing.
 */
import type { Mutant } from "../../simulation/mutant.ts";
import { erased } from "../../simulation/protocol.ts";
import { multiPaxosWith } from "./multi-paxos.ts";
import { type MultiPaxosRules, multiPaxosRules } from "./multi-paxos-rules.ts";

const SIMPLE = "Lamport, Paxos Made Simple, 2001, §2.2";
const LOG = "Lamport, Paxos Made Simple, 2001, §3";

type More = Partial<Pick<Mutant, "kind" | "reason" | "nodes" | "settings" | "source" | "scenario">>;

function mutant(id: string, name: string, patch: Partial<MultiPaxosRules>, more: More = {}): Mutant {
  const protocol = erased(multiPaxosWith({ ...multiPaxosRules, ...patch }));
  return { id, name, source: SIMPLE, kind: "safety", ...more, protocol };
}

const nothing = (): void => {};
/** Counts messages, not nodes. */
const addMessage = (votes: number): number => (votes << 1) | 1;
const { quorums, nextBallot } = multiPaxosRules;

/** In a group of three the leader's own vote and one other are a quorum already: a second count needs five. */
const FIVE = { nodes: 5 } as const;

export const multiPaxosMutants: readonly Mutant[] = [
  mutant("P1", "promise-not-recorded", {
    notePromise(node, ballot) {
      if (ballot % node.holds.length === node.id) node.promised = ballot;
    },
  }),
  mutant("P2", "promise-not-persisted", { savePromise: nothing }),
  mutant("P3", "accepted-not-persisted", {
    saveAccept: ({ ballot }, ctx) => ctx.persist({ kind: "promised", ballot }),
  }),
  mutant("P4", "amnesia", { savePromise: nothing, saveAccept: nothing }),
  mutant("P5", "accept-below-promise", { mayAccept: () => true }),
  mutant(
    "P6",
    "accept-does-not-promise",
    { noteAccept: nothing },
    { ...FIVE, scenario: "multi-paxos-accept-promises" },
  ),
  mutant("P7", "ignore-accepted-values", { adopts: () => false }),
  mutant("P8", "first-accepted-wins", { adopts: (known) => known === undefined }),
  mutant("P9", "lowest-ballot-wins", {
    adopts: (known, told) => known === undefined || told.ballot < known.ballot,
  }),
  mutant("P10", "minority-quorum", {
    quorums(...given) {
      const { prepareQuorum, quorum } = quorums(...given);
      return { prepareQuorum: prepareQuorum - 1, quorum: quorum - 1 };
    },
  }),
  mutant(
    "P11",
    "non-intersecting-flexible-quorums",
    {
      quorums(...given) {
        const { prepareQuorum, quorum } = quorums(...given);
        return { prepareQuorum: prepareQuorum - 1, quorum };
      },
    },
    { source: "Howard, Malkhi & Spiegelman, Flexible Paxos, OPODIS 2016, §3" },
  ),
  mutant(
    "P12",
    "ballot-reuse-after-restart",
    {
      nextBallot: (node, ctx) =>
        node.role === "acceptor" && node.promised >= 0 && node.promised % ctx.nodes === ctx.self
          ? node.promised
          : nextBallot(node, ctx),
    },
    { scenario: "multi-paxos-ballot-reuse" },
  ),
  mutant("P13", "count-duplicate-promises", { addPromise: addMessage }, FIVE),
  mutant("P14", "mix-ballot-promises", { isOfBallot: () => true }),
  mutant(
    "P15",
    "mix-ballot-votes",
    { isVoteFor: () => true },
    {
      kind: "scripted",
      scenario: "multi-paxos-stale-vote",
      reason:
        "one node must lead twice and propose two values in a slot, which takes a crash before its own write is durable",
    },
  ),
  mutant("P16", "count-duplicate-votes", { addVote: addMessage }, FIVE),
  mutant("P18", "ballots-not-unique", {
    // An equal ballot is promised again here: prepares double as the question how far a node is.
    nextBallot: (node, ctx) => (Math.floor(node.promised / ctx.nodes) + 1) * ctx.nodes,
  }),
  mutant("M1", "skip-phase-1-after-leader-change", { hasPromises: () => true }, { source: LOG }),
  mutant("M2", "commit-index-from-old-leader", { isChosen: () => true }, { source: LOG }),
  mutant(
    "M3",
    "reconfiguration-without-alpha",
    { inForceFrom: (slot) => slot + 1 },
    { source: LOG, settings: { alpha: 3 } },
  ),
  mutant(
    "M4",
    "gap-not-filled-with-no-op",
    { fillsGaps: false },
    { source: LOG, kind: "liveness", settings: { alpha: 3 } },
  ),
  mutant("M5", "promises-of-an-earlier-ballot-kept", { forget: nothing }, { source: LOG }),
  mutant(
    "M6",
    "promise-of-an-acceptor-that-dropped-slots",
    { canTell: () => true },
    {
      source: "Chandra, Griesemer & Redstone, Paxos Made Live, PODC 2007, §5.5",
      settings: { keep: 1 },
    },
  ),
  mutant(
    "M7",
    "retry-applied-twice",
    { isRepeated: () => false },
    { source: "Ongaro, Consensus: Bridging Theory and Practice, 2014, §6.3" },
  ),
  mutant(
    "M8",
    "votes-of-those-outside-the-group",
    {
      quorums: (settings, members, first) => ({
        ...quorums(settings, members, first),
        prepareQuorum: members === first ? quorums(settings, members, first).prepareQuorum : 1,
        quorum: members === first ? quorums(settings, members, first).quorum : 1,
      }),
    },
    { source: LOG, settings: { alpha: 3 } },
  ),
];
