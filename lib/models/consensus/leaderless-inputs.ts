/** Symbols of the model of a group without a leader, and how they are read out of system and load. */
import type { Distribution, toDistribution } from "../../core/distributions.ts";
import { DomainError, refuseUnknown, show, unknownName } from "../../core/errors.ts";
import type { NumberInput, StructuredInput } from "../../core/model.ts";
import { checkNumber } from "../../core/parameters.ts";
import type { SystemSpec, WorkloadSpec } from "../../core/system.ts";
import { arrivalMoments, delayBetween, readMachines } from "./commit-inputs.ts";
import { COMMIT_INPUTS, readDelay } from "./commit-symbols.ts";
import type { ClientPlace, Delays } from "./leaderless-work.ts";

type Delay = Parameters<typeof toDistribution>[1];

const oneWay: StructuredInput<Delays, readonly (readonly Delay[])[]> = {
  kind: "structured",
  type: "delays",
  tex: "D_{ij}",
  meaning: "one-way delays from each replica to each other; the diagonal is not read",
  unit: "s",
  read(where, given) {
    if (!Array.isArray(given) || given.length < 2)
      throw new DomainError(`${where} must be delays between 2 replicas or more, got ${show(given)}`);
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
  meaning:
    "where clients stand: the replica they turn to, their share, the mean round trip to it (null beside it)",
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

const fastQuorum: NumberInput = {
  tex: "Q_f",
  dimension: "one",
  integer: true,
  min: 2,
  meaning: "replicas that must agree, the leading one among them",
};

export const LEADERLESS_INPUTS = {
  oneWay,
  clients,
  fastQuorum,
  arrivalRate: COMMIT_INPUTS.arrivalRate,
  payload: { ...payload, meaning: "mean bytes an operation carries to the replicas" },
  payloadScv,
  replyPayload,
  headerBytes,
  dependencyBytes: {
    tex: "s_d",
    dimension: "size",
    min: 0,
    default: 4,
    meaning: "bytes of a dependency; messages carry one for each replica",
  },
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

/** The replica that clients of a place turn to, and the mean round trip to it; as the simulated clients choose. */
function placeOf(where: string, system: SystemSpec, at: string, share: number): ClientPlace {
  const { sites, placement } = system.network;
  const node = at === "leader" ? "0" : /^node (\d+)$/.exec(at)?.[1];
  if (node !== undefined) return { replica: Number(node), share, roundTrip: null };
  const site = sites.indexOf(at);
  if (site < 0) throw unknownName(where, "client place", at, ["leader", "node 0", ...sites]);
  const delays = placement.map((other) => delayBetween(system, site, other).mean);
  const replica = delays.indexOf(Math.min(...delays));
  const back = delayBetween(system, placement[replica], site).mean;
  return { replica, share, roundTrip: delays[replica] + back };
}

/** Inputs of `leaderlessCommitLatency`. */
export function readLeaderlessInputs(system: SystemSpec, workload: WorkloadSpec) {
  const where = "leaderlessCommitLatency";
  if (system.protocol !== "epaxos")
    throw new DomainError(`${where}: protocol must be epaxos, got ${JSON.stringify(system.protocol)}`);
  const { placement } = system.network;
  return {
    ...readMachines(system, workload),
    oneWay: placement.map((from) => placement.map((to) => delayBetween(system, from, to))),
    clients: workload.clients.map(({ at, share }) => placeOf(where, system, at, share)),
    fastQuorum: Number(system.settings.fastQuorum),
    arrivalRate: arrivalMoments(where, workload.arrivals).rate,
  };
}
