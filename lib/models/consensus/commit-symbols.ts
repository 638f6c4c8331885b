/** Symbols of the full commit-latency model: inputs, quantities between the lines, outputs. */
import type { Distribution } from "../../core/distributions.ts";
import { toDistribution } from "../../core/distributions.ts";
import { DomainError, refuseUnknown, show } from "../../core/errors.ts";
import type {
  ChoiceInput,
  NumberInput,
  Quantity,
  StructuredInput,
  StructuredSymbol,
} from "../../core/model.ts";
import { checkNumber } from "../../core/parameters.ts";
import type { DiskSpec } from "../../core/system.ts";
import { WAITING } from "../queueing/station-wait.ts";
import type { DiskLaw } from "./group-commit.ts";
import type { Link, Links, SlotWait } from "./quorum-round.ts";

type Delay = Parameters<typeof toDistribution>[1];

/** What a caller gives for one follower: both ways, as times or distributions. */
export interface LinkGiven {
  readonly out: Delay;
  readonly back: Delay;
}

/** A delay that is never negative. */
export function readDelay(where: string, given: Delay): Distribution {
  const delay = toDistribution(where, given);
  if (delay.minimum < 0) throw new DomainError(`${where} must be >= 0 s, got ${delay.describe()}`);
  if (!Number.isFinite(delay.mean) || !Number.isFinite(delay.variance)) {
    throw new DomainError(`${where} must have a finite mean and variance, got ${delay.describe()}`);
  }
  return delay;
}

/** Votes that are not alike cost the cube of their number. */
const MAX_LINKS = 100;

const linksInput: StructuredInput<Links, readonly LinkGiven[]> = {
  kind: "structured",
  type: "links",
  tex: "D_{1 \\dots n-1}",
  meaning: "one-way delays from the leader to each follower and back, in the order in which copies are sent",
  unit: "s, s",
  read(where, given) {
    if (!Array.isArray(given)) throw new DomainError(`${where} must be a list of links, got ${show(given)}`);
    if (given.length > MAX_LINKS)
      throw new DomainError(`${where} must be at most ${MAX_LINKS} links, got ${given.length}`);
    return given.map((link: LinkGiven, i): Link => {
      refuseUnknown(`${where}[${i}]`, "field", Object.keys(link), ["out", "back"]);
      return {
        out: readDelay(`${where}[${i}].out`, link.out),
        back: readDelay(`${where}[${i}].back`, link.back),
      };
    });
  },
};

const diskInput: StructuredInput<DiskLaw | null, DiskSpec | null> & { readonly default: null } = {
  kind: "structured",
  type: "disk",
  tex: "\\mathcal{D}",
  meaning: "every node's disk (fsync distribution, bandwidth); null when state is only in memory",
  unit: "s, bit/s",
  default: null,
  read(where, given) {
    if (given === null) return null;
    if (typeof given !== "object")
      throw new DomainError(`${where} must be a disk or null, got ${show(given)}`);
    refuseUnknown(where, "field", Object.keys(given), ["fsync", "bandwidth"]);
    const fsync = readDelay(`${where}.fsync`, given.fsync);
    if (given.bandwidth === null) return { fsync, perByte: 0 };
    const rule = { dimension: "bandwidth", above: 0, meaning: "disk bandwidth" } as const;
    return { fsync, perByte: 8 / checkNumber(where, "bandwidth", given.bandwidth, rule) };
  },
};

const slotWaitsInput: StructuredInput<readonly SlotWait[], readonly SlotWait[]> & {
  readonly default: readonly SlotWait[];
} = {
  kind: "structured",
  type: "slotWaits",
  tex: "w_{1 \\dots n-1}",
  meaning:
    "for each link, the chance that its pipeline is full and the longest wait then; none when unlimited",
  unit: "1, s",
  default: [],
  read(where, given) {
    if (!Array.isArray(given)) throw new DomainError(`${where} must be a list, got ${show(given)}`);
    return given.map((wait: SlotWait, i) => ({
      chance: checkNumber(`${where}[${i}]`, "chance", wait.chance, {
        dimension: "one",
        min: 0,
        max: 1,
        meaning: "chance",
      }),
      longest: checkNumber(`${where}[${i}]`, "longest", wait.longest, {
        dimension: "time",
        min: 0,
        meaning: "longest wait",
      }),
    }));
  },
};

const time = (tex: string, meaning: string): NumberInput & { readonly default: number } => ({
  tex,
  dimension: "time",
  min: 0,
  default: 0,
  meaning,
});
const scv = (tex: string, meaning: string, value: number): NumberInput & { readonly default: number } => ({
  tex,
  dimension: "one",
  min: 0,
  default: value,
  meaning: `squared coefficient of variation of ${meaning}`,
});
const perByte = (tex: string, meaning: string): NumberInput & { readonly default: number } => ({
  tex,
  dimension: "timePerByte",
  min: 0,
  default: 0,
  meaning,
});

export const COMMIT_INPUTS = {
  links: linksInput,
  quorum: {
    tex: "q",
    dimension: "one",
    integer: true,
    min: 0,
    default: 0,
    meaning: "nodes that must hold an entry, the leader among them; 0 is a majority",
  },
  arrivalRate: { tex: "\\lambda", dimension: "rate", above: 0, meaning: "operations per second" },
  arrivalScv: scv("C_a^2", "the times between arrivals; read by G/G/1 only", 1),
  arrivalPeak: {
    tex: "\\kappa",
    dimension: "one",
    min: 1,
    default: 1,
    meaning: "of arrivals on and off, their rate while on over the mean rate; 1 for others",
  },
  payload: {
    tex: "s",
    dimension: "size",
    min: 0,
    default: 0,
    meaning: "mean bytes an operation carries to the followers",
  },
  payloadScv: scv("C_s^2", "those bytes", 0),
  replyPayload: {
    tex: "s_r",
    dimension: "size",
    min: 0,
    default: 0,
    meaning: "mean bytes an answer carries",
  },
  headerBytes: { tex: "h", dimension: "size", min: 0, default: 0, meaning: "bytes of every message besides" },
  egressPerByte: perByte(
    "\\beta",
    "time a byte takes on a node's egress port, 8 bit/bandwidth; 0 is unlimited",
  ),
  ingressPerByte: perByte("\\beta_i", "the same for the ingress port"),
  cpuReceive: time("t_i", "processor time to take in a message"),
  cpuReceiveScv: scv("C_i^2", "that time", 0),
  cpuSend: time("t_o", "processor time to put out a message"),
  cpuSendScv: scv("C_o^2", "that time", 0),
  cpuPerByte: perByte("t_B", "processor time for each byte taken in or put out"),
  cores: { tex: "c", dimension: "one", integer: true, min: 1, default: 1, meaning: "cores of every node" },
  storage: diskInput,
  order: {
    kind: "choice",
    choices: ["stream", "datagram"],
    default: "stream",
    tex: "\\mathit{order}",
    meaning: "whether links keep order",
  },
  batch: {
    tex: "m",
    dimension: "one",
    min: 1,
    default: 1,
    meaning: "mean operations in one message; batchedCommitLatency finds it",
  },
  batchScv: scv("C_m^2", "the operations in a message", 0),
  gatherWait: time("w_m", "mean time an operation waits for its message to be put together"),
  gatherLongest: time("w_m^+", "longest such wait; read by the quantiles only"),
  slotWaits: slotWaitsInput,
  answers: {
    kind: "choice",
    choices: ["applied", "chosen"],
    default: "applied",
    tex: "\\mathit{answers}",
    meaning: "whether an operation is answered after all before it, or once its own quorum is complete",
  },
  waiting: {
    kind: "choice",
    choices: WAITING,
    default: "mg1",
    tex: "\\mathit{wait}",
    meaning: "how waits at processors and ports are reckoned",
  },
  remoteShare: {
    tex: "r",
    dimension: "one",
    min: 0,
    max: 1,
    default: 0,
    meaning: "share of operations whose client is not beside the leader",
  },
  clientRoundTrip: time("D_L", "mean propagation between client and leader, both ways, over all operations"),
} as const satisfies Record<string, NumberInput | ChoiceInput | StructuredInput<unknown, never>>;

const one = (tex: string, meaning: string): Quantity => ({ tex, dimension: "one", meaning });
const span = (tex: string, meaning: string): Quantity => ({ tex, dimension: "time", meaning });
const square = (tex: string, meaning: string): Quantity => ({ tex, dimension: "s^2", meaning });

export const COMMIT_SYMBOLS = {
  messageRate: { tex: "\\lambda_m", dimension: "rate", meaning: "messages per second to each follower" },
  requestBytes: { tex: "s_1", dimension: "size", meaning: "bytes of a request" },
  followers: one("f", "followers, n − 1"),
  needed: one("q'", "quorum in force"),
  copyBytes: { tex: "s'", dimension: "size", meaning: "bytes of one copy" },
  transmission: span("x", "transmission of one copy"),
  headerTransmission: span("x_h", "transmission of a vote"),
  replyTransmission: span("x_r", "transmission of an answer"),
  sendCopy: span("o", "processor time to put out a copy"),
  sendHeader: span("o_h", "processor time to put out a vote"),
  sendReply: span("o_r", "processor time to put out an answer"),
  takeInRequest: span("i_r", "processor time to take in a request"),
  takeInCopy: span("i", "processor time to take in a copy"),
  takeInVote: span("i_h", "processor time to take in a vote"),
  requestWork: span("S_r", "leader's processor time for a message's requests and its copies"),
  cpuWork: span("S", "leader's processor time for one message and its operations"),
  copiesWork: span("X", "egress time of all copies of one message"),
  requestIngress: span("y", "ingress time of a request"),
  requestScv: one("C_{s_1}^2", "squared coefficient of variation of a request's size"),
  sizeScv: one("C_{s'}^2", "squared coefficient of variation of a copy's size"),
  requestVariance: square("\\sigma_r^2", "variance of the processor time for a request and its copies"),
  voteVariance: square("\\sigma_v^2", "variance of the processor time for a vote"),
  followerSquare: square("E[S_f^2]", "second moment of a follower's processor time"),
  egressAlone: span("W_x^0", "egress wait if no other station stood before it"),
  requestCpuAlone: span("W_r^0", "processor wait if only requests were served"),
  ingressAlone: span("W_y", "wait at the leader's ingress port"),
  egressQueue: span("W_x", "wait at the leader's egress port"),
  followerCpu: span("S_f", "follower's processor time for one message"),
  followerQueue: span("W_f", "wait at a follower's processor"),
  followerIngress: span("y_f", "what ports slower on the way in than out add to a copy and a vote"),
  overhead: span("h'", "what every vote costs besides propagation, disk and its turn"),
  round: { tex: "\\mathcal{R}", type: "round", meaning: "the replication round" } as StructuredSymbol,
  byFollower: one("p_f", "chance that a follower's vote completes the quorum"),
  copies: one("k", "mean position of the deciding follower's copy"),
  cpuWaits: {
    tex: "\\mathcal{V}",
    type: "cpuWaits",
    meaning: "waits at the leader's processor",
  } as StructuredSymbol,
  together: one("g", "votes that leave a disk at the same moment as a vote"),
  spacing: span("u_g", "between two votes of a burst, as they leave the follower"),
  burst: span("W_g", "wait of a vote behind those of its burst"),
  burstOwn: span("W_g'", "wait of an answer behind those that the leader's own write lets go"),
  rateOn: {
    tex: "\\lambda_g",
    dimension: "rate",
    meaning: "messages per second to each follower while arrivals come",
  },
  voteJob: span("S_v", "processor time of a vote, with its part of the answers"),
  wear: one("c_g", "rate at which a burst's work wears off"),
  pileUp: span("P_g", "work that a burst piles up"),
  pile: span(
    "w_g",
    "work of bursts that one finds at the leader's processor besides what queues there anyway",
  ),
  cpuQueue: span("W", "wait at the leader's processor"),
  law: { tex: "\\mathcal{L}", type: "law", meaning: "the law of the commit latency" } as StructuredSymbol,
  replyEgress: span("W_a", "egress wait and transmission of the answer"),
} as const satisfies Record<string, Quantity | StructuredSymbol>;

export const COMMIT_OUTPUTS = {
  commitLatency: span("T_c", "from the request at the leader's port to its answer put out, mean"),
  clientLatency: span("T", "as the client sees it, mean"),
  commitLatencyP50: span("T_c^{(50)}", "median of the commit latency"),
  commitLatencyP99: span("T_c^{(99)}", "99th percentile of the commit latency"),
  leaderUtilisation: one("\\rho", "of the leader's busiest station"),
  cpuUtilisation: one("\\rho_c", "of the leader's processor"),
  egressUtilisation: one("\\rho_x", "of the leader's egress port"),
  ingressUtilisation: one("\\rho_y", "of the leader's ingress port"),
  followerUtilisation: one("\\rho_f", "of a follower's busiest station"),
  diskUtilisation: one("\\rho_d", "of a disk"),
  clientPropagation: span("T_1", "between client and leader"),
  ingress: span("T_2", "in ingress ports"),
  cpuWait: span("T_3", "waiting for processors"),
  cpu: span("T_4", "on processors"),
  egressWait: span("T_5", "waiting for egress ports, the operation's own earlier copies included"),
  egressTransmission: span("T_6", "on egress ports: the deciding copy, its vote and the answer"),
  propagation: span("T_7", "to the nearest follower and back"),
  quorumWait: span("T_8", "further propagation, to the vote that completes the quorum"),
  diskWait: span("T_9", "waiting for the write before"),
  disk: span("T_{10}", "in the write that decides"),
  batchWait: span(
    "T_{11}",
    "for a message to be put together, a pipeline slot, and, where links do not keep order, operations before it",
  ),
} as const satisfies Record<string, Quantity>;
