/** What the equations of the commit-latency models call: each with its kinds, meaning and source. */
import type { ModelFunction } from "../../core/model.ts";
import { stationWait } from "../queueing/station-wait.ts";
import { commitLaw, quantileOf } from "./commit-quantile.ts";
import type { DiskLaw } from "./group-commit.ts";
import { type CpuWaits, leaderCpu } from "./leader-cpu.ts";
import { type Links, quorumRound, type Round, type SlotWait } from "./quorum-round.ts";

const fromRound = (
  tex: string,
  result: string,
  meaning: string,
  compute: (round: Round) => number,
): ModelFunction => ({
  tex,
  arguments: ["round"],
  result,
  meaning,
  compute,
});

export const COMMIT_FUNCTIONS = {
  count: {
    tex: "\\#",
    arguments: ["links"],
    result: "one",
    meaning: "number of links",
    compute: (links: Links) => links.length,
  },
  diskPerByte: {
    tex: "\\beta_d",
    arguments: ["disk"],
    result: "timePerByte",
    meaning: "time a byte takes on the disk; 0 without a disk or a bandwidth",
    compute: (disk: DiskLaw | null) => disk?.perByte ?? 0,
  },
  stationWait: {
    tex: "\\mathrm{Wait}",
    arguments: ["choice", "rate", "time", "s^2", "one", "one", "one"],
    result: "time",
    meaning:
      "mean wait from rate, mean and second moment of service, arrival scv, servers, peak of bursts (station-wait.ts)",
    compute: stationWait,
  },
  quorumRound: {
    tex: "\\mathrm{Round}",
    arguments: [
      "links",
      "disk",
      "slotWaits",
      "choice",
      "choice",
      "rate",
      "one",
      "size",
      "time",
      "time",
      "time",
      "one",
      "one",
    ],
    result: "round",
    meaning:
      "order statistics of independent votes that are not alike: out, group commit, back (quorum-round.ts); means to a thousandth of the votes' spread, exact for constant delays",
    compute: (
      links: Links,
      disk: DiskLaw | null,
      slotWaits: readonly SlotWait[],
      order: string,
      answers: string,
      messageRate: number,
      quorum: number,
      recordBytes: number,
      send: number,
      transmission: number,
      overhead: number,
      arrivalScv: number,
      arrivalPeak: number,
    ) =>
      quorumRound(links, disk, order === "stream", {
        messageRate,
        arrivalScv,
        arrivalPeak,
        slotWaits,
        quorum,
        inOrderAnswers: answers === "applied",
        recordBytes,
        send,
        transmission,
        overhead,
      }),
  },
  deciderIsFollower: fromRound("p_f", "one", "chance that a follower decides", (r) => r.byFollower),
  deciderCopies: fromRound("k", "one", "mean position of the deciding copy", (r) => r.copies),
  decisions: fromRound(
    "d",
    "one",
    "1 when the decision is a job of its own at the leader's processor",
    (r) => r.decisions,
  ),
  ownSends: fromRound(
    "o_1",
    "time",
    "sends before the leader's own vote, where that decides",
    (r) => r.ownSends,
  ),
  slotWait: fromRound(
    "w_p",
    "time",
    "wait for a slot of the deciding follower's pipeline",
    (r) => r.slotWait,
  ),
  diskBusy: fromRound("b_d", "one", "share of time a disk is writing", (r) => r.diskBusy),
  companions: fromRound(
    "g",
    "one",
    "mean votes that leave a disk at the same moment as a vote",
    (r) => r.companions,
  ),
  orderWait: fromRound("u", "time", "wait for earlier operations to be decided", (r) => r.orderWait),
  nearestPropagation: fromRound("D_{(1)}", "time", "propagation of the first vote back", (r) => r.nearest),
  decidingPropagation: fromRound("D_{(q)}", "time", "propagation of the deciding vote", (r) => r.propagation),
  decidingDisk: fromRound("d_q", "time", "write of the deciding vote", (r) => r.disk),
  decidingDiskWait: fromRound("w_q", "time", "wait for that write", (r) => r.diskWait),
  leaderCpu: {
    tex: "\\mathrm{Cpu}",
    arguments: ["round", "choice", "rate", "time", "time", "s^2", "time", "s^2", "time", "one", "one", "one"],
    result: "cpuWaits",
    meaning:
      "waits at the leader's processor, whose work comes in clusters: a request with its sends, later its votes (queueing/cluster-wait.ts)",
    compute: leaderCpu,
  },
  cpuWaitOfOthers: {
    tex: "V",
    arguments: ["cpuWaits"],
    result: "time",
    meaning: "mean wait of a request behind other operations",
    compute: (waits: CpuWaits) => waits.others,
  },
  cpuWaitOwn: {
    tex: "v",
    arguments: ["cpuWaits"],
    result: "time",
    meaning: "further mean wait of the deciding vote behind its own operation's jobs",
    compute: (waits: CpuWaits) => waits.deciding,
  },
  cpuTypicalJob: {
    tex: "S^*",
    arguments: ["cpuWaits"],
    result: "time",
    meaning: "work one typically waits for",
    compute: (waits: CpuWaits) => waits.typicalJob,
  },
  commitLaw: {
    tex: "\\mathcal{L}",
    arguments: ["round", "time", "time", "one", "time", "time", "one", "time", "time", "time"],
    result: "law",
    meaning:
      "law of the commit latency: decision and waits added as independent; waits as gamma laws with an atom at 0 (commit-quantile.ts)",
    compute: commitLaw,
  },
  quantile: {
    tex: "Q",
    arguments: ["law", "one"],
    result: "time",
    meaning: "quantile of a law of atoms, straight lines between them",
    compute: quantileOf,
  },
} as const satisfies Record<string, ModelFunction>;
