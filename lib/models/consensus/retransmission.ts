/**
 * Latency under loss: a request is sent again until it is answered, to one peer and to a quorum.
 *
 * Attempt i starts at s_i, the sum of the time-outs before it (fixed, or growing by a factor: Jacobson and Karels,
 * SIGCOMM 1988; RFC 6298, §5.5). It is lost with chance ℓ = 1 − (1 − p)² when each way loses p, and otherwise
 * answered after a round trip. Attempts are independent, so nobody has answered by t with chance
 * ∏_{s_i ≤ t} (ℓ + (1 − ℓ)P(R > t − s_i)), whether round trips outlast the time-out or not; a quorum is an order
 * statistic of it.
 */
import type { Distribution } from "../../core/distributions.ts";
import { DomainError } from "../../core/errors.ts";
import { defineModel, type NumberInput } from "../../core/model.ts";
import { incompleteBeta } from "../../core/special.ts";
import { integratePieces } from "./gauss-legendre.ts";
import { delayInput } from "./split-vote-variable.ts";

/** Attempts that are followed: with half of the messages lost fewer than 1e-12 of requests need as many. */
const ATTEMPTS = 5000;

/** Attempts that one waits for at once: each of them has its knots in every piece of the integral. */
const MOST_UNDER_WAY = 300;

/** Levels of the round trip between which its law is smooth enough; the last ones for laws without an end. */
const LEVELS = [0.001, 0.05, 0.3, 0.7, 0.95, 0.999, 1 - 1e-5, 1 - 1e-8, 1 - 1e-12];

/** How a request is repeated. */
interface Repeats {
  readonly trip: Distribution;
  readonly lost: number;
  readonly timeout: number;
  /** When each attempt starts, as far as they are followed. */
  readonly starts: readonly number[];
  /** After so long an attempt is answered or lost. */
  readonly far: number;
}

function repeating(trip: Distribution, lost: number, timeout: number, factor: number): Repeats {
  const starts = [0];
  for (let i = 1, step = timeout; i <= ATTEMPTS && Number.isFinite(starts[i - 1] + step); i++, step *= factor)
    starts.push(starts[i - 1] + step);
  if (starts.length > MOST_UNDER_WAY && starts[MOST_UNDER_WAY] < trip.mean)
    throw new DomainError(
      `retransmission: timeout must leave at most ${MOST_UNDER_WAY} attempts under way in a round trip of ${trip.mean} s, got ${timeout} s`,
    );
  const far = Number.isFinite(trip.maximum) ? trip.maximum : trip.quantile(1 - 1e-15);
  return { trip, lost, timeout, starts, far };
}

/** P(one peer has not answered by t). */
function unanswered({ trip, lost, starts, far }: Repeats, t: number): number {
  let chance = 1;
  for (let i = 0; i < starts.length && starts[i] <= t && chance > 0; i++) {
    const since = t - starts[i];
    chance *= since > far ? lost : lost + (1 - lost) * trip.survival(since);
  }
  return chance;
}

/** P(fewer than k of m peers have answered by t). */
function late(repeats: Repeats, m: number, k: number, t: number): number {
  const one = unanswered(repeats, t);
  return one >= 1 ? 1 : one <= 0 ? 0 : incompleteBeta(m - k + 1, k, one);
}

/** Mean of the k-th of m answers: the integral of the chance above, attempt by attempt. */
function meanOf(repeats: Repeats, m: number, k: number): number {
  if (k === 0) return 0;
  const { trip, starts } = repeats;
  const levels = LEVELS.map((p) => trip.quantile(p));
  const knots = [trip.minimum, ...levels, ...(Number.isFinite(trip.maximum) ? [trip.maximum] : [])];
  const span = Math.max(...knots);
  let sum = 0;
  for (let i = 0; i + 1 < starts.length; i++) {
    const cuts: number[] = [];
    // Answers of earlier attempts still on their way have knots in this interval too.
    for (let j = i; j >= 0 && starts[j] + span >= starts[i]; j--)
      for (const knot of knots) cuts.push(starts[j] + knot);
    const piece = integratePieces((t) => late(repeats, m, k, t), starts[i], starts[i + 1], cuts, 12);
    sum += piece;
    if (piece < 1e-13 * sum) break;
  }
  return sum;
}

function quantileOf(repeats: Repeats, m: number, k: number, p: number): number {
  if (k === 0) return 0;
  let [low, high] = [0, repeats.timeout];
  while (late(repeats, m, k, high) > 1 - p) high *= 2;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (late(repeats, m, k, middle) > 1 - p) low = middle;
    else high = middle;
  }
  return high;
}

const quorum = (tex: string, min: number, meaning: string) =>
  ({ tex, dimension: "one", integer: true, min, default: min, meaning }) as const satisfies NumberInput;

/**
 * Mean and quantile of an answered request under loss, to one peer and to a quorum.
 *
 * @example
 * models.retransmission({ roundTrip: "10 ms", loss: 0.1, timeout: "100 ms" }).latency; // => 0.01 + 0.1 * 0.19 / 0.81
 */
export const retransmission = defineModel({
  id: "retransmission",
  title: "Latency under loss with retransmission",
  cites: ["Jacobson, Karels 1988", "RFC 6298, §5.5"],
  assumes: [
    "messages are lost independently, either way with the same chance",
    "a request is repeated to each peer until that peer has answered; round trips are independent of one law",
    "time-outs are fixed or grow by a factor; no queues, no congestion control",
  ],
  inputs: {
    roundTrip: delayInput("R", "round trip of an attempt that is not lost"),
    loss: {
      tex: "p",
      dimension: "one",
      min: 0,
      max: 0.5,
      meaning: "chance that a message is lost, each way",
    },
    timeout: { tex: "\\tau", dimension: "time", above: 0, meaning: "first time-out" },
    backOff: {
      tex: "\\beta",
      dimension: "one",
      min: 1,
      max: 4,
      default: 1,
      meaning: "factor of each further time-out",
    },
    peers: quorum("m", 1, "peers who are asked at once"),
    answers: quorum("k", 1, "answers that are needed"),
    probability: {
      tex: "\\pi",
      dimension: "one",
      above: 0,
      max: 0.999999999,
      default: 0.99,
      meaning: "level of the quantile",
    },
  },
  between: {
    attemptLoss: { tex: "\\ell", dimension: "one", meaning: "chance that an attempt is lost" },
    repeats: { tex: "\\mathcal{R}", type: "repeats", meaning: "round trip, loss and time-outs" },
    meanTrip: { tex: "E[R]", dimension: "time", meaning: "mean round trip" },
  },
  outputs: {
    attempts: { tex: "E[N]", dimension: "one", meaning: "attempts until one is not lost" },
    latency: { tex: "T", dimension: "time", meaning: "mean time until one peer has answered" },
    latencyQuantile: { tex: "T^{(\\pi)}", dimension: "time", meaning: "its quantile" },
    quorumLatency: { tex: "T_k", dimension: "time", meaning: "mean time until k of m have answered" },
    quorumQuantile: { tex: "T_k^{(\\pi)}", dimension: "time", meaning: "its quantile" },
    penalty: { tex: "\\Delta", dimension: "time", meaning: "what loss adds to the mean of one peer" },
  },
  functions: {
    repeating: {
      tex: "\\mathrm{repeat}",
      arguments: ["distribution", "one", "time", "one"],
      result: "repeats",
      meaning: "how a request is repeated",
      compute: repeating,
    },
    kth: {
      tex: "E_{(k)}",
      arguments: ["repeats", "one", "one"],
      result: "time",
      meaning: "mean of the k-th of m answers, by quadrature to 1e-9 for smooth round trips",
      compute: meanOf,
    },
    kthQuantile: {
      tex: "Q_{(k)}",
      arguments: ["repeats", "one", "one", "one"],
      result: "time",
      meaning: "quantile of the k-th of m answers, by bisection on the exact law",
      compute: quantileOf,
    },
    mean: {
      tex: "E",
      arguments: ["distribution"],
      result: "time",
      meaning: "mean round trip",
      compute: (trip: Distribution) => trip.mean,
    },
  },
  equations: [
    "attemptLoss = loss * (2 - loss)",
    "repeats = repeating(roundTrip, attemptLoss, timeout, backOff)",
    "attempts = 1 / (1 - attemptLoss)",
    "meanTrip = mean(roundTrip)",
    "latency = kth(repeats, 1, 1)",
    "latencyQuantile = kthQuantile(repeats, 1, 1, probability)",
    "quorumLatency = kth(repeats, peers, answers)",
    "quorumQuantile = kthQuantile(repeats, peers, answers, probability)",
    "penalty = latency - meanTrip",
  ],
  requires: ["answers <= peers"],
  // Beyond it the mean is infinite: time-outs grow faster than the chance of needing them falls.
  stable: ["loss * (2 - loss) * backOff < 0.98"],
});
