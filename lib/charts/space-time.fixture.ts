/**
 * Windows of runs for tests and for looking at: a hand-written story of a Raft group, and a large generated one.
 *
 * The story: node 0 leads term 2 and commits; it crashes; node 1 is elected for term 3 with one vote lost; node 0
 * returns; a partition leaves nodes 0 and 1 alone, and node 2 is elected for term 4 while node 1 still believes to
 * lead; after healing it steps down.
 */
import type { SpaceTime, TraceCut, TraceMark, TraceMessage, TraceSpan } from "../core/trace.ts";

const MS = 1e-3;
/** Bytes a second of each port: 1 Gbit/s. */
const PORT = 125e6;
const CPU = 0.3 * MS;
const CLIENT = 5;

/** Writes a story down message by message; ports and disks serve one after the other. */
class Story {
  readonly messages: TraceMessage[] = [];
  readonly spans: TraceSpan[] = [];
  readonly marks: TraceMark[] = [];
  readonly quorumEdges: number[] = [];
  readonly #portFree = new Map<number, number>();

  /** Sends at a time in ms; returns when it is handled, in ms. */
  send(
    at: number,
    from: number,
    to: number,
    kind: string,
    bytes: number,
    end: { fate?: TraceMessage["fate"]; handledAt?: number } = {},
  ): number {
    const sent = at * MS;
    const left = Math.max(sent, this.#portFree.get(from) ?? 0) + bytes / PORT;
    this.#portFree.set(from, left);
    // Distances of a metropolitan group: 6 to 12 ms, the same on every run.
    const arrived = left + (6 + ((from * 7 + to * 5) % 4) * 1.6) * MS;
    const { fate, handledAt } = end;
    const dropped = fate === "lost" || fate === "cut";
    const handled = handledAt === undefined ? arrived + CPU : handledAt * MS;
    this.messages.push({
      from,
      to,
      kind,
      bytes,
      sent,
      left,
      arrived: dropped ? null : arrived,
      handled: dropped || fate === "receiver down" ? null : handled,
      ...(fate === undefined ? {} : { fate }),
    });
    return handled / MS;
  }

  /** The message written last completed a quorum. */
  quorum(): void {
    this.quorumEdges.push(this.messages.length - 1);
  }

  /** When the message written last was handled, in ms. */
  lastHandled(): number {
    return (this.messages[this.messages.length - 1].handled as number) / MS;
  }

  write(process: number, from: number, lasts: number, label: string): number {
    this.spans.push({ process, kind: "writes", from: from * MS, to: (from + lasts) * MS, label });
    return from + lasts;
  }

  span(process: number, kind: TraceSpan["kind"], from: number, to: number, label: string): void {
    this.spans.push({ process, kind, from: from * MS, to: to * MS, label });
  }

  mark(process: number, time: number, kind: TraceMark["kind"], label: string): void {
    this.marks.push({ process, time: time * MS, kind, label });
  }

  /** An entry goes out and is answered; the second answer (with the leader: three of five) commits. */
  replicate(at: number, leader: number, followers: readonly number[], bytes: number, label: string): number {
    this.write(leader, at, 2, label);
    const answers = followers.map((follower) => {
      const handled = this.send(at, leader, follower, "append", bytes);
      const durable = this.write(follower, handled, 2 + (follower % 3), label);
      const back = this.send(durable, follower, leader, "appendReply", 64);
      return { back, index: this.messages.length - 1 };
    });
    const second = answers.sort((a, b) => a.back - b.back)[1];
    this.quorumEdges.push(second.index);
    this.mark(leader, second.back, "commit", label);
    return second.back;
  }
}

function normalCase(story: Story): void {
  story.span(0, "leads", -40, 62, "term 2");
  story.mark(CLIENT, 3, "invoke", "put x=1");
  const request = story.send(3, CLIENT, 0, "request", 131_072);
  const committed = story.replicate(request, 0, [1, 2, 3, 4], 131_072, "x=1");
  const answer = story.send(committed, 0, CLIENT, "reply", 64);
  story.mark(CLIENT, answer, "answer", "ok");
  story.mark(0, 62, "crash", "crash");
  story.span(0, "down", 62, 176, "node 0 is down");
  story.mark(CLIENT, 55, "invoke", "put x=2");
  story.send(55, CLIENT, 0, "request", 131_072, { fate: "receiver down" });
}

/** Returns when node 1 is elected. */
function election(story: Story): number {
  story.mark(1, 98, "timer", "election timeout");
  story.write(1, 98, 2, "term 3");
  story.send(100, 1, 0, "requestVote", 48, { fate: "receiver down" });
  for (const voter of [2, 3, 4]) {
    const asked = story.send(100, 1, voter, "requestVote", 48);
    const durable = story.write(voter, asked, 2, "vote");
    if (voter === 3) story.send(durable, voter, 1, "vote", 48, { fate: "lost" });
    else story.send(durable, voter, 1, "vote", 48);
  }
  story.quorum();
  const elected = story.lastHandled();
  story.span(3, "paused", 124, 150, "paused");
  story.mark(CLIENT, 122, "timer", "asks again");
  story.send(122, CLIENT, 1, "request", 131_072);
  const at = story.lastHandled();
  story.write(1, at, 2, "x=2");
  story.send(at, 1, 0, "append", 131_072, { fate: "receiver down" });
  const second = story.write(2, story.send(at, 1, 2, "append", 131_072), 3, "x=2");
  const slow = story.write(3, story.send(at, 1, 3, "append", 131_072, { handledAt: 151 }), 2, "x=2");
  const fourth = story.write(4, story.send(at, 1, 4, "append", 131_072), 2, "x=2");
  story.send(slow, 3, 1, "appendReply", 64);
  story.send(second, 2, 1, "appendReply", 64);
  const commit = story.send(fourth, 4, 1, "appendReply", 64);
  story.quorum();
  story.mark(1, commit, "commit", "x=2");
  story.mark(CLIENT, story.send(commit, 1, CLIENT, "reply", 64), "answer", "ok");
  return elected;
}

/** Returns for how long there were two leaders, in ms. */
function partition(story: Story, electedBefore: number): number {
  story.mark(0, 176, "restart", "restart");
  const heartbeat = (at: number, from: number, to: readonly number[], fate?: TraceMessage["fate"]) => {
    for (const node of to) story.send(at, from, node, "append", 64, fate === undefined ? {} : { fate });
  };
  heartbeat(176, 1, [0, 2, 3, 4]);
  heartbeat(200, 1, [0]);
  heartbeat(200, 1, [2, 3, 4], "cut");
  story.mark(2, 222, "timer", "election timeout");
  story.write(2, 222, 2, "term 4");
  story.send(224, 2, 0, "requestVote", 48, { fate: "cut" });
  story.send(224, 2, 1, "requestVote", 48, { fate: "cut" });
  for (const voter of [3, 4]) {
    const asked = story.send(224, 2, voter, "requestVote", 48);
    story.send(story.write(voter, asked, 2, "vote"), voter, 2, "vote", 48);
  }
  story.quorum();
  const elected = story.lastHandled();
  story.span(2, "leads", elected, 400, "term 4");
  heartbeat(225, 1, [0]);
  heartbeat(225, 1, [2, 3, 4], "cut");
  heartbeat(elected, 2, [3, 4]);
  heartbeat(254, 2, [0, 3, 4]);
  const stepsDown = story.send(254, 2, 1, "append", 64);
  story.span(1, "leads", electedBefore, stepsDown, "term 3");
  story.send(290, 2, 3, "append", 64);
  story.messages[story.messages.length - 1] = {
    ...story.messages[story.messages.length - 1],
    arrived: null,
    handled: null,
  };
  return stepsDown - elected;
}

/** Pairs of two groups, both ways. */
function between(a: readonly number[], b: readonly number[]): [number, number][] {
  return a.flatMap((from) =>
    b.flatMap((to): [number, number][] => [
      [from, to],
      [to, from],
    ]),
  );
}

/** The story in the file's header: 295 ms. */
export function raftStory(): SpaceTime {
  const story = new Story();
  normalCase(story);
  const twoLeaders = partition(story, election(story));
  const cut: TraceCut = {
    from: 190 * MS,
    to: 250 * MS,
    links: between([0, 1], [2, 3, 4]),
    label: "partition: nodes 0, 1 | nodes 2, 3, 4",
  };
  return {
    title: `Two leaders for ${twoLeaders.toFixed(0)} ms: node 1 keeps term 3 until the partition heals and it hears of term 4`,
    processes: ["node 0", "node 1", "node 2", "node 3", "node 4", "client"],
    from: 0,
    to: 295 * MS,
    messages: story.messages,
    spans: story.spans,
    marks: story.marks,
    cuts: [cut],
    quorumEdges: story.quorumEdges,
    note: "A story written by hand: 6 to 11 ms between nodes, ports of 1 Gbit/s",
  };
}

/** A steady run of so many messages between five nodes: one exchange after another, some lost, a crash halfway. */
export function largeTrace(count: number): SpaceTime {
  const story = new Story();
  const rounds = Math.ceil(count / 8);
  const step = 1.1;
  for (let round = 0; round < rounds; round++) {
    const at = round * step;
    for (let k = 1; k <= 4 && story.messages.length < count; k++) {
      const follower = (Math.floor(round / 3000) + k) % 5;
      const leader = Math.floor(round / 3000) % 5;
      const lost = (round * 7 + k * 13) % 97 === 0;
      const back = story.send(
        at,
        leader,
        follower,
        "append",
        512 + ((round * 37) % 4096),
        lost ? { fate: "lost" } : {},
      );
      if (!lost && story.messages.length < count) story.send(back, follower, leader, "appendReply", 64);
      if (k === 2 && !lost) story.quorum();
    }
    if (round % 4 === 0) story.write(round % 5, at, 0.4, "batch");
    if (round % 10 === 0) story.mark(Math.floor(round / 3000) % 5, at, "commit", `entry ${round}`);
  }
  const end = rounds * step + 40;
  for (let term = 0; term * 3000 < rounds; term++)
    story.span(
      term % 5,
      "leads",
      term * 3000 * step,
      Math.min(end, (term + 1) * 3000 * step),
      `term ${term + 1}`,
    );
  return {
    title: `A leader sends ${count} messages in all; every ninety-seventh is lost`,
    processes: ["node 0", "node 1", "node 2", "node 3", "node 4"],
    from: 0,
    to: end * MS,
    messages: story.messages,
    spans: story.spans,
    marks: story.marks,
    cuts: [],
    quorumEdges: story.quorumEdges.filter((edge) => story.messages[edge].arrived !== null),
  };
}
