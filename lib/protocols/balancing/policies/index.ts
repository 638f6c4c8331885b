/** The index of balancing policies: one line each. */
import { unknownName } from "../../../core/errors.ts";
import { controller } from "./controller.ts";
import { dChoices } from "./d-choices.ts";
import { hashAffinity } from "./hash-affinity.ts";
import { idleQueue } from "./idle-queue.ts";
import { leastConnections } from "./least-connections.ts";
import { leastLoaded } from "./least-loaded.ts";
import { peakEwma } from "./peak-ewma.ts";
import type { PolicyKind } from "./policy.ts";
import { random } from "./random.ts";
import { roundRobin } from "./round-robin.ts";
import { shortestQueue } from "./shortest-queue.ts";
import { staticSplit } from "./static-split.ts";
import { weightedRoundRobin } from "./weighted-round-robin.ts";

/** Every policy. */
export const policies: readonly PolicyKind[] = [
  random,
  roundRobin,
  weightedRoundRobin,
  hashAffinity,
  leastConnections,
  shortestQueue,
  dChoices,
  idleQueue,
  leastLoaded,
  peakEwma,
  staticSplit,
  controller,
];

/** The policy of a name; an unknown name is an error with the nearest known one. */
export function policyNamed(name: string): PolicyKind {
  const found = policies.find((policy) => policy.name === name);
  if (found === undefined)
    throw unknownName(
      "balancer",
      "policy",
      name,
      policies.map((policy) => policy.name),
    );
  return found;
}
