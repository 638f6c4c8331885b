/**
 * One equation of about fifteen operations over a grid: our compiled model, a hand-written function, mathjs.
 *
 * All three fill a new column of results. Ours does what its users get: it reads the inputs, checks each value
 * against its domain and each point for stability.
 */
import { defineModel } from "../../../lib/core/model.ts";
import { childArguments, report } from "../child.ts";

const { variant, size, operations } = childArguments();
const RATES = Float64Array.from({ length: size }, (_, i) => 0.05 + (0.9 * (i + 0.5)) / size);
const FIXED = {
  serviceRate: 1,
  delay: 0.001,
  size: 1000,
  bandwidth: 1e9,
  takeIn: 1e-5,
  nodes: 5,
  jitter: 5e-5,
  near: 1,
  far: 2,
  window: 3,
};
const EQUATION =
  "(rate / serviceRate)^2 / (1 - rate / serviceRate) / rate + 2 * (delay + 8 * size / bandwidth) + takeIn * (nodes - 1) + jitter * sqrt(2 * log(nodes)) + min(near, far) / 2 - window * exp(-rate * window)";

/** The same by hand. */
function byHand(rate: number, f: typeof FIXED): number {
  const load = rate / f.serviceRate;
  return (
    (load * load) / (1 - load) / rate +
    2 * (f.delay + (8 * f.size) / f.bandwidth) +
    f.takeIn * (f.nodes - 1) +
    f.jitter * Math.sqrt(2 * Math.log(f.nodes)) +
    Math.min(f.near, f.far) / 2 -
    f.window * Math.exp(-rate * f.window)
  );
}

function hand(): Float64Array {
  const out = new Float64Array(size);
  for (let i = 0; i < size; i++) out[i] = byHand(RATES[i], FIXED);
  return out;
}

function modelPass(): () => Float64Array {
  const positive = (tex: string, dimension: "one" | "time" | "rate" | "size" | "bandwidth") =>
    ({ tex, dimension, above: 0, meaning: tex }) as const;
  const model = defineModel({
    id: "bench",
    title: "An equation of fifteen operations",
    cites: [],
    assumes: [],
    inputs: {
      rate: positive("\\lambda", "rate"),
      serviceRate: positive("\\mu", "rate"),
      delay: positive("d", "time"),
      size: positive("s", "size"),
      bandwidth: positive("b", "bandwidth"),
      takeIn: positive("t", "time"),
      nodes: positive("n", "one"),
      jitter: positive("j", "time"),
      near: positive("x", "time"),
      far: positive("y", "time"),
      window: positive("w", "time"),
    },
    outputs: { latency: { tex: "T", dimension: "time", meaning: "latency" } },
    equations: [`latency = ${EQUATION.replace("8 * size", "bitsPerByte * size")}`],
  });
  return () => model.table({ rate: RATES, ...FIXED }).columns.latency;
}

async function mathjsPass(): Promise<() => Float64Array> {
  const { compile } = await import("mathjs");
  const code = compile(EQUATION);
  const scope = { rate: 0, ...FIXED };
  return () => {
    const out = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      scope.rate = RATES[i];
      out[i] = code.evaluate(scope);
    }
    return out;
  };
}

const pass = variant === "model" ? modelPass() : variant === "mathjs" ? await mathjsPass() : hand;
const passes = Math.max(1, Math.round(operations / size));
let out = pass(); // once for the compiler
const begun = performance.now();
for (let i = 0; i < passes; i++) out = pass();
const elapsed = (performance.now() - begun) / 1e3;
const mean = out.reduce((sum, value) => sum + value, 0) / size;
report("formulas", variant, passes * size, elapsed, mean);
