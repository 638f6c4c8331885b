/** Entries of Maglev's look-up table at its nodes, beside tables filled by a ring and by rendezvous hashing. */
import { models } from "../../lib/models/index.ts";
import { placements } from "../../lib/protocols/sharding/placements.ts";
import { replicationInterval } from "../../lib/statistics/interval.ts";
import { Cases, giveWay, type Reproduction } from "./case.ts";

/** Tables drawn: small ones scatter more, and rendezvous asks every node for every entry. */
const tablesFor = (method: string, size: number): number =>
  method === "karger" ? 100 : size < 100_000 ? 40 : 8;
const TWO_32 = 2 ** 32;
const RING_NOTE =
  "one run in the paper, which leaves open how slots are looked up; here slot i of M stands at i/M of the ring. The file's own repetition of single runs, 5 to 95 %, does not hold this value either";
const SINGLE =
  "one run in the paper, our mean of many; the tolerance is half the file's 5 to 95 % range of single runs";

type Owner = (slot: number) => number;

/** Largest number of slots at one node over the mean, less 1. */
export function overprovision(size: number, backends: number, owner: Owner): number {
  const entries = new Int32Array(backends);
  for (let slot = 0; slot < size; slot++) entries[owner(slot)]++;
  let most = 0;
  for (const count of entries) most = Math.max(most, count);
  return (most * backends) / size - 1;
}

function tableOf(method: string, size: number, nodes: readonly number[], views: number, seed: number): Owner {
  if (method === "karger") {
    const ring = placements.ring({ nodes, points: views, seed });
    return (slot) => ring.holderAt(ring.pointAt(Math.floor((slot * TWO_32) / size)));
  }
  const rendezvous = placements.rendezvous({ nodes, seed });
  return (slot) => rendezvous.owner(slot);
}

export const maglevImbalance: Reproduction = {
  table: "maglev_imbalance",
  tried: "all 6 rows by building tables; rendezvous also by the formula of balls in bins",
  async run({ seed, effort, signal, progress }) {
    const cases = new Cases(this.table);
    for (const [i, row] of cases.table.rows.entries()) {
      const [method, size, backends] = [String(row.method), Number(row.table_size), Number(row.backends)];
      const nodes = Array.from({ length: backends }, (_, node) => node);
      const name = `${method}, ${size} entries`;
      if (method === "maglev") {
        const [, fewest, most] = /(\d+)\.\.(\d+)/.exec(String(row.overprovision_published)) ?? [];
        const entries = placements
          .maglev({ nodes, size, seed })
          .shares()
          .map((share) => Math.round(share * size));
        cases.formula(name, "fewest entries of a node, table", Number(fewest), Math.min(...entries), {
          absolute: 0,
        });
        cases.formula(name, "most entries of a node, table", Number(most), Math.max(...entries), {
          absolute: 0,
        });
        continue;
      }
      const published = Number(row.overprovision_published);
      const tolerance = { absolute: (Number(row.recomputed_p95) - Number(row.recomputed_p5)) / 2 };
      const tables = tablesFor(method, size) * effort;
      const drawn: number[] = [];
      for (let r = 0; r < tables; r++) {
        drawn.push(
          overprovision(
            size,
            backends,
            tableOf(method, size, nodes, Number(row.views), (seed * 1009 + r) >>> 0),
          ),
        );
        await giveWay(signal);
        progress((i + (r + 1) / tables) / cases.table.rows.length);
      }
      const note = method === "karger" && size === 65537 ? RING_NOTE : SINGLE;
      const measure = "most entries of a node over the mean, less 1";
      cases.simulated(name, `${measure}, tables`, published, replicationInterval(drawn), tolerance, note);
      if (method === "rendezvous") {
        const { maxOverMean } = models.ballsInBins({ balls: size, bins: backends });
        cases.formula(name, `${measure}, formula`, published, maxOverMean - 1, tolerance, note);
      }
    }
    return cases.list;
  },
};
