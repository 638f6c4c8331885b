/** Where the time of each operation went adds up to its latency, whatever the protocol; `engine.test.ts` has the log's. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { exponential } from "../core/distributions.ts";
import { fault } from "../core/faults.ts";
import { cpu, disk } from "../core/machines.ts";
import { networks } from "../core/networks.ts";
import { Mbps, ms, us } from "../core/units.ts";
import { workload } from "../core/workloads.ts";
import { protocolNamed } from "../protocols/index.ts";
import { buildSystem } from "../protocols/system.ts";
import { OK } from "./history.ts";
import { simulateRun } from "./run.ts";

const MACHINES = {
  cpu: cpu({ receive: us(300), send: us(40) }),
  disk: disk.fsync(exponential(ms(1))),
};
const wan = networks.star({ rtts: [ms(10), ms(20), ms(30), ms(40)], bandwidth: Mbps(20), jitter: 0.1 });
const SYSTEMS: readonly (readonly [name: string, given: Readonly<Record<string, unknown>>])[] = [
  ["station", { network: networks.lan({ nodes: 1, rtt: 0 }), cpu: cpu({ receive: exponential(ms(5)) }) }],
  ["paxos", { network: wan, ...MACHINES }],
  ["raft", { network: wan, ...MACHINES, batchDelay: ms(2), batchMax: 8 }],
  ["multi-paxos", { network: wan, ...MACHINES, batchDelay: ms(2), batchMax: 8 }],
  ["zab", { network: wan, ...MACHINES }],
  ["mencius", { network: wan, ...MACHINES }],
  ["epaxos", { network: wan, ...MACHINES }],
];

for (const [name, given] of SYSTEMS)
  test(`${name}: the parts of every operation's latency add up to it within 1e-9`, () => {
    const protocol = protocolNamed(name);
    let checked = 0;
    const load = name === "paxos" ? workload.closed(1) : workload.poisson(100, { payload: 2000 });
    const run = simulateRun(protocol, buildSystem(protocol, given as never), load, {
      seed: 5,
      operations: name === "paxos" ? 1 : 300,
      attribution: true,
      completion: (_commit, latency, _read, outcome, parts) => {
        if (outcome !== OK) return;
        assert.ok(parts !== null);
        checked++;
        const sum = Object.values(parts).reduce((a, b) => a + b, 0);
        assert.ok(Math.abs(sum - latency) <= 1e-9 * latency, `${sum} is not ${latency}`);
        for (const [part, seconds] of Object.entries(parts))
          assert.ok(seconds >= -1e-12, `${part} ${seconds}`);
      },
    });
    assert.equal(run.untraced, 0);
    assert.ok(checked > 0 && checked === run.operations.ok, `${checked} of ${run.operations.ok}`);
  });

/** A worker of 10 ms a request, constant, behind a router: half an RTT each way, and 100 µs in and 20 µs out a message. */
const WORKERS = {
  network: networks.lan({ nodes: 2, rtt: ms(2) }),
  cpu: cpu({ receive: us(100), send: us(20) }),
  serviceTime: ms(10),
  serviceScv: 0,
};
const AT_WORK: readonly (readonly [name: string, given: Readonly<Record<string, unknown>>])[] = [
  ["balancer", { ...WORKERS, policy: "random" }],
  ["sharded-store", { ...WORKERS, keySpace: 100 }],
];

for (const [name, given] of AT_WORK)
  test(`${name}: a worker's time is processor time, and an operation's wait for it is a wait`, () => {
    let waited = 0;
    const run = simulateRun(
      protocolNamed(name),
      buildSystem(protocolNamed(name), given as never),
      workload.poisson(70),
      {
        seed: 5,
        operations: 300,
        attribution: true,
        completion: (_commit, latency, _read, _outcome, parts) => {
          assert.ok(parts !== null, "no operation is lost");
          const near = (part: number, seconds: number): void =>
            assert.ok(Math.abs(part - seconds) < 1e-9, JSON.stringify(parts));
          // The request in, the job out and in, the service, the answer out and in, the client's answer out.
          near(parts.cpu, 0.01 + 3 * 100e-6 + 3 * 20e-6);
          near(parts.propagation, 0.002);
          near(parts.batchWait, 0);
          near(parts.cpu + parts.propagation + parts.clientPropagation + parts.cpuWait, latency);
          waited += parts.cpuWait;
        },
      },
    );
    // M/D/1 at a load of 0.7: 0.7 · 10 ms / (2 · 0.3) = 11.7 ms, for 300 requests within a factor of two.
    const mean = waited / run.operations.ok;
    assert.ok(mean > 0.0058 && mean < 0.0233, `${mean}`);
  });

/** Two stations of 10 ms a write and 5 ms a read, constant; the client stands beside the first. */
const STATIONS: readonly (readonly [what: string, given: Readonly<Record<string, unknown>>])[] = [
  ["first come, first served", {}],
  ["two servers", { servers: 2, serviceTime: ms(20), readTime: ms(10) }],
  ["shared", { discipline: "sharing" }],
  ["reads before writes", { discipline: "priority" }],
  ["reads that interrupt writes", { discipline: "preemptive" }],
  ["on to the next station", { onward: 0.5 }],
];

for (const [what, given] of STATIONS)
  test(`station, ${what}: what a request needed is processor time, and the rest of its stay a wait`, () => {
    const protocol = protocolNamed("station");
    const system = buildSystem(protocol, {
      network: networks.lan({ nodes: 2, rtt: ms(2) }),
      ...{ serviceTime: ms(10), readTime: ms(5), serviceScv: 0, ...given },
    } as never);
    const { readTime, serviceTime, onward } = system.settings;
    let [waited, stays] = [0, 0];
    const load = workload.poisson(onward === 0 ? 80 : 40, { reads: 0.4, clients: ["node 0"] });
    const run = simulateRun(protocol, system, load, {
      seed: 5,
      operations: 400,
      attribution: true,
      completion: (_commit, latency, isRead, _outcome, parts) => {
        assert.ok(parts !== null, "no operation is lost");
        const needed = Number(isRead ? readTime : serviceTime);
        // As often as it was served; each way to the next station takes a millisecond, and so does the answer from the second.
        const served = Math.round(parts.cpu / needed);
        assert.ok(served >= 1 && (onward !== 0 || served === 1), `served ${served} times`);
        assert.ok(Math.abs(parts.cpu - served * needed) < 1e-9, JSON.stringify(parts));
        assert.ok(
          Math.abs(parts.propagation - 1e-3 * 2 * Math.floor(served / 2)) < 1e-9,
          JSON.stringify(parts),
        );
        assert.ok(parts.batchWait === 0 && parts.cpuWait > -1e-12, JSON.stringify(parts));
        assert.ok(
          Math.abs(parts.cpu + parts.cpuWait + parts.propagation - latency) < 1e-9,
          JSON.stringify(parts),
        );
        waited += parts.cpuWait;
        stays++;
      },
    });
    assert.equal(run.untraced, 0);
    assert.ok(stays === 400 && waited / stays > 1e-3, `${waited / stays} s of waiting`);
  });

test("a read that the front cache answers has the time of the router's worker as processor time", () => {
  const protocol = protocolNamed("sharded-store");
  const settings = { ...WORKERS, keySpace: 1, frontKeys: 1, frontTime: ms(4) };
  let hits = 0;
  simulateRun(protocol, buildSystem(protocol, settings), workload.poisson(100, { reads: 1 }), {
    seed: 5,
    operations: 100,
    attribution: true,
    completion: (_commit, _latency, _read, _outcome, parts) => {
      if (parts === null || parts.propagation > 0) return; // asked the server: the cache was still empty
      hits++;
      assert.ok(Math.abs(parts.cpu - (0.004 + 100e-6 + 20e-6)) < 1e-9, JSON.stringify(parts));
      assert.ok(parts.batchWait === 0, JSON.stringify(parts));
    },
  });
  assert.ok(hits > 90, `${hits}`);
});

test("a worker whose node is paused meanwhile: the rest of the pause is a wait", () => {
  const protocol = protocolNamed("balancer");
  const faults = [fault.pause({ node: 1, at: "0.5 s", lasts: "3 s" })];
  const system = buildSystem(protocol, { ...WORKERS, serviceTime: 1, policy: "random", faults });
  const waits: number[] = [];
  const run = simulateRun(protocol, system, workload.closed(1), {
    seed: 5,
    operations: 1,
    attribution: true,
    completion: (_commit, _latency, _read, _outcome, parts) => waits.push(parts?.cpuWait ?? Number.NaN),
  });
  assert.equal(run.untraced, 0);
  // Begun half a round trip and two messages' time after it came (the client is some microseconds away), ended with the pause.
  const begun = 0.001 + 2 * 100e-6 + 20e-6;
  assert.ok(waits.length === 1 && Math.abs(waits[0] - (3.5 - 1 - begun)) < 2e-3, `${waits}`);
});
