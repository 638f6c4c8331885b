/**
 * The law of the wait in M/G/1 by numerical inversion of its Laplace transform.
 *
 * Source: Pollaczek and Khinchine's transform, Kleinrock, Queueing Systems I (1975), §5.7; the inversion by Euler
 * summation of the Fourier series: Abate and Whitt, "Numerical inversion of Laplace transforms of probability
 * distributions" (ORSA J. Computing 7, 1995) and "A unified framework" (INFORMS J. Computing 18, 2006), §5. What is
 * inverted is e^(ηt)·P(W > t), with e^(−ηt) the leading term of the tail: nearly constant, so that the digits are those
 * of the chance and not of 1 − chance. Needs a service law whose transform is known in the whole plane and whose tail
 * falls exponentially: exponential, Erlang, hyperexponential, their mixtures and multiples.
 */
import type { Distribution, DistributionSpec } from "../../core/distributions.ts";
import { DomainError } from "../../core/errors.ts";

/** A complex number. */
type Complex = readonly [re: number, im: number];

const times = ([a, b]: Complex, [c, d]: Complex): Complex => [a * c - b * d, a * d + b * c];
const over = ([a, b]: Complex, [c, d]: Complex): Complex => {
  const square = c * c + d * d;
  return [(a * c + b * d) / square, (b * c - a * d) / square];
};
/** 1 − (1 + z)^(−k) with its digits at small z, on which everything hangs near saturation. */
const complementOfPower = ([a, b]: Complex, k: number): Complex => {
  const size = (-k / 2) * Math.log1p(2 * a + a * a + b * b);
  const angle = -k * Math.atan2(b, 1 + a);
  const half = Math.sin(angle / 2);
  return [2 * half * half * Math.exp(size) - Math.expm1(size), -Math.exp(size) * Math.sin(angle)];
};

/** The phases of a law as a mixture of Erlang laws. */
interface Phases {
  readonly weight: number;
  readonly shape: number;
  readonly mean: number;
}

/** A law as a mixture of Erlang laws. @throws DomainError for another family */
export function erlangMixture(where: string, spec: DistributionSpec): Phases[] {
  switch (spec.distribution) {
    case "exponential":
      return [{ weight: 1, shape: 1, mean: spec.mean }];
    case "erlang":
      return [{ weight: 1, shape: spec.shape, mean: spec.mean }];
    case "hyperexponential": {
      const total = spec.p.reduce((a, b) => a + b, 0);
      return spec.p.map((p, i) => ({ weight: p / total, shape: 1, mean: spec.means[i] }));
    }
    case "mixture": {
      const total = spec.parts.reduce((sum, part) => sum + part.weight, 0);
      return spec.parts.flatMap(({ weight, of }) =>
        erlangMixture(where, of).map((phase) => ({ ...phase, weight: (phase.weight * weight) / total })),
      );
    }
    case "scaled":
      return erlangMixture(where, spec.of).map((phase) => ({ ...phase, mean: phase.mean * spec.factor }));
    default:
      throw new DomainError(
        `${where} must be exponential, erlang, hyperexponential or a mixture of them, got ${spec.distribution}`,
      );
  }
}

/** 1 − E[e^(−sX)]. */
function complement(phases: readonly Phases[], s: Complex): Complex {
  let [re, im] = [0, 0];
  for (const { weight, shape, mean } of phases) {
    const [a, b] = complementOfPower([(s[0] * mean) / shape, (s[1] * mean) / shape], shape);
    re += weight * a;
    im += weight * b;
  }
  return [re, im];
}

/** η > 0 with λ(E[e^(ηS)] − 1) = η: by bisection between 0 and the end of the transform's domain. */
function decay(phases: readonly Phases[], rate: number): number {
  const end = Math.min(...phases.map(({ shape, mean }) => shape / mean));
  // Σ w((1 − ηm/k)^(−k) − 1), each term with its digits at small η.
  const excess = (eta: number): number =>
    rate *
      phases.reduce(
        (sum, { weight, shape, mean }) =>
          sum + weight * Math.expm1(-shape * Math.log1p((-eta * mean) / shape)),
        0,
      ) -
    eta;
  let [low, high] = [0, end];
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return low;
    if (excess(middle) > 0) high = middle;
    else low = middle;
  }
}

/** Terms before Euler's averaging and in it; Abate and Whitt's 2006 rule with this many gives 10 digits or more. */
const TERMS = 17;

/** Abscissas and weights of the Euler rule in Abate and Whitt 2006, §5. */
function eulerRule(): { readonly beta: readonly Complex[]; readonly weight: readonly number[] } {
  const weight = new Array<number>(2 * TERMS + 1).fill(1);
  weight[0] = 0.5;
  weight[2 * TERMS] = 2 ** -TERMS;
  let choose = 1;
  for (let k = 1; k < TERMS; k++) {
    choose = (choose * (TERMS - k + 1)) / k;
    weight[2 * TERMS - k] = weight[2 * TERMS - k + 1] + 2 ** -TERMS * choose;
  }
  const scale = 10 ** (TERMS / 3);
  return {
    beta: weight.map((_, k): Complex => [(TERMS * Math.LN10) / 3, Math.PI * k]),
    weight: weight.map((w, k) => (k % 2 === 0 ? 1 : -1) * w * scale),
  };
}

/** t ↦ the function with a transform, at t > 0. */
function invert(of: (s: Complex) => Complex): (t: number) => number {
  const { beta, weight } = eulerRule();
  return (t) => beta.reduce((sum, [re, im], k) => sum + weight[k] * of([re / t, im / t])[0], 0) / t;
}

/** What `mg1WaitLaw` gives: chances that the wait, and the whole response, last longer than t. */
export interface WaitLaw {
  readonly wait: (t: number) => number;
  readonly response: (t: number) => number;
}

/**
 * P(W > t) and P(T > t) of M/G/1.
 *
 * @param service exponential, Erlang, hyperexponential or a mixture of them
 * @throws DomainError for another law, or when λE[S] >= 1
 */
export function mg1WaitLaw(where: string, rate: number, service: Distribution): WaitLaw {
  const phases = erlangMixture(where, service.spec);
  const rho = rate * service.mean;
  if (!(rho < 1)) throw new DomainError(`${where} must have rate times mean < 1, got ${rho}`);
  const eta = decay(phases, rate);
  const survival = (whole: boolean) =>
    invert((shifted) => {
      const s: Complex = [shifted[0] - eta, shifted[1]];
      const left = complement(phases, s);
      // E[e^(−sW)] = (1 − ρ)s/(s − λ(1 − S*(s))), and E[e^(−sT)] has S*(s) with it.
      const waiting = over(
        [(1 - rho) * s[0], (1 - rho) * s[1]],
        [s[0] - rate * left[0], s[1] - rate * left[1]],
      );
      const law = whole ? times(waiting, [1 - left[0], -left[1]]) : waiting;
      return over([1 - law[0], -law[1]], s);
    });
  const [wait, response] = [survival(false), survival(true)];
  return {
    wait: (t) => (t < 0 ? 1 : t === 0 ? rho : Math.exp(-eta * t) * wait(t)),
    response: (t) => (t <= 0 ? 1 : Math.exp(-eta * t) * response(t)),
  };
}

/** The t with survival(t) = 1 − p, 0 where already fewer are left at once. */
export function survivalQuantile(survival: (t: number) => number, p: number, unit: number): number {
  const above = 1 - p;
  if (survival(0) <= above) return 0;
  let [low, high] = [0, unit];
  while (survival(high) > above) {
    low = high;
    high *= 2;
  }
  for (let i = 0; i < 100 && high - low > 1e-13 * high; i++) {
    const middle = (low + high) / 2;
    if (survival(middle) > above) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
