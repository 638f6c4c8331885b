/** How evenly a ring and jump consistent hash share keys out: the standard errors and intervals of Lamping and Veach. */
import { models } from "../../lib/models/index.ts";
import { placements } from "../../lib/protocols/sharding/placements.ts";
import { replicationInterval } from "../../lib/statistics/interval.ts";
import { Cases, giveWay, type Reproduction } from "./case.ts";

/** Buckets of the paper's figure, as its standard errors fit. */
const BUCKETS = 1000;
/** Rings drawn for each number of points: fewer points, wider spread. */
const RINGS = new Map([
  [1, 600],
  [10, 200],
  [100, 80],
  [1000, 60],
]);
const PRINTED = "printed to two decimals";
const JUMP_NOTE =
  "the paper does not say for how many buckets; the chain of 31-bit steps gives its value at about 40 buckets and 32 times as much at the 1000 that its rings fit. Either is far below what any number of keys would show";

/** Standard deviation of n shares over their mean. */
function relativeSpread(shares: readonly number[]): number {
  const squares = shares.reduce((sum, share) => sum + (share * shares.length - 1) ** 2, 0);
  return Math.sqrt(squares / (shares.length - 1));
}

/**
 * Exact shares of the buckets under jump consistent hash, its random numbers being independent whole numbers of 31 bits.
 *
 * From bucket b a key jumps to j or beyond when x <= (b + 1)·steps/j, x uniform on 1 … steps: that many of them.
 */
export function jumpShares(buckets: number, steps = 2 ** 31): number[] {
  const beyond = (b: number, j: number): number => Math.floor(((b + 1) * steps) / j) / steps;
  const visits = new Array<number>(buckets).fill(0);
  visits[0] = 1;
  for (let j = 1; j < buckets; j++)
    for (let b = 0; b < j; b++)
      visits[j] += visits[b] * ((j === b + 1 ? 1 : beyond(b, j)) - beyond(b, j + 1));
  return visits.map((visit, b) => visit * (b === buckets - 1 ? 1 : beyond(b, buckets)));
}

export const jumpHashUniformity: Reproduction = {
  table: "jump_hash_uniformity",
  tried: "rings by formula and by drawn rings of 1000 buckets; jump by its exact chain of 31-bit steps",
  async run({ seed, effort, signal, progress }) {
    const cases = new Cases(this.table);
    const [deviation, interval] = [cases.tolerance("sd 1%"), cases.tolerance("CI 2%")];
    // The smallest are printed with one or two digits, coarser than 2 %.
    const printed = (tolerance: { readonly relative?: number }) => ({ ...tolerance, absolute: 0.005 });
    for (const [i, row] of cases.table.rows.entries()) {
      const points = Number(row.points_per_bucket);
      const name = points > 0 ? `ring, ${points} points a bucket` : "jump";
      const published = Number(row.standard_error);
      const [low, high] = [Number(row.ci99_low), Number(row.ci99_high)];
      if (points === 0) {
        const shares = jumpShares(BUCKETS);
        const ours = relativeSpread(shares);
        cases.formula(name, "standard error of a share, exact chain", published, ours, deviation, JUMP_NOTE);
        // The paper's interval is the normal one about 1, printed to eight decimals.
        cases.formula(
          name,
          "99 % interval of a share, low end",
          low,
          1 - 2.5758 * ours,
          {
            absolute: 0.5e-8,
          },
          JUMP_NOTE,
        );
        cases.formula(
          name,
          "99 % interval of a share, high end",
          high,
          1 + 2.5758 * ours,
          {
            absolute: 0.5e-8,
          },
          JUMP_NOTE,
        );
        continue;
      }
      const model = (probability: number) => models.keyShares({ nodes: BUCKETS, points, probability });
      cases.formula(
        name,
        "standard error of a share, formula",
        published,
        model(0.5).loadDeviation,
        deviation,
      );
      const ends = printed(interval as { readonly relative?: number });
      cases.formula(
        name,
        "0.5 % quantile of a share, formula",
        low,
        model(0.005).quantileOverMean,
        ends,
        PRINTED,
      );
      cases.formula(
        name,
        "99.5 % quantile of a share, formula",
        high,
        model(0.995).quantileOverMean,
        ends,
        PRINTED,
      );
      const spreads: number[] = [];
      for (let r = 0; r < (RINGS.get(points) ?? 20) * effort; r++) {
        const nodes = Array.from({ length: BUCKETS }, (_, node) => node);
        spreads.push(
          relativeSpread(placements.ring({ nodes, points, seed: (seed * 1009 + r) >>> 0 }).shares()),
        );
        if (r % 10 === 0) await giveWay(signal);
      }
      const drawn = replicationInterval(spreads);
      cases.simulated(name, "standard error of a share, drawn rings", published, drawn, deviation);
      progress((i + 1) / cases.table.rows.length);
    }
    return cases.list;
  },
};
