/** The reproductions, one line each: to add one, write its file and name it here. */
import { unknownName } from "../../lib/core/errors.ts";
import { ballsBinsFluid } from "./balls-bins-fluid.ts";
import type { Reproduction } from "./case.ts";
import { chordLoad } from "./chord-load.ts";
import { compartmentalizedPaxos } from "./compartmentalized-paxos.ts";
import { dissectingLoadFormula } from "./dissecting-load-formula.ts";
import { epaxosWanRtts } from "./epaxos-wan-rtts.ts";
import { jumpHashUniformity } from "./jump-hash-uniformity.ts";
import { kafkaBatching } from "./kafka-batching.ts";
import { leaderNicBound } from "./leader-nic-bound.ts";
import { logcabinThroughput } from "./logcabin-throughput.ts";
import { maglevImbalance } from "./maglev-imbalance.ts";
import { paxosLanMaxThroughput } from "./paxos-lan-max-throughput.ts";
import { queueErlangBCapacity } from "./queue-erlang-b-capacity.ts";
import { queueErlangC } from "./queue-erlang-c.ts";
import { queueForkjoinNelsonTantawi } from "./queue-forkjoin-nelson-tantawi.ts";
import { queueMg1Pk } from "./queue-mg1-pk.ts";
import { queueMmcPublished } from "./queue-mmc-published.ts";
import { quorumAvailability } from "./quorum-availability.ts";
import { raftLanElectionRandomness, raftLanElectionScale } from "./raft-lan-elections.ts";
import { raftSplitVote } from "./raft-split-vote.ts";
import { rrVsRandom } from "./rr-vs-random.ts";
import { seedFormulaWellposed } from "./seed-formula-wellposed.ts";
import { supermarketMitzenmacher } from "./supermarket-mitzenmacher.ts";
import { tailAtScaleFanout } from "./tail-at-scale-fanout.ts";
import { tailTiedRequests } from "./tail-tied-requests.ts";
import { uslFits } from "./usl-fits.ts";
import { zabLatency } from "./zab-latency.ts";
import { zipfHotKeys } from "./zipf-hot-keys.ts";
import { zookeeperCreate } from "./zookeeper-create.ts";
import { zookeeperThroughput } from "./zookeeper-throughput.ts";

/** All reproductions, in the order in which they run: queues first, then leaders, then whole systems. */
export const REPRODUCTIONS: readonly Reproduction[] = [
  queueErlangC,
  queueErlangBCapacity,
  queueMmcPublished,
  queueMg1Pk,
  queueForkjoinNelsonTantawi,
  uslFits,
  rrVsRandom,
  ballsBinsFluid,
  supermarketMitzenmacher,
  tailAtScaleFanout,
  tailTiedRequests,
  jumpHashUniformity,
  maglevImbalance,
  chordLoad,
  zipfHotKeys,
  kafkaBatching,
  quorumAvailability,
  seedFormulaWellposed,
  dissectingLoadFormula,
  compartmentalizedPaxos,
  leaderNicBound,
  paxosLanMaxThroughput,
  raftSplitVote,
  raftLanElectionRandomness,
  raftLanElectionScale,
  epaxosWanRtts,
  zabLatency,
  zookeeperThroughput,
  zookeeperCreate,
  logcabinThroughput,
];

/** The reproductions of some tables; of none, all. */
export function reproductionsOf(tables: readonly string[]): readonly Reproduction[] {
  const known = REPRODUCTIONS.map(({ table }) => table);
  for (const table of tables)
    if (!known.includes(table)) throw unknownName("reproduce", "table", table, known);
  return tables.length === 0 ? REPRODUCTIONS : REPRODUCTIONS.filter(({ table }) => tables.includes(table));
}
