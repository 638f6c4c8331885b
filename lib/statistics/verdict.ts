/**
 * The three-valued verdict: does a simulated interval agree with a prediction, within a tolerance stated
 * beforehand?
 *
 * "Not significantly different" is not agreement: a short run differs from nothing. Asking that the whole
 * interval lie inside the tolerance is an equivalence test (two one-sided tests: D. J. Schuirmann, J.
 * Pharmacokinetics and Biopharmaceutics 15(6), 1987), and what is neither inside nor outside is said to be
 * undecided.
 */
import { DomainError, refuseUnknown, show } from "../core/errors.ts";
import { checkFinite } from "./checks.ts";

/** Inside the tolerance, outside it, or run longer. */
export type Verdict = "agrees" | "differs" | "undecided";

/**
 * What difference does not matter: a fraction of the prediction (0.05: 5 %), or `{ relative, absolute }`
 * where the wider of the two bands counts; `absolute` is in the values' unit and is what a prediction of 0
 * needs.
 */
export type Tolerance = number | { readonly relative?: number; readonly absolute?: number };

/** Half the width of the band of agreement about a prediction, in the values' unit. */
function reach(prediction: number, tolerance: Tolerance): number {
  const where = "verdict";
  if (typeof tolerance !== "number" && (typeof tolerance !== "object" || tolerance === null))
    throw new DomainError(`${where}: tolerance must be stated (>= 0), got ${show(tolerance)}`);
  const given = typeof tolerance === "number" ? { relative: tolerance } : tolerance;
  refuseUnknown(where, "key of tolerance", Object.getOwnPropertyNames(given), ["relative", "absolute"]);
  const { relative, absolute } = given as { relative?: number; absolute?: number };
  if (relative === undefined && absolute === undefined)
    throw new DomainError(
      `${where}: tolerance must be stated (relative or absolute), got ${show(tolerance)}`,
    );
  for (const [name, value] of [
    ["tolerance", relative],
    ["absolute tolerance", absolute],
  ] as const) {
    if (value !== undefined && !(typeof value === "number" && value >= 0 && Number.isFinite(value)))
      throw new DomainError(`${where}: ${name} must be finite and >= 0, got ${show(value)}`);
  }
  return Math.max((relative ?? 0) * Math.abs(prediction), absolute ?? 0);
}

/**
 * `agrees` when the whole interval lies inside prediction ± tolerance (ends included), `differs` when the
 * whole interval lies outside, else `undecided`: run longer.
 *
 * A prediction of 0 has a relative band of width 0: state an absolute tolerance too, or only the exact 0
 * agrees.
 *
 * @param interval ends of the simulated interval, low <= high, in the prediction's unit
 * @throws DomainError for a tolerance that is not stated, negative or not finite; numbers not finite; low >
 * high
 * @example
 * verdict({ low: 0.98, high: 1.03 }, 1, 0.05); // => "agrees"
 * verdict({ low: 1.06, high: 1.09 }, 1, 0.05); // => "differs"
 * verdict({ low: 0.98, high: 1.06 }, 1, 0.05); // => "undecided"
 * verdict({ low: 0, high: 0.001 }, 0, { relative: 0.05, absolute: 0.01 }); // => "agrees"
 */
export function verdict(
  interval: { readonly low: number; readonly high: number },
  prediction: number,
  tolerance: Tolerance,
): Verdict {
  const { low, high } = interval;
  checkFinite("verdict", "low", low);
  checkFinite("verdict", "high", high);
  checkFinite("verdict", "prediction", prediction);
  if (low > high) throw new DomainError(`verdict: low ${low} must be <= high ${high}`);
  const band = reach(prediction, tolerance);
  const [bottom, top] = [prediction - band, prediction + band];
  if (low >= bottom && high <= top) return "agrees";
  return high < bottom || low > top ? "differs" : "undecided";
}

/**
 * (simulated - prediction)/|prediction|: signed, relative to the prediction as the verdict's tolerance is, so
 * that |relativeError| <= tolerance says that the estimate itself lies in the band.
 *
 * @returns 0 when both are 0; Infinity with the sign of `simulated` when only the prediction is 0
 * @throws DomainError when a number is not finite
 * @example
 * relativeError(1.1, 1); // => 0.1
 * relativeError(0, 0); // => 0
 */
export function relativeError(simulated: number, prediction: number): number {
  checkFinite("relativeError", "simulated", simulated);
  checkFinite("relativeError", "prediction", prediction);
  const difference = simulated - prediction;
  return difference === 0 ? 0 : difference / Math.abs(prediction);
}
