/** Regions at random places with random clients, for holding formulas against messages. */
import { networks } from "../core/networks.ts";
import type { RandomStream } from "../core/random.ts";

/** One of some values. */
export const oneOf = <T>(random: RandomStream, ...of: T[]): T => of[random.integer(of.length)];

/**
 * Nodes at random places of a map 120 ms by 80 ms, one a region, of which clients ask two, three or all, evenly or not.
 *
 * @param sizes numbers of nodes to draw from
 */
export function drawRegions(random: RandomStream, ...sizes: number[]) {
  const nodes = oneOf(random, ...sizes);
  const places = Array.from({ length: nodes }, () => [0.12 * random.uniform(), 0.08 * random.uniform()]);
  const rtt = places.map(([x, y]) => places.map(([u, v]) => 2 * Math.hypot(x - u, y - v)));
  const sites = places.map((_, i) => `region ${i}`);
  const weights = sites
    .slice(0, oneOf(random, 2, 3, nodes))
    .map(() => oneOf(random, 1, 1, 0.05 + random.exponential()));
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const place = Object.fromEntries(sites.map((site) => [site, 1]));
  return {
    network: networks.fromMatrix({ sites, rtt, place, order: "stream" }),
    clients: weights.map((weight, i) => ({ at: sites[i], share: weight / sum })),
    longestRtt: Math.max(...rtt.flat()),
  };
}
