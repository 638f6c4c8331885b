/** Reference points of bins and sharding; what they are is said in `reference-points.fixture.ts`. */
import type { ReferencePoint } from "./reference-points-networks.fixture.ts";

const { exp, log, sqrt, tanh } = Math;
const hand = "by hand from the definition";

/** Mean of the fullest of n independent bins with Poisson loads of the given mean: Σ 1 − e^(−n P(X ≥ k)). */
function fullestPoisson(n: number, mean: number): number {
  let [sum, tail, term] = [0, 1, exp(-mean)];
  for (let k = 1; k < 60; k++) {
    tail -= term;
    term *= mean / k;
    sum += 1 - exp(-n * tail);
  }
  return sum;
}
/** A bound for which half of the nodes are full: σ = e^(−c(1 − σ)) at σ = 1/2. */
const HALF_FULL = 2 * log(2);
/** Two nodes and two cached keys, c: the root z of −sz² + 2cz + sc = 0, where (z² + sz)/(z² + c) is greatest. */
const SCATTER = 2 * sqrt(log(2));
const GOLDEN = (Math.sqrt(5) - 1) / 2;
const ROOT = (2 + sqrt(4 + 2 * SCATTER ** 2)) / SCATTER;

const BINS: Readonly<Record<string, readonly ReferencePoint[]>> = {
  ballsInBins: [
    {
      given: { balls: 3, bins: 2 },
      gives: {
        meanLoad: 1.5,
        loadDeviation: sqrt(3) / 2,
        emptyShare: 1 / 8,
        maxLoad: 9 / 4,
        maxOverMean: 3 / 2,
        manyBallsMaximum: 1.5 + sqrt(3 * log(2)),
      },
      source: "all eight ways, by hand",
    },
    {
      given: { balls: 5, bins: 1 },
      gives: { loadDeviation: 0, emptyShare: 0, maxLoad: 5, maxOverMean: 1, manyBallsMaximum: 5 },
      source: hand,
    },
  ],
  dChoicesFluid: [
    {
      given: { choices: 1, ballsPerBin: 2, bins: 100, level: 2 },
      gives: {
        atLeast: 1 - 3 * exp(-2),
        exactly: 2 * exp(-2),
        emptyShare: exp(-2),
        maxLoad: fullestPoisson(100, 2),
      },
      source: "one choice is Poisson, by hand",
    },
    {
      given: { choices: 2, ballsPerBin: 1, bins: 1e6, level: 1 },
      gives: { atLeast: tanh(1), emptyShare: 1 - tanh(1), exactly: [0.5321, 1e-4] },
      source: "ds/dt = 1 − s², by hand; Mitzenmacher 1996, balls_bins_fluid",
    },
  ],
};

const SHARDING: Readonly<Record<string, readonly ReferencePoint[]>> = {
  keyShares: [
    {
      given: { nodes: 2, points: 1, probability: 0.9 },
      gives: { loadDeviation: sqrt(1 / 3), maxOverMean: 1.5, quantileOverMean: 1.8 },
      source: "one point each: the share is uniform, by hand",
    },
    {
      given: { nodes: 2, points: 1, keysPerNode: 1 },
      gives: { loadDeviation: sqrt(2 / 3) },
      source: "binomial keys on a uniform share, by hand",
    },
    {
      given: { nodes: 2, points: 2, keysPerNode: 4 },
      gives: { loadDeviation: sqrt(0.3) },
      source: "binomial keys on a share with the law Beta(2, 2), by hand",
    },
    {
      given: { nodes: 1000, points: 1 },
      gives: { loadDeviation: [0.997906, 0.01] },
      source: "Lamping and Veach 2014, figure 2",
    },
  ],
  ringHeirs: [
    {
      given: { nodes: 3, points: 2 },
      gives: { heirs: 1.4, heirShare: 0.7 },
      source: "C(3, 2)/C(5, 2) of the ways leave a node untouched, by hand",
    },
    {
      given: { nodes: 10, points: 1 },
      gives: { heirs: 1, heirShare: 1 / 9 },
      source: "one point has one neighbour",
    },
  ],
  keysMoved: [
    {
      given: { nodesBefore: 4, nodesAfter: 5 },
      gives: { consistentShare: 1 / 5, moduloShare: 4 / 5 },
      source: hand,
    },
    {
      given: { nodesBefore: 4, nodesAfter: 6 },
      gives: { consistentShare: 1 / 3, moduloShare: 2 / 3 },
      source: "of twelve residues four stay, by hand",
    },
    {
      given: { nodesBefore: 6, nodesAfter: 4 },
      gives: { consistentShare: 1 / 3, moduloShare: 2 / 3 },
      source: "the same back",
    },
  ],
  boundedLoad: [
    {
      given: { keys: 1000, nodes: 7, factor: HALF_FULL },
      gives: { capacity: 199, maxOverMean: 1.393, fullShare: 0.5, nodesPassed: 1 },
      source: hand,
    },
  ],
  hotShard: [
    {
      given: { keys: 3, exponent: 1, nodes: 2, nodeCapacity: 11 },
      gives: {
        hitShare: 0,
        topKeyShare: 6 / 11,
        hottestShare: 17 / 22,
        maxThroughput: 242 / 17,
        evenThroughput: 22,
        efficiency: 11 / 17,
      },
      source: "H₃ = 11/6, by hand",
    },
    {
      given: { keys: 3, exponent: 1, nodes: 2, nodeCapacity: 11, cachedKeys: 1 },
      gives: {
        hitShare: 6 / 11,
        topKeyShare: 3 / 11,
        hottestShare: 4 / 11,
        maxThroughput: 121 / 4,
        evenThroughput: 242 / 5,
        efficiency: 5 / 8,
      },
      source: hand,
    },
    {
      given: { keys: 2, exponent: 2, nodes: 1, nodeCapacity: 11, cachedKeys: 1 },
      gives: { hitShare: 4 / 5, topKeyShare: 1 / 5, hottestShare: 1 / 5, maxThroughput: 55 },
      source: hand,
    },
  ],
  smallCache: [
    {
      given: { nodes: 2, entries: 2 },
      gives: {
        cacheScale: 2 * log(2),
        worstKeys: 2 + ROOT ** 2,
        worstImbalance: (ROOT ** 2 + SCATTER * ROOT) / (ROOT ** 2 + 2),
      },
      source: "the greatest of (y + √(2n ln n · y))/(y + c), by hand",
    },
  ],
  lruHitShare: [
    {
      given: { keys: 2, exponent: 1, entries: 1 },
      gives: {
        stay: -3 * log(GOLDEN),
        hitShare: (2 * GOLDEN + GOLDEN ** 2) / 3,
        perfectShare: 2 / 3,
      },
      source: "u = e^(−T/3): u² + u = 1, by hand",
    },
    {
      given: { keys: 4, exponent: 0, entries: 2, reads: 0.8 },
      gives: { stay: -4 * log(3 / 8), hitShare: 1 / 2, perfectShare: 2 / 5 },
      source: "even keys, by hand",
    },
  ],
  scanFanOut: [
    {
      given: { keys: 4, longest: 2, ranges: 2, slots: 2 },
      gives: { meanLength: 11 / 8, rangeParts: 9 / 8, hashParts: 19 / 16, spread: 19 / 18 },
      source: "eight scans, by hand",
    },
    {
      given: { keys: 12, longest: 3, ranges: 4, slots: 3 },
      // Lengths 1, 2, 3 with chances 13/36, 12/36, 11/36 after the cut: P(≥2) = 11/18, P(≥3) = 5/18.
      gives: { meanLength: 17 / 9, rangeParts: 5 / 4, hashParts: 1 + 11 / 27 + 10 / 81 },
      source: hand,
    },
  ],
  resharding: [
    {
      given: {
        dataSize: 9e11,
        movedShare: 0.1,
        sources: 9,
        targets: 1,
        bandwidth: 1e10,
        copyShare: 0.5,
        writeBandwidth: 1e9,
        portUtilisation: 0.8,
      },
      gives: {
        movedSize: 9e10,
        duration: 180,
        copiedSize: 1.125e11,
        sourcePortShare: 1 / 18,
        targetPortShare: 0.5,
        throughputKept: 1,
      },
      source: hand,
    },
    {
      given: {
        dataSize: 1e9,
        movedShare: 0.5,
        sources: 1,
        targets: 2,
        bandwidth: 8e8,
        copyShare: 0.25,
        portUtilisation: 0.8,
      },
      gives: { duration: 20, sourcePortShare: 0.25, targetPortShare: 0.125, throughputKept: 0.9375 },
      source: hand,
    },
    {
      given: { dataSize: 1e9, movedShare: 0.5, sources: 3, targets: 2, bandwidth: 8e8, copyShare: 0.5 },
      gives: { duration: 5, sourcePortShare: 1 / 3, targetPortShare: 0.5, throughputKept: 2 / 3 },
      source: hand,
    },
  ],
};

export const PLACEMENT_POINTS: Readonly<Record<string, readonly ReferencePoint[]>> = { ...BINS, ...SHARDING };
