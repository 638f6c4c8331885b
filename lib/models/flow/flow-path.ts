/**
 * An operation's way through its flow: when each message comes, and when the client is answered.
 *
 * A moment is a sum: random delays of links and disks as a law (`atoms.ts`), and times at processors and ports, served
 * or waited for, at their means. Where votes meet, the one that is enough is found by order statistics (`decision.ts`).
 */
import type { Atoms } from "../consensus/atoms.ts";
import { completing, kthInStep, kthTimes, type Voter } from "../consensus/decision.ts";
import { bytesOf, type FlowCosts, replyBytes, requestBytes, sendTime, takeInTime } from "./flow-load.ts";
import type { Delay, Passed } from "./link-law.ts";
import type { Action, Flow, Quorum } from "./message-flow.ts";
import {
  anyOf,
  beginning,
  decidedAt,
  durable,
  heldUp,
  type Moment,
  meetingOf,
  queuedAt,
  sent,
  worked,
} from "./moment.ts";

/** Processor time: its mean, its variance but for payloads, and how many payloads are in it. */
export interface Job {
  mean: number;
  variance: number;
  payloads: number;
}

/** A course of several that an operation may take. */
export interface Course {
  readonly choice: number;
  readonly chance: number;
}

/** One visit of an operation to a node's processor. */
export interface Turn {
  readonly node: number;
  /** When it comes there, on average; of votes, when the first, second, … does. */
  time: number;
  readonly comes: number;
  /** Turns of one visit come whatever the processor does; a later one is caused by one before. */
  readonly visit: number;
  readonly job: Job;
  /** The part of it that takes in what it comes by. */
  readonly takesIn: number;
  /** Transmission of all that it sends. */
  readonly port: Job;
  /** Who sent what it takes in; −1 for a client, null after a write. */
  readonly from: number | null;
  /** What it takes in was let go by a write. */
  readonly inRow: boolean;
  course: Course | null;
  /** Another turn stands for it. */
  dropped: boolean;
  /** How often it decides a quorum, and which turn has the work that this makes. */
  readonly decides: { readonly share: number; readonly ending: number }[];
}

/** What stations add, as found from all operations. */
export interface Stations {
  cpu(node: number): number;
  /** Further wait of the k-th turn behind others of its operation. */
  own(turn: number): number;
  /** Its processor time on average: all of its own, and as often as it decides what that makes. */
  job(turn: number): number;
  egress(node: number): number;
  ingress(node: number, from: number): number;
  /** Wait of a message let go by a write at `from`, behind others that were let go with it. */
  row(from: number, to: number, takeIn: number): number;
  /**
   * A link's delay, and the chance that a message is alone after it, and that it is not held back by others.
   *
   * @param alone that chance before it
   * @param held a write has let it go
   * @param chance that it is sent at all
   */
  link(from: number, to: number, alone: number, held: boolean, chance: number): Passed;
  /** What a record waits and takes to be durable; null without disks. */
  disk(node: number): Delay | null;
  /** What comes after a write waits for others that it made durable. */
  burst(node: number): number;
  /** A delay that ends with a later message, where that overtakes. */
  overtaken(delay: Atoms, links: Atoms): Atoms;
  /**
   * What a random delay, with disks and without, becomes when all asked before must have theirs.
   *
   * @param elsewhere share of them that came by other courses, counting those once that a link held back together
   * @param written the same, counting those once, too, that one write made durable
   */
  inOrder(delay: Atoms, links: Atoms, elsewhere: number, written: number): Atoms;
}

/** Time the processor has spent on a handler, and when the port has passed on all that it was given. */
interface Progress {
  readonly cpu: number;
  readonly port: number;
}

interface Vote {
  readonly moment: Moment;
  readonly turn: number;
  readonly weight: number;
  readonly visits: readonly number[];
  /** What it waits behind others of its operation is known when all have come. */
  readonly early: boolean;
  /** The chance that another operation's vote came by the same course. */
  readonly alike: number;
}

/** The answer to the client. */
export interface Answer {
  /** When it has been put out. */
  readonly moment: Moment;
  /** From then until it has left the port, if it goes by that. */
  readonly egress: number;
}

const NEVER = -1;
const CLIENT = -1;
/** Queues by number: processors, then egress ports. */
export const cpuQueue = (node: number): number => 2 * node;
export const portQueue = (node: number): number => 2 * node + 1;
/** More than there are nodes. */
const MANY = 1e6;

/** One visit more to a node. */
const counted = (visits: readonly number[], node: number): number[] =>
  visits.map((visit, i) => (i === node ? visit + 1 : visit));

/** Walks through a flow once, with what is known of the stations. */
export class FlowPath {
  readonly turns: Turn[] = [];
  answer: Answer | null = null;
  private readonly votes = new Map<string, Vote[]>();
  private readonly costs: FlowCosts;
  private readonly stations: Stations;
  private readonly remoteShare: number;
  private choices = 0;

  constructor(nodes: number, flow: Flow, remoteShare: number, costs: FlowCosts, stations: Stations) {
    this.costs = costs;
    this.stations = stations;
    this.remoteShare = remoteShare;
    const asked = remoteShare * requestBytes(costs);
    const start = worked(
      beginning(asked * costs.ingressPerByte, 2 * nodes),
      0,
      remoteShare * stations.ingress(flow.at, CLIENT),
    );
    const visits = new Array<number>(nodes).fill(NEVER);
    this.takeIn(flow.does, flow.at, start, asked, remoteShare, visits, null, CLIENT, false);
    for (const quorum of flow.quorums) this.decide(quorum);
  }

  private newTurn(
    node: number,
    takesIn: number,
    time: number,
    visit: number,
    from: number | null,
    inRow: boolean,
    course: Course | null,
  ): number {
    const job = { mean: 0, variance: 0, payloads: 0 };
    const port = { mean: 0, variance: 0, payloads: 0 };
    this.turns.push({
      node,
      takesIn,
      time,
      comes: time,
      visit,
      job,
      port,
      from,
      inRow,
      course,
      dropped: false,
      decides: [],
    });
    return this.turns.length - 1;
  }

  /** A message, or a request, at a node's processor. */
  private takeIn(
    actions: readonly Action[],
    node: number,
    arrival: Moment,
    bytes: number,
    payloads: number,
    visits: readonly number[],
    course: Course | null,
    from: number,
    inRow: boolean,
  ): void {
    const { costs, stations } = this;
    const visit = visits[node] + 1;
    const time = takeInTime(bytes, costs);
    const turn = this.newTurn(node, time, arrival.mean, visit, from, inRow, course);
    const { job } = this.turns[turn];
    job.mean += time;
    job.variance += costs.cpuReceiveScv * costs.cpuReceive ** 2;
    job.payloads += payloads;
    // What a vote meets of its own operation is known when all have come (`decide`).
    const votes = actions.some((action) => "vote" in action);
    const row = inRow ? stations.row(from, node, time) : 0;
    const queued = queuedAt(arrival, cpuQueue(node), stations.cpu(node));
    const taken = worked(queued, time, row + (votes ? 0 : stations.own(turn)));
    const after = counted(visits, node);
    this.act(actions, node, turn, taken, after, course, false, votes);
  }

  /** A handler's actions from a moment on. */
  private act(
    actions: readonly Action[],
    node: number,
    first: number,
    begun: Moment,
    seen: readonly number[],
    course: Course | null,
    written: boolean,
    unplaced: boolean,
    progress: Progress = { cpu: 0, port: 0 },
  ): Progress {
    const { costs, stations } = this;
    let [turn, at, visits, held, early] = [first, begun, seen, written, unplaced];
    let { cpu, port } = progress;
    // A turn of all courses has so much of each.
    const partOf = ({ course: its }: Turn): number => (its === course ? 1 : (course?.chance ?? 1));
    const putOut = (bytes: number, payloads: number): void => {
      const time = sendTime(bytes, costs);
      const part = partOf(this.turns[turn]);
      const { job } = this.turns[turn];
      job.mean += part * time;
      job.variance += part * costs.cpuSendScv * costs.cpuSend ** 2;
      job.payloads += part * payloads;
      cpu += time;
    };
    const pass = (bytes: number, payloads: number, share: number): void => {
      const part = share * partOf(this.turns[turn]);
      const out = this.turns[turn].port;
      out.mean += part * bytes * costs.egressPerByte;
      out.payloads += part * payloads;
      port = Math.max(port, cpu) + bytes * costs.egressPerByte;
    };
    for (const action of actions) {
      if ("send" in action) {
        const { send, to } = action;
        const bytes = bytesOf(send, costs);
        putOut(bytes, send.operations);
        pass(bytes, send.operations, 1);
        const leaves = queuedAt(worked(at, port, 0), portQueue(node), stations.egress(node));
        const slower = Math.max(0, bytes * (costs.ingressPerByte - costs.egressPerByte));
        const link = stations.link(node, to, at.alone, held, course?.chance ?? 1);
        const handedOver = sent(leaves, link.delay, link.alone, link.free);
        const arrival = worked(handedOver, slower, stations.ingress(to, node));
        this.takeIn(action.does, to, arrival, bytes, send.operations, visits, course, node, held);
      } else if ("persist" in action) {
        const disk = stations.disk(node);
        if (disk === null) continue;
        const ended = durable(worked(at, cpu, 0), disk.delay, disk.alone);
        visits = counted(visits, node);
        turn = this.newTurn(node, 0, ended.mean, visits[node], null, false, course);
        const behind = worked(ended, 0, stations.burst(node) + stations.own(turn));
        at = queuedAt(behind, cpuQueue(node), stations.cpu(node));
        [cpu, port, held, early] = [0, 0, true, false];
      } else if ("answer" in action) {
        putOut(replyBytes(costs), 0);
        pass(replyBytes(costs), 0, this.remoteShare);
        this.answer = { moment: worked(at, cpu, 0), egress: port - cpu };
      } else if ("oneOf" in action) {
        const choice = this.choices++;
        const chance = 1 / action.oneOf.length;
        const ends = action.oneOf.map((one) =>
          this.act(one, node, turn, at, visits, { choice, chance }, held, early, { cpu, port }),
        );
        cpu = ends.reduce((sum, end) => sum + chance * end.cpu, 0);
        port = ends.reduce((sum, end) => sum + chance * end.port, 0);
      } else {
        const votes = this.votes.get(action.vote) ?? [];
        votes.push({ moment: worked(at, cpu, 0), turn, weight: action.weight ?? 1, visits, alike: 1, early });
        this.votes.set(action.vote, votes);
      }
    }
    return { cpu, port };
  }

  /** The vote that completes a quorum, and what follows. */
  private decide(quorum: Quorum): void {
    const { name, at: node, needed, among, cumulative, inStep, inOrder, does } = quorum;
    const { turns, stations } = this;
    const all = this.meeting(this.votes.get(name) ?? []);
    const votes =
      among === undefined ? all : soonest(all, among, ({ turn }) => turns[turn].from ?? node, node);
    const meeting = meetingOf(votes, cumulative === true ? stations.overtaken : undefined);
    const { voters, byLinks } = meeting;
    const lastOf = (of: readonly Voter[]) =>
      inStep === true ? kthInStep(of, needed) : completing(of, needed);
    const last = lastOf(voters);
    const moment = decidedAt(meeting, last, byLinks === voters ? last : lastOf(byLinks));
    const place = this.placeVotes(all, needed, among === undefined ? null : moment.mean);
    for (const [v, share] of last.byVoter.entries())
      turns[votes[v].turn].decides.push({ share, ending: place });
    const byMessage = last.byVoter.reduce((sum, p, v) => sum + (votes[v].early ? p : 0), 0);
    const behind = byMessage * (stations.own(place) + this.behindRow(place));
    // Of those before it so many came by other courses.
    const elsewhere = 1 - all.reduce((product, vote) => product * vote.alike, 1);
    const ordered =
      inOrder === true
        ? heldUp(moment, (delay, links) =>
            stations.inOrder(delay, links, elsewhere * moment.free, elsewhere * moment.alone),
          )
        : moment;
    // What votes bring that writes let go comes in their rows.
    const isWritten = all.every(({ turn }) => turns[turn].from === null || turns[turn].inRow);
    const visits = votes[0].visits.map((_, i) => Math.max(...votes.map((vote) => vote.visits[i])));
    this.act(does, node, place, worked(ordered, 0, behind), visits, turns[place].course, isWritten, false);
  }

  /** Others of its row may decide too: more work than taking them in, which it has waited for. */
  private behindRow(turn: number): number {
    const { stations } = this;
    const { from, inRow, node, takesIn } = this.turns[turn];
    if (!inRow || from === null) return 0;
    return stations.row(from, node, stations.job(turn)) - stations.row(from, node, takesIn);
  }

  /** Votes that come by one of several courses are one vote, whose way is any of theirs. */
  private meeting(votes: readonly Vote[]): readonly Vote[] {
    const { turns } = this;
    const courseOf = ({ turn }: Vote): Course | null => turns[turn].course;
    if (votes.every((vote) => courseOf(vote) === courseOf(votes[0]))) return votes;
    const met: Vote[] = [];
    const seen = new Set<number>();
    for (const vote of votes) {
      const course = courseOf(vote);
      if (course === null) met.push(vote);
      else if (!seen.has(course.choice)) {
        seen.add(course.choice);
        const same = votes.filter((other) => courseOf(other)?.choice === course.choice);
        met.push({ ...vote, moment: anyOf(same.map(({ moment }) => moment)), alike: course.chance });
        for (const { turn } of same) turns[turn].dropped = turn !== vote.turn;
        turns[vote.turn].time = same.reduce((sum, { turn }) => sum + turns[turn].time, 0) / same.length;
        turns[vote.turn].course = null;
      }
    }
    return met;
  }

  /**
   * Puts the turns of votes where the first, second, … comes on average; returns the turn of the one that decides.
   *
   * @param decided when that is, of votes that do not all count
   */
  private placeVotes(votes: readonly Vote[], needed: number, decided: number | null): number {
    const { turns } = this;
    const { behind, voters } = meetingOf(votes);
    // Votes come a little before they have been taken in.
    const early = votes.map(({ moment, turn }) => moment.mean - turns[turn].comes);
    const times = kthTimes(
      voters.map((voter, v) => ({ ...voter, offset: behind + voter.offset - early[v] })),
    );
    const sorted = votes.map(({ turn }) => turn).sort((a, b) => turns[a].comes - turns[b].comes);
    for (const [k, turn] of sorted.entries()) turns[turn].time = times[k];
    if (decided === null && votes.every(({ weight }) => weight === 1)) return sorted[needed - 1];
    const taken = early.reduce((sum, time) => sum + time, 0) / early.length;
    const by = decided ?? completing(voters, needed).mean + behind;
    const before = times.filter((time) => time + taken <= by).length;
    return sorted[Math.max(0, before - 1)];
  }
}

/** Those whose votes come soonest on average, of equals the next by number after whoever counts. */
function soonest(
  votes: readonly Vote[],
  among: number,
  nodeOf: (vote: Vote) => number,
  counts: number,
): readonly Vote[] {
  const after = (vote: Vote): number => {
    const ahead = nodeOf(vote) - counts;
    return ahead < 0 ? ahead + MANY : ahead;
  };
  return [...votes].sort((a, b) => a.moment.mean - b.moment.mean || after(a) - after(b)).slice(0, among);
}
