/** Flexible Paxos by hand: what a small replication quorum buys, and what its leader changes cost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fault } from "../../core/faults.ts";
import { networks } from "../../core/networks.ts";
import { ms } from "../../core/units.ts";
import { workload } from "../../core/workloads.ts";
import { simulateRun } from "../../simulation/run.ts";
import { protocolNamed } from "../index.ts";
import { buildSystem } from "../system.ts";

const protocol = protocolNamed("flexible-paxos");
const network = networks.star({ rtts: [ms(10), ms(20), ms(30), ms(40)] });

test("a commit waits for the q2 - 1 nearest followers: 10, 20, 30, 40 ms for q2 of 2 to 5", () => {
  for (const quorum of [2, 3, 4, 5]) {
    const system = buildSystem(protocol, { network, quorum });
    const latencies: number[] = [];
    const { messages } = simulateRun(protocol, system, workload.deterministic(10), {
      seed: 1,
      operations: 20,
      completion: (commit) => latencies.push(commit),
    });
    for (const latency of latencies) assert.ok(Math.abs(latency - (quorum - 1) * 0.01) < 1e-9, `${latency}`);
    // The messages are those of Multi-Paxos: every node is sent every slot.
    assert.equal(messages.byKind.prepare, 4);
  }
});

test("the quorum not stated is the least that meets the other; a majority where neither is", () => {
  const quorums = (nodes: number, given: Record<string, number>) => {
    const { settings } = buildSystem(protocol, { network: networks.lan({ nodes, rtt: ms(1) }), ...given });
    return [settings.prepareQuorum, settings.quorum];
  };
  assert.deepEqual(quorums(5, {}), [3, 3]);
  assert.deepEqual(quorums(4, {}), [2, 3]); // §4: q1 of n/2 suffices
  assert.deepEqual(quorums(4, { quorum: 2 }), [3, 2]);
  assert.deepEqual(quorums(7, { prepareQuorum: 6 }), [6, 2]);
  assert.deepEqual(quorums(1, {}), [1, 1]);
});

test("with q1 = 4 of 5 a leader that stops is replaced while four nodes live, and not with three", () => {
  const served = (down: readonly number[]): number => {
    const faults = down.map((node) => fault.crash({ node, at: 1, lasts: 100 }));
    const lan = networks.lan({ nodes: 5, rtt: ms(1) });
    const system = buildSystem(protocol, { network: lan, quorum: 2, faults });
    const load = workload.deterministic(50, { clients: "node 1", timeout: 3, retry: 0.1 });
    const { history } = simulateRun(protocol, system, load, {
      seed: 3,
      operations: 250,
      history: "keep",
      maxSeconds: 6,
    });
    return history.filter((row) => row.outcome === "ok" && row.completed > 1.1).length;
  };
  assert.ok(served([0]) > 100);
  assert.equal(served([0, 4]), 0);
  assert.ok(served([3, 4]) > 100, "replication itself needs two of five");
});

test("quorums that do not meet are refused, unless called unsafe", () => {
  const refuse = (given: Record<string, unknown>, message: string): void =>
    assert.throws(() => buildSystem(protocol, { network, ...given }), { message });
  refuse(
    { quorum: 2, prepareQuorum: 3 },
    "flexible-paxos: quorum + prepareQuorum must be > members 5 so that any two quorums meet (unsafe allows it), got 2 and 3",
  );
  refuse({ quorum: 6 }, "flexible-paxos: quorum must be <= members 5, got 6");
  refuse({ prepareQuorum: 6 }, "flexible-paxos: prepareQuorum must be <= members 5, got 6");
  const { settings } = buildSystem(protocol, { network, quorum: 2, prepareQuorum: 3, unsafe: true });
  assert.equal(settings.prepareQuorum, 3);
});
