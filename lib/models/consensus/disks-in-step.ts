/**
 * Disks that write in step: when all writes take the same time, followers' disks stay as far apart as they began.
 *
 * Source: own derivation from group commit (group-commit.ts). A disk that finds nothing to write stands still; its next write
 * begins with the record that ends the pause, and others follow without a gap for as long as something has come meanwhile.
 * The record reached follower i after f_i on its link. So followers' writes end at the same moments but for the f_i, and an
 * operation that comes when the leader's own write still takes R, and reaches follower i after d_i, waits there
 * (R + f_i − d_i) mod W: R is the same for all, f_i and d_i are two independent delays of one link. With links surer than a
 * write all wait alike, about R; with links far less sure the waits are independent and even, as for other disks.
 *
 * Independent waits make a quorum too early: the second of four even waits is 2/5 of a write on average, not half of one.
 */
import { type Atoms, condense, constantDelay, partsOf } from "./atoms.ts";
import type { VoteMeans } from "./decision.ts";

/** A state of the disks with its chance: nobody writes, or the leader's write takes so much longer. */
export interface DiskState {
  readonly chance: number;
  /** Seconds left of the write; null when nobody writes. */
  readonly left: number | null;
}

/** Pieces of a write, halved towards its ends, where the tails of latencies are decided. */
const BODY = 16;
const TAIL = 4;
const PIECES: readonly (readonly [from: number, to: number])[] = (() => {
  const cuts = [0];
  for (let i = TAIL; i >= 0; i--) cuts.push(1 / BODY / 2 ** i);
  for (let i = 2; i < BODY; i++) cuts.push(i / BODY);
  for (let i = 1; i <= TAIL; i++) cuts.push(1 - 1 / BODY / 2 ** i);
  cuts.push(1);
  return cuts.slice(1).map((to, i) => [cuts[i], to] as const);
})();

/** The states of disks that are busy for a share of the time with writes of `write` seconds. */
export function diskStates(busy: number, write: number): DiskState[] {
  const writing = PIECES.map(([from, to]) => ({
    chance: busy * (to - from),
    left: (write * (from + to)) / 2,
  }));
  return [{ chance: 1 - busy, left: null }, ...writing];
}

/** From an operation to a follower's disk being free for it, in a state: the way out, and the wait there. */
export function waitInStep(out: Atoms, { left }: DiskState, write: number): Atoms {
  if (left === null) return out;
  const list: { value: number; weight: number; trip: number }[] = [];
  for (let first = 0; first < out.values.length; first++) {
    // A way out of more than end − write, and no more than end, makes it wait until `end`.
    let end = left + out.values[first];
    end -= write * Math.floor((end - out.values[0]) / write);
    let [weight, trips] = [0, 0];
    for (let i = 0; i < out.values.length; i++) {
      if (out.values[i] > end) {
        if (weight > 0) list.push({ value: end, weight: weight * out.weights[first], trip: trips / weight });
        [weight, trips] = [0, 0];
        end += write * Math.ceil((out.values[i] - end) / write);
      }
      weight += out.weights[i];
      trips += out.weights[i] * out.values[i];
    }
    list.push({ value: end, weight: weight * out.weights[first], trip: trips / weight });
  }
  list.sort((a, b) => a.value - b.value);
  return condense({
    values: Float64Array.from(list, ({ value }) => value),
    weights: Float64Array.from(list, ({ weight }) => weight),
    parts: {
      ...partsOf(new Float64Array(list.length)),
      propagation: Float64Array.from(list, ({ trip }) => trip),
      diskWait: Float64Array.from(list, ({ value, trip }) => value - trip),
    },
  });
}

/** The leader's own wait. */
export const ownWait = ({ left }: DiskState): Atoms => constantDelay(left ?? 0, "diskWait");

/** A vote on average over all states. */
export function overStates(states: readonly DiskState[], votes: readonly VoteMeans[]): VoteMeans {
  const mean = (of: (vote: VoteMeans) => number): number =>
    votes.reduce((sum, vote, i) => sum + states[i].chance * of(vote), 0);
  return {
    mean: mean((vote) => vote.mean),
    offset: mean((vote) => vote.offset),
    parts: {
      propagation: mean(({ parts }) => parts.propagation),
      disk: mean(({ parts }) => parts.disk),
      diskWait: mean(({ parts }) => parts.diskWait),
      slotWait: mean(({ parts }) => parts.slotWait),
    },
    byVoter: votes[0].byVoter.map((_, i) => mean(({ byVoter }) => byVoter[i])),
  };
}

/** When it comes, over all states. */
export function lawOverStates(states: readonly DiskState[], laws: readonly Atoms[]): Atoms {
  const list = laws.flatMap(({ values, weights }, i) =>
    Array.from(values, (value, at) => ({ value, weight: weights[at] * states[i].chance })),
  );
  list.sort((a, b) => a.value - b.value);
  return condense({
    values: Float64Array.from(list, ({ value }) => value),
    weights: Float64Array.from(list, ({ weight }) => weight),
    parts: partsOf(new Float64Array(list.length)),
  });
}
