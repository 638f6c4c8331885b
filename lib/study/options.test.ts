import assert from "node:assert/strict";
import { test } from "node:test";
import { workload } from "../core/workloads.ts";
import { mm1 } from "../models/queueing/mm1.ts";
import { type RunOptions, readRunOptions } from "./options.ts";
import { mm1Study, server } from "./study.fixture.ts";
import { study } from "./study.ts";

const bad = (options: unknown): (() => unknown) => {
  return () => readRunOptions(options as RunOptions);
};

test("every option outside its domain is refused in one grammar", () => {
  const cases: [unknown, string, string][] = [
    [undefined, "UsageError", "study: run needs options with a seed, got undefined"],
    [{}, "UsageError", "study: seed is missing (a whole number from 0 to 2^53 - 1)"],
    [{ seed: -1 }, "DomainError", "study: seed must be an integer >= 0 and <= 9007199254740991, got -1"],
    [{ seed: 0.5 }, "DomainError", "study: seed must be an integer >= 0 and <= 9007199254740991, got 0.5"],
    [
      { seed: 2 ** 53 },
      "DomainError",
      "study: seed must be an integer >= 0 and <= 9007199254740991, got 9007199254740992",
    ],
    [{ seed: "7" }, "DomainError", 'study: seed must be an integer >= 0 and <= 9007199254740991, got "7"'],
    [{ seed: 7, precision: 0 }, "DomainError", "study: precision must be > 0 and < 1, got 0"],
    [{ seed: 7, precision: Number.NaN }, "DomainError", "study: precision must be > 0 and < 1, got NaN"],
    [{ seed: 7, level: 1 }, "DomainError", "study: level must be > 0 and < 1, got 1"],
    [{ seed: 7, minReplications: 1 }, "DomainError", "study: minReplications must be an integer >= 5, got 1"],
    [{ seed: 7, maxReplications: 1 }, "DomainError", "study: maxReplications must be an integer >= 5, got 1"],
    [
      { seed: 7, minReplications: 9, maxReplications: 8 },
      "DomainError",
      "study: minReplications 9 must be <= maxReplications 8",
    ],
    [
      { seed: 7, operations: 5 },
      "DomainError",
      "study: operations must be an integer >= 10 and <= 100000000, got 5",
    ],
    [{ seed: 7, workers: 0 }, "DomainError", "study: workers must be an integer >= 1 and <= 256, got 0"],
    [
      { seed: 7, workers: "many" },
      "DomainError",
      'study: workers must be an integer >= 1 or "all", got "many"',
    ],
    [{ seed: 7, attribution: 1 }, "DomainError", "study: attribution must be true or false, got 1"],
    [{ seed: 7, histories: "off" }, "DomainError", 'study: histories must be true or false, got "off"'],
    [{ seed: 7, quantiles: [1] }, "DomainError", "study: quantile must be > 0 and < 1, got 1"],
    [
      { seed: 7, quantiles: 0.5 },
      "DomainError",
      "study: quantiles must be a list such as [0.5, 0.99], got 0.5",
    ],
    [
      { seed: 7, quantiles: [0.99], operations: 100 },
      "DomainError",
      "study: operations must be >= 500 for quantile 0.99, got 100",
    ],
    [
      { seed: 7, warmUp: { rule: "half" } },
      "UsageError",
      'study: unknown warm-up rule "half" (known: fixed, mser-5)',
    ],
    [
      { seed: 7, warmUp: { rule: "fixed" } },
      "DomainError",
      "study: operations of warmUp must be an integer >= 0, got undefined",
    ],
    [
      { seed: 7, warmUp: { rule: "mser-5", operations: 3 } },
      "UsageError",
      'study: unknown key of warmUp "operations" (known: rule)',
    ],
    [
      { seed: 7, measure: "comitLatency" },
      "UsageError",
      'study: unknown measure "comitLatency" (known: commitLatency, clientLatency, throughput, cpuUtilisation, cpuUtilisationMax, egressUtilisation, egressUtilisationMax, diskUtilisation, diskUtilisationMax, messagesPerOperation; did you mean commitLatency?)',
    ],
    [
      { seed: 7, measure: "commitLatency.q99" },
      "DomainError",
      'study: statistic of commitLatency must be mean or a percentile such as p99, got "q99"',
    ],
    [
      { seed: 7, measure: "throughput.p99" },
      "DomainError",
      'study: throughput has one number a replication and no "p99"',
    ],
    [{ seed: 7, measure: [] }, "DomainError", "study: measure must name at least 1 measure, got []"],
    [{ seed: 7, maxEvents: 0 }, "DomainError", "study: maxEvents must be an integer >= 1, got 0"],
  ];
  for (const [options, name, message] of cases) assert.throws(bad(options), { name, message });
  assert.throws(bad({ seed: 7, precison: 0.1 }), {
    name: "UsageError",
    message: /^study: unknown option "precison" \(known: seed, precision, .*; did you mean precision\?\)$/,
  });
  assert.throws(bad(JSON.parse('{"seed": 7, "__proto__": {}}')), { message: /unknown option "__proto__"/ });
});

test("defaults are filled in, and quantiles that a run is too short for are left out", () => {
  const { precision, level, minReplications, maxReplications, quantiles } = readRunOptions({ seed: 1 });
  assert.deepEqual(
    { precision, level, minReplications, maxReplications },
    {
      precision: 0.05,
      level: 0.95,
      minReplications: 5,
      maxReplications: 200,
    },
  );
  assert.deepEqual(quantiles, [0.5, 0.9, 0.99]);
  assert.deepEqual(readRunOptions({ seed: 1, operations: 100 }).quantiles, [0.5, 0.9]);
});

test("measures may have tolerances of their own: verdicts, tables and JSON go by them", async () => {
  const result = await study({ system: server(), workload: workload.poisson(500) })
    .compareWith(mm1, {
      tolerance: 0.2,
      inputs: () => ({ arrivalRate: 500, serviceTime: 0.001 }),
      map: { commitLatency: "responseTime", clientLatency: { output: "responseTime", tolerance: 0 } },
    })
    .run({ seed: 1, operations: 2000, minReplications: 5, maxReplications: 5, workers: 1, progress: false });
  const [loose, strict] = result.rows[0].comparisons;
  assert.equal(loose.verdict, "agrees");
  assert.notEqual(strict.verdict, "agrees", "nothing lies within no tolerance");
  assert.match(result.table().toString(), /mm1: tolerance 20 %, of clientLatency 0 %;/);
  assert.deepEqual(JSON.parse(JSON.stringify(result)).compared[0].tolerances, {
    commitLatency: 0.2,
    clientLatency: 0,
  });
});

test("a comparison must be stated in full", () => {
  const base = study({ system: server(), workload: workload.poisson(10) });
  const inputs = () => ({ arrivalRate: 10, serviceTime: 0.001 });
  const map = { clientLatency: "responseTime" };
  const cases: [() => unknown, string, string | RegExp][] = [
    [
      () => base.compareWith(mm1, undefined as never),
      "UsageError",
      "study: compareWith mm1: tolerance must be stated before the run, for instance { tolerance: 0.05 }",
    ],
    [
      () => base.compareWith(mm1, { map, inputs } as never),
      "UsageError",
      "study: compareWith mm1: tolerance must be stated before the run, for instance { tolerance: 0.05 }",
    ],
    [
      () => base.compareWith(mm1, { tolerance: -1, map, inputs }),
      "DomainError",
      "verdict: tolerance must be finite and >= 0, got -1",
    ],
    [
      () => base.compareWith(mm1, { tolerance: 0.05, map }),
      "UsageError",
      "study: compareWith mm1: inputs must be given, since the model cannot read them from a system: { inputs: (p) => ({ … }) }",
    ],
    [
      () => base.compareWith(mm1, { tolerance: 0.05, inputs }),
      "UsageError",
      /^study: compareWith mm1: map must say which output predicts which measure \(measures: commitLatency, .*; outputs: utilisation, .*\)$/,
    ],
    [
      () => base.compareWith(mm1, { tolerance: 0.05, inputs, map: { clientLatency: null as never } }),
      "UsageError",
      /^study: compareWith mm1: unknown output "null" \(known: utilisation, /,
    ],
    [
      () =>
        base.compareWith(mm1, {
          tolerance: 0.05,
          inputs,
          map: { clientLatency: { output: "responseTime", tolerance: -1 } },
        }),
      "DomainError",
      "verdict: tolerance must be finite and >= 0, got -1",
    ],
    [
      () =>
        base.compareWith(mm1, {
          tolerance: 0.05,
          inputs,
          map: { clientLatency: { output: "responseTime", tolerence: 1 } as never },
        }),
      "UsageError",
      'study: compareWith mm1: unknown option of map.clientLatency "tolerence" (known: output, tolerance; did you mean tolerance?)',
    ],
    [
      () => base.compareWith(mm1, { tolerance: 0.05, inputs, map: { clientLatency: "responsTime" } }),
      "UsageError",
      /^study: compareWith mm1: unknown output "responsTime" \(known: .*; did you mean responseTime\?\)$/,
    ],
    [
      () => base.compareWith({} as never, { tolerance: 0.05 }),
      "UsageError",
      "study: compareWith needs a model, got {}",
    ],
    [
      () => mm1Study([1]).compareWith(mm1, { tolerance: 0.05, map, inputs }),
      "UsageError",
      "study: compareWith mm1 must be stated once, got it twice",
    ],
  ];
  for (const [call, name, message] of cases) assert.throws(call, { name, message });
});

test("a study needs a system and a load", () => {
  assert.throws(() => study({} as never), {
    name: "UsageError",
    message: "study: system must be given, got undefined",
  });
  assert.throws(() => study({ system: server(), workload: 5 } as never), {
    message: "study: workload must be given, got 5",
  });
  assert.throws(() => study({ system: server(), workload: workload.poisson(1), nmae: "x" } as never), {
    message: 'study: unknown field "nmae" (known: system, workload, name, title, units; did you mean name?)',
  });
});
