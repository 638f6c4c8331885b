/**
 * Two choices by expected delay: the latency lately seen, times the requests outstanding and one.
 *
 * Finagle's peak EWMA (Twitter, finagle-core, PeakEwma.scala, 2015): the average decays over `decay` seconds, but a latency
 * above it is taken over at once: slow to trust, quick to doubt. A server never tried has cost 0 and is tried first.
 */
import type { PolicyKind } from "./policy.ts";

export const peakEwma: PolicyKind = {
  name: "peak-ewma",
  source: "Twitter, finagle-core, PeakEwma.scala, 2015",
  reads: "own",
  settings: ["decay"],
  create(view) {
    const { decay } = view.settings;
    const average = new Float64Array(view.servers);
    const seen = new Float64Array(view.servers);
    const take = (server: number, latency: number): void => {
      const now = view.now();
      const keep = Math.exp(-(now - seen[server]) / decay);
      seen[server] = now;
      average[server] = latency > average[server] ? latency : average[server] * keep + latency * (1 - keep);
    };
    const cost = (server: number): number => average[server] * (view.load[server] + 1);
    return {
      choose() {
        const { members, random } = view;
        const one = members[random.integer(members.length)];
        const other = members[random.integer(members.length)];
        return cost(other) < cost(one) ? other : one;
      },
      answered: take,
      gaveUp: take,
    };
  },
};
