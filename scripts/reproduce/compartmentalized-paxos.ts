/**
 * Compartmentalised MultiPaxos: what counting messages predicts, and what a time per message for each role does.
 *
 * Three rows of the ablation each have a bottleneck of their own, which gives that role's time per message: two
 * proxy leaders, then the replicas once there are seven, then the leader. MultiPaxos itself is not fitted to.
 */
import { DataError } from "../../lib/core/errors.ts";
import { models } from "../../lib/models/index.ts";
import { Cases, type Reproduction } from "./case.ts";

const COUNTED =
  "counting alone: 3f + 4 = 7 messages against 2 are 3.5 times if all cost the same; 150,000 commands of 2 messages are 3.3 us a message, 25,000 of 7 are 5.7 us: the leader of MultiPaxos spends 1.7 times as long on each, as it also broadcasts, gathers votes, executes and answers, and 3.5 times 1.7 are the measured 6";
const ROLES =
  "with a time per message for each role the broadcast is dearer than a client's message, which explains part; the rest is that MultiPaxos' leader, which does every kind of work, spends 5.7 us on a message where no role alone spends more than 4.9 us";
const UNREPLICATED =
  "a server without replication handles the same two messages as the decoupled leader, one of them an answer to a client; that it is faster must be the bookkeeping it is spared, which no count sees";

const SETTINGS = {
  twoProxies: "decoupled MultiPaxos 2 proxy leaders 2 replicas",
  sevenProxies: "7 proxy leaders",
  leaderBound: "10 proxy leaders 3 replicas (leader-bound)",
} as const;

export const compartmentalizedPaxos: Reproduction = {
  table: "compartmentalized_paxos",
  tried:
    "counting messages, and a time per message for each role from 3 rows of the ablation; batched rows left out",
  async run() {
    const cases = new Cases(this.table);
    const tolerance = cases.tolerance("10%");
    const measured = (protocol: string): number => {
      const row = cases.table.rows.find((one) => one.protocol === protocol && one.batched === 0);
      if (row === undefined) throw new DataError(`${cases.table.name}: row "${protocol}" is missing`);
      return Number(row.peak_cmds_per_s);
    };
    const at = (proxyLeaders: number, replicas: number, times = {}) =>
      models.compartmentalized({ faults: 1, proxyLeaders, replicas, rows: 2, columns: 2, ...times });
    // Rates are at 10 us a message; times scale inversely.
    const unit = 1e-5;
    const fitted = {
      proxyTime: (unit * at(2, 2).proxyRate) / measured(SETTINGS.twoProxies),
      replicaTime: (unit * at(7, 2).replicaRate) / measured(SETTINGS.sevenProxies),
      leaderTime: (unit * at(10, 3).leaderRate) / measured(SETTINGS.leaderBound),
      // Four acceptors in two columns never bind; they are as fast as a proxy leader.
      acceptorTime: (unit * at(2, 2).proxyRate) / measured(SETTINGS.twoProxies),
    };
    const throughput = "throughput, times per role [1/s]";
    for (const [name, proxies, replicas] of [
      [SETTINGS.twoProxies, 2, 2],
      [SETTINGS.sevenProxies, 7, 2],
      [SETTINGS.leaderBound, 10, 3],
    ] as const) {
      const { maxThroughput } = at(proxies, replicas, fitted);
      cases.calibrated(name, throughput, measured(name), maxThroughput, tolerance);
    }
    const [plain, whole] = ["MultiPaxos", "Compartmentalized MultiPaxos"];
    const best = at(10, 3, fitted);
    cases.calibrated(whole, throughput, measured(whole), best.maxThroughput, tolerance);
    cases.formula(plain, throughput, measured(plain), best.directThroughput, tolerance, ROLES);
    const ratio = measured(whole) / measured(plain);
    const counted = at(10, 3, { leaderTime: unit, proxyTime: unit, acceptorTime: 0, replicaTime: unit });
    const name = `${whole} over ${plain}`;
    cases.formula(name, "ratio, counting messages", ratio, counted.speedUp, tolerance, COUNTED);
    cases.formula(name, "ratio, times per role", ratio, best.speedUp, tolerance, ROLES);
    cases.formula(
      "Unreplicated",
      "throughput, as the decoupled leader [1/s]",
      measured("Unreplicated"),
      best.leaderRate,
      tolerance,
      UNREPLICATED,
    );
    return cases.list;
  },
};
