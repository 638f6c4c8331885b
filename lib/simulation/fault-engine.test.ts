/** Faults against cases that can be worked out by hand, with a protocol made for it: every node echoes and notes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deterministic } from "../core/distributions.ts";
import type { FaultSpec } from "../core/fault-types.ts";
import { fault } from "../core/faults.ts";
import { cpu, disk } from "../core/machines.ts";
import { networks } from "../core/networks.ts";
import type { CpuSpec, DiskSpec } from "../core/system.ts";
import { workload } from "../core/workloads.ts";
import { buildSystem } from "../protocols/system.ts";
import { type AnyProtocol, erased, type Protocol } from "./protocol.ts";
import { type RunResult, simulateRun } from "./run.ts";

interface Beat {
  readonly kind: "beat";
  readonly number: number;
}
interface Node {
  readonly id: number;
  /** What was received, from whom, and when the handler ran by both of the node's clocks. */
  readonly got: { number: number; from: number; at: number; wall: number }[];
  /** Numbers read back from the disk at the last start. */
  readonly found: readonly number[];
  beats: number;
  readonly since: number;
}
interface Durable {
  readonly numbers: number[];
}

/** Node 0 beats ten times a second (by its own clock); every node persists each number and then answers node 0. */
const echo: Protocol<Record<never, never>, Node, Beat, Durable> = {
  name: "echo",
  title: "beats",
  source: "made for this test",
  promises: "nothing",
  assumes: "nothing",
  leavesOut: "everything",
  parameters: {},
  entry: "any",
  durable: {
    empty: () => ({ numbers: [] }),
    store: (on, record) => on.numbers.push((record as Beat).number),
  },
  boot(ctx, on) {
    if (ctx.self === 0) ctx.setTimer("beat", 0.1);
    return { id: ctx.self, got: [], found: [...(on?.numbers ?? [])], beats: 0, since: ctx.localTime() };
  },
  ready: () => true,
  request: (_node, operation, ctx) => ctx.reply(operation, operation.kind === "write" ? operation.id : -1),
  timers: {
    beat(node, ctx) {
      node.beats++;
      ctx.broadcast({ kind: "beat", number: node.beats });
      ctx.setTimer("beat", 0.1);
    },
  },
  messages: {
    beat(node, m, from, ctx) {
      node.got.push({ number: m.number, from, at: ctx.localTime(), wall: ctx.wallTime() });
      if (node.id === 0) return;
      ctx.persist(m);
      ctx.send(from, m);
    },
  },
  commands: {
    beat: (_node, number, ctx) => ctx.broadcast({ kind: "beat", number: 1000 + number }),
  },
  bytes: () => 125,
  recordBytes: () => 0,
  leads: (node) => node.id === 0,
  always: {},
  sometimes: {},
  outcome: (nodes) => ({ state: JSON.stringify(nodes) }),
};

function run(
  faults: readonly FaultSpec[],
  seconds: number,
  machines: { nodes?: number; disk?: DiskSpec; cpu?: CpuSpec; order?: "datagram" } = {},
): { nodes: Node[]; result: RunResult } {
  const { nodes = 2, order = "stream", ...rest } = machines;
  const network = networks.lan({ nodes, rtt: 0.02, order });
  const system = buildSystem(erased(echo) as AnyProtocol, { network, faults, ...rest });
  const result = simulateRun(erased(echo), system, null, { seed: 1, maxSeconds: seconds });
  return { nodes: JSON.parse(String(result.outcome.state)) as Node[], result };
}

const numbers = (node: Node): number[] => node.got.map(({ number }) => number);
const near = (value: number, expected: number): void =>
  assert.ok(Math.abs(value - expected) < 1e-9, `${value} must be ${expected}`);

test("a crash takes what was not durable; a restart finds the rest on the disk", () => {
  // Beats reach node 1 at 0.11, 0.21, 0.31 …; each write takes 50 ms; node 1 dies at 0.34 during its third write.
  const { nodes } = run([fault.crash({ node: 1, at: 0.34, lasts: 0.2 })], 0.65, {
    disk: disk.fsync(deterministic(0.05)),
  });
  assert.deepEqual(nodes[1].found, [1, 2]);
  assert.deepEqual(numbers(nodes[1]), [6]); // 0.41 and 0.51 came to nothing: it was up again at 0.54
  assert.deepEqual(numbers(nodes[0]), [1, 2]);
});

test("a pause holds everything back, in order, and loses nothing", () => {
  const { nodes } = run([fault.pause({ node: 1, at: 0.15, lasts: 0.3 })], 0.7);
  assert.deepEqual(numbers(nodes[1]), [1, 2, 3, 4, 5, 6]);
  for (const [i, at] of [0.11, 0.45, 0.45, 0.45, 0.51, 0.61].entries()) near(nodes[1].got[i].at, at);
});

test("a paused node's own timer fires when it wakes, once", () => {
  const { nodes } = run([fault.pause({ node: 0, at: 0.15, lasts: 0.3 })], 0.6);
  assert.deepEqual(numbers(nodes[1]), [1, 2, 3]);
  for (const [i, at] of [0.11, 0.46, 0.56].entries()) near(nodes[1].got[i].at, at);
});

test("a clock that runs 25 % fast fires early and counts more seconds", () => {
  const { nodes } = run([fault.clock({ node: 0, at: 0, drift: 0.25 })], 0.42);
  assert.equal(nodes[0].beats, 5); // every 0.08 s
  near(nodes[1].got[0].at, 0.09);
  near(nodes[0].got[0].at, 1.25 * 0.1); // answered at 0.08 + 2 · 0.01
  near(nodes[0].got[0].wall, 1.25 * 0.1);
});

test("a clock that is set makes the wall clock jump, forward and back, and no other", () => {
  const set = [
    fault.clock({ node: 0, at: 0.15, offset: 5, lasts: 0.01 }),
    fault.clock({ node: 0, at: 0.25, offset: -7 }),
  ];
  const { nodes } = run(set, 0.45);
  for (const [i, ahead] of [0, 5, -2, -2].entries()) {
    near(nodes[0].got[i].at, 0.12 + 0.1 * i);
    near(nodes[0].got[i].wall, 0.12 + 0.1 * i + ahead); // stays as it was set, also when the fault is over
  }
  for (const { at, wall } of nodes[1].got) assert.equal(wall, at);
});

test("both clocks run on through a change of rate and a crash", () => {
  const clocks = [fault.clock({ node: 1, at: 0.2, lasts: 0.2, drift: 0.5, offset: 3 })];
  const { nodes } = run([...clocks, fault.crash({ node: 1, at: 0.32, lasts: 0.02 })], 0.65);
  const at = 0.2 + 1.5 * 0.2 + 0.11; // by its own clock, at 0.51 s
  const beat = nodes[1].got.find(({ number }) => number === 5);
  assert.ok(beat !== undefined);
  near(beat.at, at);
  near(beat.wall, at + 3);
});

test("loss, cuts and partitions stop exactly their links, one way where asked", () => {
  for (const spec of [
    fault.loss({ links: [[0, 1]], probability: 1 }),
    fault.cut({ links: [[0, 1]], at: 0 }),
  ]) {
    const { nodes, result } = run([spec], 1.05, { nodes: 3 });
    assert.deepEqual(numbers(nodes[1]), []);
    assert.equal(numbers(nodes[2]).length, 10);
    assert.equal(result.messages.dropped, 10);
  }
  const parted = run([fault.partition({ groups: [[0, 1]], at: 0.25, lasts: 0.3 })], 1.05, { nodes: 3 });
  assert.deepEqual(numbers(parted.nodes[2]), [1, 2, 6, 7, 8, 9, 10]);
  assert.equal(numbers(parted.nodes[1]).length, 10);
  // Out only: node 1 hears every beat, and nobody hears its answers.
  const { nodes } = run([fault.isolation({ node: 1, way: "out", at: 0 })], 1.05, { nodes: 2 });
  assert.equal(numbers(nodes[1]).length, 10);
  assert.equal(numbers(nodes[0]).length, 0);
});

test("a message under way when its link is cut does not arrive", () => {
  const { nodes } = run([fault.cut({ links: [[0, 1]], at: 0.105, lasts: 0.01 })], 0.35);
  assert.deepEqual(numbers(nodes[1]), [2, 3]);
});

test("duplication gives every message twice, and the books still balance", () => {
  const { nodes, result } = run([fault.duplication({ links: [[0, 1]], probability: 1 })], 1.05);
  assert.deepEqual(numbers(nodes[1]), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10]);
  assert.equal(result.messages.duplicated, 10);
  assert.ok(result.audits[0].holds);
});

test("a delay keeps the order of a stream; reordering does not", () => {
  const late = fault.delay({ extra: 0.5, at: 0.15, lasts: 0.1 }); // the second beat only
  assert.deepEqual(numbers(run([late], 1).nodes[1]).slice(0, 4), [1, 2, 3, 4]);
  near(run([late], 1).nodes[1].got[1].at, 0.71);
  near(run([late], 1).nodes[1].got[2].at, 0.71); // what follows waits behind it
  const apart = fault.reordering({ probability: 1, extra: 0.35, at: 0.15, lasts: 0.1 });
  assert.deepEqual(numbers(run([apart], 1).nodes[1]).slice(0, 6), [1, 3, 4, 5, 2, 6]);
});

test("slow nodes and slow disks take their factor longer", () => {
  const machines = { cpu: cpu({ receive: 0.001 }), disk: disk.fsync(deterministic(0.002)) };
  const { nodes } = run(
    [fault.slowNode({ node: 1, factor: 3, at: 0 }), fault.slowDisk({ node: 1, factor: 4, at: 0 })],
    0.35,
    machines,
  );
  near(nodes[1].got[0].at, 0.113);
  near(nodes[0].got[0].at, 0.113 + 0.008 + 0.01 + 0.001);
});

test("a node whose write fails stops, and starts again with what it held when the disk works", () => {
  const { nodes, result } = run([fault.failingDisk({ node: 1, at: 0.15, lasts: 0.3 })], 0.65, {
    disk: disk.fsync(deterministic(0.01)),
  });
  assert.deepEqual(nodes[1].found, [1]);
  assert.deepEqual(numbers(nodes[1]), [5, 6]); // down from 0.22 to 0.45
  assert.deepEqual(
    result.faults.marks.map(({ kind }) => kind),
    ["crash", "restart"],
  );
});

test("a schedule repeats every period until it is over; a command reaches the leader", () => {
  const { result } = run([fault.crash({ node: 1, at: 0.2, lasts: 0.1, every: 0.5, until: 1.4 })], 3);
  assert.deepEqual(
    result.faults.spans.map(({ from, to }) => [from, to].map((time) => Number(time.toFixed(6)))),
    [
      [0.2, 0.3],
      [0.7, 0.8],
      [1.2, 1.3],
    ],
  );
  const { nodes } = run([fault.command({ node: "leader", command: "beat", argument: 7, at: 0.15 })], 0.25);
  assert.deepEqual(numbers(nodes[1]), [1, 1007, 2]);
});

test("random faults: the share of time down is mttr / (mttf + mttr)", () => {
  const { result } = run([fault.crash({ node: 1, mttf: 3, mttr: 1 })], 4000);
  const down = result.faults.spans.reduce((sum, { from, to }) => sum + Math.min(to, 4000) - from, 0) / 4000;
  // About 1,000 cycles; the share's standard error is near 0.0084 (renewal reward), so 4 of them.
  assert.ok(Math.abs(down - 0.25) < 0.034, `${down}`);
});

test("faults leave arrivals alone, and the same seed gives the same run", () => {
  const network = networks.lan({ nodes: 3, rtt: 0.02 });
  const load = workload.poisson(50, { timeout: 1, retry: 0.2, clients: "node 1" });
  const times = (faults: readonly FaultSpec[]): number[] =>
    simulateRun(erased(echo), buildSystem(erased(echo), { network, faults }), load, {
      seed: 3,
      operations: 200,
      history: "keep",
    })
      .history.slice()
      .sort((a, b) => a.id - b.id)
      .slice(0, 200)
      .map((row) => row.invoked);
  const faults = [fault.crash({ node: "random", mttf: 1, mttr: 0.3 }), fault.loss({ probability: 0.3 })];
  assert.deepEqual(times(faults), times(faults));
  assert.deepEqual(times(faults), times([fault.loss({ probability: 0 })]));
});

test("clients beside a crashed node ask the next one and are served", () => {
  const network = networks.lan({ nodes: 2, rtt: 0.02 });
  const system = buildSystem(erased(echo), {
    network,
    faults: [fault.crash({ node: 1, at: 0.5, lasts: 1 })],
  });
  const load = workload.deterministic(10, { timeout: 5, retry: 0.1, clients: "node 1" });
  const { operations, history } = simulateRun(erased(echo), system, load, {
    seed: 1,
    operations: 12,
    history: "keep",
  });
  assert.equal(operations.failed + operations.unknown, 0);
  const ended = history.filter((row) => row.outcome === "ok");
  const slowest = Math.max(...ended.map((row) => row.completed - row.invoked));
  near(slowest, 0.1 + 0.02); // patience, then a round trip to node 0
});

test("a client that asks again while it is answered: the commit latency counts from the request that had come", () => {
  const network = networks.fromMatrix({
    sites: ["nodes", "clients"],
    rtt: [
      [0, 0.04],
      [0.04, 0],
    ],
    place: { nodes: 1 },
  });
  // There at 20 ms, answered at 25 ms, asked again at 21 ms, which is there at 41 ms; the answer at 45 ms.
  const system = buildSystem(erased(echo), { network, cpu: cpu({ receive: deterministic(0.005) }) });
  const load = workload.deterministic(10, { timeout: 5, retry: 0.021, clients: "clients" });
  const latencies: [commit: number, client: number][] = [];
  simulateRun(erased(echo), system, load, {
    seed: 1,
    operations: 12,
    completion: (commit, client) => latencies.push([commit, client]),
  });
  assert.equal(latencies.length, 12);
  for (const [commit, client] of latencies) {
    near(commit, 0.005);
    near(client, 0.045);
  }
});

test("impossible faults are refused by name", () => {
  const network = networks.lan({ nodes: 3, rtt: 0.02 });
  const refuse = (make: () => FaultSpec, message: string | RegExp): void => {
    assert.throws(() => buildSystem(erased(echo), { network, faults: [make()] }), { message });
  };
  refuse(() => fault.crash({ node: 7, at: 1 }), "echo: crash: node must be from 0 to 2, got 7");
  refuse(
    () => fault.partition({ groups: [[0], [5]], at: 1 }),
    "echo: partition: node must be from 0 to 2, got 5",
  );
  refuse(
    () => fault.partition({ groups: [[0], [0]], at: 1 }),
    "echo: partition: node 0 must be in one group, got it twice",
  );
  refuse(() => fault.pause({ node: 0, at: 1 }), /^pause: lasts must be given/);
  refuse(() => fault.loss({ probability: 1.5 }), "loss: probability must be >= 0 and <= 1, got 1.5");
  refuse(
    () => fault.crash({ node: 0, at: 1, lasts: 3, every: 2 }),
    "crash: lasts must be < every 2 s, got 3 s",
  );
  refuse(
    () => fault.crash({ node: 0, mttf: 3 }),
    "crash: times must be at, lasts, every or mttf with mttr, got mttf",
  );
  refuse(
    () => fault.command({ node: 0, command: "bet", at: 1 }),
    'echo: command: unknown command "bet" (known: beat; did you mean beat?)',
  );
  refuse(
    () => fault.crash({ node: 0, att: 1 } as never),
    /^crash: unknown option "att" \(known: .*did you mean at\?\)$/,
  );
});

test("requests that can be lost need a client that does not wait for ever", () => {
  const network = networks.lan({ nodes: 3, rtt: 0.02 });
  const system = buildSystem(erased(echo), { network, faults: [fault.crash({ node: 0, at: 1 })] });
  assert.throws(() => simulateRun(erased(echo), system, workload.poisson(1), { seed: 1, operations: 1 }), {
    message:
      "simulate echo: workload must have a timeout or a retry where requests can be lost (crash), got neither",
  });
});
