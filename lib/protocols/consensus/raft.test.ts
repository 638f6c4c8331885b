/** Raft's features in timed runs: latencies worked out by hand, memory that stays flat, settings that are refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deterministic } from "../../core/distributions.ts";
import { fault } from "../../core/faults.ts";
import { disk } from "../../core/machines.ts";
import { networks } from "../../core/networks.ts";
import { ms } from "../../core/units.ts";
import { workload } from "../../core/workloads.ts";
import type { AnyProtocol } from "../../simulation/protocol.ts";
import { type SimulateOptions, simulateRun } from "../../simulation/run.ts";
import { protocolNamed } from "../index.ts";
import { buildSystem, type Machines } from "../system.ts";
import type { RaftNode } from "./raft-state.ts";

const raft = protocolNamed("raft");
const lan = (nodes: number) => networks.lan({ nodes, rtt: ms(10) });
const near = (got: number, want: number): void =>
  assert.ok(Math.abs(got - want) < 1e-9, `${got}, not ${want}`);

/** Raft whose nodes can be looked at after a run. */
function watched(): { readonly protocol: AnyProtocol; readonly nodes: RaftNode[] } {
  const nodes: RaftNode[] = [];
  const boot: AnyProtocol["boot"] = (ctx, durable) => {
    const node = raft.boot(ctx, durable);
    nodes[ctx.self] = node as RaftNode;
    return node;
  };
  return { protocol: { ...raft, boot }, nodes };
}

function run(
  given: Machines & Readonly<Record<string, unknown>>,
  load: ReturnType<typeof workload.poisson>,
  options: Omit<SimulateOptions, "seed">,
) {
  return simulateRun(raft, buildSystem(raft, given), load, { seed: 1, history: "keep", ...options });
}

test("a read costs a round trip and a write through the log, a round trip by a round, nothing by a lease", () => {
  const latency = (reads: string): number => {
    const given = { network: lan(3), disk: disk.fsync(deterministic(ms(4))), reads };
    const latencies: number[] = [];
    // One operation a second: a heartbeat renews the lease in between.
    run(given, workload.deterministic(1, { reads: 1 }), {
      operations: 5,
      completion: (at) => latencies.push(at),
    });
    for (const other of latencies.slice(1)) near(other, latencies[1]);
    return latencies[1];
  };
  near(latency("log"), ms(10) + ms(4));
  near(latency("readIndex"), ms(10));
  near(latency("lease"), 0);
});

test("a vote beforehand makes an election one round trip longer", () => {
  const opened = (preVote: boolean): number =>
    Math.min(
      ...run({ network: lan(3), preVote }, workload.closed(1), { operations: 3 }).history.map(
        (row) => row.invoked,
      ),
    );
  near(opened(false), ms(20)); // votes, then the first entry
  near(opened(true), ms(30));
});

test("leadership handed over: nobody waits for longer than the votes take, a second try and a way there and back", () => {
  const at = { at: "2 s" } as const;
  const faults = [fault.command({ node: 0, command: "transfer", argument: 1, ...at })];
  const { history, operations } = run(
    { network: lan(3), faults },
    workload.deterministic(1000, { clients: "node 2", retry: "30 ms" }),
    { operations: 4000 },
  );
  assert.equal(operations.failed, 0);
  // To the target 5 ms, votes 10 ms, first entry 5 ms to the old leader, who sends on; asking again takes 30 ms at most.
  const slowest = Math.max(
    ...history.filter((row) => row.outcome === "ok").map((row) => row.completed - row.invoked),
  );
  assert.ok(slowest > 0.025 && slowest < 0.08, `${slowest}`);
});

test("the group grows by joint consensus: the commit waits for the third of five instead of the second of three", () => {
  const network = networks.star({ rtts: [10, 20, 40, 80].map(ms) });
  const faults = [fault.command({ node: "leader", command: "members", argument: 31, at: "3 s" })];
  const latencies: number[] = [];
  run({ network, members: 3, faults }, workload.deterministic(10), {
    operations: 100,
    completion: (commit) => latencies.push(commit),
  });
  near(latencies[10], ms(10));
  near(latencies[90], ms(20));
});

test("a leader cut off from its quorum steps down by itself", () => {
  const faults = [fault.isolation({ node: 0, at: "1 s", lasts: "2 s" })];
  const seen = (checkQuorum: boolean) =>
    run(
      { network: lan(3), checkQuorum, faults },
      workload.deterministic(20, { clients: "node 1", retry: "400 ms" }),
      {
        operations: 100,
      },
    ).seen;
  assert.ok(seen(true).includes("leaderLostQuorum"));
  assert.ok(!seen(false).includes("leaderLostQuorum"));
});

test("no leader is silent for longer than its heartbeat interval, not at first nor after an entry", () => {
  // 120 ms of patience against a heartbeat every 100 ms that takes 5 ms: whoever waits for two of them would stand.
  const patience = {
    heartbeatInterval: ms(100),
    electionTimeoutMin: ms(120),
    electionTimeoutMax: ms(130),
  };
  for (const reads of ["log", "readIndex", "lease"]) {
    for (const rate of [3, 7.3, 40]) {
      const { protocol, nodes } = watched();
      const system = buildSystem(protocol, { network: lan(3), reads, ...patience });
      simulateRun(protocol, system, workload.poisson(rate, { reads: 0.5 }), {
        seed: 1,
        operations: 300,
        maxSeconds: 150,
        history: "off",
      });
      for (const { term } of nodes) assert.equal(term, 1, `${reads}, ${rate} operations a second`);
    }
  }
});

test("an idle leader sends one heartbeat an interval to each", () => {
  const { messages } = simulateRun(
    raft,
    buildSystem(raft, { network: lan(3), heartbeatInterval: ms(100) }),
    null,
    {
      seed: 1,
      maxSeconds: 10,
    },
  );
  // 2 requests for votes, 2 votes, then at 0.01, 0.11 … 9.91 s one append and its answer each.
  assert.equal(messages.sent, 4 + 2 * 2 * 100);
});

test("clocks that drift beyond what a lease rests on are refused, unless said to be unsafe", () => {
  const drifting = (drift: number, given: Record<string, unknown> = {}) => {
    const faults = [fault.clock({ node: 0, at: 0, drift })];
    return () => buildSystem(raft, { network: lan(3), faults, ...given });
  };
  assert.doesNotThrow(drifting(0.5));
  assert.doesNotThrow(drifting(0.5, { reads: "readIndex" }));
  assert.doesNotThrow(drifting(-0.1, { reads: "lease" }));
  assert.doesNotThrow(drifting(0.5, { reads: "lease", unsafe: true }));
  assert.doesNotThrow(drifting(0.2, { reads: "lease", clockDriftBound: 0.2 }));
  assert.throws(drifting(-0.11, { reads: "lease" }), {
    message: "raft: clock: drift must be within ±0.1, on which leases rest (unsafe allows more), got -0.11",
  });
  assert.throws(drifting(0.011, { reads: "lease", clockDriftBound: 0.01 }), {
    message: "raft: clock: drift must be within ±0.01, on which leases rest (unsafe allows more), got 0.011",
  });
});

test("logs stay short: what all have stored goes, or what a snapshot covers", () => {
  for (const snapshotAfter of [0, 200]) {
    const { protocol, nodes } = watched();
    const system = buildSystem(protocol, { network: lan(3), snapshotAfter });
    simulateRun(protocol, system, workload.poisson(2000), { seed: 1, operations: 20_000, history: "off" });
    for (const { log } of nodes) assert.ok(log.end > 20_000 && log.length < 500, `${log.length} entries`);
  }
});

test("a node that was away for long is brought back by a snapshot", () => {
  const faults = [fault.crash({ node: 2, at: "1 s", lasts: "2 s" })];
  const { seen } = run(
    { network: lan(3), snapshotAfter: 50, faults },
    workload.deterministic(200, { retry: "400 ms" }),
    { operations: 1000 },
  );
  assert.ok(seen.includes("snapshotInstalled"));
});

test("a node that was away is caught up under load, and its appends are under way side by side again", () => {
  const away = fault.crash({ node: 2, at: "1 s", lasts: "1 s" });
  const messages = (faults: readonly (typeof away)[]): number => {
    const { messages: sent, operations } = run(
      { network: lan(3), faults },
      workload.deterministic(1000, { timeout: "9 s" }),
      {
        operations: 6000,
      },
    );
    return sent.sent / operations.issued;
  };
  // Four messages an operation; two of them for a sixth of the time. One append at a time would make it 2.4.
  const [before, after] = [messages([]), messages([away])];
  assert.ok(before > 3.98, `${before}`);
  assert.ok(after > before - 2 / 6 - 0.05, `${after}`);
});

test("settings that give wrong answers are refused, unless they are said to be unsafe", () => {
  const build = (given: Record<string, unknown>) => () => buildSystem(raft, { network: lan(3), ...given });
  assert.throws(build({ reads: "lease", clockDriftBound: 0 }), {
    message:
      "raft: clockDriftBound must be > 0 with reads lease (no two clocks run alike; unsafe allows it), got 0",
  });
  assert.doesNotThrow(build({ reads: "lease", clockDriftBound: 0, unsafe: true }));
  assert.throws(build({ members: 4 }), { message: "raft: members must be <= nodes 3, got 4" });
  assert.throws(build({ members: 2, initialLeader: 2 }), {
    message: "raft: initialLeader must be < nodes 2, got 2",
  });
  assert.throws(build({ clockDriftBound: 1 }), {
    message: "raft: clockDriftBound must be >= 0 and < 1, got 1",
  });
  assert.throws(build({ reads: "leese" }), { message: /unknown reads "leese".*did you mean lease\?/ });
});
