/**
 * Join the shortest queue: every server tells every dispatcher its length after each change.
 *
 * The best that can be done from lengths alone with exponential service (Winston, J. Applied Probability 14(1), 1977), for
 * two messages a request and dispatcher. What is told is one network delay old.
 */
import { leastOf } from "./levels.ts";
import type { PolicyKind } from "./policy.ts";

export const shortestQueue: PolicyKind = {
  name: "shortest-queue",
  source: "Winston, Optimality of the shortest line discipline, J. Applied Probability 14(1), 1977",
  reads: "reported",
  settings: [],
  create: leastOf,
};
