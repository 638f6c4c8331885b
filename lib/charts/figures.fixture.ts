/**
 * Figures with the shape of real results, for the tests of this room: a leader behind a 1 Gbit/s link, whose latency
 * is a round trip plus an M/D/1 queue (Pollaczek and Khinchine), with made-up noise from a fixed generator.
 */
import { attributionFigure } from "./attribution-figure.ts";
import { type CdfSeries, cdfFigure } from "./cdf-figure.ts";
import { comparisonFigure } from "./comparison-figure.ts";
import type { Figure } from "./figure.ts";
import { heatmapFigure } from "./heatmap-figure.ts";
import { seriesFigure } from "./series-figure.ts";
import type { EstimatePoint, ModelPoint, SeriesInput } from "./series-input.ts";
import { smallMultiples } from "./small-multiples.ts";

/** Numbers in 0 to 1 (Park and Miller), the same in every run. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

const RATES = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000];

/** Utilisation of the leader's link, and its latency, at a rate and a payload sent to two followers. */
function leader(rate: number, bytes: number, nodes = 3, bandwidth = 1e9) {
  const service = ((nodes - 1) * bytes * 8) / bandwidth + 20e-6;
  const utilisation = rate * service;
  const wait = (utilisation * service) / (2 * (1 - utilisation));
  return { utilisation, latency: 0.0921 + 0.001 + service + wait, wait, service };
}

function linesOf(name: string, bytes: number, random: () => number, factor = 1, measure = ""): SeriesInput {
  const simulated: EstimatePoint[] = [];
  const model: ModelPoint[] = [];
  for (const x of RATES) {
    const { utilisation, latency, wait } = leader(x, bytes);
    if (utilisation >= 1) {
      if (utilisation < 20) model.push({ x, unstable: `utilisation ${utilisation.toFixed(2)}` });
      if (utilisation < 4) simulated.push(estimate(x, 0.4 * utilisation * factor, 0.2, random));
      continue;
    }
    const y = 0.0931 + (latency - 0.0931) * factor + (factor - 1) * 0.012;
    model.push({ x, y });
    simulated.push(estimate(x, y, 0.006 + (3 * wait) / latency, random));
  }
  return { series: name, ...(measure === "" ? {} : { measure }), simulated, model };
}

function estimate(x: number, y: number, spread: number, random: () => number): EstimatePoint {
  const value = y * (1 + (random() - 0.45) * spread);
  const half = value * spread * (0.6 + 0.5 * random());
  return { x, y: value, low: value - half, high: value + half };
}

const NOTE =
  "ibm-cloud-regions-2026.csv, Frankfurt 2, Washington DC 2, Tokyo 1; seed 7, 20 replications, MSER-5 warm-up";

/** Commit latency over the rate for three payloads, with the knee and the unstable ends of the model. */
export function payloadFigure(extra: { warning?: string } = {}): Figure {
  const random = generator(7);
  return seriesFigure({
    title:
      "The leader's egress link, not the round trip, ends the flat part: at 1 MiB already at 60 requests per second",
    subtitle: "Raft, 3 regions, leader in Frankfurt, egress 1 Gbit/s, fsync p50 1 ms; Poisson arrivals",
    note: NOTE,
    x: { name: "message rate", dimension: "rate", scale: "log" },
    y: { name: "commit latency", dimension: "time", scale: "log" },
    seriesName: "payload",
    series: [
      linesOf("1 KiB", 1024, random),
      linesOf("100 KiB", 102_400, random),
      linesOf("1 MiB", 1_048_576, random),
    ],
    knees: [{ x: 560, label: "knee at 100 KiB" }],
    target: { y: 0.2 },
    ...extra,
  });
}

/** Two quantiles of three payloads. */
export function quantileFigure(): Figure {
  const random = generator(11);
  const both = (name: string, bytes: number) => [
    linesOf(name, bytes, random, 1, "p50"),
    linesOf(name, bytes, random, 2.2, "p99"),
  ];
  return seriesFigure({
    title: "p99 leaves the model before p50 does",
    subtitle: "Raft, 3 regions, egress 1 Gbit/s",
    note: NOTE,
    x: { name: "message rate", dimension: "rate", scale: "log" },
    y: { name: "commit latency", dimension: "time", scale: "log" },
    seriesName: "payload",
    series: [...both("1 KiB", 1024), ...both("100 KiB", 102_400)],
  });
}

/** One series on linear axes: latency over the node count. */
export function nodesFigure(): Figure {
  const random = generator(3);
  const nodes = [3, 4, 5, 6, 7, 8, 9];
  const at = (n: number) => leader(15, 1_048_576, n).latency;
  return seriesFigure({
    title: "Each follower adds one transmission of the payload",
    x: { name: "nodes" },
    y: { name: "commit latency", dimension: "time" },
    series: [
      {
        simulated: nodes.slice(0, 6).map((x) => estimate(x, at(x), 0.06, random)),
        model: nodes.map((x) => {
          const { utilisation } = leader(15, 1_048_576, x);
          return utilisation < 1 ? { x, y: at(x) } : { x, unstable: `utilisation ${utilisation.toFixed(2)}` };
        }),
      },
    ],
  });
}

/** The same lines in a panel per payload, by node count. */
export function gridFigure(): Figure {
  const random = generator(5);
  const panel = (title: string, bytes: number) => ({
    title,
    series: [3, 5, 7].map((n) => {
      const line = linesOf(`${n}`, (bytes * (n - 1)) / 2, random);
      return line;
    }),
    ...(bytes === 102_400 ? { knees: [{ x: 500 }] } : {}),
    target: { y: 0.2 },
  });
  return smallMultiples({
    title: "The knee moves left as payload and group grow",
    subtitle: "Raft, egress 1 Gbit/s, fsync p50 1 ms; Poisson arrivals",
    note: NOTE,
    x: { name: "message rate", dimension: "rate", scale: "log" },
    y: { name: "commit latency", dimension: "time", scale: "log" },
    seriesName: "nodes",
    panels: [
      panel("payload 1 KiB", 1024),
      panel("payload 10 KiB", 10_240),
      panel("payload 100 KiB", 102_400),
      panel("payload 300 KiB", 307_200),
      panel("payload 1 MiB", 1_048_576),
    ],
  });
}

/** The error of "round trip + fsync" over payload and bandwidth. */
export function mapFigure(scale: "linear" | "log" = "log"): Figure {
  const random = generator(13);
  const payloads = [100, 1000, 10_000, 100_000, 1_000_000, 10_000_000];
  const bandwidths = [10e6, 30e6, 100e6, 300e6, 1e9, 3e9, 10e9];
  return heatmapFigure({
    title: '"Round trip + fsync" holds only where the payload is small for the link',
    subtitle: "3 nodes, 20 requests per second; error of the formula against simulation, tolerance 5 %",
    note: NOTE,
    x: { name: "egress bandwidth", dimension: "bandwidth", scale: "log" },
    y: { name: "payload", dimension: "size", scale: "log" },
    value: { name: "relative error", kind: "error", scale },
    cells: payloads.flatMap((y) =>
      bandwidths.map((x) => {
        const { utilisation, latency } = leader(20, y, 3, x);
        if (utilisation >= 1) return { x, y, note: "unstable" };
        const value = (latency * (1 + 0.02 * (random() - 0.5))) / 0.0931 - 1;
        const verdict = Math.abs(value) < 0.04 ? "agrees" : Math.abs(value) < 0.07 ? "undecided" : "differs";
        return { x, y, value, verdict } as const;
      }),
    ),
  });
}

/** Latency itself as amounts. */
export function amountFigure(): Figure {
  return heatmapFigure({
    title: "Commit latency by nodes and payload",
    x: { name: "nodes" },
    y: { name: "payload", dimension: "size", scale: "log" },
    value: { name: "commit latency", dimension: "time", kind: "amount", scale: "log" },
    cells: [3, 5, 7, 9].flatMap((x) =>
      [1024, 10_240, 102_400, 1_048_576].map((y) => ({ x, y, value: leader(5, y, x).latency })),
    ),
  });
}

/** Components of commit latency. */
export function componentsFigure(): Figure {
  const group = (label: string, bytes: number) => {
    const { service, wait } = leader(50, bytes);
    const simulated = {
      propagation: 0.0921,
      "egress wait": wait * 1.04,
      transmission: service,
      CPU: 60e-6,
      "disk (fsync)": 0.0013,
      "quorum wait": 0.0042,
    };
    const total = Object.values(simulated).reduce((a, b) => a + b, 0);
    const model = { propagation: 0.0921, "egress wait": wait, transmission: service, "disk (fsync)": 0.001 };
    return { label, simulated, model, low: total * 0.98, high: total * 1.02 };
  };
  return attributionFigure({
    title: "At 1 MiB transmission and the wait for the link add a quarter to the latency",
    subtitle: "Raft, 3 regions, 50 requests per second, egress 1 Gbit/s",
    note: NOTE,
    y: { name: "commit latency", dimension: "time" },
    groupName: "payload",
    groups: [
      group("1 KiB", 1024),
      group("100 KiB", 102_400),
      group("500 KiB", 512_000),
      group("1 MiB", 1_048_576),
    ],
  });
}

/** Points of a sweep against a model that is too low under load. */
export function agreementFigure(view: "scatter" | "error", extra: { warning?: string } = {}): Figure {
  const random = generator(17);
  const points = [1024, 102_400, 1_048_576].flatMap((bytes) =>
    [10, 20, 30, 40, 50, 55, 500, 5000].flatMap((rate) => {
      const { utilisation, latency } = leader(rate, bytes);
      if (utilisation >= 1) return [];
      const value = latency * (1 + 0.12 * utilisation ** 4 + 0.015 * (random() - 0.5));
      const half = value * (0.01 + 0.05 * utilisation ** 2);
      const error = Math.abs(value / latency - 1);
      const verdict =
        error + half / latency <= 0.05 ? "agrees" : error - half / latency > 0.05 ? "differs" : "undecided";
      const label = `${bytes / 1024} KiB, ${rate}/s`;
      return [
        {
          label,
          simulated: value,
          low: value - half,
          high: value + half,
          predicted: latency,
          verdict,
        } as const,
      ];
    }),
  );
  return comparisonFigure({
    title: "The model is within 5 % up to a utilisation of 0.8 and too low beyond",
    note: NOTE,
    quantity: { name: "commit latency", dimension: "time", scale: "log" },
    points,
    tolerance: 0.05,
    view,
    ...extra,
  });
}

/** Latency distributions, exponential beyond the round trip, with their model. */
export function distributionFigure(complementary: boolean): Figure {
  const random = generator(23);
  const series = (name: string, mean: number, count: number): CdfSeries => ({
    name,
    samples: Float64Array.from({ length: count }, () => 0.0921 - mean * Math.log(random())),
    model: Array.from({ length: 71 }, (_, i) => ({ x: 0.0921 + (mean * i) / 10, p: 1 - Math.exp(-i / 10) })),
  });
  return cdfFigure({
    title: complementary
      ? "The tail is exponential, as the model says"
      : "Half of all commits finish within 96 ms",
    subtitle: "1 KiB, 1 Gbit/s; independent samples, one from each replication",
    note: NOTE,
    x: { name: "commit latency", dimension: "time" },
    series: [series("1000/s", 0.004, 400), series("4000/s", 0.009, 400)],
    complementary,
    band: 95,
  });
}

/** Every builder's figure by name. */
export function allFigures(): Readonly<Record<string, Figure>> {
  return {
    payload: payloadFigure(),
    unsafe: payloadFigure({ warning: "unsafe: R+W<=N" }),
    quantile: quantileFigure(),
    nodes: nodesFigure(),
    grid: gridFigure(),
    map: mapFigure("log"),
    "map-linear": mapFigure("linear"),
    amount: amountFigure(),
    components: componentsFigure(),
    agreement: agreementFigure("scatter"),
    errors: agreementFigure("error", {
      warning: "audit failed: 3 messages were delivered that were never sent",
    }),
    cdf: distributionFigure(false),
    ccdf: distributionFigure(true),
  };
}
