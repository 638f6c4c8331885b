/**
 * The waiting-time law of M/D/1 in terms that are all positive, and its quantiles.
 *
 * Source: Franx, "A simple solution for the M/D/c waiting time distribution", Operations Research Letters 29 (2001):
 * with time in services, k = ⌊x⌋ + 1 and N Poisson with mean u = ρ(k − x), P(W > x) is the chance that more than
 * k − 1 − N wait, which is sure for N ≥ k. Erlang's older form alternates and loses all digits from a few service
 * times on. Far out the law is its leading exponential, (1 − ρ)/(ζ − (1 − ρ))·e^{−ζx} with ρ(e^ζ − 1) = ζ: the next pole
 * of its transform lies so far off that after FAR services what is left of it is below 1e-10 relative as long as the
 * whole is above 1e-16.
 */

/** From here on the leading exponential stands for the whole law, in services. */
const FAR = 20;
/** Numbers in system are reckoned one by one up to here, and geometrically beyond. */
const DEEP = 60;

/** P(N > k) for N Poisson with mean at most 1, summed from its first term on. */
function poissonTail(mean: number, k: number): number {
  let term = Math.exp(-mean);
  for (let i = 1; i <= k + 1; i++) term *= mean / i;
  let sum = 0;
  for (let i = k + 2; term > 0 && sum + term !== sum; i++) {
    sum += term;
    term *= mean / i;
  }
  return sum;
}

/** Chances of 0 … DEEP in system, as a departing customer leaves them: equal flows up and down across each level. */
function leftBehind(rho: number): Float64Array {
  const more = new Float64Array(DEEP + 1);
  for (let k = 0; k <= DEEP; k++) more[k] = poissonTail(rho, k);
  const left = new Float64Array(DEEP + 1);
  left[0] = 1 - rho;
  const downward = Math.exp(rho);
  for (let j = 0; j < DEEP; j++) {
    let flow = left[0] * more[j];
    for (let i = 1; i <= j; i++) flow += left[i] * more[j - i + 1];
    left[j + 1] = flow * downward;
  }
  return left;
}

/** Chances that more than 0, 1, … wait, summed from the far end, where numbers fall by the factor e^ζ. */
function moreWaiting(rho: number, decay: number): Float64Array {
  const left = leftBehind(rho);
  const beyond = new Float64Array(FAR + 1);
  let sum = left[DEEP] / Math.expm1(decay);
  for (let i = DEEP; i >= 2; i--) {
    sum += left[i];
    if (i - 2 <= FAR) beyond[i - 2] = sum;
  }
  return beyond;
}

/** e^z − 1 − z, by its series where the difference would cancel. */
function excess(z: number): number {
  if (z > 0.5) return Math.expm1(z) - z;
  let term = (z * z) / 2;
  let sum = term;
  for (let n = 3; sum + term !== sum; n++) {
    term *= z / n;
    sum += term;
  }
  return sum;
}

/** ζ > 0 with ρ(e^ζ − 1) = ζ, by Newton from above, where ρ(e^ζ − 1 − ζ) − (1 − ρ)ζ is convex and rising. */
export function decayRate(rho: number): number {
  const idle = 1 - rho;
  let z = 2 * idle + 2 * Math.log(1 / rho);
  while (rho * excess(z) < idle * z) z *= 2;
  for (let i = 0; i < 100; i++) {
    const step = (rho * excess(z) - idle * z) / (rho * Math.expm1(z) - idle);
    z -= step;
    if (Math.abs(step) <= 1e-15 * z) break;
  }
  return z;
}

/** x ↦ P(W > x), x in services, at utilisation rho. */
export function md1Survival(rho: number): (x: number) => number {
  const decay = decayRate(rho);
  const beyond = moreWaiting(rho, decay);
  const scale = (1 - rho) / (decay - (1 - rho));
  return (x) => {
    if (x < 0) return 1;
    if (x >= FAR) return scale * Math.exp(-decay * x);
    const k = Math.floor(x) + 1;
    const mean = rho * (k - x);
    let chance = Math.exp(-mean);
    let above = poissonTail(mean, k - 1);
    for (let j = 0; j < k; j++) {
      above += chance * beyond[k - 1 - j];
      chance *= mean / (j + 1);
    }
    return above;
  };
}

/** The p-quantile of the wait in services; 0 up to p = 1 − ρ. */
export function md1WaitQuantile(rho: number, p: number): number {
  if (p <= 1 - rho) return 0;
  const survival = md1Survival(rho);
  const above = 1 - p;
  let low = 0;
  let high = FAR;
  while (survival(high) > above) {
    low = high;
    high *= 2;
  }
  for (let i = 0; i < 200 && high - low > 1e-15 * high; i++) {
    const middle = (low + high) / 2;
    if (survival(middle) > above) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
