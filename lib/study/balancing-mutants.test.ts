/** Known mistakes of balancers, and that the comparisons and invariants see each of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { models } from "../models/index.ts";
import { balancerMutants } from "../protocols/balancing/balancer.mutants.ts";
import { protocolNamed } from "../protocols/index.ts";
import type { AnyProtocol } from "../simulation/protocol.ts";
import { verdict } from "../statistics/verdict.ts";
import { balanced, type Measured, measure, quantile } from "./balancing.fixture.ts";

type Settings = Parameters<typeof balanced>[1];
const correct = protocolNamed("balancer");

function run(protocol: AnyProtocol, servers: number, settings: Settings, rate: number): Measured {
  return measure(balanced(servers, settings), rate, { operations: 10_000, replications: 4, protocol });
}

/** True when the check passes; what a run throws counts as failing it. */
function passes(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

/** For each mutant a check that the correct protocol passes. */
const checks: Readonly<Record<string, (protocol: AnyProtocol) => boolean>> = {
  L1(protocol) {
    const settings = { policy: "least-loaded", reportInterval: 10, countOwn: true } as const;
    const random = models.mm1({ arrivalRate: 0.9, serviceTime: 1 }).responseTime;
    return run(protocol, 10, settings, 9).time.high < random;
  },
  L2(protocol) {
    // A load at which every retry made is more than the servers can do.
    const settings = { policy: "random", tryTimeout: 3, retries: 5, retryBudget: 0.1 } as const;
    const { sum } = run(protocol, 10, settings, 6);
    return sum("attempts") / sum("requests") < 1.15 && sum("answered") / sum("requests") > 0.6;
  },
  L3(protocol) {
    const settings = { policy: "least-connections", tryTimeout: 5, retries: 1 } as const;
    return run(protocol, 4, settings, 2).sum("gaveUp") > 0;
  },
  L4: (protocol) => run(protocol, 2, { policy: "random" }, 1).time.mean > 0,
  L5(protocol) {
    const { time, times } = run(protocol, 10, { policy: "random" }, 7);
    const truth = models.mm1({ arrivalRate: 0.7, serviceTime: 1, probability: 0.99 });
    const tail = quantile(times, 0.99) / (truth.responseTime * Math.log(100));
    return verdict(time, truth.responseTime, 0.15) === "agrees" && Math.abs(tail - 1) < 0.15;
  },
};

for (const { id, name, protocol } of balancerMutants)
  test(`${id} ${name} is caught`, () => {
    assert.ok(checks[id](correct), "the correct protocol passes");
    assert.ok(!passes(() => checks[id](protocol)), "the mutant does not");
  });
