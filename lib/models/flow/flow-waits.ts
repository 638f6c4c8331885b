/**
 * What waits where: every station's mean wait from all turns of all operations.
 *
 * An operation's turns at one processor are not independent of one another, so they are taken as a cluster
 * (`queueing/cluster-wait.ts`). Everything that one write made durable goes on at the same moment (`piles.ts`). Behind a
 * station that queues the same work only the slower one queues (Friedman, "Reduction methods for tandem queuing
 * systems", Operations Research 13(1), 1965).
 */
import {
  type Atoms,
  addDelays,
  constantDelay,
  inOrder,
  meanDelay,
  overtaken,
  shiftLevels,
  withoutGaps,
} from "../consensus/atoms.ts";
import { waitLaw } from "../consensus/commit-quantile.ts";
import { type DiskLaw, type GroupCommit, groupCommit } from "../consensus/group-commit.ts";
import { type Cluster, mixedClusterWaits } from "../queueing/cluster-wait.ts";
import type { Delays } from "./flow-inputs.ts";
import { type FlowClass, type FlowCosts, type FlowLoad, flowLoad } from "./flow-load.ts";
import { type Course, cpuQueue, FlowPath, portQueue, type Stations, type Turn } from "./flow-path.ts";
import { type Delay, LinkLaw, type Passed } from "./link-law.ts";
import { lawOfDelays, type Moment } from "./moment.ts";
import { Piles } from "./piles.ts";

/** Rounds in which waits and the times of turns are found from one another. */
const ROUNDS = 4;

/** A node's disk: what its writes let go together. */
interface Storage extends Delay {
  readonly commit: GroupCommit;
  /** Records a second. */
  readonly records: number;
  /** Mean processor time of what a record lets go. */
  readonly letGo: number;
}

/** Waits found in one round. */
interface Waits {
  readonly cpu: readonly number[];
  /** The share of that which is queueing, and not for piles. */
  readonly queueing: readonly number[];
  /** The work that one typically waits for at each processor, and the passing at each egress port. */
  readonly typicalCpu: readonly number[];
  readonly typicalEgress: readonly number[];
  readonly egress: readonly number[];
  /** For each class its turns' further waits behind one another. */
  readonly own: readonly (readonly number[])[];
  readonly piles: readonly Piles[];
  /** And their processor time. */
  readonly jobs: readonly (readonly number[])[];
}

export class FlowWaits {
  readonly paths: readonly (FlowPath | null)[];
  readonly load: FlowLoad;
  private readonly delays: Delays;
  private readonly classes: readonly FlowClass[];
  private readonly costs: FlowCosts;
  private readonly ordered: boolean;
  private readonly storages: readonly (Storage | null)[];
  private readonly links: readonly (readonly LinkLaw[])[];
  private waits: Waits;

  constructor(
    delays: Delays,
    classes: readonly FlowClass[],
    disk: DiskLaw | null,
    ordered: boolean,
    costs: FlowCosts,
  ) {
    const nodes = delays.length;
    this.delays = delays;
    this.classes = classes;
    this.costs = costs;
    this.ordered = ordered;
    this.load = flowLoad(nodes, classes, costs);
    this.storages = this.load.nodes.map(({ records, recordBytes, letGo }) => {
      if (disk === null || records === 0) return null;
      const commit = groupCommit(disk, records, recordBytes / records);
      return { commit, delay: commit.delay, alone: 1 / commit.batch, records, letGo: letGo / records };
    });
    this.links = delays.map((row) => row.map((delay) => new LinkLaw(delay, ordered)));
    const none = new Array<number>(nodes).fill(0);
    this.waits = {
      cpu: none,
      queueing: none,
      typicalCpu: none,
      egress: none,
      typicalEgress: none,
      own: classes.map(() => []),
      jobs: classes.map(() => []),
      piles: [],
    };
    let paths = this.walk();
    for (let round = 1; round < ROUNDS; round++) {
      this.waits = this.waitsOf(paths);
      paths = this.walk();
    }
    this.paths = paths;
  }

  /** Share of time a node's disk is writing. */
  diskBusy(node: number): number {
    const storage = this.storages[node];
    return storage === null ? 0 : (storage.records * meanDelay(storage.commit.write)) / storage.commit.batch;
  }

  /** The law of a moment: its random delays, and what it waited in queues. */
  lawOf(moment: Moment): Atoms {
    const { waits, load, costs } = this;
    let law = lawOfDelays(moment);
    for (const [node, { cpu, egress }] of load.nodes.entries()) {
      // All waits at one processor fall into the same busy time: they rise and fall together. Piles hardly vary.
      const queues = [
        [
          moment.queued[cpuQueue(node)] * waits.queueing[node],
          waits.cpu[node] * waits.queueing[node],
          cpu / costs.cores,
          waits.typicalCpu[node],
        ],
        [moment.queued[portQueue(node)], waits.egress[node], egress, waits.typicalEgress[node]],
      ];
      for (const [wait, once, busy, typical] of queues)
        if (wait > 0) law = addDelays(law, waitLaw(wait, busy, (typical * wait) / once));
    }
    return addDelays(law, constantDelay(moment.mean - meanDelay(law), "diskWait"));
  }

  private walk(): (FlowPath | null)[] {
    const paths = this.classes.map(({ flow, rate, remoteShare }, c) =>
      rate === 0
        ? null
        : new FlowPath(this.delays.length, flow, remoteShare, this.costs, this.stationsFor(c)),
    );
    for (const row of this.links) for (const link of row) link.note();
    return paths;
  }

  private stationsFor(c: number): Stations {
    const { waits } = this;
    return {
      cpu: (node) => waits.cpu[node],
      own: (turn) => waits.own[c][turn] ?? 0,
      egress: (node) => waits.egress[node],
      ingress: (node, from) => this.ingressWait(node, from),
      row: (from, to, time) => (waits.piles[to]?.left(from, ...this.rowOf(from, to, time)) ?? 0) / 2,
      job: (turn) => waits.jobs[c][turn] ?? 0,
      link: (from, to, alone, held, chance) =>
        this.pass(from, to, alone, held, chance * this.classes[c].rate),
      disk: (node) => this.storages[node],
      burst: (node) => this.besides(node) / 2,
      overtaken: (delay, links) => this.overtakenBy(delay, links, this.classes[c].rate),
      inOrder: (delay, links, elsewhere, written) => this.inOrder(delay, links, elsewhere, written),
    };
  }

  /** Processor time of what a write lets go besides what one of its records does. */
  private besides(node: number): number {
    const storage = this.storages[node];
    return storage === null ? 0 : storage.commit.companions * storage.letGo;
  }

  /** Of what one write lets go on a link only the first goes alone; what was held back with others does not, either. */
  private pass(from: number, to: number, before: number, held: boolean, rate: number): Passed {
    const storage = this.storages[from];
    const first =
      held && storage !== null
        ? storage.records / storage.commit.batch / this.load.links[from][to].written
        : 1;
    return this.links[from][to].pass(Math.min(before, first), rate);
  }

  /** What comes in a row with a message that one write let go: the processor time of that, and how long it takes to come. */
  private rowOf(from: number, to: number, time: number): readonly [work: number, lasts: number] {
    const storage = from < 0 ? null : this.storages[from];
    // Messages that overtake one another come one by one.
    if (storage === null || (!this.ordered && this.delays[from][to].variance > 0)) return [0, 0];
    const perRecord = this.load.links[from][to].written / storage.records;
    const { companions } = storage.commit;
    return [(companions * perRecord * time) / this.costs.cores, companions * storage.letGo];
  }

  /**
   * What is decided out of order waits for what was asked before: by links that keep none, or by courses of which some
   * are longer. The same at every level as without disks, which do not let overtake; but other courses come to a disk at
   * other moments, and so may be in other writes.
   */
  private inOrder(delay: Atoms, links: Atoms, elsewhere: number, written: number): Atoms {
    const all = this.classes.reduce((sum, one) => sum + one.rate, 0);
    const rate = this.ordered ? all * elsewhere : all;
    if (rate === 0) return delay;
    const dense = withoutGaps(links);
    const held = inOrder(dense, rate);
    if (delay === links) return held;
    const byLinks = shiftLevels(delay, dense, held);
    if (!this.ordered || written === 0) return byLinks;
    const byDisks = inOrder(withoutGaps(delay), all * written);
    return meanDelay(byDisks) > meanDelay(byLinks) ? byDisks : byLinks;
  }

  /** Disks do not let overtake, so a delay is as much shorter as without them, at every level. */
  private overtakenBy(delay: Atoms, links: Atoms, rate: number): Atoms {
    if (this.ordered) return delay;
    const sooner = overtaken(links, rate);
    if (delay === links) return sooner;
    return sooner === links ? delay : shiftLevels(delay, links, sooner);
  }

  /** A message does not wait for others of its sender, who cannot send faster. */
  private ingressWait(node: number, from: number): number {
    const { ingressPerByte, egressPerByte } = this.costs;
    if (ingressPerByte === 0) return 0;
    let [busy, square] = [0, 0];
    const count = (rate: number, time: number, mine: boolean): void => {
      busy += rate * time;
      if (!mine) square += rate * time * time;
    };
    for (const { sender, rate, bytes } of this.load.nodes[node].received)
      count(rate, bytes * ingressPerByte, sender === from && egressPerByte >= ingressPerByte);
    return square / (2 * (1 - busy));
  }

  private waitsOf(paths: readonly (FlowPath | null)[]): Waits {
    const own: number[][] = this.classes.map(() => []);
    const cpu: number[] = [];
    const queueing: number[] = [];
    const typicalCpu: number[] = [];
    const egress: number[] = [];
    const typicalEgress: number[] = [];
    const allPiles: Piles[] = [];
    for (let node = 0; node < this.delays.length; node++) {
      const clusters: (Cluster & { readonly of: number; readonly turns: readonly number[] })[] = [];
      for (const [c, path] of paths.entries()) {
        if (path === null) continue;
        const here = path.turns.filter((turn) => turn.node === node && !turn.dropped);
        for (const { chance, turns } of coursesOf(here)) {
          turns.sort((a, b) => a.time - b.time);
          clusters.push({
            rate: this.classes[c].rate * chance,
            jobs: turns.map((turn) => this.jobOf(turn)),
            of: c,
            turns: turns.map((turn) => path.turns.indexOf(turn)),
          });
        }
      }
      const found = mixedClusterWaits("mg1", clusters, 1, this.costs.cores);
      const piles = new Piles(this.load.nodes[node].cpu / this.costs.cores);
      for (const [i, { of, rate, turns }] of clusters.entries()) {
        for (const [k, turn] of turns.entries()) {
          own[of][turn] = found.own[i][k];
          const all = (paths[of] as FlowPath).turns;
          this.pile(piles, rate / this.costs.cores, all[turn], jobTime(all, all[turn]));
        }
      }
      allPiles.push(piles);
      cpu.push(found.others + piles.wait());
      queueing.push(found.others > 0 ? found.others / cpu[node] : 0);
      typicalCpu.push(found.typicalJob);
      const port = this.egressAlone(node, paths);
      egress.push(Math.max(0, port.wait - found.others));
      typicalEgress.push(port.typical);
    }
    const jobs = paths.map((path) => path?.turns.map((turn) => jobTime(path.turns, turn)) ?? []);
    return { cpu, queueing, typicalCpu, egress, typicalEgress, own, jobs, piles: allPiles };
  }

  private jobOf({ time, visit, job }: Turn): Cluster["jobs"][number] {
    const { payload, payloadScv, cpuPerByte } = this.costs;
    const sizes = payloadScv * (job.payloads * payload * cpuPerByte) ** 2;
    return { time, visit, mean: job.mean, variance: job.variance + sizes };
  }

  /** Counts a turn that comes together with others: after a write here, or let go by one there. */
  private pile(piles: Piles, rate: number, { from, inRow, node }: Turn, time: number): void {
    if (from === null) piles.add(node, rate, time, this.besides(node) / this.costs.cores, 0);
    else if (inRow) piles.add(from, rate, time, ...this.rowOf(from, node, time));
  }

  private egressAlone(
    node: number,
    paths: readonly (FlowPath | null)[],
  ): { readonly wait: number; readonly typical: number } {
    const { payload, payloadScv, egressPerByte } = this.costs;
    if (egressPerByte === 0) return { wait: 0, typical: 0 };
    let [busy, square] = [0, 0];
    for (const [c, path] of paths.entries()) {
      for (const turn of path?.turns ?? []) {
        if (turn.node !== node || turn.port.mean === 0) continue;
        const rate = this.classes[c].rate * (turn.course?.chance ?? 1);
        const sizes = payloadScv * (turn.port.payloads * payload * egressPerByte) ** 2;
        busy += rate * turn.port.mean;
        square += rate * (turn.port.mean ** 2 + sizes);
      }
    }
    return { wait: square / (2 * (1 - busy)), typical: busy > 0 ? square / busy : 0 };
  }
}

/** A turn's processor time on average; what a decision makes falls to whoever decides. */
function jobTime(turns: readonly Turn[], { job, takesIn, decides }: Turn): number {
  if (decides.length === 0) return job.mean;
  return decides.reduce((sum, { share, ending }) => {
    const { job: its, takesIn: before } = turns[ending];
    return sum + share * (its.mean - before);
  }, takesIn);
}

/** A node's turns by the course that an operation takes: those of every course are in each. */
function coursesOf(turns: readonly Turn[]): { readonly chance: number; readonly turns: Turn[] }[] {
  const common = turns.filter(({ course }) => course === null);
  const courses = new Map<Course, Turn[]>();
  for (const turn of turns) {
    if (turn.course === null) continue;
    const course = courses.get(turn.course) ?? [...common];
    course.push(turn);
    courses.set(turn.course, course);
  }
  let rest = 1;
  const list = [...courses].map(([{ chance }, its]) => {
    rest -= chance;
    return { chance, turns: its };
  });
  return rest > 1e-9 && common.length > 0 ? [...list, { chance: rest, turns: common }] : list;
}
