/**
 * The waiting-time law of M/D/1 in terms that are all positive, and its quantiles.
 *
 * Source: Franx, "A simple solution for the M/D/c waiting time distribution", Operations Research Letters 29 (2001):
 * P(W ≤ x) = Σ_{j<k} Q_{k−1−j} e^{−λ(kD−x)} (λ(kD−x))^j / j! for (k−1)D ≤ x < kD, Q_m the chance of at most m waiting.
 * Erlang's older form alternates and loses all digits from a few service times on. Beyond 20 service times the law
 * is its leading exponential to better than 1e-9 relative: P(W > x) = (1−ρ)/(ρe^ζ − 1)·e^{−ζx/D} with ρ(e^ζ − 1) = ζ.
 */

/** From here on the leading exponential stands for the whole law, in service times. */
const FAR = 20;

/** Chances of 0, 1, … in system as a departing customer leaves them, from sums of positive terms. */
function leftBehind(rho: number, count: number): Float64Array {
  // More than k arrivals during one service.
  const more = new Float64Array(count + 1);
  for (let k = count; k >= 0; k--) more[k] = poissonTail(rho, k);
  const left = new Float64Array(count + 1);
  left[0] = 1 - rho;
  for (let j = 0; j < count; j++) {
    let flow = left[0] * more[j];
    for (let i = 1; i <= j; i++) flow += left[i] * more[j - i + 1];
    left[j + 1] = flow * Math.exp(rho);
  }
  return left;
}

/** P(N > k) for N Poisson with mean rho ≤ 1, summed from its first term on. */
function poissonTail(rho: number, k: number): number {
  let term = Math.exp(-rho);
  for (let i = 1; i <= k + 1; i++) term *= rho / i;
  let sum = 0;
  for (let i = k + 2; term > 0 && sum + term !== sum; i++) {
    sum += term;
    term *= rho / i;
  }
  return sum;
}

/** ζ > 0 with ρ(e^ζ − 1) = ζ, by Newton from above, where the function is convex and rising. */
export function decayRate(rho: number): number {
  let z = 2 * (1 - rho) + 2 * Math.log(1 / rho) + 1e-9;
  while (rho * Math.expm1(z) < z) z *= 2;
  for (let i = 0; i < 100; i++) {
    const step = (rho * Math.expm1(z) - z) / (rho * Math.exp(z) - 1);
    z -= step;
    if (Math.abs(step) <= 1e-15 * z) break;
  }
  return z;
}

/** P(W > x) for a wait of x service times at utilisation rho. */
export function md1Survival(rho: number, x: number): number {
  if (x < 0) return 1;
  if (x >= FAR) {
    const z = decayRate(rho);
    return ((1 - rho) / (rho * Math.exp(z) - 1)) * Math.exp(-z * x);
  }
  const k = Math.floor(x) + 1;
  const left = leftBehind(rho, k);
  const atMost = new Float64Array(k);
  let sum = left[0];
  for (let m = 0; m < k; m++) {
    sum += left[m + 1];
    atMost[m] = sum;
  }
  const u = rho * (k - x);
  let term = Math.exp(-u);
  let below = 0;
  for (let j = 0; j < k; j++) {
    below += atMost[k - 1 - j] * term;
    term *= u / (j + 1);
  }
  return Math.max(0, 1 - below);
}

/** The p-quantile of the wait in service times; 0 up to p = 1 − ρ. */
export function md1WaitQuantile(rho: number, p: number): number {
  if (p <= 1 - rho) return 0;
  const above = 1 - p;
  if (md1Survival(rho, FAR) > above) {
    const z = decayRate(rho);
    return Math.log((1 - rho) / (rho * Math.exp(z) - 1) / above) / z;
  }
  let low = 0;
  let high = FAR;
  for (let i = 0; i < 60 && high - low > 1e-14 * high; i++) {
    const middle = (low + high) / 2;
    if (md1Survival(rho, middle) > above) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
