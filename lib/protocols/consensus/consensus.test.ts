/** Consensus protocols through the engine: elections, contention, redirection, settings that cannot be. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { exponential, shifted } from "../../core/distributions.ts";
import { cpu, disk } from "../../core/machines.ts";
import { networks } from "../../core/networks.ts";
import { ms, us } from "../../core/units.ts";
import { workload } from "../../core/workloads.ts";
import { simulateRun } from "../../simulation/run.ts";
import { protocolIndex, protocolNamed } from "../index.ts";
import { buildSystem } from "../system.ts";

const lan = (nodes: number) => networks.lan({ nodes, rtt: ms(1), jitter: 0.2 });

test("raft elects one leader from timeouts alone, in the time its timeouts allow", () => {
  const raft = protocolNamed("raft");
  for (let seed = 0; seed < 50; seed++) {
    const system = buildSystem(raft, {
      network: lan(5),
      initialLeader: -1,
      electionTimeoutMin: 0.15,
      electionTimeoutMax: 0.3,
    });
    const result = simulateRun(raft, system, workload.poisson(100, { clients: "LAN" }), {
      seed,
      operations: 50,
      history: "keep",
    });
    assert.ok(result.seen.includes("someoneLeads") && result.seen.includes("somethingCommitted"));
    const first = Math.min(...result.history.map((row) => row.invoked));
    assert.ok(first > 0.15 && first < 3, `doors opened at ${first} s`);
    assert.equal(result.operations.failed, 0);
  }
});

test("clients that ask the wrong node are sent on to the leader", () => {
  for (const name of ["raft", "multi-paxos"]) {
    const protocol = protocolNamed(name);
    const network = networks.star({ rtts: [ms(10), ms(20)] });
    // Clients stand beside node 2 and believe in node 1 until they are told.
    const system = buildSystem(protocol, { network, initialLeader: 0 });
    const asked = { ...system, settings: { ...system.settings } };
    const latencies: number[] = [];
    const result = simulateRun(protocol, asked, workload.deterministic(1, { clients: "node 2" }), {
      seed: 1,
      operations: 5,
      completion: (_commit, client) => latencies.push(client),
    });
    assert.equal(result.operations.failed, 0);
    // node 2 ↔ leader 20 ms, plus the leader's round trip to the nearest, 10 ms
    for (const latency of latencies) assert.ok(Math.abs(latency - 0.03) < 1e-9, `${name}: ${latency}`);
  }
});

test("paxos: contending proposers agree on one value, over many schedules", () => {
  const paxos = protocolNamed("paxos");
  let collisions = 0;
  for (let seed = 0; seed < 300; seed++) {
    const oneWay = shifted(exponential(ms(1)), ms(0.5));
    const system = buildSystem(paxos, {
      network: networks.lan({ nodes: 5, oneWay, order: "datagram" }),
      disk: disk.fsync(exponential(ms(1))),
    });
    const clients = [0, 1, 2, 3, 4].map((node) => `node ${node}`);
    const result = simulateRun(paxos, system, workload.closed(5, { clients, think: exponential(ms(1)) }), {
      seed,
      operations: 5,
      history: "keep",
      maxSeconds: 60,
    });
    assert.ok(result.operations.ok >= 5);
    assert.equal(new Set(result.history.map((row) => row.value)).size, 1, `seed ${seed}`);
    assert.match(String(result.outcome.Value), /^\d \(proposed by node \d\)$/);
    if (result.seen.includes("proposersCollided")) collisions++;
  }
  assert.ok(collisions > 30, `only ${collisions} of 300 runs had a collision`);
});

test("paxos: a lone proposer needs two round trips and 4(n − 1) messages, then tells the others", () => {
  const paxos = protocolNamed("paxos");
  for (const nodes of [2, 3, 5]) {
    const system = buildSystem(paxos, { network: networks.lan({ nodes, rtt: ms(10) }) });
    const latencies: number[] = [];
    const result = simulateRun(paxos, system, workload.deterministic(1, { clients: "node 0" }), {
      seed: 1,
      operations: 3,
      completion: (commit) => latencies.push(commit),
    });
    assert.ok(Math.abs(latencies[0] - 0.02) < 1e-12, `${latencies[0]}`);
    assert.equal(latencies[1], 0); // known by then
    assert.equal(result.messages.sent, 5 * (nodes - 1));
  }
});

test("batching: one message carries what gathered, and fewer messages are sent", () => {
  for (const name of ["raft", "multi-paxos"]) {
    const protocol = protocolNamed(name);
    const sent = (given: Record<string, number>): number => {
      const system = buildSystem(protocol, { network: lan(5), cpu: cpu({ receive: us(5) }), ...given });
      return simulateRun(protocol, system, workload.poisson(5000), { seed: 2, operations: 2000 }).messages
        .sent;
    };
    assert.ok(sent({ batchMax: 64, pipeline: 1 }) < 0.5 * sent({}));
    assert.ok(sent({ batchMax: 64, batchDelay: ms(2) }) < 0.2 * sent({}));
  }
});

test("reads see the value last written", () => {
  for (const name of ["raft", "multi-paxos"]) {
    const protocol = protocolNamed(name);
    const system = buildSystem(protocol, { network: lan(3) });
    const load = workload.closed(1, { reads: 0.5, keys: 4 });
    const { history } = simulateRun(protocol, system, load, { seed: 3, operations: 400, history: "keep" });
    const latest = new Map<number, number>();
    for (const row of history) {
      if (row.kind === "write") latest.set(row.key, row.id);
      else assert.equal(row.value, latest.get(row.key) ?? -1);
    }
  }
});

test("settings that cannot be are refused with both values named", () => {
  const refuse = (name: string, given: Record<string, unknown>, message: string | RegExp): void =>
    assert.throws(() => buildSystem(protocolNamed(name), { network: lan(5), ...given }), { message });
  refuse("raft", { quorum: 2 }, "raft: quorum must be > nodes/2 = 2.5 so that any two quorums meet, got 2");
  refuse("raft", { quorum: 6 }, "raft: quorum must be <= nodes 5, got 6");
  refuse(
    "raft",
    { heartbeatInterval: 0.2, electionTimeoutMin: 0.15 },
    "raft: heartbeatInterval must be < electionTimeoutMin 0.15 s, got 0.2 s",
  );
  refuse(
    "raft",
    { electionTimeoutMin: 0.3, electionTimeoutMax: 0.15 },
    "raft: electionTimeoutMin must be <= electionTimeoutMax 0.15 s, got 0.3 s",
  );
  refuse("multi-paxos", { initialLeader: 5 }, "multi-paxos: initialLeader must be < nodes 5, got 5");
  refuse("multi-paxos", { leaderIn: "Paris" }, 'multi-paxos: unknown site "Paris" (known: LAN)');
  refuse("raft", { qourum: 3 }, /unknown parameter "qourum".*did you mean quorum\?/);
  refuse("raft", { network: undefined }, "raft: network must be given, got undefined");
  refuse("raft", { network: lan(32) }, "raft: nodes must be <= 31, got 32");
  assert.throws(() => protocolNamed("rafft"), { message: /did you mean raft\?/ });
});

test("every protocol states its source, promises, assumptions and what it leaves out", () => {
  for (const [name, protocol] of protocolIndex) {
    assert.equal(name, protocol.name);
    for (const text of [
      protocol.title,
      protocol.source,
      protocol.promises,
      protocol.assumes,
      protocol.leavesOut,
    ]) {
      assert.ok(text.length > 3, `${name}: a header is empty`);
    }
    for (const [key, p] of Object.entries(protocol.parameters))
      assert.ok(p.meaning.length > 3, `${name}.${key}`);
  }
});

test("raft: appends that overtake one another are refused and sent again, without a storm", () => {
  const raft = protocolNamed("raft");
  const network = networks.star({ rtts: [10, 20, 30, 40].map(ms), order: "datagram", jitter: 0.2 });
  for (let seed = 1; seed <= 5; seed++) {
    const system = buildSystem(raft, { network });
    const result = simulateRun(raft, system, workload.poisson(200), {
      seed,
      operations: 1000,
      maxEvents: 2_000_000,
    });
    assert.ok(result.operations.ok >= 1000);
    assert.equal(result.operations.failed, 0);
    const perOperation = result.messages.sent / result.operations.issued;
    assert.ok(perOperation < 40, `seed ${seed}: ${perOperation} messages an operation`);
  }
});
