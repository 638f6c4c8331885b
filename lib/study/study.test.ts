import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { ms } from "../core/units.ts";
import { workload } from "../core/workloads.ts";
import { claim } from "./claim.ts";
import { mm1Study, raftSystem, server } from "./study.fixture.ts";
import { study } from "./study.ts";

const QUIET = { progress: false, workers: 1 } as const;

test("M/M/1 built from the engine's own node agrees with its closed form at 0.5, 0.8 and 0.9", async () => {
  const result = await mm1Study([500, 800, 900]).run({
    ...QUIET,
    seed: 7,
    precision: 0.02,
    operations: 20_000,
    warmUp: { rule: "fixed", operations: 2000 },
    measure: "clientLatency",
    maxReplications: 400,
  });
  for (const row of result.rows) {
    const [mean] = row.comparisons;
    const rho = Number(row.point["rate"]) / 1000;
    // 1/(mu - lambda), Kleinrock 1975: independent of the model's own code.
    assert.ok(Math.abs((mean.prediction ?? 0) - 0.001 / (1 - rho)) < 1e-12);
    assert.equal(mean.measure, "clientLatency");
    assert.equal(mean.verdict, "agrees", `${row.key}: error ${mean.error}`);
    assert.equal(row.state, "steady");
    assert.equal(row.precisionReached, true);
    const estimate = row.measures.clientLatency;
    assert.ok(estimate !== null && estimate.halfWidth / estimate.mean <= 0.02);
    assert.equal(estimate.n, row.replications);
    assert.equal(row.ended.ok, row.replications * 20_000);
    const busy = row.measures.cpuUtilisation;
    assert.ok(busy !== null && Math.abs(busy.mean - rho) < 0.01, `${busy?.mean}`);
  }
});

test("a wrong formula differs, and a short run is undecided", async () => {
  const options = { ...QUIET, seed: 7, operations: 5000, measure: "clientLatency", precision: 0.1 } as const;
  const result = await mm1Study([800], 0.001).run(options);
  assert.equal(result.rows[0].comparisons[0].verdict, "undecided");
  const wrong = study({ system: server(), workload: workload.poisson(800) }).compareWith(
    {
      id: "wrong",
      title: "half the truth",
      outputs: { latency: { tex: "T", dimension: "time", meaning: "latency" } },
      evaluate: () => ({ stable: true, outputs: { latency: 0.0025 } }),
    },
    { tolerance: 0.05, map: { clientLatency: "latency" }, inputs: () => ({}) },
  );
  const [row] = (await wrong.run(options)).rows;
  assert.equal(row.comparisons[0].verdict, "differs");
  assert.ok((row.comparisons[0].error ?? 0) > 0.8);
});

test("overload ends, is called unstable and claims no mean; the model's unstable agrees with it", async () => {
  const result = await mm1Study([900, 1200, 100_000]).run({ ...QUIET, seed: 3, measure: "clientLatency" });
  assert.deepEqual(
    result.rows.map((row) => row.state),
    ["steady", "unstable", "unstable"],
  );
  const [, over, far] = result.rows;
  for (const row of [over, far]) {
    assert.equal(row.measures.clientLatency, null);
    assert.equal(row.precisionReached, false);
    assert.equal(row.comparisons[0].verdict, "agrees");
    assert.match(row.comparisons[0].unstable ?? "", /^unstable: utilisation/);
    // What is served is known: one operation a millisecond.
    const served = row.measures.throughput;
    assert.ok(served !== null && Math.abs(served.mean - 1000) < 3 * served.halfWidth + 1, `${served?.mean}`);
  }
  // At utilisation 1.2 latency grows by 0.2 s in a second of load.
  assert.match(over.reason ?? "", /^latency grows by 2\d\d ms in a second of load \(1\d\d ms to 2\d\d ms\)$/);
  assert.ok((over.transient?.clientLatency.mean ?? 0) > 0.1);
});

test("near the edge of stability longer replications are taken, and no biased mean is claimed", async () => {
  const result = await mm1Study([700, 990]).run({
    ...QUIET,
    seed: 5,
    measure: "clientLatency",
    maxReplications: 40,
  });
  const [settled, edge] = result.rows;
  assert.equal(settled.operations, 5000);
  assert.equal(edge.operations, 80_000);
  assert.equal(edge.warmUp, 16_000);
  if (edge.state !== "steady") {
    assert.equal(edge.state, "unsettled");
    assert.equal(edge.measures.clientLatency, null);
    assert.equal(edge.comparisons[0].verdict, "undecided");
  }
});

test("with a stated length too short for the queue's memory the row says so", async () => {
  const result = await mm1Study([980]).run({
    ...QUIET,
    seed: 5,
    measure: "clientLatency",
    operations: 2000,
    warmUp: { rule: "fixed", operations: 0 },
    maxReplications: 30,
  });
  const [row] = result.rows;
  assert.equal(row.state, "unsettled");
  assert.equal(row.operations, 2000);
  assert.match(row.reason ?? "", /measure more operations/);
});

test("MSER-5 finds a warm-up in pilots and keeps it for the point", async () => {
  const result = await mm1Study([800]).run({
    ...QUIET,
    seed: 5,
    measure: "clientLatency",
    precision: 0.1,
    warmUp: { rule: "mser-5" },
  });
  const [row] = result.rows;
  assert.ok(row.warmUp > 0 && row.warmUp <= row.operations, `${row.warmUp}`);
  assert.equal(row.warmUp % 5, 0);
  assert.match(result.table().toString(), /after a warm-up of \d+ \(MSER-5\)/);
});

test("a limit on events is a state of its own", async () => {
  const result = await mm1Study([500]).run({ ...QUIET, seed: 5, maxEvents: 3000 });
  assert.equal(result.rows[0].state, "limit");
  assert.match(result.rows[0].reason ?? "", /^station: run must end within 3000 events/);
  assert.equal(result.rows[0].measures.throughput, null);
});

test("a point's numbers do not depend on what other points there are", async () => {
  const options = { ...QUIET, seed: 11, operations: 1000, precision: 0.2 } as const;
  const alone = await mm1Study([500]).run(options);
  const among = await mm1Study([700, 500, 300]).run(options);
  assert.deepEqual(among.at({ rate: 500 }), alone.rows[0]);
  const other = await mm1Study([500]).run({ ...options, seed: 12 });
  assert.notDeepEqual(other.rows[0].measures, alone.rows[0].measures);
});

test("common random numbers pair two designs and narrow their difference", async () => {
  const designs = (commonRandomNumbers: boolean) =>
    study({ system: (p) => raftSystem(p.nodes), workload: workload.poisson(100, { payload: 1000 }) })
      .sweep({ nodes: [3, 5] })
      .run({ ...QUIET, seed: 2, operations: 500, commonRandomNumbers });
  const paired = await designs(true);
  const apart = await designs(false);
  const gap = (result: Awaited<ReturnType<typeof designs>>): number => {
    const [a, b] = result.rows.map((row) => row.measures.throughput?.mean ?? 0);
    return Math.abs(a - b) / a;
  };
  // The same arrivals at both points: throughput differs by the last answers only.
  assert.ok(gap(paired) < 1e-3, `${gap(paired)}`);
  assert.ok(gap(apart) > gap(paired));
});

test("the parts of the latency add up to it, for every operation", async () => {
  const result = await study({
    system: raftSystem(),
    workload: (p) => workload.poisson(p.rate, { payload: p.payload, clients: "LAN" }),
  })
    .sweep({ rate: [20], payload: [100, 10_000] })
    .run({ ...QUIET, seed: 4, operations: 1000, attribution: true });
  for (const row of result.rows) {
    const { parts, sumError, untraced } = result.attribution(row.point);
    assert.ok(sumError < 1e-9, `${sumError}`);
    assert.equal(untraced, 0);
    const sum = Object.values(parts).reduce((total, part) => total + part.mean, 0);
    const latency = row.measures.clientLatency?.mean ?? 0;
    assert.ok(Math.abs(sum / latency - 1) < 1e-9, `${sum} ${latency}`);
    // Each part by hand: the client is one jittered LAN round trip away, the disk takes 1 ms.
    assert.ok(Math.abs(parts.clientPropagation.mean - 0.001) < 1e-5);
    assert.ok(parts.disk.mean <= 0.001 + 1e-12);
  }
  // One copy out, one vote back, one answer to the client: payload and three headers of 64 bytes at 10 Mbit/s.
  const transmission = result.rows.map((row) => row.attribution?.parts.egressTransmission.mean ?? 0);
  assert.ok(Math.abs(transmission[0] - ((100 + 3 * 64) * 8) / 1e7) < 1e-12, `${transmission[0]}`);
  assert.ok(Math.abs(transmission[1] - ((10_000 + 3 * 64) * 8) / 1e7) < 1e-12, `${transmission[1]}`);
});

test("a closed load waits for its answers: throughput is users over think and response time", async () => {
  const result = await study({
    system: server(),
    workload: (p) => workload.closed(p.users, { think: ms(3) }),
  })
    .sweep({ users: [1, 8] })
    .run({ ...QUIET, seed: 6, precision: 0.02, measure: "throughput" });
  // One user: 1/(3 ms + 1 ms). Eight users, think time fixed: at most one answer a millisecond.
  const [one, eight] = result.rows.map((row) => row.measures.throughput);
  assert.ok(one !== null && Math.abs(one.mean - 250) < 3 * one.halfWidth, `${one?.mean}`);
  assert.ok(eight !== null && eight.mean > 900 && eight.mean < 1000 + eight.halfWidth, `${eight?.mean}`);
  assert.deepEqual(
    result.rows.map((row) => row.state),
    ["steady", "steady"],
  );
});

test("knees lie between the last point that meets the target and the first that misses it", async () => {
  const result = await mm1Study([500, 700, 900, 1200]).run({
    ...QUIET,
    seed: 7,
    precision: 0.05,
    operations: 10_000,
    measure: "clientLatency",
  });
  // Mean 1/(mu - lambda) = 5 ms at 800/s.
  const [mean] = result.knee({ mean: ms(5) });
  assert.equal(mean.target, "mean of clientLatency <= 5 ms");
  assert.equal(mean.simulated.meets, 700);
  assert.equal(mean.simulated.misses, 900);
  const value = mean.simulated.value ?? 0;
  assert.ok(value > 700 && value < 900, `${value}`);
  assert.ok(Math.abs((mean.modelled[0].value ?? 0) - 800) < 1e-6);
  // p99 = -ln(0.01)/(mu - lambda) = 20 ms at 769.74/s.
  const [p99] = result.knee({ p99: "20 ms" });
  assert.ok(Math.abs((p99.modelled[0].value ?? 0) - (1000 + Math.log(0.01) / 0.02)) < 1e-6);
  const [all] = result.knee({ mean: 10 });
  assert.deepEqual(
    [all.simulated.meets, all.simulated.misses, all.simulated.note],
    [900, 1200, "the point that misses it is unstable"],
  );
  const [none] = result.knee({ mean: "1 us" });
  assert.deepEqual([none.simulated.meets, none.simulated.misses], [null, 500]);
  assert.equal(none.simulated.note, "the lowest rate misses it");
  assert.equal(none.modelled[0].note, "the lowest rate misses it");
  const table = result.kneeTable({ mean: ms(5) }).toString();
  assert.match(table, /700 1\/s .* 900 1\/s +800 1\/s/);
  assert.equal(inspect(result.knee({ mean: ms(5) })), table, "a notebook and a console show the table");
});

test("a claim that does not hold stops", () => {
  claim("one is one", 1 > 0);
  assert.throws(() => claim("one is two", 1 > 2), {
    name: "DomainError",
    message: 'claim: "one is two" must hold, got false',
  });
  assert.throws(() => claim("maybe", undefined as unknown as boolean), {
    message: 'claim: "maybe" must be true or false, got undefined',
  });
});
