/**
 * How long a follower that fell behind needs: by the log, or by a snapshot and the log since.
 *
 * While it catches up the group goes on writing, so the backlog shrinks at the difference of two rates and does not
 * shrink at all where the writes are as fast. Why a snapshot at all: Ongaro and Ousterhout, ATC 2014, §7; rounds of
 * catching up before a server joins: Ongaro 2014, §4.2.1.
 */
import { defineModel, type NumberInput } from "../../core/model.ts";

/** A speed that may be left out. */
const speed = (tex: string, meaning: string) =>
  ({ tex, dimension: "bandwidth", min: 0, default: 0, meaning }) as const satisfies NumberInput;

/**
 * Time to catch up by log and by snapshot, and from which backlog on the snapshot is faster.
 *
 * @example
 * models.catchUp({ missed: "1 GB", writes: "200 Mbit/s", bandwidth: "1 Gbit/s", snapshot: "0.5 GB" }).byLog; // => 10
 */
export const catchUp = defineModel({
  id: "catchUp",
  title: "Catching up by log and by snapshot",
  cites: ["Ongaro, Ousterhout 2014, §7", "Ongaro 2014, §4.2.1"],
  assumes: [
    "transfer and applying overlap: the slower of the two sets the speed",
    "the group's writes and the bandwidth are constant; the leader still has the log that is missed",
    "writes that come during a snapshot's transfer are sent after it",
  ],
  inputs: {
    missed: { tex: "D", dimension: "size", min: 0, meaning: "log the follower lacks" },
    writes: { tex: "w", dimension: "bandwidth", min: 0, meaning: "log the group goes on writing" },
    bandwidth: {
      tex: "b",
      dimension: "bandwidth",
      above: 0,
      meaning: "between leader and follower, for catching up",
    },
    applyLog: speed("a", "speed at which the follower applies log; 0 is no limit"),
    snapshot: { tex: "S", dimension: "size", min: 0, meaning: "size of a snapshot" },
    loadSnapshot: speed("a_S", "speed at which it loads a snapshot; 0 is no limit"),
  },
  between: {
    logSpeed: { tex: "v", dimension: "bandwidth", meaning: "speed of the log" },
    snapshotSpeed: { tex: "u", dimension: "bandwidth", meaning: "speed of the snapshot" },
  },
  outputs: {
    byLog: { tex: "T_l", dimension: "time", meaning: "until nothing is missed, by the log" },
    snapshotTransfer: { tex: "T_0", dimension: "time", meaning: "until the snapshot is loaded" },
    bySnapshot: { tex: "T_s", dimension: "time", meaning: "until nothing is missed, by snapshot and tail" },
    crossover: { tex: "D^*", dimension: "size", meaning: "backlog from which on the snapshot is faster" },
    headroom: { tex: "\\rho", dimension: "one", meaning: "writes over the speed of the log" },
  },
  functions: {
    slower: {
      tex: "\\min{}^+",
      arguments: ["bandwidth", "bandwidth"],
      result: "bandwidth",
      meaning: "the slower of the two; a 0 as the second is no limit",
      compute: (link: number, limit: number) => (limit > 0 ? Math.min(link, limit) : link),
    },
  },
  equations: [
    "logSpeed = slower(bandwidth, applyLog)",
    "snapshotSpeed = slower(bandwidth, loadSnapshot)",
    "headroom = writes / logSpeed",
    "byLog = missed * bitsPerByte / (logSpeed - writes)",
    "snapshotTransfer = snapshot * bitsPerByte / snapshotSpeed",
    "bySnapshot = snapshotTransfer + snapshotTransfer * writes / (logSpeed - writes)",
    "crossover = snapshot * logSpeed / snapshotSpeed",
  ],
  stable: ["headroom < 1"],
});
