/**
 * A formula over a grid: our compiled model, a hand-written function, mathjs.
 *
 * Two formulas: `long`, about fifteen operations on one column and ten numbers, and `columns`, seven operations on
 * four columns, where reading and checking weigh most. All engines fill a new column of results. Ours does what its
 * users get: it reads the inputs, checks each value against its domain and each point for stability.
 */
import { defineModel } from "../../../lib/core/model.ts";
import { childArguments, report } from "../child.ts";

const { variant, size, operations } = childArguments();

/** What an engine must do: fill a new column. */
type Pass = () => Float64Array;

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
const LONG =
  "(rate / serviceRate)^2 / (1 - rate / serviceRate) / rate + 2 * (delay + 8 * size / bandwidth) + takeIn * (nodes - 1) + jitter * sqrt(2 * log(nodes)) + min(near, far) / 2 - window * exp(-rate * window)";

/** Spread over a column without order: the fractional parts of multiples of the golden ratio. */
const spread = (low: number, high: number): Float64Array =>
  Float64Array.from({ length: size }, (_, i) => low + (high - low) * ((i * 0.6180339887498949) % 1));
const ARRIVALS = spread(100, 900);
const SERVICES = spread(1e-4, 1e-3);
const SIZES = spread(100, 1e6);
const BANDWIDTHS = spread(1e7, 1e9);
const DELAY = 0.001;

/** The long formula by hand. */
function longByHand(rate: number, f: typeof FIXED): number {
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

/** The one of four columns by hand: time in an M/M/1 queue, propagation, transmission. */
function columnsByHand(arrivals: number, service: number, bytes: number, bandwidth: number): number {
  return service / (1 - arrivals * service) + DELAY + (8 * bytes) / bandwidth;
}

function handLong(): Float64Array {
  const out = new Float64Array(size);
  for (let i = 0; i < size; i++) out[i] = longByHand(RATES[i], FIXED);
  return out;
}

function handColumns(): Float64Array {
  const out = new Float64Array(size);
  for (let i = 0; i < size; i++) out[i] = columnsByHand(ARRIVALS[i], SERVICES[i], SIZES[i], BANDWIDTHS[i]);
  return out;
}

const positive = (tex: string, dimension: "one" | "time" | "rate" | "size" | "bandwidth") =>
  ({ tex, dimension, above: 0, meaning: tex }) as const;
const latency = { tex: "T", dimension: "time", meaning: "latency" } as const;

function modelLong(): Pass {
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
    outputs: { latency },
    equations: [`latency = ${LONG.replace("8 * size", "bitsPerByte * size")}`],
  });
  return () => model.table({ rate: RATES, ...FIXED }).columns.latency;
}

function modelColumns(): Pass {
  const model = defineModel({
    id: "bench",
    title: "Seven operations on four columns",
    cites: [],
    assumes: [],
    inputs: {
      arrivals: positive("\\lambda", "rate"),
      service: positive("S", "time"),
      size: positive("s", "size"),
      bandwidth: positive("b", "bandwidth"),
      delay: positive("d", "time"),
    },
    between: { utilisation: { tex: "\\rho", dimension: "one", meaning: "share of time busy" } },
    outputs: { latency },
    equations: [
      "utilisation = arrivals * service",
      "latency = service / (1 - utilisation) + delay + bitsPerByte * size / bandwidth",
    ],
    stable: ["utilisation < 1"],
  });
  const columns = { arrivals: ARRIVALS, service: SERVICES, size: SIZES, bandwidth: BANDWIDTHS };
  return () => model.table({ ...columns, delay: DELAY }).columns.latency;
}

async function mathjsLong(): Promise<Pass> {
  const { compile } = await import("mathjs");
  const code = compile(LONG);
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

async function mathjsColumns(): Promise<Pass> {
  const { compile } = await import("mathjs");
  const code = compile("service / (1 - arrivals * service) + delay + 8 * size / bandwidth");
  const scope = { arrivals: 0, service: 0, size: 0, bandwidth: 0, delay: DELAY };
  return () => {
    const out = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      scope.arrivals = ARRIVALS[i];
      scope.service = SERVICES[i];
      scope.size = SIZES[i];
      scope.bandwidth = BANDWIDTHS[i];
      out[i] = code.evaluate(scope);
    }
    return out;
  };
}

const PASSES: Readonly<Record<string, () => Pass | Promise<Pass>>> = {
  hand: () => handLong,
  model: modelLong,
  mathjs: mathjsLong,
  "hand-columns": () => handColumns,
  "model-columns": modelColumns,
  "mathjs-columns": mathjsColumns,
};

const pass = await PASSES[variant]();
const passes = Math.max(1, Math.round(operations / size));
let out = pass(); // once for the compiler
const begun = performance.now();
for (let i = 0; i < passes; i++) out = pass();
const elapsed = (performance.now() - begun) / 1e3;
const mean = out.reduce((sum, value) => sum + value, 0) / size;
report("formulas", variant, passes * size, elapsed, mean);
