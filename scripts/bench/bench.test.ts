/** The benchmark's own arithmetic and plumbing. Nothing here depends on how fast anything runs. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { DataError, DomainError, UsageError } from "../../lib/core/errors.ts";
import { EventQueue } from "../../lib/core/event-queue.ts";
import { randomStreams } from "../../lib/core/random.ts";
import { agreements } from "./agreement.ts";
import { runProgram } from "./program.ts";
import {
  type BareQueue,
  BinaryHeap,
  FourAryHeap,
  InterleavedHeap,
  OpenRootHeap,
  SortedArray,
} from "./queues.ts";
import { type Report, readReport } from "./report.ts";
import { makeRows, median } from "./rows.ts";
import { type BenchOptions, runBench, runWorkload, type World } from "./run-bench.ts";
import { type Command, commandOf, compiler, ROOT } from "./tools.ts";
import { type Engine, WORKLOADS, type Workload, workloadsNamed } from "./workloads.ts";

const engine = (name: string, first: readonly string[] = []): Engine => ({
  engine: name,
  tool: { kind: "c++", source: `${name}.cpp` },
  first,
  pace: 10_000,
});

const workload = (engines: readonly Engine[], more: Partial<Workload> = {}): Workload => ({
  name: "T",
  title: "test",
  unit: "operations/s",
  size: 3,
  mean: { of: "things", expected: 1 },
  engines,
  ...more,
});

const report = (rate: number, mean = 1, more: Partial<Report> = {}): Report => ({
  workload: "t",
  engine: "t",
  rate,
  mean,
  operations: 1000,
  seconds: 1000 / rate,
  ...more,
});

test("a report is the last line of JSON; a report that cannot be is refused", () => {
  const line = '{"workload":"hold","engine":"x","rate":2,"mean":0.5,"operations":10,"seconds":5}';
  assert.equal(readReport("x", `warming up\n{"rate":1}\n${line}\ndone\n`).rate, 2);
  const refused: readonly (readonly [output: string, message: string])[] = [
    ["", 'bench: x: output must have a line of JSON, got ""'],
    ["{oops", 'bench: x: output must have a line of JSON, got "{oops"'],
    [line.replace('"rate":2', '"rate":0'), "bench: x: rate must be a number > 0, got 0"],
    [line.replace('"rate":2', '"rate":"2"'), 'bench: x: rate must be a number > 0, got "2"'],
    [line.replace('"seconds":5', '"seconds":null'), "bench: x: seconds must be a number > 0, got null"],
    [line.replace('"operations":10,', ""), "bench: x: operations must be a number > 0, got undefined"],
    [line.replace('"mean":0.5', '"mean":null'), "bench: x: mean must be a number, got null"],
  ];
  for (const [output, message] of refused)
    assert.throws(() => readReport("x", output), new DataError(message));
});

test("the median is the middle value, or the mean of the two in the middle", () => {
  assert.equal(median([5, 1, 9]), 5);
  assert.equal(median([4, 1, 9, 6]), 5);
  assert.equal(median([7]), 7);
  assert.throws(() => median([]), DomainError);
});

test("a ratio is the median of the ratios within rounds, not the ratio of medians", () => {
  const rows = makeRows(workload([]), [
    // The machine slows down by half from round to round; the second engine is always at 0.5, 0.6, 0.7.
    { engine: "base", warmUp: report(1), measured: [report(1000), report(500), report(250)] },
    { engine: "other", warmUp: report(1), measured: [report(500), report(300), report(175)] },
  ]);
  const [base, other] = rows;
  assert.equal(base.ratio, 1);
  assert.equal(other.rate, 300);
  assert.equal(other.ratio, 0.6);
  assert.equal(other.baseline, "base");
  assert.deepEqual(other.spread, [175, 500]);
  assert.equal(other.runs, 3);
  assert.equal(other.operations, 1000);
  assert.equal(other.unit, "operations/s");
});

test("memory is read from the peak and held against its limit", () => {
  const limited = workload([], { reading: "peak", limit: { name: "limit", value: 600 }, unit: "MB" });
  const [row] = makeRows(limited, [
    { engine: "ours", warmUp: null, measured: [report(5, 1, { peak: 150 })] }, //
  ]);
  assert.equal(row.rate, 150);
  assert.equal(row.ratio, 0.25);
  assert.equal(row.baseline, "limit");
  const silent = [{ engine: "ours", warmUp: null, measured: [report(5)] }];
  assert.throws(
    () => makeRows(limited, silent),
    new DomainError("bench: ours: peak must be reported, got none"),
  );
});

test("an engine whose mean disagrees is refused, by name", () => {
  const means = (values: readonly number[]) => values.map((mean) => report(100, mean));
  const runs = (name: string, values: readonly number[]) => ({
    engine: name,
    warmUp: null,
    measured: means(values),
  });
  const good = runs("base", [0.99, 1.01, 1.0, 1.005]);
  assert.equal(makeRows(workload([]), [good, runs("near", [1.012, 0.994, 1.003, 1.001])]).length, 2);
  assert.throws(
    () => makeRows(workload([]), [good, runs("far", [1.11, 1.13, 1.12, 1.125])]),
    /^DomainError: bench: T on far: mean of things must be 1\.00000 within 0\.0\d+, got 1\.12125$/,
  );
  // Without a known value the first engine is the reference.
  const unknown = workload([], { mean: { of: "things", expected: null } });
  assert.throws(() => makeRows(unknown, [good, runs("far", [1.11, 1.13, 1.12, 1.125])]), /on far/);
  // A baseline that is wrong itself is refused where the value is known.
  assert.throws(() => makeRows(workload([]), [runs("base", [2, 2.01, 1.99, 2.01, 1.99, 2])]), /on base/);
});

test("the tolerance is Student's, from the scatter of all engines weighed by their operations", () => {
  // Two engines, means 1 ± d over n and 4n operations: each gives 2·n·d² (the second with half the spread).
  const d = 0.01;
  const engines = [
    { engine: "a", means: [1 - d, 1 + d], operations: [1000, 1000] },
    { engine: "b", means: [1 - d / 2, 1 + d / 2], operations: [4000, 4000] },
  ];
  const [a, b] = agreements(engines, 1);
  // Student's quantile at 1 − 5e-6 with 2 degrees of freedom: t = (1 − α)·√(2/(1 − (1 − α)²)).
  const p = 1 - 1e-5;
  const t = p * Math.sqrt(2 / (1 - p * p));
  const perOperation = (2 * 1000 * d * d + (2 * 4000 * d * d) / 4) / 2;
  assert.ok(Math.abs(a.tolerance - t * Math.sqrt(perOperation / 2000)) < 1e-6 * a.tolerance);
  assert.ok(Math.abs(b.tolerance - t * Math.sqrt(perOperation / 8000)) < 1e-6 * b.tolerance);
  // One run each says nothing of chance, and nothing is refused.
  assert.ok(agreements([{ engine: "a", means: [9], operations: [10] }], 1)[0].agrees);
  // Where nothing is random, only rounding is forgiven.
  const exact = (mean: number) => ({ engine: "m", means: [mean, mean], operations: [5, 5] });
  assert.ok(agreements([exact(2), exact(2 + 1e-12)], null)[1].agrees);
  assert.ok(!agreements([exact(2), exact(2 + 1e-6)], null)[1].agrees);
});

/** A world of made-up engines that notes the order of runs. */
function fakeWorld(answers: Readonly<Record<string, Command | { missing: string }>>): {
  world: World;
  order: string[];
  seeds: number[];
  operations: number[];
} {
  const order: string[] = [];
  const seeds: number[] = [];
  const operations: number[] = [];
  const world: World = {
    command: async ({ engine }) => answers[engine],
    async run({ engine }, _command, _workload, count, seed) {
      order.push(engine);
      seeds.push(seed);
      operations.push(count);
      if (engine === "broken") throw new DataError("bench: broken: run must end well, got code 1");
      return report(engine === "base" ? 200 : 100, 1 + (seed % 2 === 0 ? 1e-3 : -1e-3), {
        operations: count,
      });
    },
  };
  return { world, order, seeds, operations };
}

const there: Command = { file: "x", first: [] };

test("engines take turns; what is missing or broken is left out with its reason", async () => {
  const { world, order, seeds, operations } = fakeWorld({
    absent: { missing: "no compiler here" },
    base: there,
    broken: there,
    other: { ...there, version: "1.2" },
  });
  const notes: string[] = [];
  const options: BenchOptions = { runs: 2, note: (text) => notes.push(text) };
  const engines = [engine("absent"), engine("base"), engine("broken"), engine("other")];
  const rows = await runWorkload(workload(engines), options, world);
  assert.deepEqual(order, ["base", "broken", "other", "base", "other", "base", "other"]);
  assert.deepEqual(seeds, [1, 1, 1, 2, 2, 3, 3]);
  assert.ok(operations.every((count) => count === 10_000));
  assert.deepEqual(notes, [
    "T: without absent: no compiler here",
    "T: without broken: bench: broken: run must end well, got code 1",
  ]);
  assert.deepEqual(
    rows.map((row) => [row.engine, row.ratio, row.baseline, row.runs]),
    [
      ["base", 1, "base", 2],
      ["other 1.2", 0.5, "base", 2],
    ],
  );
});

test("a broken engine of our own is an error, and so is a workload without engines", async () => {
  const { world } = fakeWorld({ broken: there, absent: { missing: "gone" } });
  const own: Engine = { ...engine("broken"), tool: { kind: "typescript", script: "ours/x.ts" } };
  await assert.rejects(runWorkload(workload([own]), {}, world), DataError);
  await assert.rejects(
    runWorkload(workload([engine("absent")]), {}, world),
    new DomainError("bench: T must have an engine at hand, got none"),
  );
});

test("quick runs are shorter and fewer; memory is measured once at full length", async () => {
  const quick = fakeWorld({ base: there });
  const [row] = await runWorkload(workload([engine("base")]), { quick: true }, quick.world);
  assert.equal(row.runs, 3);
  assert.ok(quick.operations.every((count) => count === 2000));
  const { world, operations } = fakeWorld({ base: there });
  const peak = workload([engine("base")], { reading: "peak", operations: 7e6 });
  await assert.rejects(runWorkload(peak, { quick: true }, world), /peak must be reported/);
  assert.deepEqual(operations, [7e6]);
});

test("names and options are checked", async () => {
  assert.deepEqual(
    workloadsNamed([]).map((w) => w.name),
    ["W1", "W2", "W3"],
  );
  assert.equal(workloadsNamed(["all"]).length, WORKLOADS.length);
  await assert.rejects(runBench({ only: ["W4"] }), /unknown workload "W4" .*did you mean W1/);
  await assert.rejects(runBench({ rnus: 3 } as never), UsageError);
  await assert.rejects(
    runWorkload(workload([engine("base")]), { runs: 0 }, fakeWorld({ base: there }).world),
    /bench: runs must be an integer >= 1 and <= 1000, got 0/,
  );
});

test("the waits of W2 are Erlang's", () => {
  const [w2, w28] = ["W2", "W2-8"].map((name) => workloadsNamed([name])[0].mean.expected as number);
  assert.ok(Math.abs(w2 - 4) < 1e-12);
  // C(8, 6.4) by its sum, as in any table.
  let sum = 0;
  let term = 1;
  for (let k = 0; k < 8; k++) {
    sum += term;
    term *= 6.4 / (k + 1);
  }
  const last = term / 0.2;
  assert.ok(Math.abs(w28 - last / (sum + last) / 1.6) < 1e-12);
  assert.equal(w28.toFixed(5), "0.28603");
});

test("aborting ends the running program and rejects with the reason", async () => {
  const controller = new AbortController();
  const reason = new Error("stop");
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const script = `require("fs").writeFileSync(${JSON.stringify(join(folder, "pid"))}, String(process.pid)); setInterval(() => {}, 1000)`;
  const running = runProgram(process.execPath, ["-e", script], { cwd: ROOT, signal: controller.signal });
  let pid = 0;
  while (pid === 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    try {
      pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    } catch {
      // not begun yet
    }
  }
  controller.abort(reason);
  await assert.rejects(running, reason);
  assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
  await assert.rejects(
    runProgram(process.execPath, ["-e", ""], { cwd: ROOT, signal: controller.signal }),
    reason,
  );
  rmSync(folder, { recursive: true });
});

test("a program that fails, or is not there, is a result", async () => {
  const failed = await runProgram(process.execPath, ["-e", "console.error('why'); process.exit(3)"], {
    cwd: ROOT,
  });
  assert.deepEqual([failed.code, failed.err.trim()], [3, "why"]);
  const none = await runProgram(join(ROOT, "no-such-program"), [], { cwd: ROOT });
  assert.equal(none.code, null);
  assert.match(none.err, /ENOENT/);
});

test("tools that are not there say how to have them", async () => {
  const npm = await commandOf({ kind: "typescript", script: "x.ts", npm: "no-such-package-at-all" });
  assert.deepEqual(npm, {
    missing: "npm package no-such-package-at-all is not installed (npm i --no-save simscript simjs)",
  });
  const python = await commandOf({
    kind: "python",
    module: "no_such_module_at_all",
    script: "x.py",
    install: "apt",
  });
  assert.deepEqual(python, { missing: "no python3 that has the module no_such_module_at_all (apt)" });
});

const noCompiler = compiler() === null ? "no g++" : false;

async function runCpp(source: string, words: readonly (string | number)[]): Promise<Report> {
  const command = await commandOf({ kind: "c++", source });
  assert.ok(!("missing" in command), JSON.stringify(command));
  const result = await runProgram(command.file, words.map(String), { cwd: ROOT });
  assert.equal(result.code, 0, result.err);
  return readReport(source, result.out);
}

test("the C++ baseline of W2 finds the closed form, with either queue", { skip: noCompiler }, async () => {
  const RUNS = 24;
  for (const [servers, expected] of [
    [1, 4],
    [8, 0.286028],
  ]) {
    const means: number[] = [];
    for (let seed = 1; seed <= RUNS; seed++) {
      const { mean, operations } = await runCpp("mmc.cpp", ["standard", servers, 50_000, seed]);
      assert.equal(operations, 50_000);
      means.push(mean);
    }
    const mean = means.reduce((sum, m) => sum + m, 0) / RUNS;
    const error = Math.sqrt(means.reduce((sum, m) => sum + (m - mean) ** 2, 0) / (RUNS - 1) / RUNS);
    assert.ok(Math.abs(mean - expected) < 5 * error, `${mean} ± ${error} is not ${expected}`);
    assert.ok(error < 0.03 * expected, `${error}`);
    // The same numbers in the same order: two queues that keep ties give the same run.
    assert.equal((await runCpp("mmc.cpp", ["four-ary", servers, 50_000, RUNS])).mean, means[RUNS - 1]);
  }
});

test("C++ and the project agree on W1 and W3", { skip: noCompiler }, async () => {
  for (const name of ["W1", "W3"]) {
    const whole = workloadsNamed([name])[0];
    const engines = whole.engines.filter(
      (one) => one.engine === "C++ std::priority_queue" || one.engine === "protolab",
    );
    const small: Workload = { ...whole, engines, operations: 20_000 };
    const rows = await runWorkload(small, { runs: 2 }, realWorld());
    assert.equal(rows.length, 2);
    assert.ok(rows[0].tolerance < 0.2 * rows[0].expected);
    if (name === "W3") assert.ok(Math.abs(rows[0].mean - 622e-6) < 5e-6, `${rows[0].mean} is not 622 us`);
  }
});

function realWorld(): World {
  return {
    command: (one) => commandOf(one.tool),
    async run(one, command, { size }, operations, seed) {
      const words = [...command.first, ...one.first, ...[size, operations, seed].map(String)];
      const result = await runProgram(command.file, words, { cwd: ROOT });
      assert.equal(result.code, 0, result.err);
      return readReport(one.engine, result.out);
    },
  };
}

test("the queues compared give one order, ties by push", () => {
  const kinds: readonly (new () => BareQueue)[] = [
    EventQueue,
    BinaryHeap,
    InterleavedHeap,
    OpenRootHeap,
    FourAryHeap,
    SortedArray,
  ];
  const orders = kinds.map((Kind) => {
    const queue = new Kind();
    const random = randomStreams(5).stream("ties");
    const popped: number[] = [];
    let pending = 0;
    for (let i = 0; i < 4000; i++) {
      if (pending === 0 || random.uniform() < (i < 2000 ? 0.6 : 0.4)) {
        queue.push(queue.time + random.integer(4), i);
        pending++;
      } else {
        popped.push(queue.pop());
        pending--;
      }
    }
    return popped;
  });
  assert.ok(orders[0].length > 1000);
  for (const order of orders) assert.deepEqual(order, orders[0]);
});
