/**
 * Balls in bins with d choices: each ball goes to the emptiest of d bins chosen at random; the limit of many bins.
 *
 * Source: Azar, Broder, Karlin and Upfal, "Balanced allocations", SIAM J. Computing 29(1), 1999; the fluid limit
 * ds_i/dt = s_{i−1}^d − s_i^d in Mitzenmacher, "The power of two choices in randomized load balancing", thesis 1996, §3.2,
 * s_i(t) being the share of bins with at least i balls when t balls a bin have come. s_1 is tanh t for d = 2.
 */
import { defineModel } from "../../core/model.ts";
import { poissonAtLeast } from "./fullest-bin.ts";

/** Steps for one ball a bin and choice: the rule's error is then below 1e-12. */
const STEPS = 256;
/** Levels above the mean after which nothing is left: with d ≥ 2 shares fall doubly exponentially. */
const LEVELS_ABOVE = 12;

/** The last shares integrated: a model asks for several levels of the same ones. */
let last: { d: number; t: number; shares: Float64Array } = { d: 0, t: 0, shares: new Float64Array(0) };

function sharesAt(d: number, t: number): Float64Array {
  if (last.d !== d || last.t !== t) last = { d, t, shares: integrated(d, t) };
  return last.shares;
}

/** s_0 … s_K at time t, by the classical Runge–Kutta rule of fourth order. */
function integrated(d: number, t: number): Float64Array {
  const levels = Math.ceil(t) + LEVELS_ABOVE;
  const steps = Math.max(1, Math.ceil(t * d * STEPS));
  const h = t / steps;
  const s = new Float64Array(levels + 1);
  s[0] = 1;
  const slopes = [0, 1, 2, 3].map(() => new Float64Array(levels + 1));
  const at = new Float64Array(levels + 1);
  const slope = (x: Float64Array, into: Float64Array): void => {
    let before = 1;
    for (let i = 1; i <= levels; i++) {
      let power = x[i];
      for (let j = 1; j < d; j++) power *= x[i];
      into[i] = before - power;
      before = power;
    }
  };
  const [a, b, c, e] = slopes;
  for (let step = 0; step < steps; step++) {
    slope(s, a);
    for (let i = 0; i <= levels; i++) at[i] = s[i] + (h / 2) * a[i];
    slope(at, b);
    for (let i = 0; i <= levels; i++) at[i] = s[i] + (h / 2) * b[i];
    slope(at, c);
    for (let i = 0; i <= levels; i++) at[i] = s[i] + h * c[i];
    slope(at, e);
    for (let i = 1; i <= levels; i++) s[i] += (h / 6) * (a[i] + 2 * b[i] + 2 * c[i] + e[i]);
  }
  return s;
}

/** Share of bins with at least k balls. */
export function shareAtLeast(d: number, t: number, k: number): number {
  if (d === 1) return poissonAtLeast(t, k);
  const s = sharesAt(d, t);
  return k < s.length ? s[k] : 0;
}

/** Σ P(some of n bins holds at least k) with bins as if independent. */
function typicalMaximum(d: number, t: number, n: number): number {
  const s = d === 1 ? null : sharesAt(d, t);
  let sum = 0;
  for (let k = 1; ; k++) {
    const share = s === null ? poissonAtLeast(t, k) : (s[k] ?? 0);
    sum += -Math.expm1(-n * share);
    if (n * share < 1e-12) return sum;
  }
}

/**
 * Balls in bins with d choices, many bins: shares of bins by load, and the maximum of n bins.
 *
 * @example
 * models.dChoicesFluid({ choices: 2, ballsPerBin: 1, bins: 1e6 }).atLeast; // => Math.tanh(1)
 */
export const dChoicesFluid = defineModel({
  id: "dChoicesFluid",
  title: "Balls in bins with d choices, fluid limit",
  cites: ["Azar et al. 1999", "Mitzenmacher 1996, §3.2"],
  assumes: [
    "each ball sees the present loads of d bins chosen independently and joins the emptiest",
    "many bins: shares of bins follow their means",
  ],
  inputs: {
    choices: { tex: "d", dimension: "one", integer: true, min: 1, max: 16, meaning: "bins looked at" },
    ballsPerBin: { tex: "t", dimension: "one", above: 0, max: 16, meaning: "balls over bins" },
    bins: { tex: "n", dimension: "one", integer: true, min: 2, max: 1e15, meaning: "bins" },
    level: {
      tex: "k",
      dimension: "one",
      integer: true,
      min: 1,
      max: 1e4,
      default: 1,
      meaning: "load asked for",
    },
  },
  outputs: {
    atLeast: { tex: "s_k", dimension: "one", meaning: "share of bins with at least k balls" },
    exactly: { tex: "p_k", dimension: "one", meaning: "share of bins with k balls" },
    emptyShare: { tex: "p_0", dimension: "one", meaning: "share of bins without a ball" },
    maxLoad: {
      tex: "L_{\\max}",
      dimension: "one",
      meaning: "mean of the fullest of n bins, were they independent with these shares",
    },
  },
  functions: {
    share: {
      tex: "s",
      arguments: ["one", "one", "one"],
      result: "one",
      meaning:
        "share of bins with at least k balls; Poisson for d = 1, else the fluid limit integrated to 1e-10",
      compute: shareAtLeast,
    },
    maximum: {
      tex: "\\mathrm{E}\\max",
      arguments: ["one", "one", "one"],
      result: "one",
      meaning: "sum over k of 1 - exp(-n s_k)",
      compute: typicalMaximum,
    },
  },
  equations: [
    "atLeast = share(choices, ballsPerBin, level)",
    "exactly = atLeast - share(choices, ballsPerBin, level + 1)",
    "emptyShare = 1 - share(choices, ballsPerBin, 1)",
    "maxLoad = maximum(choices, ballsPerBin, bins)",
  ],
});
