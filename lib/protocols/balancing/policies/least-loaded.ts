/**
 * The least loaded by a bulletin board that servers renew every `reportInterval`.
 *
 * Mitzenmacher, "How useful is old information?", IEEE TPDS 11(1), 2000, §3: with old information the least loaded is
 * where everybody goes until the next report, and random is better. `countOwn` adds what this dispatcher has sent since.
 */
import { leastOf } from "./levels.ts";
import type { PolicyKind } from "./policy.ts";

export const leastLoaded: PolicyKind = {
  name: "least-loaded",
  source: "Mitzenmacher, How useful is old information?, IEEE TPDS 11(1), 2000, §3",
  reads: "reported",
  settings: [],
  create: leastOf,
};
