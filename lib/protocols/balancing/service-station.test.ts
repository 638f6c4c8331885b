/** Stations by hand: few jobs, every moment reckoned on paper. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Discipline, ServiceStation } from "./service-station.ts";

interface Arrival {
  readonly at: number;
  readonly work: number;
  readonly rank?: number;
}

/** When each job leaves. */
function departures(discipline: Discipline, servers: number, arrivals: readonly Arrival[]): number[] {
  const ends: number[] = [];
  let now = 0;
  let due = Number.POSITIVE_INFINITY;
  const host = {
    localTime: () => now,
    setTimer: (_name: string, delay: number) => {
      due = now + delay;
    },
    queued: () => {},
    served: (job: object, seconds: number) => assert.equal(seconds, (job as Arrival).work),
  };
  const station = new ServiceStation<Arrival>(discipline, servers, "served");
  const leaveUntil = (time: number): void => {
    while (due <= time) {
      now = due;
      due = Number.POSITIVE_INFINITY;
      ends[arrivals.indexOf(station.leave(host))] = now;
    }
  };
  for (const job of arrivals) {
    leaveUntil(job.at);
    now = job.at;
    station.arrive(job, job.work, job.rank ?? 0, host);
  }
  leaveUntil(Number.MAX_VALUE);
  assert.equal(station.length, 0);
  const all = arrivals.reduce((sum, { work }) => sum + work, 0);
  assert.ok(Math.abs(station.busySeconds - all) < 1e-12, "servers work exactly what the jobs need");
  return ends.map((end) => Number(end.toPrecision(12)));
}

test("first come, first served: one server in a row, two side by side", () => {
  const jobs = [
    { at: 0, work: 4 },
    { at: 1, work: 1 },
    { at: 2, work: 2 },
  ];
  assert.deepEqual(departures("fcfs", 1, jobs), [4, 5, 7]);
  assert.deepEqual(departures("fcfs", 2, jobs), [4, 2, 4]);
});

test("sharing: three jobs at once, each with the share that those present leave it", () => {
  // 0-1 alone; 1-2 two; from 2 three share: job 1 ends when it has had 1: 1/2 by 2, then 1/2 at a third each, at 3.5.
  const jobs = [
    { at: 0, work: 4 },
    { at: 1, work: 1 },
    { at: 2, work: 2 },
  ];
  // At 3.5 jobs 0 and 2 need 2 and 1.5: job 2 ends 3 later, at 6.5; job 0 needs 0.5 more, alone: 7.
  assert.deepEqual(departures("sharing", 1, jobs), [7, 3.5, 6.5]);
  // Two servers: nobody gets more than one, so two jobs do not slow each other down; from 2 on three share two, and job 0
  // and 2 need 2 both when job 1, which came at 1, has already gone.
  assert.deepEqual(departures("sharing", 2, jobs), [4, 2, 4]);
});

test("priority: the urgent goes first, and does not interrupt", () => {
  const jobs = [
    { at: 0, work: 3, rank: 1 },
    { at: 1, work: 2, rank: 1 },
    { at: 2, work: 1, rank: 0 },
  ];
  assert.deepEqual(departures("priority", 1, jobs), [3, 6, 4]);
  assert.deepEqual(departures("fcfs", 1, jobs), [3, 5, 6], "without ranks the same jobs go in order");
});

test("preemptive: the urgent interrupts, and what was interrupted goes on where it stood, before its equals", () => {
  const jobs = [
    { at: 0, work: 3, rank: 2 },
    { at: 1, work: 2, rank: 1 },
    { at: 1.5, work: 1, rank: 2 },
    { at: 2, work: 1, rank: 0 },
  ];
  // 0: 0-1; 1: 1-2; 3: 2-3; 1: 3-4; 0: 4-6; 2: 6-7.
  assert.deepEqual(departures("preemptive", 1, jobs), [6, 4, 7, 3]);
});

test("preemptive with two servers: the last of the lowest rank gives way", () => {
  const jobs = [
    { at: 0, work: 4, rank: 1 },
    { at: 0.5, work: 4, rank: 1 },
    { at: 1, work: 1, rank: 0 },
  ];
  // Job 1 stops at 1 with 3.5 to go, goes on at 2 and ends at 5.5.
  assert.deepEqual(departures("preemptive", 2, jobs), [4, 5.5, 2]);
});
