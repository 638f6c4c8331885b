import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { workload } from "../core/workloads.ts";
import { closeWorkers, type Executor, inThisThread, onThreads } from "./execution.ts";
import type { ProgressReport } from "./progress.ts";
import { progressText } from "./progress.ts";
import { replicationSeed } from "./seeds.ts";
import { mm1Study, server } from "./study.fixture.ts";
import { study } from "./study.ts";

const folder = mkdtempSync(join(tmpdir(), "protolab-execution-"));
after(async () => {
  await closeWorkers();
  rmSync(folder, { recursive: true, force: true });
});

const SMALL = { seed: 1, operations: 500, precision: 0.2, progress: false } as const;
const crashing = () => onThreads(2, 0, fileURLToPath(new URL("./crash-worker.fixture.ts", import.meta.url)));

/** A study whose points tell the crashing worker what to do. */
const fragile = (crash: "once" | "always", rates: readonly number[]) =>
  study({
    system: server(),
    workload: (p: { rate: number; crash: string; mark: string }) => workload.poisson(p.rate),
  }).sweep({ rate: rates, crash: [crash], mark: [join(folder, crash)] });

test("a worker that is lost is replaced, and its task run again with the same numbers", async () => {
  const result = await fragile("once", [500]).runOn(SMALL, crashing());
  const honest = await fragile("once", [500]).runOn(SMALL, inThisThread);
  assert.equal(result.complete, true);
  assert.deepEqual(result.rows, honest.rows);
});

test("a worker that is lost twice is reported with point, replication and seed", async () => {
  const key = `{"crash":"always","mark":${JSON.stringify(join(folder, "always"))},"rate":500}`;
  await assert.rejects(fragile("always", [500]).runOn(SMALL, crashing()), (error: Error) => {
    assert.equal(error.name, "WorkerError");
    const head = `study: worker failed twice at point ${key}, replication 0, seed ${replicationSeed(1, key, 0)}: `;
    assert.ok(error.message.startsWith(head), error.message);
    return true;
  });
});

test("an error of a run names its point, replication and seed, and is not run again", async () => {
  let runs = 0;
  const counting: Executor = {
    workers: 1,
    run(task, signal) {
      runs++;
      return inThisThread.run(task, signal);
    },
  };
  const lost = study({ system: server(), workload: workload.poisson(10, { clients: "Atlantis" }) });
  const seed = replicationSeed(1, "{}", 0);
  await assert.rejects(lost.runOn(SMALL, counting), {
    name: "UsageError",
    message: `workload: unknown client place "Atlantis" (known: leader, node 0, LAN) (point {}, replication 0, seed ${seed})`,
  });
  assert.equal(runs, 1);
});

for (const workers of [1, 2]) {
  test(`a study that is stopped keeps what is finished, with ${workers} worker(s)`, async () => {
    const stop = new AbortController();
    const long = mm1Study([100, 200, 300, 400, 500, 600, 700, 800]);
    const options = { ...SMALL, operations: 20_000, precision: 0.02, workers, measure: "clientLatency" };
    const result = await long.run({
      ...options,
      signal: stop.signal,
      onProgress: ({ points }) => {
        if (points.done >= 2) stop.abort();
      },
    });
    assert.equal(result.complete, false);
    assert.ok(result.rows.length >= 2 && result.rows.length < 8, `${result.rows.length}`);
    assert.match(result.table().toString(), /stopped: \d of 8 points are finished/);
    const whole = await mm1Study([result.rows[0].point["rate"]]).run({ ...options, workers: 1 });
    assert.deepEqual(result.rows[0], whole.rows[0], "a finished point is that of an undisturbed run");
    const { files } = await result.export(join(folder, `stopped-${workers}`), { formats: ["csv", "json"] });
    assert.equal(files.length, 4);
    const written = JSON.parse(readFileSync(join(folder, `stopped-${workers}`, "result.json"), "utf8"));
    assert.equal(written.complete, false);
    assert.equal(written.rows.length, result.rows.length);
  });
}

test("a long study of one worker leaves this thread free", async () => {
  let ticks = 0;
  const clock = setInterval(() => ticks++, 1);
  const { rows } = await mm1Study([500]).run({
    ...SMALL,
    operations: 60_000,
    maxReplications: 5,
    workers: 1,
  });
  clearInterval(clock);
  // In this thread a timer would have its turn once a replication, and there are five.
  assert.ok(rows.length === 1 && ticks > 50, `${ticks} ticks`);
});

test("a study that is stopped before it begins has no rows, and says so", async () => {
  const result = await mm1Study([100]).run({ ...SMALL, workers: 1, signal: AbortSignal.abort() });
  assert.deepEqual([result.complete, result.rows.length], [false, 0]);
  assert.throws(() => result.table(), { message: "study: table needs at least 1 finished point, got 0" });
  const { files } = await result.export(join(folder, "nothing"), { formats: ["csv", "html"] });
  assert.ok(files.length > 0);
});

test("progress counts up to all points and tells what is left", async () => {
  const reports: ProgressReport[] = [];
  const result = await mm1Study([100, 200]).run({ ...SMALL, workers: 1, onProgress: (r) => reports.push(r) });
  const last = reports[reports.length - 1];
  assert.deepEqual(last.points, { done: 2, total: 2 });
  assert.equal(last.done, result.rows[0].replications + result.rows[1].replications);
  assert.equal(last.total, last.done);
  assert.ok(last.rate > 0);
  assert.equal(last.secondsLeft, 0);
  const text = progressText(
    {
      done: 10,
      total: 40,
      points: { done: 1, total: 4 },
      rate: 123_456.7,
      secondsLeft: 30.2,
      current: { point: '{"rate":100}', measure: "commit latency", precision: 0.0712 },
    },
    "load",
  );
  assert.equal(
    text,
    'load: 1 of 4 points, 123,457 operations/s, 30 s left; {"rate":100}: commit latency ± 7.1 %',
  );
});
