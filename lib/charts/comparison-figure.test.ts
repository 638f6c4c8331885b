import assert from "node:assert/strict";
import { test } from "node:test";
import { type ComparisonPoint, comparisonFigure } from "./comparison-figure.ts";
import { agreementFigure } from "./figures.fixture.ts";

interface Marks {
  readonly name: string;
  readonly mode: string;
  readonly x: number[];
  readonly y: number[];
  readonly fill?: string;
  readonly marker: { readonly symbol: string; readonly color: string };
}

const point = (
  simulated: number,
  predicted: number,
  verdict: ComparisonPoint["verdict"],
): ComparisonPoint => ({
  label: `${predicted}`,
  simulated,
  low: simulated * 0.98,
  high: simulated * 1.02,
  predicted,
  verdict,
});

const POINTS = [point(0.1, 0.1, "agrees"), point(0.24, 0.2, "differs"), point(0.31, 0.3, "undecided")];

function marks(view: "scatter" | "error", points: readonly ComparisonPoint[] = POINTS, extra: object = {}) {
  const quantity = { name: "latency", dimension: "time" } as const;
  const figure = comparisonFigure({ title: "T", quantity, points, tolerance: 0.05, view, ...extra });
  return { figure, traces: figure.data as unknown as Marks[] };
}

test("points stand at predicted and simulated; verdicts differ in symbol and colour and are counted", () => {
  const { figure, traces } = marks("scatter");
  const own = traces.filter((trace) => trace.mode === "markers");
  assert.deepEqual(
    own.map((trace) => trace.name),
    ["agrees (1)", "differs (1)", "undecided (1)"],
  );
  assert.deepEqual([own[1].x, own[1].y], [[200], [240]]);
  for (const key of ["symbol", "color"] as const)
    assert.equal(new Set(own.map((trace) => trace.marker[key])).size, 3);
  assert.equal(figure.layout.xaxis?.title?.text, "predicted latency [ms]");
  assert.equal(figure.layout.yaxis?.title?.text, "simulated latency [ms]");
  assert.deepEqual(figure.layout.xaxis?.range, figure.layout.yaxis?.range);
});

test("the tolerance is a band about the identity line, inside the axes", () => {
  for (const scale of ["linear", "log"] as const) {
    const { traces } = marks("scatter", POINTS, { quantity: { name: "latency", dimension: "time", scale } });
    const [band] = traces.filter((trace) => trace.fill === "toself");
    const [identity] = traces.filter((trace) => trace.name === "predicted = simulated");
    assert.deepEqual(identity.x, identity.y);
    const [low, high] = identity.x;
    for (const [i, x] of band.x.entries()) {
      assert.ok(x >= low && x <= high && band.y[i] >= low && band.y[i] <= high);
      const ratio = band.y[i] / x;
      // Corners are on the edges of the band or of the square.
      const onEdge = Math.abs(ratio - 1.05) < 1e-9 || Math.abs(ratio - 0.95) < 1e-9;
      assert.ok(
        onEdge || [low, high].includes(x) || [low, high].includes(band.y[i]) || x === 0,
        `${scale} ${x} ${band.y[i]}`,
      );
    }
  }
});

test("the error view puts every point at its relative error in a named row", () => {
  const { figure, traces } = marks("error");
  const [differs] = traces.filter((trace) => trace.name === "differs (1)");
  assert.ok(Math.abs(differs.x[0] - 20) < 1e-9);
  assert.deepEqual(differs.y, [1]);
  assert.deepEqual(figure.layout.yaxis?.ticktext, ["0.1", "0.2", "0.3"]);
  const [band] = traces.filter((trace) => trace.fill === "toself");
  assert.deepEqual(band.x, [-5, 5, 5, -5]);
  assert.match(figure.layout.xaxis?.title?.text ?? "", /\[%\]$/);
});

test("every point of a real sweep is drawn once", () => {
  for (const view of ["scatter", "error"] as const) {
    const traces = agreementFigure(view).data as unknown as Marks[];
    assert.equal(
      traces.filter((trace) => trace.mode === "markers").reduce((sum, trace) => sum + trace.x.length, 0),
      21,
    );
  }
});

test("bad points are named", () => {
  const with0 = (change: object) => [{ ...POINTS[0], ...change }];
  const cases: readonly [() => unknown, RegExp][] = [
    [() => marks("scatter", []), /comparisonFigure: points must hold at least one point/],
    [
      () => marks("scatter", with0({ predicted: Number.NaN })),
      /points\[0\]\.predicted must be finite, got NaN/,
    ],
    [
      () => marks("scatter", with0({ verdict: "maybe" })),
      /points\[0\]\.verdict must be agrees, differs, undecided, got "maybe"/,
    ],
    [() => marks("error", with0({ predicted: 0 })), /points\[0\]\.predicted must not be 0/],
    [() => marks("scatter", POINTS, { tolerance: -1 }), /tolerance must be finite and >= 0, got -1/],
    [() => marks("pie" as "error"), /view must be scatter or error, got "pie"/],
  ];
  for (const [draw, message] of cases) assert.throws(draw, message);
});
