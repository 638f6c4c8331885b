/**
 * Servers in turn, in proportion to their speed.
 *
 * Stride scheduling (Waldspurger and Weihl, MIT/LCS/TM-528, 1995): each server has a pass that grows by 1/speed when it is
 * chosen, and the least pass is next. Shares are exact within one request, and turns as even as can be: no bursts to the
 * fast server, as giving each its weight in a row would make.
 */
import { IndexHeap } from "./index-heap.ts";
import type { PolicyKind } from "./policy.ts";

export const weightedRoundRobin: PolicyKind = {
  name: "weighted-round-robin",
  source: "Waldspurger, Weihl, Stride scheduling, MIT/LCS/TM-528, 1995",
  reads: "nothing",
  settings: [],
  create(view) {
    const pass = new Float64Array(view.servers);
    const heap = new IndexHeap(pass);
    // First turns spread over the stride, in an order of chance: or equal servers would go by number.
    for (let server = 0; server < view.servers; server++)
      pass[server] = view.random.uniform() / view.speed(server);
    heap.rebuild(view.members);
    return {
      choose() {
        const server = heap.least;
        heap.raiseLeast(1 / view.speed(server));
        return server;
      },
      membersChanged() {
        // Who comes back begins where the others are, instead of catching up on what it missed.
        const from = heap.size > 0 ? pass[heap.least] : 0;
        for (const server of view.members)
          if (pass[server] < from) pass[server] = from + view.random.uniform() / view.speed(server);
        heap.rebuild(view.members);
      },
    };
  },
};
