/**
 * When something happens to an operation: random delays of links and disks one after the other, and times at processors
 * and ports at their means.
 *
 * Delays hang together as a tree: what two moments have behind them in common is the same delay, not two alike. Where
 * ways meet, only what lies after their fork is independent.
 */
import {
  type Atoms,
  addDelays,
  condense,
  constantDelay,
  DELAY_PARTS,
  type DelayPart,
  meanDelay,
  mixDelays,
} from "../consensus/atoms.ts";
import type { KthVote, Voter } from "../consensus/decision.ts";

/** A random delay after others. */
interface Step {
  readonly before: Step | null;
  readonly delay: Atoms;
  /** The same without disks: what links alone make of the order of operations. */
  readonly links: Atoms;
}

export interface Moment {
  /** The random delays since the beginning, the last one first; null before any. */
  readonly step: Step | null;
  /** Time at processors and ports, and waiting for them; the mean of everything. */
  readonly service: number;
  readonly waiting: number;
  readonly mean: number;
  /** What of the waiting was at each queue, by its number: that varies as its law says. */
  readonly queued: readonly number[];
  /** The chance that it is the first of those that go on together: what a slower one held back, or one write. */
  readonly alone: number;
  /** The chance that no link held it back behind others. */
  readonly free: number;
}

/** @param queues how many there are */
export function beginning(service: number, queues: number): Moment {
  return {
    step: null,
    service,
    waiting: 0,
    mean: service,
    queued: new Array(queues).fill(0),
    alone: 1,
    free: 1,
  };
}

/** A moment that comes later by so much work and waiting. */
export function worked(moment: Moment, service: number, waiting: number): Moment {
  return {
    ...moment,
    service: moment.service + service,
    waiting: moment.waiting + waiting,
    mean: moment.mean + service + waiting,
  };
}

/** A moment that comes later by the wait in a queue. */
export function queuedAt(moment: Moment, queue: number, wait: number): Moment {
  if (wait === 0) return moment;
  const queued = moment.queued.map((before, i) => (i === queue ? before + wait : before));
  return { ...worked(moment, 0, wait), queued };
}

const NONE = constantDelay(0, "propagation");

function stepped(moment: Moment, delay: Atoms, links: Atoms, alone: number): Moment {
  const step = { before: moment.step, delay, links };
  return { ...moment, step, mean: moment.mean + meanDelay(delay), alone };
}

/** A moment that comes later by the random delay of a link. */
export const sent = (moment: Moment, link: Atoms, alone: number, free: number): Moment => ({
  ...stepped(moment, link, link, alone),
  free: Math.min(moment.free, free),
});
/** A moment that comes later by the random delay of a disk. */
export const durable = (moment: Moment, disk: Atoms, alone: number): Moment =>
  stepped(moment, disk, NONE, Math.min(moment.alone, alone));

/** Sums are asked for again and again, of the same laws. */
const sums = new WeakMap<Atoms, WeakMap<Atoms, Atoms>>();

function sumOf(a: Atoms, b: Atoms): Atoms {
  if (a === NONE) return b;
  if (b === NONE) return a;
  const known = sums.get(a) ?? new WeakMap<Atoms, Atoms>();
  sums.set(a, known);
  const sum = known.get(b) ?? addDelays(a, b);
  known.set(b, sum);
  return sum;
}

/** Which of a step's two laws. */
type Law = "delay" | "links";

function lawSince(fork: Step | null, { step }: Moment, law: Law): Atoms {
  const laws: Atoms[] = [];
  for (let at = step; at !== fork && at !== null; at = at.before) laws.push(at[law]);
  return laws.reduceRight(sumOf, NONE);
}

/** The last random delay that all of some moments have behind them. */
function forkOf(moments: readonly Moment[]): Step | null {
  const paths = moments.map(({ step }) => {
    const path: Step[] = [];
    for (let at = step; at !== null; at = at.before) path.unshift(at);
    return path;
  });
  let fork: Step | null = null;
  for (const [depth, step] of paths[0].entries()) {
    if (!paths.every((path) => path[depth] === step)) break;
    fork = step;
  }
  return fork;
}

/** Of random delays: their mean, or that of what they are made of. */
function sumUp(step: Step | null, of: (delay: Atoms) => number): number {
  let sum = 0;
  for (let at = step; at !== null; at = at.before) sum += of(at.delay);
  return sum;
}

const meanPartOf = ({ weights, parts }: Atoms, part: DelayPart): number =>
  weights.reduce((sum, weight, i) => sum + weight * parts[part][i], 0);

/** Mean propagation, disk, … in a moment's random delays. */
export const meanPart = ({ step }: Moment, part: DelayPart): number =>
  sumUp(step, (delay) => meanPartOf(delay, part));

/** Moments that meet, as independent voters after their fork. */
export interface Meeting {
  readonly fork: Step | null;
  /** Mean of the random delays up to the fork. */
  readonly behind: number;
  readonly moments: readonly Moment[];
  readonly voters: readonly Voter[];
  /** The same voters without disks; the same list where there are none. */
  readonly byLinks: readonly Voter[];
}

type Sooner = (delay: Atoms, links: Atoms) => Atoms;

/** What meets: a moment, as so many votes. */
interface Coming {
  readonly moment: Moment;
  readonly weight: number;
}

/** @param sooner what makes a delay end before its time, given what links alone make of it */
export function meetingOf(coming: readonly Coming[], sooner: Sooner = (delay) => delay): Meeting {
  const moments = coming.map(({ moment }) => moment);
  const fork = forkOf(moments);
  const voters = coming.map(({ moment, weight }) => ({
    offset: moment.service + moment.waiting,
    delay: sooner(lawSince(fork, moment, "delay"), lawSince(fork, moment, "links")),
    weight,
  }));
  const byLinks = coming.map(({ moment }, i) => {
    const links = lawSince(fork, moment, "links");
    return { ...voters[i], delay: sooner(links, links) };
  });
  const sure = voters.every(({ delay }, i) => delay === byLinks[i].delay);
  return { fork, behind: sumUp(fork, meanDelay), moments, voters, byLinks: sure ? voters : byLinks };
}

/** The moment that a vote decides, which comes when the last of those needed does. */
export function decidedAt({ fork, behind, moments }: Meeting, last: KthVote, lastByLinks: KthVote): Moment {
  const mean = (of: (moment: Moment) => number): number =>
    moments.reduce((sum, moment, v) => sum + last.byVoter[v] * of(moment), 0);
  const service = mean((moment) => moment.service);
  const waiting = mean((moment) => moment.waiting);
  const delay = lawOf(last);
  const links = lastByLinks === last ? delay : lawOf(lastByLinks);
  return {
    step: { before: fork, delay, links },
    service,
    waiting,
    mean: behind + last.mean,
    queued: moments[0].queued.map((_, queue) => mean(({ queued }) => queued[queue])),
    alone: mean(({ alone }) => alone),
    free: mean(({ free }) => free),
  };
}

/** What is random about a vote: without atoms that cannot be, made of the parts that those who decide it are made of. */
function lawOf({ times, weights, parts, offset }: KthVote): Atoms {
  const kept = [...times.keys()].filter((i) => weights[i] > 0);
  const values = Float64Array.from(kept, (i) => times[i] - offset);
  const made = DELAY_PARTS.reduce((sum, part) => sum + parts[part], 0);
  const share = (part: number): Float64Array => values.map((value) => (made > 0 ? (value * part) / made : 0));
  return condense({
    values,
    weights: Float64Array.from(kept, (i) => weights[i]),
    parts: {
      propagation: share(parts.propagation),
      disk: share(parts.disk),
      diskWait: share(parts.diskWait),
      slotWait: share(parts.slotWait),
    },
  });
}

/** Any of some moments, each as likely. */
export function anyOf(moments: readonly Moment[]): Moment {
  const fork = forkOf(moments);
  const mean = (of: (moment: Moment) => number): number =>
    moments.reduce((sum, moment) => sum + of(moment), 0) / moments.length;
  const service = mean((moment) => moment.service);
  const waiting = mean((moment) => moment.waiting);
  const mix = (law: Law): Atoms =>
    condense(
      moments
        .map((moment): Atoms => {
          const later = moment.service + moment.waiting - service - waiting;
          const delay = lawSince(fork, moment, law);
          return { ...delay, values: Float64Array.from(delay.values, (value) => value + later) };
        })
        .reduce((all, one, i) => mixDelays(all, one, 1 / (i + 1))),
    );
  const step = { before: fork, delay: mix("delay"), links: mix("links") };
  return {
    step,
    service,
    waiting,
    mean: mean((moment) => moment.mean),
    queued: moments[0].queued.map((_, queue) => mean(({ queued }) => queued[queue])),
    alone: mean(({ alone }) => alone),
    free: mean(({ free }) => free),
  };
}

/** A moment that waits for others: what its last random delay becomes by that. */
export function heldUp(moment: Moment, order: (delay: Atoms, links: Atoms) => Atoms): Moment {
  const { step } = moment;
  if (step === null) return moment;
  const { values, weights } = order(step.delay, step.links);
  if (values === step.delay.values && weights === step.delay.weights) return moment;
  // What it is made of is as before: the rest is waiting.
  const made = (part: DelayPart): Float64Array =>
    new Float64Array(values.length).fill(meanPartOf(step.delay, part));
  const parts = {
    propagation: made("propagation"),
    disk: made("disk"),
    diskWait: made("diskWait"),
    slotWait: made("slotWait"),
  };
  const delay = { values, weights, parts };
  return {
    ...moment,
    step: { ...step, delay },
    mean: moment.mean + meanDelay(delay) - meanDelay(step.delay),
  };
}

/** All of a moment that is random, but for queues. */
export const lawOfDelays = (moment: Moment): Atoms => lawSince(null, moment, "delay");
