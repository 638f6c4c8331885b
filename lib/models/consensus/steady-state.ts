/**
 * Steady state of a Markov chain by the elimination of Grassmann, Taksar and Heyman (1985): it only adds, multiplies
 * and divides positive numbers, so that shares of 1e-12 keep their digits.
 */

/** Far from what a number holds, whatever one more state adds. */
const HUGE = 1e100;

/**
 * Share of time in each state.
 *
 * @param rates rates[i][j] from state i to state j, the diagonal ignored; changed by the elimination. States of which
 * nothing leads into the rest and nothing comes (all rates 0) have the share 0
 */
export function steadyState(rates: readonly Float64Array[]): Float64Array {
  const n = rates.length;
  const out = new Float64Array(n);
  for (let k = n - 1; k > 0; k--) {
    let leaving = 0;
    for (let j = 0; j < k; j++) leaving += rates[k][j];
    out[k] = leaving;
    if (leaving === 0) continue;
    for (let i = 0; i < k; i++) {
      const into = rates[i][k] / leaving;
      if (into === 0) continue;
      for (let j = 0; j < k; j++) if (j !== i) rates[i][j] += into * rates[k][j];
    }
  }
  const share = new Float64Array(n);
  share[0] = 1;
  let sum = 1;
  for (let k = 1; k < n; k++) {
    if (out[k] === 0) continue;
    for (let i = 0; i < k; i++) share[k] += (share[i] * rates[i][k]) / out[k];
    sum += share[k];
    if (sum < HUGE) continue;
    // The first states are next to never visited: their shares become 0 before the others become infinite.
    for (let i = 0; i <= k; i++) share[i] /= sum;
    sum = 1;
  }
  return share.map((one) => one / sum);
}
