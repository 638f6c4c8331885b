/**
 * How evenly a ring with k points a node shares keys out.
 *
 * Source: nk uniform points cut a circle into spacings of a flat Dirichlet law (David and Nagaraja, Order Statistics, 2003,
 * §6.4), so the n shares are Dirichlet(k, …, k) and one share is Beta(k, k(n − 1)); its deviation √((n − 1)/(kn + 1)) of the mean
 * is the standard error of Lamping and Veach 2014, figure 2. Shares do not depend on their common scale, so the mean of the
 * largest is that of n independent gamma variables of shape k over kn, exactly. With c keys a node, a share is hit by a
 * gamma-mixed Poisson number of keys: the negative binomial law (relative error of order 1/(nc)).
 */
import { defineModel } from "../../core/model.ts";
import { incompleteBeta, incompleteGammaP, incompleteGammaQ } from "../../core/special.ts";

/** Intervals of Simpson's rule over where the largest gamma variable may lie: relative error below 1e-10. */
const INTERVALS = 4096;

/** P(more than x keys) at a node: negative binomial with shape k and mean c. */
const moreThan = (x: number, k: number, c: number): number =>
  x < 0 ? 1 : incompleteBeta(x + 1, k, c / (k + c));

/** The x at which a falling function comes below a limit, by bisection of [0, high]. */
function fallsBelow(f: (x: number) => number, limit: number, high: number): number {
  let [low, up] = [0, high];
  for (let i = 0; i < 60; i++) {
    const middle = (low + up) / 2;
    if (f(middle) > limit) low = middle;
    else up = middle;
  }
  return up;
}

/** Mean of the largest of n gamma variables of shape k and scale 1. */
function largestGamma(n: number, k: number): number {
  const far = k + 60 + 12 * Math.sqrt(k) + 2 * Math.log(n);
  const logAtMost = (x: number): number => n * Math.log(incompleteGammaP(k, x));
  // Below `from` the largest cannot lie, above `to` it does not.
  const from = fallsBelow((x) => -logAtMost(x), 45, far);
  const to = fallsBelow((x) => n * incompleteGammaQ(k, x), 1e-18, far);
  const h = (to - from) / INTERVALS;
  let sum = 0;
  for (let i = 0; i <= INTERVALS; i++) {
    const q = incompleteGammaQ(k, from + i * h);
    const weight = i === 0 || i === INTERVALS ? 1 : i % 2 === 1 ? 4 : 2;
    sum -= weight * Math.expm1(n * Math.log1p(-q));
  }
  return from + (h / 3) * sum;
}

/** Mean of the largest of n loads over the mean load. */
export function largestLoad(n: number, k: number, c: number): number {
  if (n === 1) return 1;
  if (c === 0) return largestGamma(n, k) / k;
  const any = (x: number): number => -Math.expm1(n * Math.log1p(-moreThan(x, k, c)));
  // Below `low` the largest surely lies above.
  let low = 0;
  while (any(2 * low + 1) > 1 - 1e-16) low = 2 * low + 1;
  // Where the law is wide, the middle of a stretch stands for all of it: the sum of a smooth step loses nothing.
  const step = Math.max(1, Math.floor(Math.sqrt(c * (1 + c / k)) / 64));
  let sum = low + 1;
  for (let x = low + 1; ; x += step) {
    const p = any(x + (step - 1) / 2);
    sum += step * p;
    if (p < 1e-15 && x > c) return sum / c;
  }
}

/** Smallest integer x from 0 with below(x), by doubling and bisection; below is false, then true. */
function firstInteger(below: (x: number) => boolean): number {
  if (below(0)) return 0;
  let [low, high] = [0, 1];
  while (!below(high)) [low, high] = [high, 2 * high];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (below(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** p-quantile of one node's load over the mean load. */
export function loadQuantile(n: number, k: number, c: number, p: number): number {
  if (c > 0) return firstInteger((x) => moreThan(x, k, c) <= 1 - p) / c;
  if (n === 1) return 1;
  let [low, high] = [0, 1];
  for (let i = 0; i < 200 && high - low > 1e-16 * high; i++) {
    const middle = (low + high) / 2;
    if (incompleteBeta(k, k * (n - 1), middle) < p) low = middle;
    else high = middle;
  }
  return ((low + high) / 2) * n;
}

/**
 * Shares of keys on a ring: deviation, quantile and mean maximum, over the mean.
 *
 * @example
 * models.keyShares({ nodes: 2, points: 1 }).maxOverMean; // => 1.5
 * models.keyShares({ nodes: 1000, points: 100 }).loadDeviation; // => Math.sqrt(999 / 100_001)
 */
export const keyShares = defineModel({
  id: "keyShares",
  title: "Shares of keys on a ring with virtual nodes",
  cites: ["Lamping, Veach 2014, figure 2", "Stoica et al. 2001, §6.2", "David, Nagaraja 2003, §6.4"],
  assumes: [
    "points and keys are hashed independently and uniformly",
    "all nodes have the same number of points; keys are alike in load",
  ],
  inputs: {
    nodes: { tex: "n", dimension: "one", integer: true, min: 1, max: 100_000, meaning: "nodes on the ring" },
    points: {
      tex: "k",
      dimension: "one",
      integer: true,
      min: 1,
      max: 100_000,
      meaning: "points of each node",
    },
    keysPerNode: {
      tex: "c",
      dimension: "one",
      min: 0,
      max: 1e7,
      default: 0,
      meaning: "keys over nodes; 0 is so many that only the ring counts",
    },
    probability: {
      tex: "p",
      dimension: "one",
      min: 0,
      below: 1,
      default: 0.99,
      meaning: "level of the quantile",
    },
  },
  outputs: {
    loadDeviation: {
      tex: "\\sigma",
      dimension: "one",
      meaning: "standard deviation of a node's load, over the mean",
    },
    maxOverMean: { tex: "M", dimension: "one", meaning: "mean of the largest load, over the mean" },
    quantileOverMean: { tex: "q_p", dimension: "one", meaning: "p-quantile of a node's load, over the mean" },
  },
  functions: {
    largest: {
      tex: "\\mathrm{E}\\max",
      arguments: ["one", "one", "one"],
      result: "one",
      meaning:
        "mean of the largest load over the mean: quadrature of gamma laws, or a sum over negative binomial ones",
      compute: largestLoad,
    },
    quantile: {
      tex: "Q",
      arguments: ["one", "one", "one", "one"],
      result: "one",
      meaning: "quantile of the beta, or of the negative binomial law",
      compute: loadQuantile,
    },
  },
  equations: [
    "loadDeviation = sqrt((nodes - 1) * (1 + (keysPerNode > 0 ? points / keysPerNode : 0)) / (points * nodes + 1))",
    "maxOverMean = largest(nodes, points, keysPerNode)",
    "quantileOverMean = quantile(nodes, points, keysPerNode, probability)",
  ],
});
