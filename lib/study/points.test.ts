import assert from "node:assert/strict";
import { test } from "node:test";
import { disk } from "../core/machines.ts";
import { networks } from "../core/networks.ts";
import { KiB, ms, perSecond } from "../core/units.ts";
import { workload } from "../core/workloads.ts";
import { protocolNamed } from "../protocols/index.ts";
import { buildSystem } from "../protocols/system.ts";
import { server } from "./study.fixture.ts";
import { type Study, study } from "./study.ts";

const base = (): Study => study({ system: server(), workload: (p) => workload.poisson(p.rate ?? 1) });

const says = (name: string, message: string) => ({ name, message });

test("a sweep is the product of its axes, the first varying slowest", () => {
  const points = base()
    .sweep({ rate: perSecond.linspace(1, 2, 2), payload: [KiB(1), KiB(2)] })
    .points();
  assert.deepEqual(points, [
    { rate: 1, payload: 1024 },
    { rate: 1, payload: 2048 },
    { rate: 2, payload: 1024 },
    { rate: 2, payload: 2048 },
  ]);
});

test("zipped axes go together and cross the rest", () => {
  const points = base()
    .zip({ nodes: [3, 5], quorum: [2, 3] })
    .sweep({ rate: [10, 20] })
    .points();
  assert.deepEqual(points, [
    { nodes: 3, quorum: 2, rate: 10 },
    { nodes: 3, quorum: 2, rate: 20 },
    { nodes: 5, quorum: 3, rate: 10 },
    { nodes: 5, quorum: 3, rate: 20 },
  ]);
});

test("a filter drops points, and a study without a sweep has one", () => {
  const filtered = base()
    .sweep({ a: [1, 2, 3], b: [1, 2, 3] })
    .filter((p) => p.a < p.b)
    .points();
  assert.deepEqual(filtered, [
    { a: 1, b: 2 },
    { a: 1, b: 3 },
    { a: 2, b: 3 },
  ]);
  assert.deepEqual(base().points(), [{}]);
});

test("a study is a value: what is added to it leaves it as it was", () => {
  const one = base().sweep({ rate: [1, 2] });
  one.sweep({ payload: [1, 2] });
  assert.equal(one.points().length, 2);
});

test("points may have words and switches when the functions say so", () => {
  const words = study({
    system: server(),
    workload: (p: { rate: number; mode: "even" | "random" }) =>
      p.mode === "even" ? workload.deterministic(p.rate) : workload.poisson(p.rate),
  }).sweep({ rate: [1], mode: ["even", "random"] });
  assert.deepEqual(words.points(), [
    { rate: 1, mode: "even" },
    { rate: 1, mode: "random" },
  ]);
});

test("axes that cannot be are refused by name", () => {
  const cases: [() => unknown, string, string][] = [
    [() => base().sweep({ rate: [] }), "DomainError", "study: sweep rate must hold at least 1 value, got []"],
    [
      () => base().sweep({ rate: [1, 2, 1] }),
      "DomainError",
      "study: sweep rate must hold each value once, got 1 twice",
    ],
    [
      () => base().sweep({ rate: [1, Number.NaN] }),
      "DomainError",
      "study: sweep rate must hold finite numbers, texts or switches, got NaN",
    ],
    [
      () => base().sweep({ rate: 5 as unknown as number[] }),
      "DomainError",
      "study: sweep rate must be a list of values, got 5",
    ],
    [
      () => base().sweep({ "a b": [1] }),
      "DomainError",
      'study: sweep parameter must be a name of letters and digits other than point, state, reason, replications, operations, ok, failed, unknown, warmUp, got "a b"',
    ],
    [
      () => base().zip({ a: [1, 2], b: [1] }),
      "DomainError",
      "study: zip lists must have equal lengths, got 2 of a and 1 of b",
    ],
    [() => base().zip({}), "UsageError", "study: zip must name at least 1 parameter, got {}"],
    [
      () =>
        base()
          .sweep({ rate: [1] })
          .sweep({ rate: [2] })
          .points(),
      "UsageError",
      "study: parameter rate must be swept once, got it twice",
    ],
    [
      () =>
        base()
          .sweep({ a: [1, 2] })
          .filter((p) => p.a > 2)
          .points(),
      "DomainError",
      "study: filter must leave at least 1 point, got 0 of 2",
    ],
    [
      () =>
        base()
          .zip({ a: [1, 1], b: [2, 2] })
          .points(),
      "DomainError",
      'study: points must differ, got {"a":1,"b":2} twice',
    ],
  ];
  for (const [call, name, message] of cases) assert.throws(call, says(name, message));
});

test("a grid beyond the limit is refused with its size before it is built", async () => {
  const axis = Array.from({ length: 200 }, (_, i) => i + 1);
  const huge = base().sweep({ a: axis, b: axis, rate: axis });
  await assert.rejects(
    huge.run({ seed: 1 }),
    says(
      "DomainError",
      "study: grid must be <= 1000000 points, got 8000000 (about 220 hours of one thread; maxPoints: 8000000 allows it)",
    ),
  );
});

test("a swept parameter that changes nothing is refused", async () => {
  const idle = base().sweep({ rate: [1, 2], payload: [KiB(1), KiB(2)] });
  await assert.rejects(
    idle.run({ seed: 1 }),
    says(
      "DomainError",
      "study: swept parameter payload must have an effect, got 2 values that change neither system nor workload",
    ),
  );
});

test("a payload, disk or bandwidth that nothing is charged for is refused", async () => {
  const system = server();
  const load =
    (payload: number, clients = "leader") =>
    () =>
      workload.poisson(100, { payload, clients });
  await assert.rejects(
    study({ system, workload: load(1024) }).run({ seed: 1 }),
    says(
      "DomainError",
      "study: payload must have an effect, got 1 KiB on station without a bandwidth of network or disk and without CPU time per byte",
    ),
  );
  const withDisk = { ...system, disk: disk.fsync(ms(1)) };
  const made = study({ system: withDisk, workload: load(0) }).run({ seed: 1, operations: 500 });
  await assert.rejects(
    made,
    says("DomainError", "study: disk must have an effect, got station that wrote nothing (point {})"),
  );
  const network = networks.lan({ nodes: 1, rtt: ms(1), egress: 1e6 });
  const silent = buildSystem(protocolNamed("station"), { network });
  await assert.rejects(
    study({ system: silent, workload: load(0) }).run({ seed: 1, operations: 500 }),
    says(
      "DomainError",
      "study: egress bandwidth 1 Mbit/s must have an effect, got station that sent no byte from a node (point {})",
    ),
  );
});
