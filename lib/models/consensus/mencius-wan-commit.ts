/**
 * Commit latency of Mencius between regions, where clients ask several servers at once.
 *
 * Source: Mao, Junqueira and Marzullo, "Mencius: Building Efficient Replicated State Machines for WANs", OSDI 2008, §4
 * ("delayed commit"); how it is reckoned stands in `mencius-wan-law.ts`.
 */
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
import { type Atoms, meanDelay } from "./atoms.ts";
import { COMMIT_FUNCTIONS } from "./commit-functions.ts";
import { MenciusWan } from "./mencius-wan-law.ts";
import { lawOverAll, sharesOf, TO_CLIENTS } from "./wan-places.ts";

/** How often servers tell all where they stand, when it is left to the protocol: the longest round trip, or this. */
const LEAST_SKIP_DELAY = 0.05;

function lawOf(
  delays: Delays,
  places: readonly ClientPlace[],
  rate: number,
  quorum: number,
  skipDelay: number,
): Atoms {
  const shares = sharesOf("menciusWanCommit", delays.length, places);
  const longest = Math.max(...delays.flatMap((row, i) => row.map(({ mean }, j) => (i === j ? 0 : mean))));
  const wan = new MenciusWan(
    delays,
    shares.map((share) => share * rate),
    quorum || majority(delays.length),
    skipDelay || Math.max(LEAST_SKIP_DELAY, 2 * longest),
  );
  return lawOverAll(shares, (server) => wan.lawOf(server));
}

const farthest = (delays: Delays, places: readonly ClientPlace[]): number =>
  places.reduce(
    (sum, { share, replica }) =>
      sum +
      share *
        Math.max(
          ...delays.map((row, other) =>
            other === replica ? 0 : row[replica].mean + delays[replica][other].mean,
          ),
        ),
    0,
  );

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
    law: { tex: "\\mathcal{L}", type: "law", meaning: "law of the commit latency over all operations" },
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
    lawOf: {
      tex: "\\mathcal{L}",
      arguments: ["delays", "places", "rate", "one", "time"],
      result: "law",
      meaning:
        "a majority, word of every server's slots, and what others have proposed before (mencius-wan-law.ts)",
      compute: lawOf,
    },
    mean: {
      tex: "E",
      arguments: ["law"],
      result: "time",
      meaning: "mean of a law",
      compute: meanDelay,
    },
    quantile: COMMIT_FUNCTIONS.quantile,
    farthest: {
      tex: "D_\\max",
      arguments: ["delays", "places"],
      result: "time",
      meaning: "mean round trip to the server that is farthest from the one asked",
      compute: farthest,
    },
    toClients: TO_CLIENTS,
  },
  equations: [
    "law = lawOf(oneWay, clients, arrivalRate, quorum, skipDelay)",
    "commitLatency = mean(law)",
    "commitLatencyP50 = quantile(law, 0.5)",
    "commitLatencyP99 = quantile(law, 0.99)",
    "clientLatency = commitLatency + toClients(clients)",
    "aloneLatency = farthest(oneWay, clients)",
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
