/** Runs as a whole: audits that can fail, outcomes, arrivals, streams, limits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { exponential } from "../core/distributions.ts";
import { cpu, disk, FREE_CPU } from "../core/machines.ts";
import { networks } from "../core/networks.ts";
import type { SystemSpec, WorkloadSpec } from "../core/system.ts";
import { ms } from "../core/units.ts";
import { workload } from "../core/workloads.ts";
import { protocolNamed } from "../protocols/index.ts";
import { buildSystem } from "../protocols/system.ts";
import { TimedEngine } from "./engine.ts";
import { erased, type Operation, type Protocol } from "./protocol.ts";
import { type SimulateOptions, simulateRun } from "./run.ts";
import { SamplePath } from "./sample-path.ts";

const one: SystemSpec = {
  protocol: "demo",
  settings: {},
  network: networks.lan({ nodes: 1, rtt: 0 }),
  cpu: FREE_CPU,
  disk: null,
};
type Demo = Protocol<Record<never, never>, { kept: Operation[] }, { kind: "none" }>;

function demo(request: Demo["request"], more: Partial<Demo> = {}): Demo {
  return {
    name: "demo",
    title: "demo",
    source: "test",
    promises: "",
    assumes: "",
    leavesOut: "",
    parameters: {},
    entry: "any",
    boot: () => ({ kept: [] }),
    ready: () => true,
    request,
    timers: {},
    messages: { none: () => {} },
    bytes: () => 0,
    always: {},
    sometimes: {},
    ...more,
  };
}

const run = (protocol: Demo, load: WorkloadSpec, options: Partial<SimulateOptions> = {}, system = one) =>
  simulateRun(erased(protocol), system, load, { seed: 1, operations: 10, ...options });

test("operations never answered stay in progress, and the run ends at its limit", () => {
  const silent = demo((node, operation) => node.kept.push(operation));
  const result = run(silent, workload.deterministic(10), { maxSeconds: 5.05 });
  assert.deepEqual(result.operations, { issued: 50, ok: 0, failed: 0, unknown: 0, inProgress: 50 });
  assert.ok(result.audits.every((audit) => audit.holds));
  assert.throws(() => run(silent, workload.deterministic(10), { maxEvents: 100 }), {
    name: "LimitError",
    message: "demo: run must end within 100 events, got to 10.00 s with 100 operations in flight",
  });
});

test("a client that gives up leaves an unknown outcome, and the late answer changes nothing", () => {
  const late = demo((_node, operation, ctx) => ctx.reply(operation, operation.id));
  const slow = { ...one, cpu: cpu({ receive: 0.3 }) };
  const result = run(
    late,
    workload.deterministic(1, { timeout: 0.2, clients: "LAN" }),
    { history: "keep" },
    slow,
  );
  assert.deepEqual([result.operations.ok, result.operations.unknown], [0, 10]);
  for (const row of result.history)
    assert.ok(row.outcome === "unknown" && Math.abs(row.completed - row.invoked - 0.2) < 1e-12);
});

test("a second answer is ignored; a refusal without a leader fails for certain", () => {
  const twice = demo((_node, operation, ctx) => {
    ctx.reply(operation, 1);
    ctx.reply(operation, 2);
  });
  const answered = run(twice, workload.deterministic(1), { history: "keep" });
  assert.equal(answered.operations.ok, 10);
  assert.ok(answered.history.every((row) => row.value === 1));
  const refusing = demo((_node, operation, ctx) => ctx.refuse(operation, null));
  assert.equal(run(refusing, workload.deterministic(1)).operations.failed, 10);
});

test("a violated invariant refuses the run; events that must be reachable are reported", () => {
  const ok: Demo["request"] = (node, operation, ctx) => {
    node.kept.push(operation);
    ctx.reply(operation, 0);
  };
  const limit = {
    atMostThree: (nodes: readonly { kept: Operation[] }[]) => nodes.every((node) => node.kept.length <= 3),
  };
  assert.throws(() => run(demo(ok, { always: limit }), workload.deterministic(1)), {
    message: /^demo: invariant atMostThree must hold, got a violation at 10.* s \(event \d+\)$/,
  });
  const sometimes = {
    served: (nodes: readonly { kept: Operation[] }[]) => nodes.some((n) => n.kept.length > 3),
    never: () => false,
  };
  assert.deepEqual(run(demo(ok, { sometimes }), workload.deterministic(1)).seen, ["served"]);
});

test("Little's law on the sample path notices a lost, a doubled and a misdated operation", () => {
  const path = (change: (at: number) => { departs: number[]; reports: number }): [number, number] => {
    const p = new SamplePath();
    const open: number[] = [];
    for (let i = 0; i < 10_000; i++) {
      p.arrive(i);
      const { departs, reports } = change(i);
      if (departs.length === 0) open.push(i);
      for (const at of departs) p.depart(at, reports);
    }
    const { area, timeInSystem } = p.close(20_000, open);
    return [area, timeInSystem];
  };
  const equal = ([a, b]: [number, number]): boolean => Math.abs(a - b) <= 1e-9 * a;
  assert.ok(equal(path((i) => ({ departs: [i + 2.5], reports: 2.5 }))));
  assert.ok(
    equal(path((i) => ({ departs: i % 7 === 0 ? [] : [i + 2.5], reports: 2.5 }))),
    "open ones count until the end",
  );
  assert.ok(!equal(path((i) => ({ departs: [i + 2.5], reports: i === 77 ? 2.6 : 2.5 }))), "misdated");
  assert.ok(
    !equal(path((i) => ({ departs: i === 77 ? [i + 2.5, i + 2.5] : [i + 2.5], reports: 2.5 }))),
    "doubled",
  );
});

test("arrivals: Poisson, paced and bursty have their rates; bursts are burstier", () => {
  const echo = demo((_node, operation, ctx) => ctx.reply(operation, 0));
  const gaps = (load: WorkloadSpec): { mean: number; scv: number } => {
    const times = run(echo, load, { operations: 40_000, history: "keep" }).history.map((row) => row.invoked);
    const between = times.slice(1).map((time, i) => time - times[i]);
    const mean = between.reduce((a, b) => a + b, 0) / between.length;
    return { mean, scv: between.reduce((a, b) => a + (b - mean) ** 2, 0) / between.length / mean ** 2 };
  };
  const poisson = gaps(workload.poisson(50));
  assert.ok(Math.abs(poisson.mean * 50 - 1) < 0.02 && Math.abs(poisson.scv - 1) < 0.05);
  const paced = gaps(workload.deterministic(50));
  assert.ok(Math.abs(paced.mean * 50 - 1) < 1e-9 && paced.scv < 1e-12);
  // An interrupted Poisson process is hyperexponential; its squared coefficient of variation is
  // 1 + 2 λ_on ω / (α + ω)², with α = 1/on, ω = 1/off, λ_on the rate while on (Fischer & Meier-Hellstern 1993).
  const [on, off, rate] = [1, 3, 50];
  const bursty = gaps(workload.onOff(rate, { on, off }));
  const expected = 1 + (2 * ((rate * (on + off)) / on) * (1 / on)) / (1 / on + 1 / off) ** 2;
  assert.ok(Math.abs(bursty.mean * rate - 1) < 0.08, `${bursty.mean}`);
  assert.ok(Math.abs(bursty.scv / expected - 1) < 0.15, `${bursty.scv} against ${expected}`);
});

test("closed-loop users wait for their answer: N users with think time Z and response R give N/(Z + R)", () => {
  const echo = demo((_node, operation, ctx) => ctx.reply(operation, 0));
  const system = { ...one, network: networks.lan({ nodes: 1, rtt: 0.02 }) };
  const load = workload.closed(8, { think: 0.08, clients: "LAN" });
  const result = run(echo, load, { operations: 800 }, system);
  assert.ok(Math.abs(result.throughput - 8 / 0.1) < 1, `${result.throughput}`);
});

test("a load that nobody could serve ends with its rate and what is answered, instead of filling the memory", () => {
  const silent = demo(() => {});
  assert.throws(
    () => run(silent, workload.poisson(1e9), { operations: 10 ** 7, history: "off" }),
    (error: Error) =>
      error.name === "LimitError" &&
      /^demo: operations in flight must be <= 1000000, got 100\d{4} at 0\.00100\d s: 9\.\d\de\+8 1\/s arrive and 0\.00 1\/s are answered$/.test(
        error.message,
      ),
  );
});

test("messages that multiply end the run with what was sent and handled, instead of filling the memory", () => {
  const shout = (ctx: { send(to: number, m: { kind: "none" }): void; self: number }): void => {
    for (let i = 0; i < 1000; i++) ctx.send(1 - ctx.self, { kind: "none" });
  };
  const gossip = demo((_node, _operation, ctx) => shout(ctx), {
    messages: { none: (_node, _message, _from, ctx) => shout(ctx) },
  });
  const system = { ...one, network: networks.lan({ nodes: 2, rtt: 0.001 }) };
  assert.throws(() => run(gossip, workload.deterministic(1), { operations: 1, history: "off" }, system), {
    name: "LimitError",
    message:
      "demo: pending events must be <= 4000000, got 4091905 at 1.001 s: 4096000 messages were sent and 4095 handled",
  });
});

test("users who neither think nor wait are found out instead of spinning for ever", () => {
  const first = demo((node, operation, ctx) => {
    if (node.kept.length === 0) node.kept.push(operation);
    else ctx.reply(operation, 0);
  });
  assert.throws(() => run(first, workload.closed(2), { history: "off" }), {
    name: "LimitError",
    message:
      "demo: time must pass, got 1048576 events at 0 s (closed-loop clients that neither think nor wait?)",
  });
});

test("separate streams: another protocol, payload or link leaves the arrivals as they were", () => {
  const invoked = (protocol: string, jitter: number, payload: number): string => {
    const system = buildSystem(protocolNamed(protocol), {
      network: networks.lan({ nodes: 3, rtt: 0, jitter }),
      cpu: cpu({ receive: exponential(jitter + 1e-6) }),
    });
    const result = simulateRun(
      protocolNamed(protocol),
      system,
      workload.poisson(10, { payload, clients: "node 0" }),
      { seed: 9, operations: 50, history: "keep" },
    );
    const start = Math.min(...result.history.map((row) => row.invoked));
    return result.history
      .map((row) => (row.invoked - start).toPrecision(9))
      .sort((a, b) => (a < b ? -1 : 1))
      .slice(0, 50)
      .join();
  };
  const base = invoked("multi-paxos", 0, 0);
  assert.equal(invoked("multi-paxos", 0.001, 100), base);
  assert.equal(invoked("station", 0, 0), base);
});

test("a log larger than its window does not keep memory: slots and logs follow what is in flight", () => {
  const system = buildSystem(protocolNamed("multi-paxos"), {
    network: networks.lan({ nodes: 3, rtt: ms(1) }),
  });
  const result = simulateRun(protocolNamed("multi-paxos"), system, workload.poisson(1000), {
    seed: 1,
    operations: 20_000,
  });
  assert.equal(result.operations.ok >= 20_000, true);
  assert.equal(result.messages.sent, result.messages.delivered + result.messages.inFlight);
});

test("options outside their domain are refused", () => {
  const echo = demo((_node, operation, ctx) => ctx.reply(operation, 0));
  assert.throws(() => run(echo, workload.poisson(1), { operations: 0 }), {
    message: "simulate demo: operations must be an integer >= 1, got 0",
  });
  assert.throws(() => run(echo, workload.poisson(1), { warmUp: -1 }), {
    message: "simulate demo: warmUp must be an integer >= 0, got -1",
  });
  assert.throws(() => run(echo, workload.poisson(1, { clients: "LNA" })), {
    message: /^workload: unknown client place "LNA"/,
  });
  assert.throws(() => run(echo, workload.poisson(1, { clients: "node 3" })), {
    message: 'workload: client at "node 3" must name a node from 0 to 0',
  });
});

test("the audit of messages notices one that vanishes", () => {
  const inside = TimedEngine.prototype as unknown as {
    deliver(this: object, slot: number, node: number): void;
  };
  const deliver = inside.deliver;
  let calls = 0;
  inside.deliver = function (slot, node) {
    if (++calls === 50) (this as { slots: { give(slot: number): void } }).slots.give(slot);
    else deliver.call(this, slot, node);
  };
  try {
    const system = buildSystem(protocolNamed("multi-paxos"), {
      network: networks.lan({ nodes: 5, rtt: ms(1) }),
    });
    assert.throws(
      () =>
        simulateRun(protocolNamed("multi-paxos"), system, workload.poisson(100), { seed: 1, operations: 50 }),
      {
        message:
          /^simulate multi-paxos: audit sent \+ duplicated = delivered \+ dropped \+ in flight must hold, got \d+ and \d+$/,
      },
    );
  } finally {
    inside.deliver = deliver;
  }
});

test("a barrier holds an answer until the records before it are durable", () => {
  const mixed = demo((_node, operation, ctx) => {
    if (operation.id === 0) ctx.persist({});
    else ctx.barrier();
    ctx.reply(operation, operation.id);
  });
  // Asked for at 1, 2, … 20 s; the one write lasts from 1 s to 11.5 s.
  const system = { ...one, disk: disk.fsync(10.5) };
  const { history } = run(mixed, workload.deterministic(1), { operations: 20, history: "keep" }, system);
  for (const { invoked, completed } of history) {
    assert.ok(Math.abs(completed - Math.max(invoked, 11.5)) < 1e-9, `${invoked} s ended at ${completed} s`);
  }
});
