/** Keys at the nodes of a Chord ring without virtual nodes: the fullest, and the 99th percentile. */
import { models } from "../../lib/models/index.ts";
import { placements } from "../../lib/protocols/sharding/placements.ts";
import { replicationInterval } from "../../lib/statistics/interval.ts";
import { sampleQuantile } from "../../lib/statistics/quantiles.ts";
import { Cases, giveWay, type Reproduction } from "./case.ts";

const REPLICATIONS = 200;
const SINGLE = "the paper's maximum is of one run; ours the mean of the maxima of many";

export const chordLoad: Reproduction = {
  table: "chord_load",
  tried: "by formula, and by 200 rings of 10,000 nodes with 500,000 keys",
  async run({ seed, effort, signal, progress }) {
    const cases = new Cases(this.table);
    const [largest, percentile] = [cases.tolerance("max 8.1..11.3"), cases.tolerance("p99 2%")];
    for (const row of cases.table.rows) {
      const [nodes, keys, points] = [Number(row.nodes), Number(row.keys), Number(row.virtual_nodes)];
      const name = `${nodes} nodes, ${keys} keys`;
      const model = models.keyShares({ nodes, points, keysPerNode: keys / nodes });
      const [max, p99] = [Number(row.max_over_mean), Number(row.p99_over_mean)];
      cases.formula(name, "fullest node over mean, formula", max, model.maxOverMean, largest, SINGLE);
      cases.formula(name, "99th percentile over mean, formula", p99, model.quantileOverMean, percentile);
      const [maxima, percentiles]: [number[], number[]] = [[], []];
      for (let r = 0; r < REPLICATIONS * effort; r++) {
        const loads = ringLoads(nodes, keys, points, (seed * 1009 + r) >>> 0);
        maxima.push((loads[nodes - 1] * nodes) / keys);
        percentiles.push((sampleQuantile(loads, 0.99) * nodes) / keys);
        await giveWay(signal);
        progress((r + 1) / (REPLICATIONS * effort));
      }
      cases.simulated(
        name,
        "fullest node over mean, rings",
        max,
        replicationInterval(maxima),
        largest,
        SINGLE,
      );
      cases.simulated(
        name,
        "99th percentile over mean, rings",
        p99,
        replicationInterval(percentiles),
        percentile,
      );
    }
    return cases.list;
  },
};

/** Keys at each node, in ascending order. */
export function ringLoads(nodes: number, keys: number, points: number, seed: number): Float64Array {
  const ring = placements.ring({ nodes: Array.from({ length: nodes }, (_, node) => node), points, seed });
  const loads = new Float64Array(nodes);
  for (let key = 0; key < keys; key++) loads[ring.owner(key)]++;
  return loads.sort((a, b) => a - b);
}
