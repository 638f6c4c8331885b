/**
 * Fast Paxos with one rule broken at a time.
 *
 * Source: Lamport, "Fast Paxos", Distributed Computing 19(2), 2006; the P mutants are those of `paxos.mutants.ts` as far as
 * they mean something else here.
 */
import type { Mutant } from "../../simulation/mutant.ts";
import { erased } from "../../simulation/protocol.ts";
import { fastPaxosWith } from "./fast-paxos.ts";
import { countOf, type FastPaxosRules, fastPaxosRules } from "./fast-paxos-rules.ts";
import { fastRound, idOf } from "./fast-paxos-state.ts";

const PAPER = "Lamport, Fast Paxos, Distributed Computing 19(2), 2006";

type More = Partial<Pick<Mutant, "kind" | "reason" | "nodes" | "settings" | "source" | "scenario">>;

function mutant(
  id: string,
  name: string,
  section: string,
  patch: Partial<FastPaxosRules>,
  more: More = {},
): Mutant {
  const protocol = erased(fastPaxosWith({ ...fastPaxosRules, ...patch }));
  return { id, name, source: `${PAPER}, ${section}`, kind: "safety", ...more, protocol };
}

const nothing = (): void => {};
const { pick } = fastPaxosRules;
const FIVE = { nodes: 5 } as const;

export const fastPaxosMutants: readonly Mutant[] = [
  mutant("FP1", "fast-quorum-of-classic-size", "§3.3", { fastNeeded: (settings) => settings.quorum }, FIVE),
  mutant(
    "FP2",
    "any-value-after-a-collision",
    "§3.2",
    { pick: (votes) => (votes.length === 0 ? null : votes[votes.length - 1].operation) },
    { scenario: "fast-paxos-collision" },
  ),
  mutant(
    "FP3",
    "rarest-value-after-a-collision",
    "§3.2",
    {
      pick(votes, ...given) {
        const rare = votes.find(({ operation }) => countOf(votes, idOf(operation)) === 1);
        return rare === undefined ? pick(votes, ...given) : rare.operation;
      },
    },
    FIVE,
  ),
  mutant("FP4", "votes-of-all-rounds-counted-together", "§3.2", {
    pick: (votes, quorum, nodes, fastQuorum) =>
      pick(
        votes.map((vote) => ({ ...vote, round: 0 })),
        quorum,
        nodes,
        fastQuorum,
      ),
  }),
  mutant("FP5", "fast-vote-twice-in-a-round", "§3.1", {
    mayVoteFast: (node, slot) =>
      node.fastBallot === node.promised && node.promised >= 0 && slot >= node.fastFrom,
  }),
  mutant("FP6", "fast-vote-below-a-promise", "§3.1", {
    mayVoteFast(node, slot) {
      const vote = node.log.get(slot);
      return (
        node.fastBallot >= 0 &&
        slot >= node.fastFrom &&
        (vote === undefined || vote.round < fastRound(node.promised))
      );
    },
  }),
  mutant("FP7", "vote-not-persisted", "§2.2", { saveVote: nothing }),
  mutant(
    "FP8",
    "promise-not-persisted",
    "§2.2",
    { savePromise: nothing },
    { scenario: "fast-paxos-forgotten-promise" },
  ),
  mutant("FP9", "accept-below-promise", "§2.2", { mayAccept: () => true }),
  mutant("FP10", "recovery-from-too-few-votes", "§3.2", {
    promisesNeeded: (settings) => settings.quorum - 1,
  }),
  mutant("FP11", "fast-votes-counted-in-the-classic-round", "§3.2", { isOfRound: () => true }),
  mutant("FP12", "fast-round-opened-over-open-slots", "§3.1", { openFrom: (applied) => applied }),
  mutant("FP13", "own-vote-taken-for-the-chosen-value", "§2.1", { isSame: () => true }),
  mutant("FP14", "count-duplicate-votes", "§2.2", { addVote: (votes) => (votes << 1) | 1 }, FIVE),
  mutant("FP15", "gap-not-filled-with-no-op", "§2.3", { fillsGaps: false }, { kind: "liveness" }),
  mutant("FP16", "retry-applied-twice", "§2.3", { isRepeated: () => false }),
];
