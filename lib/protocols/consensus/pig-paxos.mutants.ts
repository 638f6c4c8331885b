/**
 * PigPaxos with one rule of its relays broken at a time, and those of Multi-Paxos that look different through a relay.
 *
 * Source: the rules are those of Charapko, Ailijiang & Demirbas, SIGMOD 2021, §3: a relay aggregates answers, and an
 * aggregate is worth the votes in it. Votes of an older ballot at the leader itself are P15 of Multi-Paxos.
 */
import type { Mutant } from "../../simulation/mutant.ts";
import { erased } from "../../simulation/protocol.ts";
import { type PigPaxosRules, pigPaxosRules, pigPaxosWith } from "./pig-paxos.ts";
import { relayGroups } from "./pig-paxos-relay.ts";

const SOURCE = "Charapko, Ailijiang & Demirbas, PigPaxos, SIGMOD 2021, §3";

type More = Partial<Pick<Mutant, "kind" | "reason" | "nodes" | "settings" | "source" | "scenario">>;

function mutant(id: string, name: string, patch: Partial<PigPaxosRules>, more: More = {}): Mutant {
  const protocol = erased(pigPaxosWith({ ...pigPaxosRules, ...patch }));
  return { id, name, source: SOURCE, kind: "safety", ...more, protocol };
}

const nothing = (): void => {};
const FIVE = { nodes: 5 } as const;
/** All followers in one group: its relay gathers every vote. */
const ONE_GROUP = { nodes: 5, settings: { groups: 1 } } as const;
const SIMPLE = { source: "Lamport, Paxos Made Simple, 2001, §2.2" } as const;

export const pigPaxosMutants: readonly Mutant[] = [
  mutant(
    "G1",
    "silence-is-consent",
    { answersFor: (gathering) => gathering.group },
    { scenario: "pig-paxos-silence" },
  ),
  mutant(
    "G2",
    "aggregate-stands-for-its-group",
    {
      votersOf: (m, from, ctx) =>
        relayGroups(ctx.self, ctx.nodes, ctx.settings.groups).find((group) => ((group >>> from) & 1) === 1) ??
        m.voters,
    },
    FIVE,
  ),
  mutant(
    "G3",
    "relay-votes-before-its-disk",
    {
      countsOwn(gathering, relay) {
        gathering.voters |= 1 << relay;
      },
    },
    { ...FIVE, scenario: "pig-paxos-relay-votes" },
  ),
  mutant("G4", "refusal-counts-as-vote", {
    isVote: (answer) => answer.kind === "accepted" || answer.kind === "refused",
  }),
  mutant(
    "G5",
    "aggregate-mixes-ballots",
    { belongsTo: () => true },
    {
      ...ONE_GROUP,
      kind: "scripted",
      reason: "a late vote must meet the same relay gathering for the same slot again, its own record lost",
      scenario: "pig-paxos-mixed-ballots",
    },
  ),
  // A message more is a voter more, whoever sent it.
  mutant(
    "G6",
    "count-duplicate-relayed-votes",
    {
      addRelayed: (voters, from) =>
        ((voters >>> from) & 1) === 0 ? voters | (1 << from) : voters | (voters + 1),
    },
    ONE_GROUP,
  ),
  mutant("G7", "relayed-accept-below-promise", { mayAccept: () => true }, SIMPLE),
  mutant(
    "G8",
    "relayed-accept-not-persisted",
    {
      saveAccept: ({ ballot }, ctx) => ctx.persist({ kind: "promised", ballot }),
    },
    SIMPLE,
  ),
  mutant(
    "G9",
    "promise-not-persisted",
    { savePromise: nothing },
    { ...SIMPLE, scenario: "pig-paxos-forgotten-promise" },
  ),
];
