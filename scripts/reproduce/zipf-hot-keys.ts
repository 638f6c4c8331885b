/** Zipf's law over keys: the share of the hottest one, of the hottest hundred, and of the hottest thousandth. */
import { Cases, type Reproduction } from "./case.ts";

/** Shares of the `top` hottest of `keys` keys with chances in proportion to i^(−s), for some ascending tops. */
export function zipfShares(s: number, keys: number, tops: readonly number[]): number[] {
  const sums = new Array<number>(tops.length).fill(0);
  let sum = 0;
  // Small terms first, and each top is what is left of the whole when all beyond it is taken away.
  let t = tops.length - 1;
  for (let i = keys; i > 0; i--) {
    while (t >= 0 && i === tops[t]) sums[t--] = sum;
    sum += i ** -s;
  }
  return sums.map((beyond) => 1 - beyond / sum);
}

export const zipfHotKeys: Reproduction = {
  table: "zipf_hot_keys",
  tried: "all 12 rows by direct summation over the keys",
  async run({ progress }) {
    const cases = new Cases(this.table);
    const tolerance = cases.tolerance("1e-4");
    for (const [i, row] of cases.table.rows.entries()) {
      const [s, keys] = [Number(row.s), Number(row.N)];
      const name = `s ${s}, ${keys} keys`;
      const thousandth = keys / 1000;
      // Of ten thousand keys a thousandth is fewer than a hundred.
      const tops = [1, 100, thousandth].sort((a, b) => a - b);
      const shares = zipfShares(s, keys, tops);
      const share = (top: number): number => shares[tops.indexOf(top)];
      cases.formula(name, "share of the hottest key", Number(row.top1_share), share(1), tolerance);
      cases.formula(name, "share of the hottest 100", Number(row.top100_share), share(100), tolerance);
      cases.formula(
        name,
        "share of the hottest thousandth",
        Number(row["top0.1pct_share"]),
        share(thousandth),
        tolerance,
      );
      progress((i + 1) / cases.table.rows.length);
    }
    return cases.list;
  },
};
