/** PigPaxos by hand: messages at the leader and its followers, two hops instead of one, patience of relays. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fault } from "../../core/faults.ts";
import { cpu } from "../../core/machines.ts";
import { networks } from "../../core/networks.ts";
import { ms, us } from "../../core/units.ts";
import { workload } from "../../core/workloads.ts";
import { type SimulateOptions, simulateRun } from "../../simulation/run.ts";
import { protocolNamed } from "../index.ts";
import { buildSystem } from "../system.ts";
import { memberAt, relayGroups } from "./pig-paxos-relay.ts";

const protocol = protocolNamed("pig-paxos");

function run(
  given: Record<string, unknown>,
  more: Partial<SimulateOptions> = {},
  load = workload.deterministic(100),
) {
  const system = buildSystem(protocol, { network: networks.lan({ nodes: 7, rtt: ms(10) }), ...given });
  return simulateRun(protocol, system, load, { seed: 1, operations: 300, history: "keep", ...more });
}

test("an operation costs the leader 2r + 2 messages, and all followers 2 each besides", () => {
  for (const groups of [1, 2, 3, 6]) {
    const from = 1; // an operation every 10 ms: this window holds the whole of a hundred of them
    const { trace } = run({ groups }, { record: { from, to: from + 1 } });
    const within = (trace?.messages ?? []).filter((m) => m.from !== m.to);
    const perOperation = (keep: (m: { from: number; to: number; kind: string }) => boolean): number =>
      within.filter(keep).length / 100;
    const near = (got: number, expected: number, what: string): void =>
      assert.ok(
        Math.abs(got - expected) <= 0.05 * expected,
        `${what} with ${groups} groups: ${got}, not ${expected}`,
      );
    // The client's request and its answer are two of them.
    near(
      perOperation((m) => m.from === 0 || m.to === 0),
      2 * groups + 2,
      "at the leader",
    );
    // Every follower takes in one accept and sends one answer; relays send and take in those of their group besides.
    near(
      perOperation((m) => m.kind === "relay" || m.kind === "forward"),
      6,
      "accepts",
    );
    near(
      perOperation((m) => m.kind === "vote" || m.kind === "votes"),
      6,
      "answers",
    );
    const relays = new Set(within.filter((m) => m.kind === "relay").map((m) => m.to));
    assert.equal(relays.size, 6, "every follower is a relay now and then");
  }
});

test("a commit takes two round trips by relays, one where every group is a single node", () => {
  for (const [groups, expected] of [
    [1, 0.02],
    [2, 0.02],
    [3, 0.02],
    [6, 0.01],
  ]) {
    const { history } = run({ groups }, { warmUp: 20 });
    for (const { invoked, completed } of history.filter((row) => row.id >= 20 && row.outcome === "ok"))
      assert.ok(Math.abs(completed - invoked - expected) < 1e-9, `${groups} groups: ${completed - invoked}`);
  }
});

test("the leader's processor is busy for its 2r + 2 messages, whatever the size of the group", () => {
  for (const [groups, nodes] of [
    [2, 7],
    [2, 13],
    [3, 25],
  ]) {
    const network = networks.lan({ nodes, rtt: ms(1) });
    const machine = { network, groups, cpu: cpu({ receive: us(50), send: us(50) }) };
    const load = workload.poisson(1000);
    const { utilisation } = run(machine, { operations: 5000, warmUp: 200 }, load);
    const counted = 1000 * us(50) * (2 * groups + 2);
    assert.ok(Math.abs(utilisation.cpu[0] / counted - 1) < 0.05, `${utilisation.cpu[0]} of ${counted}`);
  }
});

test("a relay whose group does not answer waits out its patience and answers for those who have", () => {
  // One group of six, node 3 down: 5 ms to the relay, 50 ms of patience, 5 ms back. Where node 3 is the relay, the leader
  // sends again itself.
  const { history, seen } = run(
    { groups: 1, relayTimeout: 0.05, faults: [fault.crash({ node: 3, at: 0.5, lasts: 100 })] },
    { warmUp: 100, operations: 300 },
    workload.deterministic(5, { timeout: 60 }),
  );
  const taken = history.filter((row) => row.invoked > 1).map((row) => row.completed - row.invoked);
  const waited = taken.filter((time) => Math.abs(time - 0.06) < 1e-9).length;
  assert.ok(taken.every((time) => time > 0.06 - 1e-9));
  // Five relays of six are up; among 200 or more draws the share is within four standard errors.
  assert.ok(
    Math.abs(waited / taken.length - 5 / 6) < 4 * Math.sqrt(5 / 36 / taken.length),
    `${waited} of ${taken.length}`,
  );
  assert.ok(seen.includes("relayGaveUp"));
});

test("groups are a partition of the followers, as equal as can be", () => {
  for (let nodes = 2; nodes <= 12; nodes++)
    for (let groups = 1; groups < nodes; groups++)
      for (let leader = 0; leader < nodes; leader++) {
        const masks = relayGroups(leader, nodes, groups);
        const sizes = masks.map((mask) => mask.toString(2).replaceAll("0", "").length);
        assert.equal(masks.length, groups);
        assert.equal(
          masks.reduce((sum, mask) => sum + mask, 0),
          2 ** nodes - 1 - 2 ** leader,
        );
        assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, String(sizes));
        for (const [i, mask] of masks.entries())
          for (let k = 0; k < sizes[i]; k++) assert.equal((mask >>> memberAt(mask, k)) & 1, 1);
      }
});

test("more groups than followers are refused", () => {
  assert.throws(() => run({ groups: 7 }), { message: "pig-paxos: groups must be <= followers 6, got 7" });
});
