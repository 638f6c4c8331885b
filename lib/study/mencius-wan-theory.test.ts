/** Mencius between regions with several proposers: the formula of delayed commits against messages. */
import { after, test } from "node:test";
import { networks } from "../core/networks.ts";
import type { RandomStream } from "../core/random.ts";
import { workload } from "../core/workloads.ts";
import { mencius } from "../protocols/builders.ts";
import { closeWorkers } from "./execution.ts";
import { assertAgreesAtRandom, type Choose } from "./random-systems.fixture.ts";

after(closeWorkers);

/** Servers at random places of a map 120 ms by 80 ms, of which some propose, evenly or not, 2 to 600 times a second. */
function drawRegions(one: Choose, random: RandomStream) {
  const servers = one(3, 4, 5, 7);
  const places = Array.from({ length: servers }, () => [0.12 * random.uniform(), 0.08 * random.uniform()]);
  const rtt = places.map(([x, y]) => places.map(([u, v]) => 2 * Math.hypot(x - u, y - v)));
  const sites = places.map((_, i) => `region ${i}`);
  const weights = sites.slice(0, one(2, 3, servers)).map(() => one(1, 1, 0.05 + random.exponential()));
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const place = Object.fromEntries(sites.map((site) => [site, 1]));
  return {
    system: mencius({ network: networks.fromMatrix({ sites, rtt, place, order: "stream" }) }),
    load: workload.poisson(2 * 300 ** random.uniform(), {
      clients: weights.map((weight, i) => ({ at: sites[i], share: weight / sum })),
    }),
  };
}

test("5 random maps, some or all regions proposing: delayed commits within 5 %, and mostly within 3 %", () =>
  assertAgreesAtRandom("menciusWanCommit", 5, 1, [], drawRegions, 0.03));
