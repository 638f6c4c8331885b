/**
 * Commit over three sites: with a leader, round trip to it and from it to its nearest peer; EPaxos, to the nearest peer;
 * Mencius, to the farthest.
 *
 * The table gives the round trips and the rules; every leader and every client site is predicted by the model and
 * simulated. It also gives two measured numbers that no rule predicts, the least and the largest median of the sites
 * under EPaxos when all commands interfere. Generalized Paxos is no protocol here, and of the round trips of the five
 * sites the table knows only one by name.
 */
import { cpu } from "../../lib/core/machines.ts";
import type { NetworkSpec, SystemSpec, WorkloadSpec } from "../../lib/core/system.ts";
import { us } from "../../lib/core/units.ts";
import { workload } from "../../lib/core/workloads.ts";
import { models } from "../../lib/models/index.ts";
import { epaxos } from "../../lib/protocols/consensus/epaxos.ts";
import { mencius } from "../../lib/protocols/consensus/mencius.ts";
import { multiPaxos } from "../../lib/protocols/consensus/multi-paxos.ts";
import { raft } from "../../lib/protocols/consensus/raft.ts";
import { protocolNamed } from "../../lib/protocols/index.ts";
import { systemBuilder } from "../../lib/protocols/system.ts";
import { simulateRun } from "../../lib/simulation/run.ts";
import { replicationInterval } from "../../lib/statistics/interval.ts";
import { sampleQuantile } from "../../lib/statistics/quantiles.ts";
import type { Estimate } from "../../lib/study/estimates.ts";
import { network } from "../../lib/study/rtt-matrix.ts";
import { study } from "../../lib/study/study.ts";
import { Cases, type ReproduceContext, type Reproduction, shifted } from "./case.ts";

type Median = Estimate["quantiles"][string];

const SITES = ["CA", "VA", "EU"] as const;
const SETTING = "3 sites";
/** Operations per second: so few that nothing queues. */
const RATE = 10;
/** Keys enough that hardly two operations in a second are of one. */
const KEYS = 10_000;
const led = { "multi-paxos": systemBuilder(multiPaxos), raft: systemBuilder(raft) } as const;
const everyoneLeads = { epaxos: systemBuilder(epaxos), mencius: systemBuilder(mencius) } as const;
const MS = 1000;
const RULE = "published: the file's rule on its round trips";
const LEADER_RULE = `${RULE} (to the leader, and from it to its nearest peer); it holds no measured median of Multi-Paxos`;
const INTERFERING =
  "published: measured on EC2; ours: 10 closed-loop clients a site (own assumption: the file tells no load), all on one key, answered after execution. A command waits for the commits of those it comes after, and at VA the commands of CA and EU meet: up to half a round trip more";

export const epaxosWanRtts: Reproduction = {
  table: "epaxos_wan_rtts",
  tried:
    "3 sites: Multi-Paxos and Raft by leader and client site, EPaxos and Mencius by client site, EPaxos when all interfere",
  async run(context) {
    const cases = new Cases(this.table);
    const tolerance = cases.tolerance("+-5 ms");
    const rtt = roundTrips(cases);
    const net = network.fromMatrix({
      sites: SITES,
      rtt: rtt.map((row) => row.map((time) => time / MS)),
      place: { CA: 1, VA: 1, EU: 1 },
    });
    const others = (site: number): number[] => rtt[site].filter((_, other) => other !== site);
    const parts = SITES.length ** 2 + SITES.length + 1;
    let done = 0;
    for (const [l, leader] of SITES.entries()) {
      for (const [c, client] of SITES.entries()) {
        const rule = rtt[c][l] + Math.min(...others(l));
        const name = `leader ${leader}, client ${client}`;
        const load = workload.poisson(RATE, { clients: client });
        const inputs = models.leaderCommitLatency.fromSystem?.(
          led["multi-paxos"]({ network: net, leaderIn: leader }),
          load,
        );
        const predicted =
          inputs === undefined ? Number.NaN : models.leaderCommitLatency(inputs).clientLatency;
        cases.formula(
          name,
          "latency at the client, model [ms]",
          rule,
          predicted * MS,
          tolerance,
          LEADER_RULE,
        );
        for (const [protocol, builder] of Object.entries(led)) {
          const median = await medianOf(builder({ network: net, leaderIn: leader }), load, context);
          simulated(name, protocol, rule, median, LEADER_RULE);
        }
        context.progress(++done / parts);
      }
    }
    for (const [c, client] of SITES.entries()) {
      const name = `client ${client}`;
      const rule = { epaxos: Math.min(...others(c)), mencius: Math.max(...others(c)) };
      const roundTripTimes = rtt.map((row) => row.map((time) => time / MS));
      const model = models.wanCommit({ roundTrips: roundTripTimes, client: c, leader: c });
      const predicted = { epaxos: model.leaderlessLatency, mencius: model.farthestLatency };
      for (const protocol of ["epaxos", "mencius"] as const) {
        const note = `${RULE} (${protocol === "epaxos" ? "nearest" : "farthest"} peer)`;
        const measure = `latency at the client, ${protocol} model [ms]`;
        cases.formula(name, measure, rule[protocol], predicted[protocol] * MS, tolerance, note);
        const load = workload.poisson(RATE, { clients: client, keys: KEYS });
        const median = await medianOf(everyoneLeads[protocol]({ network: net }), load, context);
        simulated(name, protocol, rule[protocol], median, note);
      }
      context.progress(++done / parts);
    }
    const medians = interfering(net, context);
    for (const [which, bySite] of [
      ["min", medians.least],
      ["max", medians.largest],
    ] as const) {
      const setting = `${SETTING} 100% interference`;
      const metric = `EPaxos execution latency median ${which}`;
      const measure = `${which === "min" ? "least" : "largest"} median of a site, epaxos simulated [ms]`;
      const published = numberOf(cases, setting, metric) ?? Number.NaN;
      cases.simulated(setting, measure, published, shifted(bySite, 0, MS), tolerance, INTERFERING);
    }
    context.progress(1);
    return cases.list;

    function simulated(
      name: string,
      protocol: string,
      rule: number,
      median: Median | null,
      note: string,
    ): void {
      const measure = `median latency, ${protocol} simulated [ms]`;
      if (median !== null) cases.simulated(name, measure, rule, shifted(median, 0, MS), tolerance, note);
    }
  },
};

function numberOf(cases: Cases, setting: string, link: string): number | undefined {
  const row = cases.table.rows.find((r) => r.setting === setting && r.link_or_metric === link);
  return row === undefined ? undefined : Number(row.value_ms);
}

/** Round trips of the table in milliseconds; between two machines of one site the typical one of its cluster. */
function roundTrips(cases: Cases): number[][] {
  const within = numberOf(cases, "EC2 cluster", "typical RTT") ?? Number.NaN;
  const between = (a: string, b: string): number =>
    numberOf(cases, SETTING, `${a}-${b}`) ?? numberOf(cases, SETTING, `${b}-${a}`) ?? Number.NaN;
  return SITES.map((a) => SITES.map((b) => (a === b ? within : between(a, b))));
}

/** The median latency at the client, where nothing queues. */
async function medianOf(
  system: SystemSpec,
  load: WorkloadSpec,
  context: ReproduceContext,
): Promise<Median | null> {
  const result = await study({ system, workload: load }).run({
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
  return result.rows[0].measures.clientLatency?.quantiles["p50"] ?? null;
}

const REPLICATIONS = 10;
const USERS_A_SITE = 10;

/** Least and largest median of the sites under EPaxos when every operation is a write of one key. */
function interfering(net: NetworkSpec, context: ReproduceContext): { least: Median; largest: Median } {
  const system = everyoneLeads.epaxos({ network: net, cpu: cpu({ receive: us(50) }) });
  const load = workload.closed(USERS_A_SITE * SITES.length, { clients: SITES });
  const least: number[] = [];
  const largest: number[] = [];
  for (let i = 0; i < REPLICATIONS; i++) {
    context.signal.throwIfAborted();
    const operations = 3000 * context.effort;
    const { history } = simulateRun(protocolNamed("epaxos"), system, load, {
      ...{ seed: context.seed + i, warmUp: 300, operations, history: "keep" },
    });
    const medians = SITES.map((_, site) => {
      const own = history.filter(
        (row) => row.outcome === "ok" && Math.floor(row.client / USERS_A_SITE) === site,
      );
      return sampleQuantile(
        own.map((row) => row.completed - row.invoked).sort((a, b) => a - b),
        0.5,
      );
    });
    least.push(Math.min(...medians));
    largest.push(Math.max(...medians));
  }
  return { least: replicationInterval(least), largest: replicationInterval(largest) };
}
