/** Balls in bins with d choices: shares of bins by load, by the fluid limit and by throwing a million balls. */
import { randomStreams } from "../../lib/core/random.ts";
import { models } from "../../lib/models/index.ts";
import { replicationInterval } from "../../lib/statistics/interval.ts";
import { Cases, type ReproduceContext, type Reproduction } from "./case.ts";

const BINS = 1_000_000;
const REPLICATIONS = 40;
const LEVELS = [0, 1, 2, 3];

/** Shares of bins with 0, 1, 2 and 3 balls when each of as many balls as bins goes to the emptiest of d. */
export function thrown(bins: number, d: number, seed: number, replication: number): number[] {
  const stream = randomStreams(seed).child(`d ${d}`).child(replication).stream("bins");
  const loads = new Uint8Array(bins);
  for (let ball = 0; ball < bins; ball++) {
    let best = stream.integer(bins);
    for (let i = 1; i < d; i++) {
      const bin = stream.integer(bins);
      if (loads[bin] < loads[best]) best = bin;
    }
    loads[best]++;
  }
  const counts = LEVELS.map(() => 0);
  for (const load of loads) if (load < counts.length) counts[load]++;
  return counts.map((count) => count / bins);
}

async function allThrown(d: number, { seed, effort, signal }: ReproduceContext): Promise<number[][]> {
  const shares: number[][] = [];
  for (let i = 0; i < REPLICATIONS * effort; i++) {
    shares.push(thrown(BINS, d, seed, i));
    // Lets an interruption through.
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  }
  return shares;
}

export const ballsBinsFluid: Reproduction = {
  table: "balls_bins_fluid",
  tried: "all 4 rows by the fluid limit, and by 40 times a million balls into a million bins",
  async run(context) {
    const cases = new Cases(this.table);
    const [fluid, simulation] = [cases.tolerance("1e-4 fluid"), cases.tolerance("sim n=1e6 +-5e-4")];
    for (const [i, row] of cases.table.rows.entries()) {
      const choices = Number(row.d);
      const name = `d ${choices}`;
      const at = (level: number) => models.dChoicesFluid({ choices, ballsPerBin: 1, bins: BINS, level });
      const throws = await allThrown(choices, context);
      for (const load of LEVELS) {
        const published = Number(row[`frac_load${load}`]);
        const share = load === 0 ? at(1).emptyShare : at(load).exactly;
        cases.formula(name, `share of bins with ${load} balls, fluid limit`, published, share, fluid);
        const interval = replicationInterval(throws.map((shares) => shares[load]));
        cases.simulated(name, `share of bins with ${load} balls, thrown`, published, interval, simulation);
      }
      for (const level of [1, 2, 3])
        cases.formula(
          name,
          `share of bins with at least ${level}, fluid limit`,
          Number(row[`s${level}`]),
          at(level).atLeast,
          fluid,
        );
      context.progress((i + 1) / cases.table.rows.length);
    }
    return cases.list;
  },
};
