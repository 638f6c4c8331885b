/** Symbols of the models by message flows that all of them have, and how they are read out of system and load. */
import type { Distribution, toDistribution } from "../../core/distributions.ts";
import { DomainError, refuseUnknown, show, unknownName } from "../../core/errors.ts";
import type { NumberInput, StructuredInput } from "../../core/model.ts";
import { checkNumber } from "../../core/parameters.ts";
import type { SystemSpec, WorkloadSpec } from "../../core/system.ts";
import { arrivalMoments, delayBetween, readMachines } from "../consensus/commit-inputs.ts";
import { COMMIT_INPUTS, readDelay } from "../consensus/commit-symbols.ts";

type Delay = Parameters<typeof toDistribution>[1];

/** One-way delays from each node to each other. */
export type Delays = readonly (readonly Distribution[])[];

/** Where clients stand: the node they turn to, their share, the round trip to it (null beside it). */
export interface ClientPlace {
  readonly replica: number;
  readonly share: number;
  readonly roundTrip: number | null;
}

const oneWay: StructuredInput<Delays, readonly (readonly Delay[])[]> = {
  kind: "structured",
  type: "delays",
  tex: "D_{ij}",
  meaning: "one-way delays from each node to each other; the diagonal is not read",
  unit: "s",
  read(where, given) {
    if (!Array.isArray(given) || given.length < 2)
      throw new DomainError(`${where} must be delays between 2 nodes or more, got ${show(given)}`);
    return given.map((row: readonly Delay[], i): Distribution[] => {
      if (!Array.isArray(row) || row.length !== given.length)
        throw new DomainError(`${where}[${i}] must have ${given.length} delays, got ${show(row)}`);
      return row.map((one, j) => readDelay(`${where}[${i}][${j}]`, i === j ? 0 : one));
    });
  },
};

/** Shares are sums of numbers as people write them. */
const NEARLY = 1e-6;

const clients: StructuredInput<readonly ClientPlace[], readonly ClientPlace[]> = {
  kind: "structured",
  type: "places",
  tex: "\\mathcal{C}",
  meaning: "where clients stand: the node they ask, their share, the mean round trip to it (null beside it)",
  unit: "1, 1, s",
  read(where, given) {
    if (!Array.isArray(given) || given.length === 0)
      throw new DomainError(`${where} must be a list of places, got ${show(given)}`);
    const places = given.map((place: ClientPlace, i): ClientPlace => {
      const at = `${where}[${i}]`;
      refuseUnknown(at, "field", Object.keys(place), ["replica", "share", "roundTrip"]);
      const count = { dimension: "one", integer: true, min: 0, meaning: "replica" } as const;
      const share = { dimension: "one", min: 0, max: 1, meaning: "share" } as const;
      const time = { dimension: "time", min: 0, meaning: "round trip" } as const;
      return {
        replica: checkNumber(at, "replica", place.replica, count),
        share: checkNumber(at, "share", place.share, share),
        roundTrip: place.roundTrip === null ? null : checkNumber(at, "roundTrip", place.roundTrip, time),
      };
    });
    const sum = places.reduce((all, { share }) => all + share, 0);
    if (Math.abs(sum - 1) > NEARLY)
      throw new DomainError(`${where} must have shares that add up to 1, got ${sum}`);
    return places;
  },
};

const { payload, payloadScv, replyPayload, headerBytes, egressPerByte, ingressPerByte } = COMMIT_INPUTS;
const { cpuReceive, cpuReceiveScv, cpuSend, cpuSendScv, cpuPerByte, cores, storage, order } = COMMIT_INPUTS;

export const FLOW_INPUTS = {
  oneWay,
  clients,
  arrivalRate: COMMIT_INPUTS.arrivalRate,
  payload: { ...payload, meaning: "mean bytes an operation carries from node to node" },
  payloadScv,
  replyPayload,
  headerBytes,
  egressPerByte,
  ingressPerByte,
  cpuReceive,
  cpuReceiveScv,
  cpuSend,
  cpuSendScv,
  cpuPerByte,
  cores,
  storage,
  order,
} as const;

const count = { dimension: "one", integer: true, min: 0, default: 0 } as const;
type Count = NumberInput & { readonly default: number };

/** The node that leads, or coordinates: an input of flows that have one. */
export const leaderInput = (meaning = "number of the leader"): Count => ({ ...count, tex: "L", meaning });

/** How many nodes are enough: an input of flows that count them. */
export const quorumInput = (who: string): Count => ({
  ...count,
  tex: "q",
  meaning: `${who}; 0 is a majority`,
});

/** Whom clients ask: the one leader, or the node that is nearest to them. */
export type Entry = number | "any";

/** The node that clients of a place turn to, and the mean round trip to it; as the simulated clients choose. */
function placeOf(where: string, system: SystemSpec, entry: Entry, at: string, share: number): ClientPlace {
  const { sites, placement } = system.network;
  const node = at === "leader" ? leaderOf(system) : Number(/^node (\d+)$/.exec(at)?.[1] ?? -1);
  if (node >= 0 && (entry === "any" || entry === node)) return { replica: node, share, roundTrip: null };
  const site = node >= 0 ? placement[node] : sites.indexOf(at);
  if (site < 0) throw unknownName(where, "client place", at, ["leader", "node 0", ...sites]);
  const delays = placement.map((other) => delayBetween(system, site, other).mean);
  const replica = entry === "any" ? delays.indexOf(Math.min(...delays)) : entry;
  const back = delayBetween(system, placement[replica], site).mean;
  return { replica, share, roundTrip: delays[replica] + back };
}

/** The first leader; of protocols without one the node that such clients begin at. */
export const leaderOf = ({ settings }: SystemSpec): number =>
  Math.max(0, Number(settings.initialLeader ?? 0));

/** What a system and its load say of these inputs. @throws DomainError when it is of another protocol */
export function readFlowInputs(
  where: string,
  protocol: string,
  entry: Entry,
  system: SystemSpec,
  workload: WorkloadSpec,
) {
  if (system.protocol !== protocol)
    throw new DomainError(`${where}: protocol must be ${protocol}, got ${JSON.stringify(system.protocol)}`);
  const { placement } = system.network;
  return {
    ...readMachines(system, workload),
    oneWay: placement.map((from) => placement.map((to) => delayBetween(system, from, to))),
    clients: workload.clients.map(({ at, share }) => placeOf(where, system, entry, at, share)),
    arrivalRate: arrivalMoments(where, workload.arrivals).rate,
  };
}
