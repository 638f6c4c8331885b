/** The parts of every operation's latency add up to it, for every protocol under settings and loads drawn at random. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Distribution, exponential, lognormal } from "../core/distributions.ts";
import { DomainError, LimitError } from "../core/errors.ts";
import { cpu, disk } from "../core/machines.ts";
import { networks } from "../core/networks.ts";
import type { Parameter } from "../core/parameters.ts";
import { type RandomStream, randomStreams } from "../core/random.ts";
import type { SystemSpec, WorkloadSpec } from "../core/system.ts";
import { Mbps, ms, type Seconds, us } from "../core/units.ts";
import { workload } from "../core/workloads.ts";
import { protocolIndex } from "../protocols/index.ts";
import { buildSystem } from "../protocols/system.ts";
import { OK } from "./history.ts";
import type { AnyProtocol } from "./protocol.ts";
import { type RunResult, simulateRun } from "./run.ts";

/** Systems of each protocol that are run. */
const SYSTEMS = 10;
/** Draws after which a protocol that refuses all settings has failed. */
const DRAWS = 2000;

const one = <T>(random: RandomStream, ...choices: readonly T[]): T => choices[random.integer(choices.length)];

/** A value near the default of a setting: the words and switches, small numbers, times of this network's order. */
function value(random: RandomStream, parameter: Parameter): unknown {
  if (parameter.kind === "boolean") return random.integer(2) === 1;
  if (parameter.kind === "choice") return one(random, ...parameter.choices);
  if (parameter.integer) return one(random, 0, 1, 2, 3, 4, 8, 16);
  if (parameter.dimension === "time") return one(random, 0, 0.004, 0.05, 0.5);
  return (parameter.default ?? 1) * one(random, 0.5, 1, 2);
}

function randomMachines(random: RandomStream): Parameters<typeof buildSystem>[1] {
  const ports = {
    jitter: one(random, 0, 0, 0.3),
    order: one(random, "stream", "datagram"),
    bandwidth: Mbps(one(random, 20, 200)),
  } as const;
  const nodes = one(random, 1, 2, 3, 3, 4, 5, 7);
  const rtts = Array.from({ length: nodes - 1 }, (_, i) => 0.004 * (i + 1));
  const costs = one<Distribution | Seconds>(random, us(0), us(20), exponential(us(50)));
  return {
    network:
      random.integer(2) === 0
        ? networks.lan({ nodes, rtt: ms(2), ...ports })
        : networks.star({ rtts, ...ports }),
    cpu: cpu({ receive: costs, send: one(random, us(0), us(10)), cores: one(random, 1, 1, 2) }),
    disk: one(
      random,
      null,
      disk.fsync(ms(1)),
      disk.fsync(exponential(ms(1))),
      disk.fsync(lognormal({ mean: 0.001, scv: 2 })),
    ),
  };
}

function randomLoad(random: RandomStream, decidesOnce: boolean): WorkloadSpec {
  const options = {
    payload: one(random, 0, 100, 20_000),
    reads: one(random, 0, 0.5, 1),
    keys: one(random, 1, 4),
  };
  if (decidesOnce) return workload.closed(1, { payload: options.payload });
  return random.integer(3) === 0
    ? workload.closed(one(random, 1, 4), { ...options, think: ms(one(random, 0, 2)) })
    : workload.poisson(one(random, 20, 200), options);
}

/** Draws until the protocol takes the settings; those that cannot be together are refused by name. */
function randomSystem(random: RandomStream, protocol: AnyProtocol): SystemSpec {
  for (let draw = 0; draw < DRAWS; draw++) {
    const chosen = Object.entries(protocol.parameters).filter(() => random.integer(4) === 0);
    const settings = Object.fromEntries(chosen.map(([name, rule]) => [name, value(random, rule)]));
    try {
      return buildSystem(protocol, { ...randomMachines(random), ...settings });
    } catch (error) {
      assert.ok(error instanceof DomainError, String(error));
    }
  }
  throw new Error(`${protocol.name} took none of ${DRAWS} systems`);
}

/** A run, or null where its settings never let it end: duelling proposers, more load than is served. */
function finished(...given: Parameters<typeof simulateRun>): RunResult | null {
  try {
    return simulateRun(...given);
  } catch (error) {
    if (error instanceof LimitError) return null;
    throw error;
  }
}

for (const protocol of protocolIndex.values())
  test(`${protocol.name}: the parts add up within 1e-9 under ${SYSTEMS} random systems and loads`, () => {
    const random = randomStreams(11).child(protocol.name).stream("systems");
    let checked = 0;
    for (let i = 0; i < SYSTEMS; i++) {
      const system = randomSystem(random, protocol);
      const load = randomLoad(random, protocol.name === "paxos");
      const told = JSON.stringify({ system, load });
      let traced = 0;
      let ok = 0;
      const run = finished(protocol, system, load, {
        seed: i,
        operations: protocol.name === "paxos" ? 1 : 60,
        attribution: true,
        maxEvents: 60_000,
        completion: (_commit, latency, _read, outcome, parts) => {
          if (outcome !== OK) return;
          ok++;
          if (parts === null) return;
          traced++;
          const sum = Object.values(parts).reduce((a, b) => a + b, 0);
          assert.ok(Math.abs(sum - latency) <= 1e-9 * latency, `${sum} is not ${latency}: ${told}`);
          for (const [part, seconds] of Object.entries(parts))
            assert.ok(seconds >= -1e-12, `${part} ${seconds}: ${told}`);
        },
      });
      if (run === null) continue;
      assert.equal(run.untraced, ok - traced, told);
      // The tracer remembers 2^18 steps: in a longer queue (heartbeats faster than a port takes them) a path is forgotten.
      if (run.events < 50_000) assert.equal(run.untraced, 0, told);
      checked += traced;
    }
    assert.ok(checked > 0);
  });
