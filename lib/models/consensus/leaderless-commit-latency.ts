/**
 * Commit latency where every replica leads the operations it is asked for (EPaxos' fast path), under open load.
 *
 * Source: the messages are those of Moraru, Andersen and Kaminsky, "There Is More Consensus in Egalitarian Parliaments",
 * SOSP 2013, §4.3; the decomposition "wait + service + quorum round trip" that of Ailijiang, Charapko and Demirbas,
 * SIGMOD 2019, §3, here for each replica with the operations it leads and those it answers to (`leaderless-path.ts`).
 */
import { defineModel } from "../../core/model.ts";
import { COMMIT_FUNCTIONS } from "./commit-functions.ts";
import type { DiskLaw } from "./group-commit.ts";
import { LEADERLESS_INPUTS, readLeaderlessInputs } from "./leaderless-inputs.ts";
import { type LeaderlessPath, leaderlessPath } from "./leaderless-path.ts";
import { type ClientPlace, type Delays, ratesOf, type Work } from "./leaderless-work.ts";

const one = (tex: string, meaning: string) => ({ tex, dimension: "one", meaning }) as const;
const span = (tex: string, meaning: string) => ({ tex, dimension: "time", meaning }) as const;
const bytes = (tex: string, meaning: string) => ({ tex, dimension: "size", meaning }) as const;
const square = (tex: string, meaning: string) => ({ tex, dimension: "s^2", meaning }) as const;
const part = (tex: string, meaning: string, compute: (path: LeaderlessPath) => number) =>
  ({ tex, arguments: ["path"], result: "time", meaning, compute }) as const;

const share = (tex: string, meaning: string, choose: (...shares: number[]) => number) =>
  ({
    tex,
    arguments: ["delays", "places"],
    result: "one",
    meaning,
    compute: (delays: Delays, places: readonly ClientPlace[]) => choose(...ratesOf(delays.length, places, 1)),
  }) as const;

/**
 * Mean commit and client latency of EPaxos' fast path, with the parts it is made of.
 *
 * @example
 * models.leaderlessCommitLatency({ oneWay: [[0, "10 ms", "20 ms"], ["10 ms", 0, "20 ms"], ["20 ms", "20 ms", 0]], clients: [{ replica: 2, share: 1, roundTrip: null }], fastQuorum: 2, arrivalRate: 1 }).commitLatency; // => 0.04
 */
export const leaderlessCommitLatency = defineModel({
  id: "leaderlessCommitLatency",
  title: "Commit latency without a leader (EPaxos)",
  cites: [
    "Moraru, Andersen, Kaminsky 2013, §4.3",
    "Ailijiang, Charapko, Demirbas 2019, §3",
    "Bailey 1954 (bulk service: group commit)",
  ],
  assumes: [
    "no operation meets one that interferes: all take the fast path and none waits to be executed",
    "no faults, steady state, Poisson arrivals",
    "the fast quorum is those with the shortest mean way, and waits are taken at their means",
    "answers are independent of one another; records come to a disk one by one",
    "every replica gets every operation and its commit in messages of their own",
  ],
  ignores: [
    "interfering commands",
    "non-Poisson arrivals",
    "overload in bursts",
    "bunched requests",
    "client timeout",
  ],
  inputs: LEADERLESS_INPUTS,
  between: {
    replicas: one("n", "replicas"),
    first: one("s_0", "share of the operations that replica 0 leads"),
    busiest: one("s_{\\max}", "largest share of the operations that one replica leads"),
    idlest: one("s_{\\min}", "smallest such share"),
    remoteShare: one("r", "share of operations whose client is not beside its replica"),
    answerBytes: bytes("s_h", "bytes of an answer: a header and a dependency for each replica"),
    copyBytes: bytes("s'", "bytes of a copy, or a commit"),
    takeInRequest: span("i_r", "processor time to take in a request"),
    takeInCopy: span("i", "processor time to take in a copy"),
    takeInAnswer: span("i_h", "processor time to take in an answer"),
    sendCopy: span("o", "processor time to put out a copy"),
    sendAnswer: span("o_h", "processor time to put out an answer"),
    sendReply: span("o_r", "processor time to put out the client's answer"),
    copyOut: span("x", "transmission of a copy"),
    answerOut: span("x_h", "transmission of an answer"),
    ownWork: span("S", "processor time of an operation at the replica that leads it"),
    othersWork: span("S_o", "the same at any other"),
    ownEgress: span("X", "egress time of an operation at the replica that leads it"),
    ownIngress: span("Y", "ingress time of it there"),
    copyIn: span("y", "ingress time of a copy"),
    diskBytes: one("\\rho_b", "utilisation of the busiest disk by the bytes it writes alone"),
    replyOut: span("x_r", "transmission of the client's answer"),
    replyEgress: span("W_a", "egress wait and transmission of it"),
    requestIn: span("y_r", "ingress time of a request"),
    takeInVariance: square("\\sigma_i^2", "variance of the time to take in a message"),
    sendVariance: square("\\sigma_o^2", "variance of the time to put one out"),
    sizeVariance: square("\\sigma_s^2", "variance of a copy's processor time by its size"),
    path: { tex: "\\mathcal{P}", type: "path", meaning: "an operation's way" },
  },
  outputs: {
    commitLatency: span("T_c", "from the request at its replica's port to its answer put out, mean"),
    clientLatency: span("T", "as the client sees it, mean"),
    cpuUtilisation: one("\\rho_c", "of replica 0's processor, as a study measures it"),
    egressUtilisation: one("\\rho_x", "of its egress port"),
    diskUtilisation: one("\\rho_d", "of its disk"),
    busiestCpu: one("\\rho_c^+", "utilisation of the busiest processor"),
    busiestEgress: one("\\rho_x^+", "utilisation of the busiest egress port"),
    busiestIngress: one("\\rho_y^+", "utilisation of the busiest ingress port"),
    clientPropagation: span("T_1", "between client and replica"),
    propagation: span("T_2", "to the last of the fast quorum and back"),
    disk: span("T_3", "in writes"),
    diskWait: span("T_4", "waiting for the writes before"),
    waiting: span("T_5", "waiting for processors and ports"),
    service: span("T_6", "on processors and ports"),
  },
  functions: {
    size: {
      tex: "\\#",
      arguments: ["delays"],
      result: "one",
      meaning: "number of replicas",
      compute: (delays: Delays) => delays.length,
    },
    firstShare: share("s_0", "share that replica 0 leads", (first) => first),
    busiestShare: share("s_{\\max}", "largest share that one replica leads", Math.max),
    idlestShare: share("s_{\\min}", "smallest share that one replica leads", Math.min),
    highest: {
      tex: "\\max i",
      arguments: ["places"],
      result: "one",
      meaning: "highest number of a replica that clients turn to",
      compute: (places: readonly ClientPlace[]) => Math.max(...places.map(({ replica }) => replica)),
    },
    remote: {
      tex: "r",
      arguments: ["places"],
      result: "one",
      meaning: "share of clients that do not stand beside their replica",
      compute: (places: readonly ClientPlace[]) =>
        places.reduce((sum, { share, roundTrip }) => sum + (roundTrip === null ? 0 : share), 0),
    },
    leaderlessPath: {
      tex: "\\mathrm{Path}",
      arguments: [
        "delays",
        "places",
        "disk",
        "choice",
        "rate",
        "one",
        "one",
        "time",
        "time",
        "time",
        "time",
        "time",
        "time",
        "s^2",
        "s^2",
        "s^2",
        "time",
        "time",
        "time",
        "time",
        "size",
        "size",
      ],
      result: "path",
      meaning:
        "waits at each replica by clusters of jobs, the last answer of the fast quorum by order statistics, averaged over the clients (leaderless-path.ts)",
      compute: (
        delays: Delays,
        places: readonly ClientPlace[],
        storage: DiskLaw | null,
        order: string,
        rate: number,
        fastQuorum: number,
        cores: number,
        takeInRequest: number,
        takeInCopy: number,
        takeInAnswer: number,
        sendCopy: number,
        sendAnswer: number,
        sendReply: number,
        takeInVariance: number,
        sendVariance: number,
        sizeVariance: number,
        copyOut: number,
        answerOut: number,
        copyIn: number,
        answerIn: number,
        copyBytes: number,
        answerBytes: number,
      ) => {
        const takesIn = (mean: number, size = 0): Work => ({ mean, variance: takeInVariance + size });
        const sends = (mean: number, size = 0): Work => ({ mean, variance: sendVariance + size });
        return leaderlessPath(delays, places, storage, {
          rate,
          fastQuorum,
          cores,
          ordered: order === "stream",
          takeInRequest: takesIn(takeInRequest),
          takeInCopy: takesIn(takeInCopy, sizeVariance),
          takeInAnswer: takesIn(takeInAnswer),
          sendCopy: sends(sendCopy, sizeVariance),
          sendAnswer: sends(sendAnswer),
          sendReply: sends(sendReply),
          copyOut,
          answerOut,
          copyIn,
          answerIn,
          copyBytes,
          answerBytes,
        });
      },
    },
    diskPerByte: COMMIT_FUNCTIONS.diskPerByte,
    diskBusyOf: {
      tex: "b_d",
      arguments: ["path"],
      result: "one",
      meaning: "share of time replica 0's disk is writing",
      compute: (path: LeaderlessPath) => path.diskBusy,
    },
    clientPropagationOf: part("D_L", "between client and replica", (path) => path.clientPropagation),
    propagationOf: part("D_Q", "of the deciding answer", (path) => path.propagation),
    diskOf: part("d", "writes", (path) => path.disk),
    diskWaitOf: part("w_d", "waits for writes", (path) => path.diskWait),
    waitingOf: part("w", "waits for processors and ports", (path) => path.waiting),
    serviceOf: part("t", "on processors and ports", (path) => path.service),
  },
  equations: [
    "replicas = size(oneWay)",
    "first = firstShare(oneWay, clients)",
    "busiest = busiestShare(oneWay, clients)",
    "idlest = idlestShare(oneWay, clients)",
    "remoteShare = remote(clients)",
    "answerBytes = headerBytes + replicas * dependencyBytes",
    "copyBytes = payload + answerBytes",
    "takeInRequest = cpuReceive + remoteShare * (payload + headerBytes) * cpuPerByte",
    "takeInCopy = cpuReceive + copyBytes * cpuPerByte",
    "takeInAnswer = cpuReceive + answerBytes * cpuPerByte",
    "sendCopy = cpuSend + copyBytes * cpuPerByte",
    "sendAnswer = cpuSend + answerBytes * cpuPerByte",
    "sendReply = cpuSend + (headerBytes + replyPayload) * cpuPerByte",
    "copyOut = copyBytes * egressPerByte",
    "answerOut = answerBytes * egressPerByte",
    "ownWork = takeInRequest + (replicas - 1) * (2 * sendCopy + takeInAnswer) + sendReply",
    "othersWork = 2 * takeInCopy + sendAnswer",
    "ownEgress = 2 * (replicas - 1) * copyOut + remoteShare * (headerBytes + replyPayload) * egressPerByte",
    "ownIngress = ((replicas - 1) * answerBytes + remoteShare * (payload + headerBytes)) * ingressPerByte",
    "copyIn = copyBytes * ingressPerByte",
    "cpuUtilisation = arrivalRate / cores * (first * ownWork + (1 - first) * othersWork)",
    "egressUtilisation = arrivalRate * (first * ownEgress + (1 - first) * answerOut)",
    // What costs more to lead than to answer is busiest where most is led, and the other way round.
    "busiestCpu = arrivalRate / cores * max(busiest * ownWork + (1 - busiest) * othersWork, idlest * ownWork + (1 - idlest) * othersWork)",
    "busiestEgress = arrivalRate * max(busiest * ownEgress + (1 - busiest) * answerOut, idlest * ownEgress + (1 - idlest) * answerOut)",
    "busiestIngress = arrivalRate * max(busiest * ownIngress + (1 - busiest) * 2 * copyIn, idlest * ownIngress + (1 - idlest) * 2 * copyIn)",
    "diskBytes = arrivalRate * (copyBytes + busiest * answerBytes) * diskPerByte(storage)",
    "takeInVariance = cpuReceiveScv * cpuReceive^2",
    "sendVariance = cpuSendScv * cpuSend^2",
    "sizeVariance = payloadScv * (payload * cpuPerByte)^2",
    "path = leaderlessPath(oneWay, clients, storage, order, arrivalRate, fastQuorum, cores, takeInRequest, takeInCopy, takeInAnswer, sendCopy, sendAnswer, sendReply, takeInVariance, sendVariance, sizeVariance, copyOut, answerOut, copyIn, answerBytes * ingressPerByte, copyBytes, answerBytes)",
    "diskUtilisation = diskBusyOf(path)",
    "clientPropagation = clientPropagationOf(path)",
    "propagation = propagationOf(path)",
    "disk = diskOf(path)",
    "diskWait = diskWaitOf(path)",
    "waiting = waitingOf(path)",
    "requestIn = remoteShare * (payload + headerBytes) * ingressPerByte",
    "service = serviceOf(path) + requestIn",
    "commitLatency = propagation + disk + diskWait + waiting + service",
    // The answer leaves behind the copies of the commit, where the port is slower than the processor.
    "replyOut = (headerBytes + replyPayload) * egressPerByte",
    "replyEgress = remoteShare * (replyOut + max(0, (replicas - 1) * (copyOut - sendCopy) - sendReply))",
    "clientLatency = commitLatency + clientPropagation + replyEgress",
  ],
  requires: [
    "fastQuorum <= size(oneWay)",
    "fastQuorum > size(oneWay) / 2",
    "highest(clients) < size(oneWay)",
  ],
  stable: ["busiestCpu < 1", "busiestEgress < 1", "busiestIngress < 1", "diskBytes < 1"],
  fromSystem: readLeaderlessInputs,
});
