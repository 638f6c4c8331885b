/**
 * LogCabin's throughput by client threads and servers: two rows fit the leader's costs, the others are predicted.
 *
 * By formula, for the saturated rows: 1/(a + b(n − 1)). By simulation, for all rows: Raft on the machines that the
 * thesis states (ch. 10): 1 kB writes, 1 Gbit/s, 0.25 ms for a durable write, one append under way to each follower
 * with all that has gathered up to 1 MB. Two things are fitted, to 100 threads on 1 and on 5 servers: the processor's
 * time for a message and for a byte. The thesis states no round trip; it is that of another published cluster on
 * 1 Gbit/s Ethernet, the Zab paper's ping of 0.1 ms, taken before the first run. Delays are constant: nothing is
 * published of how they vary, and a variation chosen to cure a miss would be fitted to the rows it is to predict.
 */
import { cpu, disk } from "../../lib/core/machines.ts";
import type { SystemSpec } from "../../lib/core/system.ts";
import { workload } from "../../lib/core/workloads.ts";
import { models } from "../../lib/models/index.ts";
import { raft } from "../../lib/protocols/consensus/raft.ts";
import { systemBuilder } from "../../lib/protocols/system.ts";
import { erased } from "../../lib/simulation/protocol.ts";
import { simulateRun } from "../../lib/simulation/run.ts";
import { network } from "../../lib/study/rtt-matrix.ts";
import { Cases, type ReproduceContext, type Reproduction } from "./case.ts";
import { saturate } from "./saturation.ts";

const HANDING_OVER =
  "the thesis: a lone write takes 0.7 ms on one server, of which 0.25 ms are the disk; the rest is neither network nor busy processor but threads that hand the request over (ch. 10.1), which load hides and the simulator has not";
const IN_STEP =
  "with constant delays clients move in step: they gather into batches of their own number, each paid for once";
const TOLERANCE = "the file states no tolerance: the 15 % of zookeeper_throughput, the like case";
const SATURATED = 100;
const SERVERS = { first: 1, last: 5 } as const;
/** Junqueira, Reed & Serafini, DSN 2011: 1 Gbit/s Ethernet, ping 0.1 ms (`zab_latency`). */
const RTT = "0.1 ms";

const build = systemBuilder(raft);
const protocol = erased(raft);

/** What is fitted, in seconds. */
interface Costs {
  readonly message: number;
  readonly byte: number;
}

export const logcabinThroughput: Reproduction = {
  table: "logcabin_throughput",
  tried:
    "100 threads by the leader model, all rows by simulated Raft, both fitted to 100 threads on 1 and 5 servers",
  async run(context) {
    const cases = new Cases(this.table);
    const tolerance = new Cases("zookeeper_throughput").tolerance("calibrate-then-predict 15%");
    const rows = cases.table.rows.map((row) => ({
      threads: Number(row.client_threads),
      servers: Number(row.servers),
      rate: Number(row.kops_per_s) * 1000,
    }));
    const saturated = (servers: number): number =>
      rows.find((row) => row.threads === SATURATED && row.servers === servers)?.rate ?? Number.NaN;
    const [first, last] = [saturated(SERVERS.first), saturated(SERVERS.last)];
    const isFitted = ({ threads, servers }: (typeof rows)[number]): boolean =>
      threads === SATURATED && (servers === SERVERS.first || servers === SERVERS.last);
    for (const row of rows.filter(({ threads }) => threads === SATURATED)) {
      const { throughput } = models.leaderScaling({
        nodes: row.servers,
        firstNodes: SERVERS.first,
        firstThroughput: first,
        secondNodes: SERVERS.last,
        secondThroughput: last,
      });
      const what = "throughput, leader model [1/s]";
      if (isFitted(row)) cases.calibrated(nameOf(row), what, row.rate, throughput, tolerance);
      else cases.formula(nameOf(row), what, row.rate, throughput, tolerance, TOLERANCE);
    }
    const costs = await fit(first, last, context);
    for (const [i, row] of rows.entries()) {
      const load = workload.closed(row.threads, { payload: 1024, clients: "LAN" });
      const throughput = await saturate(systemOf(row.servers, costs), load, 4000, context);
      const what = "throughput, Raft simulated [1/s]";
      const why = row.threads === SATURATED ? IN_STEP : HANDING_OVER;
      if (isFitted(row)) cases.calibrated(nameOf(row), what, row.rate, throughput, tolerance);
      else cases.simulated(nameOf(row), what, row.rate, throughput, tolerance, `${TOLERANCE}; ${why}`);
      context.progress(0.5 + (0.5 * (i + 1)) / rows.length);
    }
    return cases.list;
  },
};

const nameOf = ({ threads, servers }: { readonly threads: number; readonly servers: number }): string =>
  `${threads} ${threads === 1 ? "thread" : "threads"}, ${servers} ${servers === 1 ? "server" : "servers"}`;

function systemOf(nodes: number, { message, byte }: Costs): SystemSpec {
  return build({
    network: network.lan({ nodes, rtt: RTT, bandwidth: "1 Gbit/s" }),
    cpu: cpu({ receive: message, send: message, perByte: byte }),
    disk: disk.fsync("0.25 ms"),
    pipeline: 1,
    batchMax: 1000,
  });
}

/** Rounds of fitting one cost after the other: by then none moves by a per mille. */
const ROUNDS = 5;

/** The costs with which two published numbers come out, one number for each. */
async function fit(first: number, last: number, context: ReproduceContext): Promise<Costs> {
  let costs: Costs = { message: 1e-5, byte: 8e-9 };
  for (let round = 0; round < ROUNDS; round++) {
    const one = (message: number): number =>
      throughputOf(SATURATED, SERVERS.first, { ...costs, message }, context);
    costs = { ...costs, message: solve(costs.message, first, one) };
    const five = (byte: number): number => throughputOf(SATURATED, SERVERS.last, { ...costs, byte }, context);
    costs = { ...costs, byte: solve(costs.byte, last, five) };
    context.progress((0.5 * (round + 1)) / ROUNDS);
    await new Promise((resolve) => setImmediate(resolve));
    context.signal.throwIfAborted();
  }
  return costs;
}

function throughputOf(threads: number, servers: number, costs: Costs, context: ReproduceContext): number {
  const load = workload.closed(threads, { payload: 1024, clients: "LAN" });
  return simulateRun(protocol, systemOf(servers, costs), load, {
    seed: context.seed,
    warmUp: 300,
    operations: 2000,
    history: "off",
  }).throughput;
}

/** The cost at which a throughput that falls with it has the value wanted: bisection of the logarithm about a guess. */
function solve(guess: number, wanted: number, throughput: (cost: number) => number): number {
  let [low, high] = [guess / 1.6, guess * 1.6];
  while (throughput(low) < wanted) low /= 2;
  while (throughput(high) > wanted) high *= 2;
  for (let i = 0; i < 8; i++) {
    const middle = Math.sqrt(low * high);
    if (throughput(middle) > wanted) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}
