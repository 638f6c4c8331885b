/**
 * Flexible Paxos with one rule broken at a time: what goes wrong when quorums of different sizes are mistaken for one
 * another, in a group of four with q1 = 3 and q2 = 2 or of five with q1 = 4 and q2 = 2.
 *
 * Source: Howard, Malkhi & Spiegelman, "Flexible Paxos", OPODIS 2016, §3; for F5 and F6 Lamport, "Paxos Made Simple", 2001.
 */
import type { Mutant } from "../../simulation/mutant.ts";
import { erased } from "../../simulation/protocol.ts";
import { flexiblePaxosWith } from "./flexible-paxos.ts";
import { type MultiPaxosRules, multiPaxosRules } from "./multi-paxos-rules.ts";
import { countVotes } from "./settings.ts";

const SOURCE = "Howard, Malkhi & Spiegelman, Flexible Paxos, OPODIS 2016, §3";
const FOUR = { nodes: 4, settings: { quorum: 2, prepareQuorum: 3 } } as const;
const FIVE = { nodes: 5, settings: { quorum: 2, prepareQuorum: 4 } } as const;
const { quorums } = multiPaxosRules;

function mutant(
  id: string,
  name: string,
  patch: Partial<MultiPaxosRules>,
  more: Pick<Mutant, "nodes" | "settings"> & Partial<Mutant>,
): Mutant {
  const protocol = erased(flexiblePaxosWith({ ...multiPaxosRules, ...patch }));
  return { id, name, source: SOURCE, kind: "safety", ...more, protocol };
}

export const flexiblePaxosMutants: readonly Mutant[] = [
  mutant(
    "F1",
    "phase-1-by-the-replication-quorum",
    {
      quorums(...given) {
        const { quorum } = quorums(...given);
        return { prepareQuorum: quorum, quorum };
      },
    },
    { ...FOUR, scenario: "flexible-paxos-prepare" },
  ),
  mutant(
    "F2",
    "phase-1-by-a-majority",
    {
      quorums: (settings, members, first) => ({
        ...quorums(settings, members, first),
        prepareQuorum: Math.floor(members / 2) + 1,
      }),
    },
    FIVE,
  ),
  mutant(
    "F3",
    "quorums-one-short-of-meeting",
    {
      quorums(...given) {
        const { prepareQuorum, quorum } = quorums(...given);
        return { prepareQuorum, quorum: quorum - 1 };
      },
    },
    FOUR,
  ),
  mutant(
    "F4",
    "promises-of-others-assumed",
    { hasPromises: (config, promises) => countVotes(promises & config.members) + 1 >= config.prepareQuorum },
    FOUR,
  ),
  mutant("F5", "promises-of-an-earlier-ballot-kept", { forget() {} }, FOUR),
  mutant("F6", "ignore-accepted-values", { adopts: () => false }, FOUR),
  mutant(
    "F7",
    "quorums-swapped",
    {
      quorums(...given) {
        const { prepareQuorum: quorum, quorum: prepareQuorum } = quorums(...given);
        return { prepareQuorum, quorum };
      },
    },
    {
      ...FOUR,
      kind: "equivalent",
      reason: "quorums that meet meet either way round; only what is waited for, and when, is another",
    },
  ),
];
