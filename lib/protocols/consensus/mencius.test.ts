/** Mencius' cost, computed by hand: messages an operation, the farthest round trip, an even load, a failure. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deterministic } from "../../core/distributions.ts";
import { cpu, disk } from "../../core/machines.ts";
import { networks } from "../../core/networks.ts";
import { ms, us } from "../../core/units.ts";
import { workload } from "../../core/workloads.ts";
import { erased } from "../../simulation/protocol.ts";
import { simulateRun } from "../../simulation/run.ts";
import { protocolNamed } from "../index.ts";
import { buildSystem } from "../system.ts";
import { mencius as typed } from "./mencius.ts";

const mencius = erased(typed);
const lan = (nodes: number) => networks.lan({ nodes, rtt: ms(10) });
const everyNode = (nodes: number): string[] => Array.from({ length: nodes }, (_, node) => `node ${node}`);

function run(operations: number, at: string, given: Record<string, unknown>, reads = 0) {
  const latencies: number[] = [];
  const system = buildSystem(mencius, { network: lan(3), ...given });
  const result = simulateRun(mencius, system, workload.deterministic(10, { clients: at, reads }), {
    seed: 1,
    operations,
    completion: (latency) => latencies.push(latency),
  });
  assert.equal(result.operations.failed, 0);
  return { result, latencies };
}

test("mencius: an operation costs suggest, accept and learn for each other server, whoever is asked", () => {
  // One beat in a thousand seconds: nothing else is sent, and skips ride along with the answers.
  const quiet = { skipDelay: 1000, suspectAfter: 5000 };
  for (const nodes of [1, 2, 3, 5, 7]) {
    for (const at of ["node 0", `node ${nodes - 1}`]) {
      const sent = (operations: number): number =>
        run(operations, at, { network: lan(nodes), ...quiet }).result.messages.sent;
      assert.equal((sent(20) - sent(10)) / 10, 3 * (nodes - 1));
    }
  }
});

test("mencius: every server must say what it skipped: a commit takes the farthest round trip, not the quorum's", () => {
  const network = networks.star({ rtts: [10, 20, 30, 40].map(ms) });
  const expect = (name: string, first: number, others: number): void => {
    const protocol = protocolNamed(name);
    const system = buildSystem(protocol, { network });
    const latencies: number[] = [];
    simulateRun(protocol, system, workload.deterministic(1, { clients: "node 0" }), {
      seed: 1,
      operations: 5,
      completion: (latency) => latencies.push(latency),
    });
    for (const [i, latency] of latencies.entries())
      assert.ok(Math.abs(latency - (i === 0 ? first : others)) < 1e-12, `${name}: ${latency}`);
    assert.equal(latencies.length, 5);
  };
  expect("mencius", 0.02, 0.04); // nothing comes before slot 0
  expect("zab", 0.02, 0.02); // a quorum of three of five: the second nearest
});

test("mencius: an owner's disk, a round trip, and the others' disks lie on the path; a read costs as much", () => {
  const slow = { disk: disk.fsync(deterministic(ms(3))), skipDelay: 1000, suspectAfter: 5000 };
  for (const reads of [0, 1])
    for (const latency of run(20, "node 1", slow, reads).latencies)
      assert.ok(Math.abs(latency - 0.016) < 1e-12, `${latency}`);
});

test("mencius: with clients everywhere all processors do the same work, where Zab's leader does the most", () => {
  const load = workload.poisson(2000, { clients: everyNode(5) });
  const busiest = (name: string): number => {
    const protocol = protocolNamed(name);
    const system = buildSystem(protocol, { network: lan(5), cpu: cpu({ receive: us(10) }) });
    const { cpu: utilisation } = simulateRun(protocol, system, load, {
      seed: 1,
      operations: 5000,
    }).utilisation;
    return Math.max(...utilisation) / (utilisation.reduce((sum, u) => sum + u, 0) / 5);
  };
  // An operation is taken in 1 + 3·4 times, as messages or as a request: evenly, or 1 + 4 of them by Zab's leader.
  assert.ok(busiest("mencius") < 1.05, `${busiest("mencius")}`);
  assert.ok(busiest("zab") > 1.7, `${busiest("zab")}`);
});

test("mencius: a server that stays down stops the others until it is suspected and its slots are revoked", () => {
  const crash = {
    fault: "crash",
    node: 2,
    when: { times: "scheduled", at: 1, lasts: null, every: null, until: null },
  } as const;
  const suspectAfter = 0.3;
  const system = { ...buildSystem(mencius, { network: lan(3), suspectAfter }), faults: [crash] };
  const { history } = simulateRun(
    mencius,
    system,
    workload.deterministic(50, { clients: "node 0", timeout: 10 }),
    {
      seed: 1,
      operations: 200,
      history: "keep",
    },
  );
  const latencies = history.map((row) => ({ at: row.invoked, took: row.completed - row.invoked }));
  assert.ok(history.every((row) => row.outcome === "ok"));
  for (const { at, took } of latencies) {
    if (at < 0.98) assert.ok(Math.abs(took - 0.01) < 1e-9, `${took} at ${at}`);
    // Two watches of at most twice the delay until it is suspected, then two round trips.
    else assert.ok(took < 4 * suspectAfter + 0.05, `${took} at ${at}`);
    if (at > 1 + 4 * suspectAfter + 0.05) assert.ok(took < 0.035, `${took} at ${at}`);
  }
  assert.ok(Math.max(...latencies.map(({ took }) => took)) > suspectAfter / 2);
});

test("mencius: settings that cannot be are refused with both values named", () => {
  const refuse = (given: Record<string, unknown>, message: string): void =>
    assert.throws(() => buildSystem(mencius, { network: lan(5), ...given }), { message });
  refuse({ quorum: 2 }, "mencius: quorum must be > nodes/2 = 2.5 so that any two quorums meet, got 2");
  refuse({ skipDelay: 0.2, suspectAfter: 0.1 }, "mencius: skipDelay must be < suspectAfter 0.1 s, got 0.2 s");
});
