/**
 * Commit latency of EPaxos between regions, where commands interfere.
 *
 * Source: Moraru, Andersen and Kaminsky, "There Is More Consensus in Egalitarian Parliaments", SOSP 2013, §4.3; how it is
 * reckoned stands in `epaxos-pair.ts` and `epaxos-wan-law.ts`.
 */
import { DomainError } from "../../core/errors.ts";
import { allFeaturesBut } from "../../core/features.ts";
import { defineModel } from "../../core/model.ts";
import { type ClientPlace, type Delays, FLOW_INPUTS, readFlowInputs } from "../flow/flow-inputs.ts";
import { type Atoms, meanDelay } from "./atoms.ts";
import { COMMIT_FUNCTIONS } from "./commit-functions.ts";
import { EPaxosPairs } from "./epaxos-pair.ts";
import { lawAmong, type Meeting, type ReplicaLaw } from "./epaxos-wan-law.ts";
import { epaxosFastQuorum } from "./fast-path.ts";
import { type KeyGroup, keyGroups, keyGroupsOf } from "./key-groups.ts";
import { lawOverAll, sharesOf, TO_CLIENTS } from "./wan-places.ts";

const WHERE = "epaxosWanCommit";

/** What is known of all commands together. */
interface Latencies {
  readonly law: Atoms;
  readonly fast: number;
  readonly alone: number;
}

/** How operations of each share of keys meet others: a read meets writes alone. */
const meetingsOf = (groups: readonly KeyGroup[], reads: number): Meeting[] =>
  groups.flatMap(({ share, keys }) => {
    const chance = share / keys;
    const writes = 1 - reads;
    return [
      { share: share * reads, chance: chance * writes, next: chance },
      { share: share * writes, chance, next: chance * writes * (1 + reads) },
    ].filter((meeting) => meeting.share > 0);
  });

function latenciesOf(
  delays: Delays,
  places: readonly ClientPlace[],
  rate: number,
  groups: readonly KeyGroup[],
  reads: number,
  fastQuorum: number,
): Latencies {
  const replicas = delays.length;
  const shares = sharesOf(WHERE, replicas, places);
  const least = epaxosFastQuorum(replicas);
  if (fastQuorum !== 0 && fastQuorum < least)
    throw new DomainError(
      `${WHERE}: fastQuorum must be 0 or >= ${least} of ${replicas} replicas, got ${fastQuorum}`,
    );
  const pairs = new EPaxosPairs(
    delays.map((row, i) => row.map(({ mean }, j) => (i === j ? 0 : mean))),
    fastQuorum || least,
  );
  const rates = shares.map((share) => share * rate);
  const meetings = meetingsOf(groups, reads);
  const own = shares.map((share, replica) =>
    share === 0 ? null : lawAmong(pairs, replica, rates, meetings),
  );
  return {
    law: lawOverAll(shares, (replica) => (own[replica] as ReplicaLaw).law),
    fast: own.reduce((sum, one, replica) => sum + shares[replica] * (one?.fast ?? 0), 0),
    alone: shares.reduce((sum, share, replica) => sum + share * pairs.alone(replica), 0),
  };
}

const time = (tex: string, meaning: string) => ({ tex, dimension: "time", meaning }) as const;

/**
 * Mean, median and 99th percentile of the commit latency, and the share of the fast path, where commands interfere.
 *
 * @example
 * models.epaxosWanCommit({ oneWay: [[0, "10 ms", "20 ms"], ["10 ms", 0, "20 ms"], ["20 ms", "20 ms", 0]], clients: [{ replica: 0, share: 1, roundTrip: null }], arrivalRate: 1 }).commitLatency.toFixed(9); // => "0.020000000"
 */
export const epaxosWanCommit = defineModel({
  id: "epaxosWanCommit",
  title: "Commit latency between regions, commands interfering (EPaxos)",
  cites: ["Moraru, Andersen, Kaminsky 2013, §4.3", "Tollman, Park, Ousterhout 2021, §3"],
  assumes: [
    "propagation only: no load, no disk; delays are their means",
    "Poisson arrivals, keys drawn independently, no faults",
    "a third command may make what this one waits for slow; longer chains are not followed: where all write, 1 % too low at 0.6 commands of a key in the longest round trip, 4 % at one, more beyond",
  ],
  ignores: allFeaturesBut(
    "client distance",
    "unequal links",
    "in-order links",
    "reads",
    "uneven keys",
    "interfering commands",
    "headers",
  ),
  inputs: {
    oneWay: FLOW_INPUTS.oneWay,
    clients: FLOW_INPUTS.clients,
    arrivalRate: FLOW_INPUTS.arrivalRate,
    keys: { ...keyGroups, default: [{ share: 1, keys: 1 }] },
    reads: { tex: "r", dimension: "one", min: 0, max: 1, default: 0, meaning: "share of reads" },
    fastQuorum: {
      tex: "q_f",
      dimension: "one",
      integer: true,
      min: 0,
      default: 0,
      meaning: "replicas that commit in one round, the leader among them; 0 is the fewest of the paper",
    },
  },
  between: {
    latencies: {
      tex: "\\mathcal{L}",
      type: "latencies",
      meaning: "law of the commit latency over all commands",
    },
  },
  outputs: {
    commitLatency: time("T_c", "from the request at its replica to its answer, mean"),
    commitLatencyP50: time("T_{c,50}", "median of the commit latency"),
    commitLatencyP99: time("T_{c,99}", "99th percentile of the commit latency"),
    clientLatency: time("T", "as the client sees it, mean"),
    fastPathShare: {
      tex: "1 - p",
      dimension: "one",
      meaning: "share of the commands committed in one round",
    },
    aloneLatency: time("T_1", "of commands that meet no other: the fast quorum's answer, mean"),
  },
  functions: {
    size: {
      tex: "\\#",
      arguments: ["delays"],
      result: "one",
      meaning: "number of replicas",
      compute: (delays: Delays) => delays.length,
    },
    latenciesOf: {
      tex: "\\mathcal{L}",
      arguments: ["delays", "places", "rate", "keys", "one", "one"],
      result: "latencies",
      meaning:
        "a fast quorum, a majority again after a conflict, and what the command comes after (epaxos-wan-law.ts)",
      compute: latenciesOf,
    },
    mean: {
      tex: "E",
      arguments: ["latencies"],
      result: "time",
      meaning: "mean of a law",
      compute: ({ law }: Latencies) => meanDelay(law),
    },
    quantile: {
      tex: "Q",
      arguments: ["latencies", "one"],
      result: "time",
      meaning: "quantile of a law",
      compute: ({ law }: Latencies, level: number) => COMMIT_FUNCTIONS.quantile.compute(law, level),
    },
    fast: {
      tex: "P_1",
      arguments: ["latencies"],
      result: "one",
      meaning: "share committed in one round",
      compute: ({ fast }: Latencies) => fast,
    },
    alone: {
      tex: "T_1",
      arguments: ["latencies"],
      result: "time",
      meaning: "mean latency of commands that meet no other",
      compute: ({ alone }: Latencies) => alone,
    },
    toClients: TO_CLIENTS,
  },
  equations: [
    "latencies = latenciesOf(oneWay, clients, arrivalRate, keys, reads, fastQuorum)",
    "commitLatency = mean(latencies)",
    "commitLatencyP50 = quantile(latencies, 0.5)",
    "commitLatencyP99 = quantile(latencies, 0.99)",
    "clientLatency = commitLatency + toClients(clients)",
    "fastPathShare = fast(latencies)",
    "aloneLatency = alone(latencies)",
  ],
  requires: ["fastQuorum <= size(oneWay)"],
  reads: ["epaxos"],
  fromSystem(system, workload) {
    const { oneWay, clients, arrivalRate } = readFlowInputs(WHERE, "epaxos", "any", system, workload);
    const { keys, popularity, reads } = workload;
    const fastQuorum = Number(system.settings.fastQuorum);
    return { oneWay, clients, arrivalRate, keys: keyGroupsOf(WHERE, keys, popularity), reads, fastQuorum };
  },
});
