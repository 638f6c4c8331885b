/**
 * Laws of a whole system: Little, Amdahl, and Gunther's universal scalability law.
 *
 * Source: Little (Operations Research 9, 1961); Amdahl (AFIPS 1967); Gunther, Guerrilla Capacity Planning (2007),
 * ch. 4–6. Little's law is exact for any stable system; the other two are shapes with one and two constants, fitted by
 * `usl-fit.ts`: contention α lets throughput level off, coherency β lets it fall again.
 */
import { defineModel } from "../../core/model.ts";
import { ARRIVAL_RATE } from "./queue-symbols.ts";

/**
 * Little's law: the mean number inside is the rate of passing times the mean time inside.
 *
 * @example
 * models.little({ arrivalRate: 8, responseTime: 20 }).inSystem; // => 160
 */
export const little = defineModel({
  id: "little",
  title: "Little's law",
  cites: ["Little 1961", "Little and Graves 2008"],
  assumes: ["whoever comes in goes out; averages exist", "no law, discipline or independence is assumed"],
  inputs: {
    arrivalRate: { ...ARRIVAL_RATE, meaning: "mean passing per second" },
    responseTime: { tex: "T", dimension: "time", min: 0, meaning: "mean time inside" },
  },
  outputs: { inSystem: { tex: "L", dimension: "one", meaning: "mean number inside" } },
  equations: ["inSystem = arrivalRate * responseTime"],
});

const NODES = {
  tex: "N",
  dimension: "one",
  min: 1,
  max: 1e12,
  meaning: "processors, nodes or clients",
} as const;
const CONTENTION = {
  tex: "\\alpha",
  dimension: "one",
  min: 0,
  max: 1,
  meaning: "share of the work that cannot be done in parallel",
} as const;

/**
 * Amdahl's law: a serial share α bounds the speed-up by 1/α.
 *
 * @example
 * models.amdahl({ nodes: 10, contention: 0.6 }).speedup; // => 1.5625
 */
export const amdahl = defineModel({
  id: "amdahl",
  title: "Amdahl's law",
  cites: ["Amdahl 1967", "Gunther 2007, §4.3"],
  assumes: ["the work is fixed", "its parallel share is divided without cost"],
  inputs: {
    nodes: NODES,
    contention: { tex: CONTENTION.tex, dimension: "one", above: 0, max: 1, meaning: CONTENTION.meaning },
  },
  outputs: {
    speedup: { tex: "S(N)", dimension: "one", meaning: "throughput over that of one" },
    efficiency: { tex: "S(N)/N", dimension: "one", meaning: "share of the N that is put to use" },
    limit: { tex: "1/\\alpha", dimension: "one", meaning: "speed-up of infinitely many" },
  },
  equations: [
    "speedup = nodes / (1 + contention * (nodes - 1))",
    "efficiency = speedup / nodes",
    "limit = 1 / contention",
  ],
});

/**
 * Universal scalability law: throughput with contention and with the cost of keeping N nodes coherent.
 *
 * @example
 * models.usl({ nodes: 1, contention: 0.02, coherency: 0.02 }).peakNodes; // => 7
 */
export const usl = defineModel({
  id: "usl",
  title: "Universal scalability law",
  cites: ["Gunther 2007, ch. 4–6"],
  assumes: [
    "a shape for a whole system, not a cause: its constants come from a fit",
    "contention grows with the number of nodes, exchange with the number of pairs",
  ],
  inputs: {
    nodes: NODES,
    single: { tex: "\\lambda", dimension: "rate", above: 0, default: 1, meaning: "throughput of one node" },
    contention: CONTENTION,
    coherency: {
      tex: "\\beta",
      dimension: "one",
      above: 0,
      meaning: "cost of exchange for each pair of nodes",
    },
  },
  outputs: {
    throughput: { tex: "X(N)", dimension: "rate", meaning: "throughput of N nodes" },
    speedup: { tex: "C(N)", dimension: "one", meaning: "throughput over that of one" },
    peakNodes: { tex: "N^*", dimension: "one", meaning: "nodes of greatest throughput, not rounded" },
    peakThroughput: { tex: "X(N^*)", dimension: "rate", meaning: "greatest throughput" },
  },
  equations: [
    "speedup = nodes / (1 + contention * (nodes - 1) + coherency * nodes * (nodes - 1))",
    "throughput = single * speedup",
    // With β > 1 − α more than one node never pays.
    "peakNodes = max(1, sqrt((1 - contention) / coherency))",
    "peakThroughput = single * peakNodes / (1 + contention * (peakNodes - 1) + coherency * peakNodes * (peakNodes - 1))",
  ],
});
