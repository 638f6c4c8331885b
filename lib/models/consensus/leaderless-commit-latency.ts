/**
 * Commit latency where every replica leads the operations it is asked for (EPaxos' fast path), under open load.
 *
 * Source: Moraru, Andersen and Kaminsky, "There Is More Consensus in Egalitarian Parliaments", SOSP 2013, §4.3. A leader
 * names its fast quorum beforehand: those who answer it soonest, of equals the next by number.
 */
import { readFlowInputs } from "../flow/flow-inputs.ts";
import { defineFlowModel } from "../flow/flow-model.ts";
import { type Action, allBut, type Flow, sendAll } from "../flow/message-flow.ts";

/** What happens to an operation that a replica leads; messages carry a dependency for each replica. */
function ledBy(leader: number, replicas: number, fastQuorum: number, dependencyBytes: number): Flow {
  const bytes = replicas * dependencyBytes;
  const [answer, copy] = [
    { operations: 0, bytes },
    { operations: 1, bytes },
  ];
  const others = allBut(leader, replicas);
  const accept: readonly Action[] = [
    { persist: copy },
    { send: answer, to: leader, does: [{ vote: "answers" }] },
  ];
  return {
    at: leader,
    does: [{ persist: copy }, ...sendAll(others, copy, () => accept)],
    quorums: [
      {
        name: "answers",
        at: leader,
        needed: fastQuorum - 1,
        among: fastQuorum - 1,
        does: [{ persist: answer }, ...sendAll(others, copy, () => []), { answer: true }],
      },
    ],
  };
}

/**
 * Mean commit and client latency of EPaxos' fast path, with the parts it is made of.
 *
 * @example
 * models.leaderlessCommitLatency({ oneWay: [[0, "10 ms", "20 ms"], ["10 ms", 0, "20 ms"], ["20 ms", "20 ms", 0]], clients: [{ replica: 2, share: 1, roundTrip: null }], fastQuorum: 2, arrivalRate: 1 }).commitLatency; // => 0.04
 */
export const leaderlessCommitLatency = defineFlowModel({
  id: "leaderlessCommitLatency",
  title: "Commit latency without a leader (EPaxos)",
  cites: ["Moraru, Andersen, Kaminsky 2013, §4.3"],
  assumes: [
    "no operation meets one that interferes: all take the fast path and none waits to be executed",
    "the fast quorum is those with the shortest mean way",
  ],
  ignores: ["interfering commands"],
  own: {
    fastQuorum: {
      tex: "Q_f",
      dimension: "one",
      integer: true,
      min: 2,
      meaning: "replicas that must agree, the leading one among them",
    },
    dependencyBytes: {
      tex: "s_d",
      dimension: "size",
      min: 0,
      default: 4,
      meaning: "bytes of a dependency; messages carry one for each replica",
    },
  },
  flows: (replicas, { fastQuorum, dependencyBytes }) =>
    Array.from({ length: replicas }, (_, leader) => ledBy(leader, replicas, fastQuorum, dependencyBytes)),
  requires: ["fastQuorum <= size(oneWay)", "fastQuorum > size(oneWay) / 2"],
  view: "0",
  reads: "epaxos",
  fromSystem: (system, workload) => ({
    ...readFlowInputs("leaderlessCommitLatency", "epaxos", "any", system, workload),
    fastQuorum: Number(system.settings.fastQuorum),
  }),
});
