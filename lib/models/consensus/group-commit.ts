/**
 * A disk with group commit: everything that waits when a write ends goes into the next write together.
 *
 * Source: a server with bulk service of unlimited size (Bailey 1954, "On queueing processes with bulk service",
 * J. Royal Stat. Soc. B 16(1)), here with writes independent of their size, by renewal reward: a busy period holds a
 * geometric number of writes with mean 1/φ, φ = E[e^(−λS)] being the chance that nothing arrives during one, so the
 * disk is busy for λE[S]/(λE[S] + φ) of the time, and who arrives then waits for what is left of the write.
 */
import type { Distribution } from "../../core/distributions.ts";
import { type Atoms, addDelays, constantDelay, cutDelay, mixDelays, residualDelay } from "./atoms.ts";

/** A node's disk as the models read it. */
export interface DiskLaw {
  /** Time of one synchronous write. */
  readonly fsync: Distribution;
  /** Time for each byte written, in s/B; 0 when the bandwidth does not matter. */
  readonly perByte: number;
}

/** Time from asking for a record to its being durable, in steady state. */
export interface GroupCommit {
  /** Wait and write. */
  readonly delay: Atoms;
  readonly wait: Atoms;
  readonly write: Atoms;
  readonly busy: number;
  /** Mean records in one write. */
  readonly batch: number;
  /** Mean records that are written together with a record: all that come during the write it waits for. */
  readonly companions: number;
}

/** E[e^(−λS)] of atoms. */
function transform(law: Atoms, rate: number): number {
  let sum = 0;
  for (let i = 0; i < law.values.length; i++) sum += law.weights[i] * Math.exp(-rate * law.values[i]);
  return sum;
}

function shifted(law: Atoms, by: number): Atoms {
  return by === 0 ? law : addDelays(law, constantDelay(by, "disk"));
}

/**
 * Group commit under Poisson arrivals of records.
 *
 * Exact for writes whose time does not depend on their size. With a disk bandwidth the bytes of the mean batch are
 * added to every write; the mean batch then solves m = λ·E[S(m)] + φ(m), found by iteration (λ·bytes·perByte < 1).
 *
 * @param bytes mean size of a record
 */
export function groupCommit(disk: DiskLaw, rate: number, bytes: number): GroupCommit {
  const fsync = cutDelay(disk.fsync, "disk");
  const each = bytes * disk.perByte;
  let batch = 1;
  for (let i = 0; i < 200 && each > 0; i++) {
    const time = disk.fsync.mean + each * batch;
    const next = Math.max(1, rate * time + transform(fsync, rate) * Math.exp(-rate * each * batch));
    if (Math.abs(next - batch) <= 1e-12 * batch) break;
    batch = next;
  }
  const write = shifted(fsync, each * batch);
  const mean = disk.fsync.mean + each * batch;
  const none = constantDelay(0, "diskWait");
  if (mean === 0) return { delay: write, wait: none, write, busy: 0, batch: 1, companions: 0 };
  const secondMoment = disk.fsync.variance + mean * mean;
  const idle = transform(write, rate);
  const busy = (rate * mean) / (rate * mean + idle);
  const left = residualDelay(write, secondMoment / (2 * mean), "diskWait");
  return {
    delay: mixDelays(write, addDelays(left, write), busy),
    wait: mixDelays(none, left, busy),
    write,
    busy,
    batch: rate * mean + idle,
    companions: (busy * rate * secondMoment) / mean,
  };
}
