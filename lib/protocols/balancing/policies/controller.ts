/**
 * A controller that measures load and capacity and sets the shares anew every `controlInterval`.
 *
 * Own composition: the arrivals of the last interval and each server's mean service, as told with its answers, go through the
 * best fixed split (Tantawi and Towsley 1985). It knows no speed in advance. Measures are averaged over intervals, and
 * every server keeps a share of `FLOOR` of an equal one: who gets nothing is never measured again.
 */
import { AliasTable } from "../../../core/alias-table.ts";
import type { PolicyKind } from "./policy.ts";
import { bestShares } from "./split.ts";

/** Share of an equal share that every server keeps. */
const FLOOR = 0.02;
/** Weight of the last interval in the averages. */
const WEIGHT = 0.3;

export const controller: PolicyKind = {
  name: "controller",
  source: "own composition of measured rates and Tantawi, Towsley, J. ACM 32(2), 1985",
  reads: "nothing",
  settings: ["controlInterval"],
  create(view) {
    const { controlInterval, dispatchers } = view.settings;
    const spent = new Float64Array(view.servers);
    const served = new Float64Array(view.servers);
    /** Mean service of each server; 0 while unknown. */
    const service = new Float64Array(view.servers);
    let arrived = 0;
    let rate = 0;
    const equal = (): AliasTable => new AliasTable(new Float64Array(view.members.length).fill(1));
    let shares = equal();
    const reset = (): void => {
      const known = view.members.filter((server) => service[server] > 0);
      if (known.length === 0) {
        shares = equal();
        return;
      }
      const mean = known.reduce((sum, server) => sum + service[server], 0) / known.length;
      const rates = view.members.map((server) => 1 / (service[server] || mean));
      const best = bestShares(rates, rate * dispatchers);
      shares = new AliasTable(best.map((share) => Math.max(share, FLOOR / best.length)));
    };
    return {
      choose() {
        arrived++;
        return view.members[shares.draw(view.random)];
      },
      answered(server, _latency, seconds) {
        spent[server] += seconds;
        served[server]++;
      },
      control() {
        const now = arrived / controlInterval;
        rate = rate === 0 ? now : rate + WEIGHT * (now - rate);
        arrived = 0;
        for (let server = 0; server < view.servers; server++) {
          if (served[server] === 0) continue;
          const mean = spent[server] / served[server];
          // Few services say little: an interval counts by how many it saw.
          const weight = service[server] === 0 ? 1 : WEIGHT * Math.min(1, served[server] / 100);
          service[server] += weight * (mean - service[server]);
          spent[server] = 0;
          served[server] = 0;
        }
        reset();
      },
      membersChanged: reset,
    };
  },
};
