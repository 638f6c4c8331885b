/**
 * Commit latency of a stable leader (Multi-Paxos, Flexible Paxos, Raft) under open load: the full model.
 *
 * Source: the decomposition "wait + service + quorum round trip" is that of Ailijiang, Charapko and Demirbas,
 * "Dissecting the Performance of Strongly-Consistent Replication Protocols" (SIGMOD 2019), §3; here every station of
 * the path is written out. Stations in a row: constant service times make only the slowest of them queue (Friedman,
 * "Reduction methods for tandem queuing systems", Operations Research 13(1), 1965), so the egress port adds what its
 * own wait exceeds that of the stations before it. Waits found anywhere in steady state are taken at their mean;
 * waits an operation causes itself (its later copies, its own votes) are taken apart and do not vanish with the load.
 */
import { defineModel } from "../../core/model.ts";
import { COMMIT_FUNCTIONS } from "./commit-functions.ts";
import { LEADER_PROTOCOLS, readCommitInputs } from "./commit-inputs.ts";
import { COMMIT_INPUTS, COMMIT_OUTPUTS, COMMIT_SYMBOLS } from "./commit-symbols.ts";

/**
 * Mean commit and client latency at a stable leader, with the parts it is made of.
 *
 * @example
 * models.leaderCommitLatency({ links: [10, 20, 30, 40].map((rtt) => ({ out: ms(rtt / 2), back: ms(rtt / 2) })), arrivalRate: 1 }).commitLatency; // => 0.02
 */
export const leaderCommitLatency = defineModel({
  id: "leaderCommitLatency",
  title: "Commit latency of a stable leader",
  cites: [
    "Ailijiang, Charapko, Demirbas 2019, §3",
    "Friedman 1965 (tandem of constant stations)",
    "Bailey 1954 (bulk service: group commit)",
    "Lamport 2001, §3; Ongaro and Ousterhout 2014, §5.3 (the protocols)",
  ],
  assumes: [
    "one stable leader, no faults, steady state, open arrivals",
    "every station's wait is taken at its mean and independent of the others",
    "of several stations in a row that serve the same operations only the slowest queues",
    "votes are independent of one another given the load; disks whose writes all take the same time write in step",
    "arrivals at followers' disks and at the links are Poisson; votes leave a disk in bursts, of which each follower's come at other moments",
    "without batching every operation travels in a message of its own; with it, messages are alike",
  ],
  ignores: [
    "batching",
    "batch delay",
    "limited pipeline",
    "heartbeats",
    "overload in bursts",
    "client timeout",
    "bunched requests",
    "overtaken appends",
  ],
  inputs: COMMIT_INPUTS,
  between: COMMIT_SYMBOLS,
  outputs: COMMIT_OUTPUTS,
  functions: COMMIT_FUNCTIONS,
  equations: [
    // Sizes and costs of one operation.
    "followers = count(links)",
    "needed = quorum > 0 ? quorum : floor((followers + 1) / 2) + 1",
    "messageRate = arrivalRate / batch",
    "requestBytes = payload + headerBytes",
    "copyBytes = batch * payload + headerBytes",
    "transmission = copyBytes * egressPerByte",
    "headerTransmission = headerBytes * egressPerByte",
    "replyTransmission = (headerBytes + replyPayload) * egressPerByte",
    "sendCopy = cpuSend + copyBytes * cpuPerByte",
    "sendHeader = cpuSend + headerBytes * cpuPerByte",
    "sendReply = cpuSend + (headerBytes + replyPayload) * cpuPerByte",
    "takeInRequest = cpuReceive + remoteShare * requestBytes * cpuPerByte",
    "takeInCopy = cpuReceive + copyBytes * cpuPerByte",
    "takeInVote = cpuReceive + headerBytes * cpuPerByte",
    // Load of every station.
    "requestWork = batch * takeInRequest + followers * sendCopy",
    "cpuWork = requestWork + followers * takeInVote + batch * sendReply",
    "cpuUtilisation = messageRate * cpuWork / cores",
    "copiesWork = followers * transmission",
    "egressUtilisation = messageRate * copiesWork + arrivalRate * remoteShare * replyTransmission",
    "requestIngress = requestBytes * ingressPerByte",
    "ingressUtilisation = arrivalRate * remoteShare * requestIngress + messageRate * followers * headerBytes * ingressPerByte",
    "leaderUtilisation = max(cpuUtilisation, egressUtilisation, ingressUtilisation)",
    "followerCpu = takeInCopy + sendHeader",
    "followerUtilisation = messageRate * max(followerCpu / cores, copyBytes * ingressPerByte, copyBytes * diskPerByte(storage))",
    // Waits before the copies leave.
    "sizeScv = copyBytes > 0 ? (payloadScv / batch + batchScv) * (batch * payload / copyBytes)^2 : 0",
    "requestVariance = batch * cpuReceiveScv * cpuReceive^2 + followers * cpuSendScv * cpuSend^2 + sizeScv * (followers * copyBytes * cpuPerByte)^2",
    "egressAlone = stationWait(waiting, messageRate, copiesWork, copiesWork^2 * (1 + sizeScv), arrivalScv, 1, arrivalPeak)",
    "requestCpuAlone = stationWait(waiting, messageRate, requestWork, requestWork^2 + requestVariance, arrivalScv, cores, arrivalPeak)",
    "requestScv = requestBytes > 0 ? payloadScv * (payload / requestBytes)^2 : 0",
    "ingressAlone = stationWait(waiting, arrivalRate * remoteShare, requestIngress, requestIngress^2 * (1 + requestScv), arrivalScv, 1, arrivalPeak)",
    "egressQueue = max(0, egressAlone - max(ingressAlone, requestCpuAlone))",
    // The round: from the request taken in to the deciding vote at the leader's processor.
    "followerSquare = followerCpu^2 + cpuReceiveScv * cpuReceive^2 + cpuSendScv * cpuSend^2 + sizeScv * (copyBytes * cpuPerByte)^2",
    "followerQueue = stationWait(waiting, messageRate, followerCpu, followerSquare, arrivalScv, cores, arrivalPeak)",
    "followerIngress = (copyBytes + headerBytes) * max(0, ingressPerByte - egressPerByte)",
    "overhead = egressQueue + followerIngress + followerCpu + followerQueue + headerTransmission + ingressAlone",
    "round = quorumRound(links, storage, slotWaits, order, answers, messageRate, needed, copyBytes, sendCopy, transmission, overhead, arrivalScv, arrivalPeak)",
    "byFollower = deciderIsFollower(round)",
    "copies = deciderCopies(round)",
    // The leader's processor as an arriving request or vote finds it.
    "voteVariance = cpuReceiveScv * cpuReceive^2",
    "cpuWaits = leaderCpu(round, waiting, messageRate, takeInRequest, requestWork, requestVariance, takeInVote, voteVariance, batch * sendReply, arrivalScv, cores, arrivalPeak)",
    // One write makes many votes durable: they come in a burst, one behind the other at the slowest of the stations.
    "together = companions(round)",
    "spacing = max(sendHeader, headerTransmission)",
    "voteJob = (takeInVote + byFollower * batch * sendReply / max(1, followers)) / cores",
    "rateOn = messageRate * arrivalPeak",
    // While a burst comes all other work does, too; over half the time to the next write no more comes of that follower.
    "wear = 1 - min(0.999, cpuUtilisation * arrivalPeak) + rateOn * voteJob / 2",
    "pileUp = together * max(0, voteJob - wear * spacing)",
    "burst = (together * spacing + pileUp) / 2",
    "burstOwn = together * batch * sendReply / cores / 2",
    "pile = followers * rateOn * voteJob * pileUp / (2 * wear)",
    "cpuQueue = cpuWaitOfOthers(cpuWaits) + pile",
    // The parts of the client's latency.
    "clientPropagation = clientRoundTrip",
    "ingress = remoteShare * (requestIngress + ingressAlone) + byFollower * (followerIngress + ingressAlone)",
    "cpuWait = (1 + decisions(round)) * cpuQueue + byFollower * (followerQueue + burst) + (1 - byFollower) * burstOwn + cpuWaitOwn(cpuWaits)",
    "cpu = takeInRequest + copies * sendCopy + ownSends(round) + byFollower * (followerCpu + takeInVote) + sendReply * (1 + batch) / 2",
    "replyEgress = remoteShare * (egressQueue + replyTransmission)",
    "egressWait = byFollower * egressQueue + (copies - byFollower) * max(0, transmission - sendCopy) + remoteShare * egressQueue",
    "egressTransmission = byFollower * (transmission + headerTransmission) + remoteShare * replyTransmission",
    "propagation = nearestPropagation(round)",
    "quorumWait = decidingPropagation(round) - propagation",
    "diskWait = decidingDiskWait(round)",
    "disk = decidingDisk(round)",
    "diskUtilisation = diskBusy(round)",
    "batchWait = gatherWait + slotWait(round) + orderWait(round)",
    "clientLatency = clientPropagation + ingress + cpuWait + cpu + egressWait + egressTransmission + propagation + quorumWait + diskWait + disk + batchWait",
    "commitLatency = clientLatency - clientPropagation - replyEgress",
    // A burst's pile hardly varies: it is in the mean that the law is shifted to.
    "law = commitLaw(round, commitLatency, cpuWaitOfOthers(cpuWaits), cpuUtilisation, cpuWork / (1 + followers), egressQueue, egressUtilisation, copiesWork, gatherWait, gatherLongest)",
    "commitLatencyP50 = quantile(law, 0.5)",
    "commitLatencyP99 = quantile(law, 0.99)",
  ],
  requires: ["quorum <= count(links) + 1"],
  stable: [
    "cpuUtilisation < 1",
    "egressUtilisation < 1",
    "ingressUtilisation < 1",
    "followerUtilisation < 1",
  ],
  reads: LEADER_PROTOCOLS,
  fromSystem: readCommitInputs,
});
