/** Where the time of each operation went adds up to its latency, whatever the protocol; `engine.test.ts` has the log's. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { exponential } from "../core/distributions.ts";
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
