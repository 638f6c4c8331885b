/**
 * Commit latency of Mencius between regions, where clients ask several servers at once.
 *
 * Source: Mao, Junqueira and Marzullo, "Mencius: Building Efficient Replicated State Machines for WANs", OSDI 2008, §4
 * ("delayed commit"); how it is reckoned stands in `mencius-wan-law.ts`.
 */
import { DomainError } from "../../core/errors.ts";
import { allFeaturesBut } from "../../core/features.ts";
import { defineModel } from "../../core/model.ts";
import { majority } from "../../core/system.ts";
import {
  type ClientPlace,
  type Delays,
  FLOW_INPUTS,
  quorumInput,
  readFlowInputs,
} from "../flow/flow-inputs.ts";
import { MenciusWan, type StepLaw } from "./mencius-wan-law.ts";

/** How often servers tell all where they stand, when it is left to the protocol: the longest round trip, or this. */
const LEAST_SKIP_DELAY = 0.05;

interface Latencies {
  readonly laws: readonly { readonly share: number; readonly law: StepLaw }[];
  readonly alone: number;
  readonly toClients: number;
}

function latenciesOf(
  delays: Delays,
  places: readonly ClientPlace[],
  rate: number,
  quorum: number,
  skipDelay: number,
): Latencies {
  const servers = delays.length;
  const shares = new Array<number>(servers).fill(0);
  for (const { replica, share } of places) {
    if (replica >= servers)
      throw new DomainError(
        `menciusWanCommit: clients must ask a node of 0 to ${servers - 1}, got ${replica}`,
      );
    shares[replica] += share;
  }
  const longest = Math.max(...delays.flatMap((row, i) => row.map(({ mean }, j) => (i === j ? 0 : mean))));
  const wan = new MenciusWan(
    delays,
    shares.map((share) => share * rate),
    quorum || majority(servers),
    skipDelay || Math.max(LEAST_SKIP_DELAY, 2 * longest),
  );
  const asked = [...shares.keys()].filter((server) => shares[server] > 0);
  return {
    laws: asked.map((server) => ({ share: shares[server], law: wan.lawOf(server) })),
    alone: asked.reduce((sum, server) => sum + shares[server] * wan.farthest(server), 0),
    toClients: places.reduce((sum, { share, roundTrip }) => sum + share * (roundTrip ?? 0), 0),
  };
}

function quantileOf({ laws }: Latencies, p: number): number {
  const times = laws.flatMap(({ law }) => law.times).sort((a, b) => a - b);
  const upTo = (time: number): number =>
    laws.reduce((sum, { share, law }) => {
      let [low, high] = [0, law.times.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (law.times[middle] <= time) low = middle + 1;
        else high = middle;
      }
      return sum + share * (low > 0 ? law.upTo[low - 1] : 0);
    }, 0);
  let [low, high] = [0, times.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (upTo(times[middle]) >= p) high = middle;
    else low = middle + 1;
  }
  return times[low];
}

const time = (tex: string, meaning: string) => ({ tex, dimension: "time", meaning }) as const;

/**
 * Mean, median and 99th percentile of the commit latency while several servers propose.
 *
 * @example
 * models.menciusWanCommit({ oneWay: [[0, "10 ms", "20 ms"], ["10 ms", 0, "20 ms"], ["20 ms", "20 ms", 0]], clients: [{ replica: 0, share: 1, roundTrip: null }], arrivalRate: 1 }).commitLatency.toFixed(9); // => "0.040000000"
 */
export const menciusWanCommit = defineModel({
  id: "menciusWanCommit",
  title: "Commit latency of slots in turn between regions, several servers proposing (Mencius)",
  cites: ["Mao, Junqueira, Marzullo 2008, §4", "Lamport 1978 (clocks of slots)"],
  assumes: [
    "propagation only: no load, no disk; delays are their means",
    "Poisson arrivals, no faults",
    "clocks follow every proposer's own count, not chains of one another's: a server far from all others that propose seldom is told sooner, its latency up to a fifth lower",
  ],
  ignores: allFeaturesBut(
    "client distance",
    "unequal links",
    "in-order links",
    "concurrent proposers",
    "reads",
    "uneven keys",
    "headers",
    "heartbeats",
  ),
  inputs: {
    oneWay: FLOW_INPUTS.oneWay,
    clients: FLOW_INPUTS.clients,
    arrivalRate: FLOW_INPUTS.arrivalRate,
    quorum: quorumInput("servers that choose, the proposer among them"),
    skipDelay: {
      tex: "\\tau",
      dimension: "time",
      min: 0,
      default: 0,
      meaning: "how often a server tells all where it stands; 0 is the longest round trip, at least 50 ms",
    },
  },
  between: {
    latencies: { tex: "\\mathcal{T}", type: "latencies", meaning: "laws by the server that is asked" },
  },
  outputs: {
    commitLatency: time("T_c", "from the request at its server to its answer, mean"),
    commitLatencyP50: time("T_{c,50}", "median of the commit latency"),
    commitLatencyP99: time("T_{c,99}", "99th percentile of the commit latency"),
    clientLatency: time("T", "as the client sees it, mean"),
    aloneLatency: time("T_1", "of each server if it proposed alone: the farthest answer"),
  },
  functions: {
    size: {
      tex: "\\#",
      arguments: ["delays"],
      result: "one",
      meaning: "number of servers",
      compute: (delays: Delays) => delays.length,
    },
    latenciesOf: {
      tex: "\\mathrm{Wait}",
      arguments: ["delays", "places", "rate", "one", "time"],
      result: "latencies",
      meaning:
        "a majority, word of every server's slots, and what others have proposed before (mencius-wan-law.ts)",
      compute: latenciesOf,
    },
    mean: {
      tex: "E",
      arguments: ["latencies"],
      result: "time",
      meaning: "mean over all operations",
      compute: ({ laws }: Latencies) => laws.reduce((sum, { share, law }) => sum + share * law.mean, 0),
    },
    quantile: {
      tex: "Q",
      arguments: ["latencies", "one"],
      result: "time",
      meaning: "quantile over all operations",
      compute: quantileOf,
    },
    alone: {
      tex: "E_1",
      arguments: ["latencies"],
      result: "time",
      meaning: "mean farthest answer",
      compute: ({ alone }: Latencies) => alone,
    },
    toClients: {
      tex: "D_L",
      arguments: ["latencies"],
      result: "time",
      meaning: "between client and server and back",
      compute: ({ toClients }: Latencies) => toClients,
    },
  },
  equations: [
    "latencies = latenciesOf(oneWay, clients, arrivalRate, quorum, skipDelay)",
    "commitLatency = mean(latencies)",
    "commitLatencyP50 = quantile(latencies, 0.5)",
    "commitLatencyP99 = quantile(latencies, 0.99)",
    "clientLatency = commitLatency + toClients(latencies)",
    "aloneLatency = alone(latencies)",
  ],
  requires: ["quorum <= size(oneWay)"],
  reads: ["mencius"],
  fromSystem(system, workload) {
    const { oneWay, clients, arrivalRate } = readFlowInputs(
      "menciusWanCommit",
      "mencius",
      "any",
      system,
      workload,
    );
    const { quorum, skipDelay } = system.settings;
    return { oneWay, clients, arrivalRate, quorum: Number(quorum), skipDelay: Number(skipDelay) };
  },
});
