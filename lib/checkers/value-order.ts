/** Whether demands of the form "this value is older than that" can all be met by one order of the values. */
import { NO_VALUE } from "../core/history-types.ts";

/** One demand. */
export interface Precedence {
  readonly older: number;
  readonly newer: number;
}

/** Shortest cycles are sought from so many demands; those after them would say the same. */
const TRIES = 20;

/**
 * Demands that exclude one another, as few as were found, or null when some order meets all.
 *
 * @param believed demands that some order meets
 * @param added demands to be met as well; at least one of them is in what is returned
 */
export function contradiction<D extends Precedence>(
  believed: readonly D[],
  added: readonly D[],
): readonly D[] | null {
  // Nothing is older than the value a key has before any write.
  const beforeAll = added.find((demand) => demand.newer === NO_VALUE);
  if (beforeAll !== undefined) return [beforeAll];
  const suspects = onCycles([...believed, ...added]);
  if (suspects.size === 0) return null;
  const byOlder = new Map<number, D[]>();
  for (const demand of suspects) {
    const from = byOlder.get(demand.older);
    if (from === undefined) byOlder.set(demand.older, [demand]);
    else from.push(demand);
  }
  let best: D[] | null = null;
  let tries = TRIES;
  for (const demand of added) {
    if (!suspects.has(demand)) continue;
    const way = shortestWay(byOlder, demand.newer, demand.older);
    if (way === null) continue;
    if (best === null || way.length + 1 < best.length) best = [demand, ...way];
    if (best.length === 2 || --tries === 0) break;
  }
  return best;
}

/** The demands left when those from or to a value that ends no other, or begins none, are taken away again and again. */
function onCycles<D extends Precedence>(demands: readonly D[]): Set<D> {
  let left = demands;
  for (const [from, to] of [
    ["older", "newer"],
    ["newer", "older"],
  ] as const) {
    const pending = new Map<number, number>();
    const leaving = new Map<number, D[]>();
    for (const demand of left) {
      pending.set(demand[to], (pending.get(demand[to]) ?? 0) + 1);
      const out = leaving.get(demand[from]);
      if (out === undefined) leaving.set(demand[from], [demand]);
      else out.push(demand);
    }
    const free = [...leaving.keys()].filter((value) => !pending.has(value));
    const gone = new Set<D>();
    for (let value = free.pop(); value !== undefined; value = free.pop()) {
      for (const demand of leaving.get(value) ?? []) {
        gone.add(demand);
        const rest = (pending.get(demand[to]) as number) - 1;
        pending.set(demand[to], rest);
        if (rest === 0) free.push(demand[to]);
      }
    }
    left = left.filter((demand) => !gone.has(demand));
  }
  return new Set(left);
}

/** The fewest demands that lead from one value to another, or null. */
function shortestWay<D extends Precedence>(
  byOlder: ReadonlyMap<number, readonly D[]>,
  from: number,
  to: number,
): D[] | null {
  const cameBy = new Map<number, D>();
  const queue = [from];
  for (const value of queue) {
    if (value === to) {
      const way: D[] = [];
      for (let at = to; at !== from; ) {
        const demand = cameBy.get(at) as D;
        way.unshift(demand);
        at = demand.older;
      }
      return way;
    }
    for (const demand of byOlder.get(value) ?? []) {
      if (demand.newer === from || cameBy.has(demand.newer)) continue;
      cameBy.set(demand.newer, demand);
      queue.push(demand.newer);
    }
  }
  return null;
}
