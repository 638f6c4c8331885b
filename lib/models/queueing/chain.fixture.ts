/** Markov chains solved numerically, for tests: the independent computation beside the formulas. */

/** A transition out of a state. */
export type Jump = readonly [to: number, rate: number];

/**
 * Stationary chances of a finite chain by Grassmann, Taksar and Heyman's elimination (Operations Research 33, 1985),
 * which never subtracts, so that every chance has its digits.
 *
 * @param states number of states, in an order in which no jump leads further than `band` states away
 */
export function stationary(
  states: number,
  band: number,
  jumps: (state: number) => readonly Jump[],
): Float64Array {
  const width = 2 * band + 1;
  const q = new Float64Array(states * width);
  const at = (i: number, j: number): number => i * width + (j - i + band);
  for (let i = 0; i < states; i++) for (const [to, rate] of jumps(i)) if (to !== i) q[at(i, to)] += rate;
  const outs = new Float64Array(states);
  for (let k = states - 1; k > 0; k--) {
    const from = Math.max(0, k - band);
    let out = 0;
    for (let j = from; j < k; j++) out += q[at(k, j)];
    outs[k] = out;
    for (let i = from; i < k; i++) {
      const share = q[at(i, k)] / out;
      if (share > 0) for (let j = from; j < k; j++) q[at(i, j)] += share * q[at(k, j)];
    }
  }
  const chance = new Float64Array(states);
  chance[0] = 1;
  let total = 1;
  for (let k = 1; k < states; k++) {
    let flow = 0;
    for (let i = Math.max(0, k - band); i < k; i++) flow += chance[i] * q[at(i, k)];
    chance[k] = flow / outs[k];
    total += chance[k];
  }
  return chance.map((x) => x / total);
}

/** Mean of something over the states. */
export function meanOver(chance: Float64Array, of: (state: number) => number): number {
  return chance.reduce((sum, p, i) => sum + p * of(i), 0);
}
