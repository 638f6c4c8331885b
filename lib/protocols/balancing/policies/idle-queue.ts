/**
 * Join-idle-queue: a server that falls idle tells one dispatcher at random; a dispatcher that knows none sends at random.
 *
 * Lu, Xie, Kliot, Geller, Larus and Greenberg, "Join-Idle-Queue", Performance Evaluation 68(11), 2011, §2. A report is not
 * withdrawn when its server gets a job by chance from elsewhere; one of this dispatcher's own does take it off the list.
 */
import { Fifo } from "../fifo.ts";
import type { PolicyKind } from "./policy.ts";

export const idleQueue: PolicyKind = {
  name: "idle-queue",
  source: "Lu et al., Join-Idle-Queue, Performance Evaluation 68(11), 2011, §2",
  reads: "nothing",
  settings: [],
  hearsIdle: true,
  create(view) {
    const idle = new Fifo<number>();
    const listed = new Uint8Array(view.servers);
    return {
      choose() {
        while (idle.length > 0) {
          const server = idle.shift();
          if (listed[server] === 0) continue;
          listed[server] = 0;
          if (view.isMember(server)) return server;
        }
        return view.members[view.random.integer(view.members.length)];
      },
      idle(server) {
        if (listed[server] === 1) return;
        listed[server] = 1;
        idle.push(server);
      },
    };
  },
};
