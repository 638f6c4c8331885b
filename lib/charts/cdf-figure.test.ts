import assert from "node:assert/strict";
import { test } from "node:test";
import { type CdfSeries, cdfFigure } from "./cdf-figure.ts";
import { generator } from "./figures.fixture.ts";

interface Curve {
  readonly name: string;
  readonly x: number[];
  readonly y: number[];
  readonly fill?: string;
  readonly line: { readonly dash?: string };
}

function curves(series: readonly CdfSeries[], extra: object = {}): Curve[] {
  const x = { name: "latency", dimension: "time" } as const;
  return cdfFigure({ title: "T", x, series, ...extra }).data as unknown as Curve[];
}

test("the staircase is the empirical function, steps at the samples", () => {
  const [stairs] = curves([{ name: "a", samples: [0.003, 0.001, 0.002, 0.002] }]);
  assert.deepEqual(stairs.x, [1, 1, 2, 2, 2, 2, 3, 3]);
  assert.deepEqual(stairs.y, [0, 0.25, 0.25, 0.5, 0.5, 0.75, 0.75, 1]);
});

test("the complement drops to the last sample's share and leaves zero out", () => {
  const [stairs] = curves([{ name: "a", samples: [0.001, 0.002, 0.003, 0.004] }], { complementary: true });
  assert.equal(stairs.y[0], 1);
  assert.equal(Math.min(...stairs.y), 0.25);
});

test("a million samples become few points that are still exact, down to the last in a million", () => {
  const random = generator(1);
  const samples = Float64Array.from({ length: 1e6 }, () => -Math.log(random()));
  const [stairs] = curves([{ name: "a", samples }], { complementary: true });
  assert.ok(stairs.x.length < 1000);
  assert.ok(Math.min(...stairs.y) < 1.5e-6);
  const sorted = samples.slice().sort((a, b) => a - b);
  for (let i = 1; i < stairs.x.length; i += 2) {
    // The lower corner of a step: the share of samples above it. The first of equal ranks is found by bisection.
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] <= stairs.x[i]) low = middle + 1;
      else high = middle;
    }
    assert.ok(Math.abs(stairs.y[i] - (1 - low / 1e6)) < 1e-12, `${stairs.x[i]}`);
  }
});

test("the band has the width of Massart's inequality", () => {
  const random = generator(2);
  const samples = Array.from({ length: 100 }, () => random());
  const traces = curves([{ name: "a", samples }], { band: 95 });
  const [band] = traces.filter((trace) => trace.name.endsWith("band") && trace.fill === "toself");
  const n = band.y.length / 2;
  const half = Math.sqrt(Math.log(2 / 0.05) / 200); // 0.1358, the one-sample 5 % bound for n = 100
  assert.ok(Math.abs(half - 0.1358) < 1e-4);
  const middle = n / 2;
  assert.ok(Math.abs(band.y[middle] - band.y[2 * n - 1 - middle] - 2 * half) < 1e-9);
  assert.ok(Math.max(...band.y) <= 1 && Math.min(...band.y) >= 0);
});

test("a model is dashed and shares its series' legend entry", () => {
  const model = [
    { x: 0.001, p: 0 },
    { x: 0.002, p: 1 },
  ];
  const traces = curves([{ name: "a", samples: [0.001, 0.002], model }]);
  const [curve] = traces.filter((trace) => trace.name === "a · model");
  assert.match(curve.line.dash ?? "", /px/);
  assert.deepEqual(curve.y, [0, 1]);
});

test("bad distributions are named", () => {
  const cases: readonly [readonly CdfSeries[], RegExp][] = [
    [[], /cdfFigure: series must hold at least one distribution/],
    [[{ name: "a" }], /series\[0\] must have samples, a model or both, got neither/],
    [[{ name: "a", samples: [] }], /series\[0\]\.samples must hold at least one sample/],
    [[{ name: "a", samples: [1, Number.NaN, 2] }], /series\[0\]\.samples\[1\] must be finite, got NaN/],
    [
      [{ name: "a", model: [{ x: 1, p: 1.1 }] }],
      /series\[0\]\.model\[0\]\.p must be a probability, 0 to 1, got 1\.1/,
    ],
    [[{ name: "", samples: [1] }], /series\[0\]\.name must name the distribution/],
  ];
  for (const [series, message] of cases) assert.throws(() => curves(series), message);
  assert.throws(
    () => curves([{ name: "a", samples: [1] }], { band: 0 }),
    /cdfFigure: band: level must be a percentage/,
  );
});
