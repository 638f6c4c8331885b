/**
 * Servers in turn.
 *
 * Every server gets each n-th request: Erlang-n gaps, less varied than exponential ones, so E_n/M/1 (Kleinrock 1975,
 * §6.4). Several dispatchers begin at different servers, or all would send to the same one at first.
 */
import type { PolicyKind } from "./policy.ts";

export const roundRobin: PolicyKind = {
  name: "round-robin",
  source: "Kleinrock, Queueing Systems vol. 1, 1975, §6.4",
  reads: "nothing",
  settings: [],
  create(view) {
    let next = view.random.integer(view.servers);
    return {
      choose() {
        next = (next + 1) % view.members.length;
        return view.members[next];
      },
    };
  },
};
