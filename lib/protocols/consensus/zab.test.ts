/** Zab's cost, computed by hand: messages an operation, and round trips by who is asked for what. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deterministic } from "../../core/distributions.ts";
import { disk } from "../../core/machines.ts";
import { networks } from "../../core/networks.ts";
import { ms } from "../../core/units.ts";
import { workload } from "../../core/workloads.ts";
import { erased } from "../../simulation/protocol.ts";
import { simulateRun } from "../../simulation/run.ts";
import { buildSystem } from "../system.ts";
import { zab as typed } from "./zab.ts";

const zab = erased(typed);
/** No heartbeat falls into these runs. */
const QUIET = { heartbeatInterval: 1000, electionTimeoutMin: 5000 };

function run(nodes: number, operations: number, at: string, given: Record<string, unknown>, reads = 0) {
  const latencies: number[] = [];
  const system = buildSystem(zab, { network: networks.lan({ nodes, rtt: ms(10) }), ...QUIET, ...given });
  const result = simulateRun(zab, system, workload.deterministic(10, { clients: at, reads }), {
    seed: 1,
    operations,
    completion: (latency) => latencies.push(latency),
  });
  assert.equal(result.operations.failed, 0);
  return { sent: result.messages.sent, latencies };
}

/** Messages of one operation: what twenty cost more than ten. */
const perOperation = (nodes: number, at: string, given = {}, reads = 0): number =>
  (run(nodes, 20, at, given, reads).sent - run(nodes, 10, at, given, reads).sent) / 10;

test("zab: a write costs propose, ack and commit for each follower; one more when a follower is asked", () => {
  for (const nodes of [1, 2, 3, 5, 7]) {
    assert.equal(perOperation(nodes, "node 0"), 3 * (nodes - 1));
    if (nodes > 1) assert.equal(perOperation(nodes, "node 1"), 3 * (nodes - 1) + 1);
  }
});

test("zab: a synced read asks every follower once, and is passed on and back; a local one costs nothing", () => {
  assert.equal(perOperation(5, "node 0", {}, 1), 2 * 4);
  assert.equal(perOperation(5, "node 1", {}, 1), 2 * 4 + 2);
  assert.equal(perOperation(5, "node 1", { reads: "local" }, 1), 0);
});

test("zab: one round trip at the leader, two at a follower, none for a local read; the disk is waited for once", () => {
  const expect = (seconds: number, at: string, given: Record<string, unknown>, reads = 0): void => {
    for (const latency of run(3, 20, at, given, reads).latencies)
      assert.ok(Math.abs(latency - seconds) < 1e-12, `${at} ${reads}: ${latency}, not ${seconds}`);
  };
  const slow = { disk: disk.fsync(deterministic(ms(3))) };
  expect(0.01, "node 0", {});
  expect(0.02, "node 1", {});
  expect(0.013, "node 0", slow); // the leader's own write goes on beside the followers'
  expect(0.023, "node 1", slow);
  expect(0.01, "node 0", slow, 1);
  expect(0.02, "node 1", slow, 1);
  expect(0, "node 1", { reads: "local" }, 1);
});

test("zab: settings that cannot be are refused with both values named", () => {
  const refuse = (given: Record<string, unknown>, message: string): void =>
    assert.throws(() => buildSystem(zab, { network: networks.lan({ nodes: 5, rtt: ms(1) }), ...given }), {
      message,
    });
  refuse({ quorum: 2 }, "zab: quorum must be > nodes/2 = 2.5 so that any two quorums meet, got 2");
  refuse(
    { heartbeatInterval: 0.2, electionTimeoutMin: 0.15 },
    "zab: heartbeatInterval must be < electionTimeoutMin 0.15 s, got 0.2 s",
  );
  refuse(
    { electionTimeoutMin: 0.3, electionTimeoutMax: 0.2 },
    "zab: electionTimeoutMin must be <= electionTimeoutMax 0.2 s, got 0.3 s",
  );
});

test("zab: reads see the value last written, whoever is asked", () => {
  const system = buildSystem(zab, { network: networks.lan({ nodes: 3, rtt: ms(1), jitter: 0.2 }) });
  for (const clients of ["node 0", "node 2"]) {
    const load = workload.closed(1, { reads: 0.5, keys: 4, clients });
    const { history } = simulateRun(zab, system, load, { seed: 3, operations: 400, history: "keep" });
    const latest = new Map<number, number>();
    for (const row of history) {
      if (row.kind === "write") latest.set(row.key, row.id);
      else assert.equal(row.value, latest.get(row.key) ?? -1);
    }
    assert.ok(latest.size === 4);
  }
});
