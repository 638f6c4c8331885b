/** Popularity in a workload: keys come by its law, arrivals stay what they were, and plain data is checked. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { keySampler, type PopularitySpec, popularity } from "../core/key-popularity.ts";
import { networks } from "../core/networks.ts";
import { canonicalJson } from "../core/system.ts";
import { workload } from "../core/workloads.ts";
import { station } from "../protocols/builders.ts";
import { protocolNamed } from "../protocols/index.ts";
import { type RunResult, simulateRun } from "./run.ts";

const system = station({ network: networks.lan({ nodes: 1, rtt: 0 }) });

function run(law: PopularitySpec | undefined, operations: number, reads = 0): RunResult {
  const load = workload.poisson(1000, { keys: 20, reads, ...(law === undefined ? {} : { popularity: law }) });
  return simulateRun(protocolNamed("station"), system, load, { seed: 5, operations, history: "keep" });
}

test("popularity: keys are touched by their law, within four standard deviations", () => {
  const operations = 20_000;
  for (const law of [popularity.zipf(20, 1.2), popularity.hot(20, { share: 0.7, hotKeys: 2 })]) {
    const counts = new Array<number>(20).fill(0);
    for (const row of run(law, operations).history) counts[row.key]++;
    const { probability } = keySampler(law);
    counts.forEach((count, key) => {
      const p = probability(key);
      assert.ok(Math.abs(count - operations * p) < 4 * Math.sqrt(operations * p * (1 - p)), `key ${key}`);
    });
  }
});

test("popularity: a hot spot that shifts moves with operations and with time", () => {
  const hot = popularity.hot(20, { share: 1 });
  const byCount = run(popularity.shifting(hot, { every: 100, step: 3 }), 400).history;
  for (const row of byCount) assert.equal(row.key, (3 * Math.floor(row.id / 100)) % 20);
  const byTime = run(popularity.shifting(hot, { every: 0.1, unit: "seconds", step: 1 }), 400).history;
  for (const row of byTime) assert.equal(row.key, Math.floor(row.invoked / 0.1) % 20);
});

test("popularity: arrivals, and reads under two uneven laws, are the same random numbers", () => {
  const [plain, zipf, hot] = [undefined, popularity.zipf(20, 1), popularity.zipf(20, 3)].map(
    (law) => run(law, 500, 0.5).history,
  );
  assert.deepEqual(
    plain.map((row) => row.invoked),
    zipf.map((row) => row.invoked),
  );
  assert.deepEqual(
    zipf.map((row) => row.kind),
    hot.map((row) => row.kind),
  );
  assert.notDeepEqual(
    zipf.map((row) => row.key),
    hot.map((row) => row.key),
  );
  const uniform = run(popularity.uniform(20), 500, 0.5).history;
  assert.deepEqual(uniform, plain);
});

test("popularity: part of the spec and its hash, uniform is the absence of another, nonsense is refused", () => {
  const law = popularity.zipf(20);
  const load = workload.poisson(10, { popularity: law });
  assert.equal(load.keys, 20);
  assert.match(canonicalJson(load), /"popularity":\{"exponent":0.99,"keys":20,"kind":"zipf"\}/);
  assert.equal(
    canonicalJson(workload.poisson(10, { popularity: popularity.uniform(20) })),
    canonicalJson(workload.poisson(10, { keys: 20 })),
  );
  const refused: [unknown, RegExp][] = [
    [{ kind: "zipff", keys: 3, exponent: 1 }, /^popularity: unknown kind "zipff" .*did you mean zipf\?/],
    [{ kind: "zipf", keys: 3, exponents: 1 }, /^popularity: unknown field "exponents" .*exponent\?/],
    [{ kind: "zipf", keys: 3, exponent: -1 }, /^popularity: exponent must be >= 0 and <= 20, got -1$/],
    [null, /^popularity: unknown kind/],
    [popularity.scan(law, { longest: 3 }), /^workload: reads must be > 0 where they are scans, got 0$/],
  ];
  for (const [given, message] of refused)
    assert.throws(() => workload.poisson(10, { popularity: given as PopularitySpec }), { message });
  assert.throws(() => workload.poisson(10, { keys: 5, popularity: law }), {
    message: "workload: keys must be those of the popularity, 20, got 5",
  });
});
