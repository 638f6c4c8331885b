/**
 * Commit latency of Mencius, under open load at one server at a time; of several at once `mencius-wan-commit.ts` tells.
 *
 * Source: Mao, Junqueira and Marzullo, "Mencius: Building Efficient Replicated State Machines for WANs", OSDI 2008, §4: a
 * server makes a request the value of its own next slot; a majority chooses it, but it is executed after all slots before
 * it, so its server waits for everybody to say what they skipped: the farthest round trip.
 */
import { majority } from "../../core/system.ts";
import { quorumInput, readFlowInputs } from "../flow/flow-inputs.ts";
import { defineFlowModel } from "../flow/flow-model.ts";
import { type Action, allBut, type Flow, HEADER, OPERATION, sendAll } from "../flow/message-flow.ts";

function suggestedBy(server: number, servers: number, quorum: number): Flow {
  const others = allBut(server, servers);
  const heard: readonly Action[] = [{ vote: "chosen" }, { vote: "skipped" }];
  const accept: readonly Action[] = [{ persist: OPERATION }, { send: HEADER, to: server, does: heard }];
  return {
    at: server,
    does: [{ persist: OPERATION }, ...sendAll(others, OPERATION, () => accept), ...heard],
    quorums: [
      {
        name: "chosen",
        at: server,
        needed: quorum,
        inOrder: true,
        does: [{ vote: "ready" }, ...sendAll(others, HEADER, () => [])],
      },
      { name: "skipped", at: server, needed: servers, cumulative: true, does: [{ vote: "ready" }] },
      { name: "ready", at: server, needed: 2, inStep: true, does: [{ answer: true }] },
    ],
  };
}

/**
 * Mean commit and client latency of Mencius where one server at a time is asked, with the parts it is made of.
 *
 * @example
 * models.menciusCommitLatency({ oneWay: [[0, "10 ms", "20 ms"], ["10 ms", 0, "20 ms"], ["20 ms", "20 ms", 0]], clients: [{ replica: 0, share: 1, roundTrip: null }], arrivalRate: 1 }).commitLatency; // => 0.04
 */
export const menciusCommitLatency = defineFlowModel({
  id: "menciusCommitLatency",
  title: "Commit latency of slots in turn (Mencius)",
  cites: ["Mao, Junqueira, Marzullo 2008, §4"],
  assumes: [
    "no server has suggestions of its own under way in slots before one: what they skip is all that is waited for",
  ],
  ignores: ["concurrent proposers"],
  own: {
    quorum: quorumInput("servers that choose, the suggesting one among them"),
  },
  flows: (servers, { quorum }) =>
    Array.from({ length: servers }, (_, server) => suggestedBy(server, servers, quorum || majority(servers))),
  requires: ["quorum <= size(oneWay)"],
  view: "0",
  reads: "mencius",
  fromSystem: (system, workload) => ({
    ...readFlowInputs("menciusCommitLatency", "mencius", "any", system, workload),
    quorum: Number(system.settings.quorum),
  }),
});
