/**
 * Commit of a leader-based protocol over three sites: round trip to the leader and from it to its nearest peer.
 *
 * The table gives the round trips and the rule; every leader and every client site is predicted by the model and
 * simulated with Multi-Paxos and Raft. The rows of EPaxos, Mencius and Generalized Paxos need those protocols.
 */
import type { NetworkSpec } from "../../lib/core/system.ts";
import { workload } from "../../lib/core/workloads.ts";
import { models } from "../../lib/models/index.ts";
import { multiPaxos } from "../../lib/protocols/consensus/multi-paxos.ts";
import { raft } from "../../lib/protocols/consensus/raft.ts";
import { systemBuilder } from "../../lib/protocols/system.ts";
import type { Estimate } from "../../lib/study/estimates.ts";
import { network } from "../../lib/study/rtt-matrix.ts";
import { study } from "../../lib/study/study.ts";
import { Cases, type ReproduceContext, type Reproduction, shifted } from "./case.ts";

const SITES = ["CA", "VA", "EU"] as const;
const SETTING = "3 sites";
/** Operations per second: so few that nothing queues. */
const RATE = 10;
const build = { "multi-paxos": systemBuilder(multiPaxos), raft: systemBuilder(raft) } as const;
const MS = 1000;
const RULE =
  "published: the file's rule on its round trips (to the leader, and from it to its nearest peer); it holds no measured median of Multi-Paxos";

export const epaxosWanRtts: Reproduction = {
  table: "epaxos_wan_rtts",
  tried: "the Multi-Paxos rule at 3 sites: every leader and client site by model, Multi-Paxos and Raft",
  async run(context) {
    const cases = new Cases(this.table);
    const tolerance = cases.tolerance("+-5 ms");
    const rtt = roundTrips(cases);
    const net = network.fromMatrix({
      sites: SITES,
      rtt: rtt.map((row) => row.map((time) => time / MS)),
      place: { CA: 1, VA: 1, EU: 1 },
    });
    let done = 0;
    for (const [l, leader] of SITES.entries()) {
      const nearest = Math.min(...SITES.flatMap((_, other) => (other === l ? [] : [rtt[l][other]])));
      for (const [c, client] of SITES.entries()) {
        const rule = rtt[c][l] + nearest;
        const name = `leader ${leader}, client ${client}`;
        const { predicted, simulated } = await ours(net, leader, client, context);
        cases.formula(name, "latency at the client, model [ms]", rule, predicted * MS, tolerance, RULE);
        for (const [protocol, median] of Object.entries(simulated))
          cases.simulated(
            name,
            `median latency, ${protocol} simulated [ms]`,
            rule,
            shifted(median, 0, MS),
            tolerance,
            RULE,
          );
        context.progress(++done / SITES.length ** 2);
      }
    }
    return cases.list;
  },
};

/** Round trips of the table in milliseconds; between two machines of one site the typical one of its cluster. */
function roundTrips(cases: Cases): number[][] {
  const value = (setting: string, link: string): number | undefined => {
    const row = cases.table.rows.find((r) => r.setting === setting && r.link_or_metric === link);
    return row === undefined ? undefined : Number(row.value_ms);
  };
  const within = value("EC2 cluster", "typical RTT") ?? Number.NaN;
  return SITES.map((a) =>
    SITES.map((b) =>
      a === b ? within : (value(SETTING, `${a}-${b}`) ?? value(SETTING, `${b}-${a}`) ?? Number.NaN),
    ),
  );
}

async function ours(
  net: NetworkSpec,
  leaderIn: string,
  client: string,
  context: ReproduceContext,
): Promise<{
  readonly predicted: number;
  readonly simulated: Readonly<Record<string, Estimate["quantiles"][string]>>;
}> {
  const load = workload.poisson(RATE, { clients: client });
  const simulated: Record<string, Estimate["quantiles"][string]> = {};
  for (const [name, builder] of Object.entries(build)) {
    const result = await study({ name, system: builder({ network: net, leaderIn }), workload: load }).run({
      seed: context.seed,
      minReplications: 5,
      maxReplications: 5,
      operations: 100,
      warmUp: { rule: "fixed", operations: 10 },
      quantiles: [0.5],
      workers: 1,
      signal: context.signal,
      progress: false,
    });
    context.signal.throwIfAborted();
    const median = result.rows[0].measures.clientLatency?.quantiles["p50"];
    if (median !== undefined) simulated[name] = median;
  }
  const system = build["multi-paxos"]({ network: net, leaderIn });
  const inputs = models.leaderCommitLatency.fromSystem?.(system, load);
  const predicted = inputs === undefined ? Number.NaN : models.leaderCommitLatency(inputs).clientLatency;
  return { predicted, simulated };
}
