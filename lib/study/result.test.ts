import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { exponential } from "../core/distributions.ts";
import { cpu } from "../core/machines.ts";
import { ms } from "../core/units.ts";
import { workload } from "../core/workloads.ts";
import { mm1 } from "../models/queueing/mm1.ts";
import { numberIn, readDataFile } from "./data-file.ts";
import type { KneeRequest } from "./knee.ts";
import type { StudyResult } from "./result.ts";
import { mm1Study, raftSystem, server } from "./study.fixture.ts";
import { study } from "./study.ts";
import { loadStudyFile } from "./study-file.ts";

const folder = mkdtempSync(join(tmpdir(), "protolab-result-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const OPTIONS = { seed: 1, operations: 500, precision: 0.2, progress: false, workers: 1 } as const;
let queue: StudyResult;
let group: StudyResult;
before(async () => {
  const measured = { ...OPTIONS, measure: "clientLatency" };
  queue = (await mm1Study([400, 600, 1500]).run(measured)) as unknown as StudyResult;
  group = (await study({
    system: (p) => raftSystem(p.nodes),
    workload: (p) => workload.poisson(p.rate, { payload: p.payload }),
    title: "Raft on a LAN",
  })
    .sweep({ nodes: [3, 5], rate: [10, 40], payload: [100, 1000] })
    .run({ ...OPTIONS, attribution: true })) as unknown as StudyResult;
});

test("a table has simulated ± interval, model, error, verdict and state", () => {
  const lines = queue.table().toString().split("\n");
  assert.match(lines[0], /^rate \[1\/s\] +client latency \[ms\] +mm1 +error +verdict +state +n$/);
  assert.match(lines[2], /^ +400 +\d\.\d+ ± \d\.\d+ +1\.667 +[+-]\d.* % +(agrees|undecided) +\d+$/);
  assert.match(lines[4], /^ +1500 +unstable +unstable +agrees +unstable +5$/);
  assert.match(
    lines[6],
    /^± 95 % intervals over n replications of 500 operations after a warm-up of 1000 \(fixed\); seed 1$/,
  );
  assert.equal(lines[7], "mm1: tolerance 5 %; leaves out nothing that the systems use");
  assert.match(queue.table().html(), /^<table class="protolab-table">/);
  const [first] = JSON.parse(JSON.stringify(queue.table())) as {
    measures: { clientLatency: { n: number } };
  }[];
  assert.equal(first.measures.clientLatency.n, queue.rows[0].replications);
  assert.throws(() => queue.table({ measures: ["speed"] }), {
    name: "UsageError",
    message: /unknown measure "speed"/,
  });
});

test("what the model leaves out stands beside every comparison", async () => {
  const twin = await study({ system: raftSystem(), workload: workload.poisson(10) })
    .compareWith(
      {
        id: "roundTrip",
        title: "one round trip",
        outputs: { latency: { tex: "T", dimension: "time", meaning: "latency" } },
        ignores: ["disk", "cpu", "batching"],
        evaluate: () => ({ stable: true, outputs: { latency: 0.001 } }),
        fromSystem: () => ({}),
      },
      { tolerance: 0.05, map: { commitLatency: "latency" } },
    )
    .run(OPTIONS);
  // Batching is off in this system, so it is not named.
  assert.deepEqual(twin.rows[0].predictions[0].notRepresented, ["disk", "cpu"]);
  assert.match(twin.comparison().toString(), /differs +disk, cpu/);
  assert.match(twin.table().toString(), /roundTrip: tolerance 5 %; leaves out disk, cpu/);
});

test("figures are drawn from the rows and refuse what they cannot draw", () => {
  const figure = queue.plot({ x: "rate", y: "clientLatency", quantiles: ["p50", "p99"] });
  assert.ok(figure.data.length > 0);
  assert.match(JSON.stringify(figure.layout.xaxis), /rate \[1\/s\]/);
  assert.match(
    JSON.stringify(figure.layout),
    /Simulated without a steady state, and not shown: 1 unstable of 3 points/,
  );
  const named = group.plot({ x: "rate", series: "payload", at: { nodes: 5 }, title: "Found" });
  assert.match(JSON.stringify(named.layout), /"text":"Found"/);
  assert.ok(queue.comparisonPlot().data.length > 0);
  assert.ok(queue.comparisonPlot({ view: "error", measure: "clientLatency.p99" }).data.length > 0);
  assert.ok(group.attributionPlot({ at: { nodes: 3 } }).data.length > 0);
  assert.throws(() => group.plot({ x: "rate" }), {
    name: "UsageError",
    message: /^study: plot: at must fix nodes, payload, for example \{ at: /,
  });
  assert.throws(() => group.plot({ x: "speed" }), {
    name: "UsageError",
    message: 'study: plot: unknown parameter "speed" (known: nodes, rate, payload)',
  });
  assert.throws(() => group.errorMap({ x: "rate", y: "payload" }), { message: /at must fix nodes/ });
  assert.throws(() => group.errorMap({ x: "rate", y: "payload", at: { nodes: 3 } }), {
    message: "study: errorMap needs compareWith a model, got none",
  });
  assert.throws(() => queue.attributionPlot(), {
    message: "study: attributionPlot needs a steady point of a run with attribution: true, got none",
  });
  assert.throws(() => queue.at({ rate: 5 }), {
    message: 'study: point must name one row, got 0 for {"rate":5}',
  });
});

test("an error map has a cell for every point, with its error and verdict", async () => {
  const grid = await study({
    system: (p) => ({ ...server(), cpu: cpu({ receive: exponential(p.service) }) }),
    workload: (p) => workload.poisson(p.rate),
    title: "M/M/1",
  })
    .sweep({ rate: [100, 400, 1600], service: [ms(0.5), ms(1)] })
    .compareWith(mm1, {
      tolerance: 0.05,
      map: { clientLatency: "responseTime" },
      inputs: (p) => ({ arrivalRate: p.rate, serviceTime: p.service }),
    })
    .run(OPTIONS);
  const figure = grid.errorMap({ x: "rate", y: "service" });
  const [map] = figure.data as unknown as { type: string; z: (number | null)[][] }[];
  assert.equal(map.type, "heatmap");
  assert.deepEqual([map.z.length, map.z[0].length], [2, 3]);
  // 1600/s of 1 ms is unstable in both: a cell without an error.
  assert.equal(grid.at({ rate: 1600, service: 0.001 }).comparisons[0].verdict, "agrees");
  assert.match(JSON.stringify(figure), /unstable/);
});

test("knees of a grid are one for each combination of the other parameters", () => {
  const knees = group.knee({ mean: "1 s" });
  assert.deepEqual(
    knees.map(({ point }) => point),
    [
      { nodes: 3, payload: 100 },
      { nodes: 3, payload: 1000 },
      { nodes: 5, payload: 100 },
      { nodes: 5, payload: 1000 },
    ],
  );
  assert.equal(knees[0].simulated.note, "the highest rate still meets it");
  const cases: [KneeRequest, string][] = [
    [{}, "study: knee needs exactly one target such as { p99: ms(200) }, got 0"],
    [{ mean: 1, p99: 1 }, "study: knee needs exactly one target such as { p99: ms(200) }, got 2"],
    [{ p99: "200" }, 'study: knee: p99 needs a unit (s, ms, us, µs, μs, ns), got "200"'],
    [{ p99: -1 }, "study: knee: p99 must be > 0 s, got -1"],
    [{ p95: 1 }, "study: knee: commitLatency.p95 must be measured; run with quantiles: [0.95]"],
    [{ mean: 1, along: "speed" }, 'study: knee: unknown parameter "speed" (known: nodes, rate, payload)'],
  ];
  for (const [request, message] of cases) assert.throws(() => group.knee(request), { message });
});

test("an export holds the same numbers in CSV, JSON and the rows", async () => {
  const into = join(folder, "a name with spaces, Ä");
  const { files, skipped } = await group.export(into, { formats: ["csv", "parquet", "json", "html"] });
  assert.deepEqual(skipped, []);
  assert.deepEqual(
    files.map((file) => file.slice(into.length + 1)),
    ["rows.csv", "rows.parquet", "columns.json", "result.json", "provenance.json", "report.html"],
  );
  const table = readDataFile(join(into, "rows.csv"));
  const described = JSON.parse(readFileSync(join(into, "columns.json"), "utf8")) as {
    name: string;
    unit: string;
  }[];
  assert.deepEqual(
    table.columns,
    described.map(({ name }) => name),
  );
  assert.equal(described.find(({ name }) => name === "commitLatency_p99_low")?.unit, "s");
  for (const [i, row] of group.rows.entries()) {
    const cell = (name: string): number | undefined =>
      numberIn(table.rows[i].cells[table.columns.indexOf(name)]);
    assert.equal(cell("nodes"), row.point["nodes"]);
    assert.equal(cell("commitLatency_mean"), row.measures.commitLatency?.mean);
    assert.equal(cell("commitLatency_p99_high"), row.measures.commitLatency?.quantiles["p99"].high);
    assert.equal(cell("part_disk_mean"), row.attribution?.parts.disk.mean);
  }
  const result = JSON.parse(readFileSync(join(into, "result.json"), "utf8"));
  assert.deepEqual(result.rows, JSON.parse(JSON.stringify(group.rows)));
  const provenance = JSON.parse(readFileSync(join(into, "provenance.json"), "utf8"));
  assert.deepEqual([provenance.seed, provenance.node, provenance.complete], [1, process.version, true]);
  const report = readFileSync(join(into, "report.html"), "utf8");
  assert.ok(report.includes("<h1>Raft on a LAN</h1>") && report.includes("Plotly.newPlot"));
  const page = report.replace(/<script>[\s\S]*?<\/script>/g, "");
  assert.ok(!/(?:src|href)="https?:/.test(page), "the report loads nothing from a network");
});

test("an export that cannot be written names the file and keeps the rest", async () => {
  const blocked = join(folder, "blocked");
  mkdirSync(join(blocked, "rows.csv", "x"), { recursive: true });
  await assert.rejects(group.export(blocked, { formats: ["csv"] }), (error: Error) => {
    assert.equal(error.name, "DataError");
    assert.match(error.message, /rows\.csv: cannot be written \(E[A-Z]+: /);
    return true;
  });
  assert.ok(existsSync(join(blocked, "rows.csv", "x")));
  await assert.rejects(group.export(blocked, { formats: ["xlsx" as "csv"] }), {
    name: "UsageError",
    message: 'export: unknown format "xlsx" (known: csv, parquet, json, html, svg, png, pdf)',
  });
});

test("a sweep file is loaded with its study and options, and refused when it has none", async () => {
  const fixture = fileURLToPath(new URL("./study.fixture.ts", import.meta.url));
  const write = (name: string, body: string): string => {
    const path = join(folder, name);
    writeFileSync(path, body);
    return path;
  };
  const head = `import { mm1Study } from ${JSON.stringify(fixture)};\n`;
  const good = write(
    "good.mts",
    `${head}export const load = mm1Study([500]);\nexport const run = { seed: 3 };\n`,
  );
  const loaded = await loadStudyFile(good);
  assert.deepEqual(loaded.study.points(), [{ rate: 500 }]);
  assert.deepEqual(loaded.run, { seed: 3 });
  const named = write(
    "named.mts",
    `${head}export const other = mm1Study([1]);\nexport const study = mm1Study([2]);\n`,
  );
  assert.deepEqual((await loadStudyFile(named)).study.points(), [{ rate: 2 }]);
  const none = write("none.mts", "export const x = 1;\n");
  await assert.rejects(loadStudyFile(none), {
    name: "UsageError",
    message: `${none}: must export one study, or one named study, got x`,
  });
  const broken = write("broken.mts", 'throw new Error("oops");\n');
  await assert.rejects(loadStudyFile(broken), {
    name: "DataError",
    message: `${broken}: cannot be loaded (oops)`,
  });
  await assert.rejects(loadStudyFile("nowhere.ts"), {
    name: "DataError",
    message: "nowhere.ts: cannot be read (ENOENT: no such file or directory)",
  });
});
