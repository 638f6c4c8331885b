/** Mencius between regions with several proposers: the formula of delayed commits against messages. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { networks } from "../core/networks.ts";
import { RandomStream } from "../core/random.ts";
import { workload } from "../core/workloads.ts";
import { menciusWanCommit } from "../models/consensus/mencius-wan-commit.ts";
import { mencius } from "../protocols/builders.ts";
import { closeWorkers } from "./execution.ts";
import { study } from "./study.ts";

after(closeWorkers);

/** Servers at random places of a map 120 ms by 80 ms, of which some propose, evenly or not, 2 to 600 times a second. */
function drawRegions(random: RandomStream) {
  const one = <T>(...of: T[]): T => of[random.integer(of.length)];
  const servers = one(3, 4, 5, 7);
  const places = Array.from({ length: servers }, () => [0.12 * random.uniform(), 0.08 * random.uniform()]);
  const rtt = places.map(([x, y]) => places.map(([u, v]) => 2 * Math.hypot(x - u, y - v)));
  const sites = places.map((_, i) => `region ${i}`);
  const weights = sites.slice(0, one(2, 3, servers)).map(() => one(1, 1, 0.05 + random.exponential()));
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const place = Object.fromEntries(sites.map((site) => [site, 1]));
  return {
    system: mencius({ network: networks.fromMatrix({ sites, rtt, place, order: "stream" }) }),
    workload: workload.poisson(2 * 300 ** random.uniform(), {
      clients: weights.map((weight, i) => ({ at: sites[i], share: weight / sum })),
    }),
  };
}

test("8 random maps, some or all regions proposing: delayed commits within 8 %, and half of them within 2.5 %", async () => {
  const random = new RandomStream(1, 2, 3, 4);
  const errors: number[] = [];
  for (let seed = 12; seed < 20; seed++) {
    random.restart(seed);
    const result = await study(drawRegions(random))
      .compareWith(menciusWanCommit, { tolerance: 0.08, map: { commitLatency: "commitLatency" } })
      .run({ seed, precision: 0.02, maxReplications: 20, operations: 3000, progress: false });
    const [{ verdict, error }] = result.rows[0].comparisons;
    assert.equal(verdict, "agrees", `map ${seed}: error ${error}`);
    errors.push(Math.abs(Number(error)));
  }
  errors.sort((a, b) => a - b);
  assert.ok(errors[4] < 0.025, `median error ${errors[4]}`);
});
