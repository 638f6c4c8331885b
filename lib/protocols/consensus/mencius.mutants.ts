/**
 * Mencius with one rule broken at a time.
 *
 * Source: the rules are those of Mao, Junqueira & Marzullo (OSDI 2008, §4) and of Paxos below them. Two come of building
 * it: skips inferred as if channels were FIFO (the paper's are; a datagram's are not), and a write answered once its own
 * slot is chosen, which is early by the farthest server: one that has not heard of it may still use an earlier slot.
 */
import type { Mutant } from "../../simulation/mutant.ts";
import { erased } from "../../simulation/protocol.ts";
import { menciusWith } from "./mencius.ts";
import { type MenciusRules, menciusRules } from "./mencius-rules.ts";
import type { MenciusNode, MenciusRecord } from "./mencius-state.ts";

const SOURCE = "Mao, Junqueira & Marzullo, Mencius, OSDI 2008";

function mutant(
  id: string,
  name: string,
  section: string,
  patch: Partial<MenciusRules>,
  more: Partial<Pick<Mutant, "kind" | "reason" | "nodes" | "source" | "scenario">> = {},
): Mutant {
  return {
    id,
    name,
    source: `${SOURCE}, ${section}`,
    kind: "safety",
    // Few slots at a time, so that walks, which are short, meet the ends of what is revoked.
    settings: { revokeAhead: 4 },
    ...more,
    protocol: erased(menciusWith({ ...menciusRules, ...patch })),
  };
}

const nothing = (): void => {};

/** How far everything is, and no slot; `next` as if it had skipped nothing since its last suggestion. */
const withoutSkips = (node: MenciusNode, record: Partial<MenciusRecord> = {}): MenciusRecord => {
  const { skippedFrom, executed, held, highestBallot } = node;
  return { changed: [], next: skippedFrom, skippedFrom, executed, held, highestBallot, ...record };
};

export const menciusMutants: readonly Mutant[] = [
  mutant("M1", "suggestion-not-persisted", "§4.2", { saveSuggestion: nothing }),
  mutant("M2", "vote-not-persisted", "§4.2", { saveVotes: nothing }),
  mutant(
    "M3",
    "skip-not-persisted",
    "§4.3, Rule 2",
    {
      saveVotes(node, slots, ctx) {
        const changed = slots.map((slot) => {
          const { promised, ballot, operation } = node.slots.get(slot) ?? {
            promised: 0,
            ballot: -1,
            operation: null,
          };
          return { slot, promised, ballot, operation };
        });
        ctx.persist(withoutSkips(node, { changed }));
      },
    },
    { scenario: "mencius-skip" },
  ),
  mutant("M4", "promise-not-persisted", "§4.2", { savePromises: nothing }),
  mutant("M5", "vote-below-promise", "§4.2", { mayVote: () => true }),
  mutant("M6", "no-op-whatever-was-accepted", "§4.2", { valueToPropose: () => null }),
  mutant("M7", "lowest-ballot-wins", "§4.2", {
    outranks: (vote, best) => best === undefined || vote.ballot < best.ballot,
  }),
  mutant("M8", "minority-quorum", "§4.2", { quorum: (settings) => settings.quorum - 1 }),
  mutant("M9", "revoked-slots-used", "§4.3, Rule 3", { passRevoked: nothing }),
  mutant("M10", "skips-inferred-without-order", "§4.4, Optimizations 1 and 2", { skipsBegin: () => 0 }),
  mutant("M11", "executed-over-gaps", "§4.3", {
    isReady: (slot) => slot === undefined || slot.ballot < 0 || menciusRules.isReady(slot),
  }),
  mutant("M12", "answered-once-its-own-slot-is-chosen", "§4.3", {
    whenChosen(_node, operation, ctx) {
      if (operation.kind === "write") ctx.reply(operation, operation.id);
    },
  }),
  mutant(
    "M13",
    "ballot-reused-after-restart",
    "§4.2",
    { saveBallot: nothing },
    { scenario: "mencius-ballot-reuse" },
  ),
  mutant(
    "M14",
    "retry-applied-twice",
    "§4.3",
    { apply: (node, operation) => node.store.set(operation.key, operation.id) },
    { source: "Ongaro, Consensus: Bridging Theory and Practice, 2014, §6.3" },
  ),
];
