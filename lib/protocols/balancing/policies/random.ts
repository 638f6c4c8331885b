/**
 * Each request to a server at random.
 *
 * A Poisson stream split at random is Poisson at every server, so each is M/M/1 (Kleinrock, Queueing Systems vol. 1, 1975,
 * §2.7 and §3.2).
 */
import type { PolicyKind } from "./policy.ts";

export const random: PolicyKind = {
  name: "random",
  source: "Kleinrock, Queueing Systems vol. 1, 1975, §3.2",
  reads: "nothing",
  settings: [],
  create: (view) => ({ choose: () => view.members[view.random.integer(view.members.length)] }),
};
