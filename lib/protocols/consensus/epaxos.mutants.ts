/**
 * EPaxos with one rule broken at a time.
 *
 * Source: the rules are those of Moraru et al., SOSP 2013, §4.3; the mistakes are those its authors and later readers
 * warn of (Sutra, IPL 156, 2020; Tollman, Park & Ousterhout, NSDI 2021).
 */
import type { Mutant } from "../../simulation/mutant.ts";
import { erased } from "../../simulation/protocol.ts";
import { epaxosRules, epaxosWith } from "./epaxos.ts";
import { execute } from "./epaxos-execution.ts";
import type { EPaxosRules } from "./epaxos-rounds.ts";
import { noDeps } from "./epaxos-state.ts";

function mutant(
  id: string,
  name: string,
  section: string,
  patch: Partial<EPaxosRules>,
  more: Partial<Pick<Mutant, "kind" | "reason" | "nodes" | "scenario">> = {},
): Mutant {
  const source = `Moraru et al., SOSP 2013, ${section}`;
  return {
    id,
    name,
    source,
    kind: "safety",
    ...more,
    protocol: erased(epaxosWith({ ...epaxosRules, ...patch })),
  };
}

export const epaxosMutants: readonly Mutant[] = [
  mutant(
    "E1",
    "fast-commit-with-unequal-attributes",
    "§4.3.1",
    { mayCommitFast: (answers, _alike, fastQuorum) => answers >= fastQuorum },
    { nodes: 5 },
  ),
  mutant(
    "E2",
    "fast-commit-before-the-last-answer",
    "§4.3.3",
    { mayCommitFast: (answers, alike, fastQuorum) => alike && answers >= fastQuorum - 1 },
    { nodes: 5 },
  ),
  mutant("E3", "answer-without-own-conflicts", "§4.3.1", { answerTo: (_node, _instance, m) => m }),
  mutant("E4", "slow-path-without-union", "§4.3.1", { merge: (known) => known }),
  mutant("E5", "promise-does-not-bind", "§4.3.3", { mayVote: () => true }),
  mutant("E6", "commit-not-durable", "§5", { saveCommit: () => {} }),
  mutant("E7", "vote-not-durable", "§5", { saveVote: () => {} }),
  mutant("E8", "execute-without-dependencies", "§4.3.2", {
    execute(node, instance, ctx) {
      instance.deps = noDeps(node.group);
      return execute(node, instance, ctx);
    },
  }),
  mutant(
    "E9",
    "recovery-ignores-a-fast-commit",
    "§4.3.3",
    { readTrace: () => "ignore" },
    { scenario: "epaxos-fast-trace" },
  ),
  // Two peers may answer differently, and a recovery cannot tell which of them the leader went by.
  mutant("E11", "whoever-answers-first-is-the-fast-quorum", "§4.3.3", {
    isOfFastQuorum: ({ quorum }) => quorum !== 0,
  }),
  mutant(
    "E12",
    "short-trace-accepted-untried",
    "optimised recovery",
    { readTrace: () => "accept" },
    { nodes: 5 },
  ),
  mutant(
    "E13",
    "trial-ignores-conflicts",
    "optimised recovery",
    { verdict: () => "possible" },
    { nodes: 5, scenario: "epaxos-trial-refuted" },
  ),
  mutant(
    "E14",
    "open-taken-for-impossible",
    "optimised recovery",
    {
      verdict(node, instance, m) {
        const verdict = epaxosRules.verdict(node, instance, m);
        return verdict === "open" ? "impossible" : verdict;
      },
    },
    { nodes: 5, scenario: "epaxos-trial-open" },
  ),
  mutant("E15", "heard-commits-not-durable", "§5", { saveHeard: () => {} }, { kind: "liveness" }),
  mutant("E10", "slow-path-of-a-minority", "§4.3.1", { majority: (group) => group >> 1 }),
];
