/** Multi-Paxos by hand: how long a takeover takes, what a new group costs, how many messages an election needs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fault } from "../../core/faults.ts";
import { networks } from "../../core/networks.ts";
import { ms } from "../../core/units.ts";
import { workload } from "../../core/workloads.ts";
import { type SimulateOptions, simulateRun } from "../../simulation/run.ts";
import { protocolNamed } from "../index.ts";
import { buildSystem } from "../system.ts";
import { multiPaxosOnRequest } from "./multi-paxos.ts";

const protocol = protocolNamed("multi-paxos");
const RTTS = [ms(10), ms(20), ms(30), ms(40)];

function run(
  given: Record<string, unknown>,
  load = workload.deterministic(100),
  more: Partial<SimulateOptions> = {},
) {
  const network = networks.lan({ nodes: 3, rtt: ms(10) });
  const system = buildSystem(protocol, { network, ...given });
  const result = simulateRun(protocol, system, load, { seed: 1, operations: 200, history: "keep", ...more });
  return { ...result, history: result.history.filter((row) => row.outcome !== "unknown") };
}

test("a takeover begins a timeout after the last heartbeat and takes one round of phase 1", () => {
  // Node 0 leads from 10 ms on, beats every 50 ms and stops at 990 ms: it is heard for the last time at 965 ms. Both others
  // miss it 200 ms later; of the two ballots node 2's is the higher, and node 1 promises it.
  const { trace, history } = run(
    {
      heartbeatInterval: 0.05,
      electionTimeoutMin: 0.2,
      electionTimeoutMax: 0.2,
      faults: [fault.crash({ node: 0, at: 0.99, lasts: 10 })],
    },
    workload.deterministic(1, { clients: "node 1", timeout: 2, retry: 0.1 }),
    { operations: 2, record: { from: 0.99, to: 1.3 } },
  );
  const messages = trace?.messages ?? [];
  const sent = (kind: string, from: number): readonly number[] =>
    messages.filter((m) => m.kind === kind && m.from === from).map((m) => m.sent);
  const near = (times: readonly number[], expected: number): void =>
    assert.ok(times.length > 0 && times.every((time) => Math.abs(time - expected) < 1e-9), `${times}`);
  near(sent("prepare", 1), 1.165);
  near(sent("prepare", 2).slice(0, 2), 1.165); // later ones go to node 0, whose promise is missing
  near(sent("promise", 1), 1.17);
  near(sent("refused", 2), 1.17);
  const leads = messages.find((m) => m.kind === "promise" && m.to === 2);
  assert.ok(Math.abs((leads?.handled ?? 0) - 1.175) < 1e-9, `${leads?.handled}`);
  assert.ok(history.every((row) => row.outcome === "ok"));
});

test("an election needs a prepare to each other node and a promise of each node; then nobody prepares", () => {
  for (const nodes of [2, 3, 5]) {
    const { messages, outcome } = run({ network: networks.lan({ nodes, rtt: ms(1) }) });
    assert.equal(messages.byKind.prepare, nodes - 1);
    assert.equal(messages.byKind.promise, nodes); // the leader's own among them
    assert.equal(messages.byKind.learn, 0);
    assert.equal(outcome.leader, 0);
  }
});

test("a new group votes alpha slots after it was chosen: three near nodes of five commit at 10 ms instead of 20 ms", () => {
  const { history } = run(
    {
      network: networks.star({ rtts: RTTS }),
      alpha: 4,
      faults: [fault.command({ command: "regroup", argument: 0b00111, node: 0, at: 1.005 })],
    },
    workload.deterministic(100),
  );
  for (const { invoked, completed } of history) {
    // The group is chosen by 1.025 s, the no-ops that bring it into force one old round trip later.
    if (invoked > 0.98 && invoked < 1.06) continue;
    const latency = completed - invoked;
    assert.ok(Math.abs(latency - (invoked < 1 ? 0.02 : 0.01)) < 1e-9, `${latency} at ${invoked}`);
  }
});

test("without alpha nobody regroups; members that are no voters only learn", () => {
  const command = fault.command({ command: "regroup", argument: 0b001, node: 0, at: 0.5 });
  const same = run({ network: networks.star({ rtts: RTTS }), faults: [command] }).history;
  for (const { invoked, completed } of same)
    assert.ok(Math.abs(completed - invoked - 0.02) < 1e-9, `${completed} ${invoked}`);
  const three = run({ network: networks.star({ rtts: RTTS }), members: 3 }).history;
  for (const { invoked, completed } of three) assert.ok(Math.abs(completed - invoked - 0.01) < 1e-9);
});

test("a node that was down gets what it missed: slots, or the state when nobody keeps them", () => {
  const watched = { ...protocol, sometimes: { ...protocol.sometimes, ...multiPaxosOnRequest } };
  const seen = (keep: number, lasts: number): readonly string[] => {
    const network = networks.lan({ nodes: 3, rtt: ms(1) });
    const faults = [fault.crash({ node: 2, at: 0.5, lasts })];
    const system = buildSystem(protocol, { network, keep, faults });
    const load = workload.deterministic(1000, { timeout: 1 });
    return simulateRun(watched as typeof protocol, system, load, { seed: 1, operations: 4000 }).seen;
  };
  assert.ok(seen(0, 1).includes("nodeCaughtUp") && !seen(0, 1).includes("stateTransferred"));
  assert.ok(seen(100, 1).includes("stateTransferred"));
});

test("a lost accept is sent again: an operation is slower by heartbeats, and none is left", () => {
  const { history, messages } = run(
    { faults: [fault.loss({ probability: 0.2 })], heartbeatInterval: 0.05 },
    workload.deterministic(20, { timeout: 5 }),
    { operations: 400 },
  );
  assert.ok(history.length >= 400 && history.every((row) => row.outcome === "ok"));
  assert.ok(messages.dropped > 100);
});

test("no leader is silent for longer than its heartbeat interval, not at first nor after a proposal", () => {
  // 120 ms of patience against a heartbeat every 100 ms that takes 5 ms: whoever waits for two of them would stand.
  const patience = { heartbeatInterval: ms(100), electionTimeoutMin: ms(120), electionTimeoutMax: ms(130) };
  for (const rate of [3, 7.3, 40]) {
    const { messages } = run(patience, workload.poisson(rate), { operations: 300 });
    assert.equal(messages.byKind.prepare, 2, `${rate} operations a second`); // the first leader's alone
  }
  const idle = run(patience, workload.deterministic(0.01), { operations: 1 }).messages.byKind.heartbeat;
  assert.equal(idle, 2 * 1001); // from 0.01 s on, one every 0.1 s to each
});

test("settings that cannot be are refused with both values named", () => {
  const network = networks.lan({ nodes: 5, rtt: ms(1) });
  const refuse = (given: Record<string, unknown>, message: string): void =>
    assert.throws(() => buildSystem(protocol, { network, ...given }), { message });
  refuse({ members: 6 }, "multi-paxos: members must be <= nodes 5, got 6");
  refuse({ members: 3, quorum: 4 }, "multi-paxos: quorum must be <= nodes 3, got 4");
  refuse({ quorum: 2 }, "multi-paxos: quorum must be > nodes/2 = 2.5 so that any two quorums meet, got 2");
  refuse({ initialLeader: 5 }, "multi-paxos: initialLeader must be < nodes 5, got 5");
  refuse(
    { heartbeatInterval: 0.2, electionTimeoutMin: 0.1 },
    "multi-paxos: heartbeatInterval must be < electionTimeoutMin 0.1 s, got 0.2 s",
  );
  refuse(
    { electionTimeoutMin: 0.3, electionTimeoutMax: 0.2 },
    "multi-paxos: electionTimeoutMin must be <= electionTimeoutMax 0.2 s, got 0.3 s",
  );
});
