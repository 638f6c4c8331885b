/**
 * PigPaxos: Multi-Paxos whose leader talks to one relay a group, drawn anew for every slot.
 *
 * Source      Charapko, Ailijiang & Demirbas, "PigPaxos: Devouring the Communication Bottlenecks in Distributed
 *             Consensus", SIGMOD 2021, §3
 * Promises    those of Multi-Paxos (`multi-paxos.ts`): relays carry votes, they do not cast them for others
 * Assumes     what Multi-Paxos assumes; relays may crash and time out like anybody
 * Leaves out  relays for phase 1 and heartbeats, which are rare; answers of a part of a group before its patience ends
 *             (partial response collection); groups by place
 *
 * The leader sends r relays and gets r answers an operation instead of n − 1 each; a relay hands the accept on to its
 * group, and answers for all when all have, or for those who have when its patience ends. A vote that comes later is
 * passed on alone. What gets lost with a relay the leader sends again itself, as Multi-Paxos does, to whoever has not voted.
 */
import { DomainError } from "../../core/errors.ts";
import type { ValuesOf } from "../../core/parameters.ts";
import type { RandomStream } from "../../core/random.ts";
import type { Context, NodeId, Operation, Protocol } from "../../simulation/protocol.ts";
import { checkMultiPaxos, deriveMultiPaxos, multiPaxosWith } from "./multi-paxos.ts";
import type { MultiPaxosDurable } from "./multi-paxos-durable.ts";
import { type MultiPaxosRules, multiPaxosRules } from "./multi-paxos-rules.ts";
import {
  bytesOf,
  type Ctx,
  type MultiPaxosMessage,
  messageBytes,
  parameters as multiPaxosParameters,
} from "./multi-paxos-state.ts";
import {
  type Forward,
  type Gathering,
  LATE_VOTE,
  memberAt,
  type PigPaxosNode,
  type Relay,
  type RelayVote,
  relayGroups,
  TIMED_OUT,
  type Votes,
  WHOLE_GROUP,
} from "./pig-paxos-relay.ts";
import { checkGroup, countVotes, MAX_NODES } from "./settings.ts";

const SOURCE = "Charapko, Ailijiang & Demirbas, PigPaxos, SIGMOD 2021, §3";

const parameters = {
  ...multiPaxosParameters,
  groups: {
    dimension: "one",
    integer: true,
    min: 0,
    max: MAX_NODES - 1,
    default: 0,
    tex: "r",
    meaning: "relay groups; 0 is about the root of the followers, n − 1 is Multi-Paxos",
    source: SOURCE,
  },
  relayTimeout: {
    dimension: "time",
    min: 0,
    default: 0,
    meaning: "how long a relay waits for its group; 0 is two longest round trips plus 10 ms",
    source: "own choice",
  },
} as const;

type Settings = ValuesOf<typeof parameters>;
export type PigPaxosMessage = MultiPaxosMessage | Relay | Forward | RelayVote | Votes;
type PigCtx = Context<Settings, PigPaxosMessage>;

/** The decisions of relays, one function each; those of the votes themselves are Multi-Paxos'. */
export interface PigPaxosRules extends MultiPaxosRules {
  /** Whether an answer is gathered with others. */
  belongsTo(gathering: Gathering, ballot: number): boolean;
  addRelayed(voters: number, from: NodeId): number;
  /** Whom a relay answers for. */
  answersFor(gathering: Gathering): number;
  /** Whose votes the leader takes an answer for. */
  votersOf(m: Votes, from: NodeId, ctx: PigCtx): number;
  /** The relay's own vote counts when its record is durable. */
  countsOwn(gathering: Gathering, relay: NodeId): void;
  /** Whether what a follower answers to an accept is a vote. */
  isVote(answer: MultiPaxosMessage): boolean;
}

export const pigPaxosRules: PigPaxosRules = {
  ...multiPaxosRules,
  belongsTo: (gathering, ballot) => gathering.ballot === ballot,
  addRelayed: (voters, from) => voters | (1 << from),
  answersFor: (gathering) => gathering.voters,
  votersOf: (m) => m.voters,
  countsOwn() {},
  isVote: (answer) => answer.kind === "accepted",
};

/**
 * The context as Multi-Paxos sees it: its accepts go out by relays, and its votes on relayed accepts go back to the relay.
 * What `persist` holds stays held, since it is the same node's own context behind this one.
 */
class RelayingContext implements Ctx {
  private inner: PigCtx | null = null;
  /** The accept being handled, who gathers the answer, and whom it is for. */
  private answering: { readonly m: Forward; readonly relay: NodeId } | null = null;
  private readonly rules: PigPaxosRules;
  /** By leader: the same for all slots. */
  private groups: (readonly number[] | undefined)[] = [];
  private groupsOf: Settings | null = null;

  constructor(rules: PigPaxosRules) {
    this.rules = rules;
  }

  by(inner: PigCtx, m: Forward | null = null, relay: NodeId = -1): this {
    this.inner = inner;
    this.answering = m === null ? null : { m, relay };
    return this;
  }

  private get real(): PigCtx {
    return this.inner as PigCtx;
  }

  get self(): NodeId {
    return this.real.self;
  }
  get nodes(): number {
    return this.real.nodes;
  }
  get settings(): Settings {
    return this.real.settings;
  }
  get random(): RandomStream {
    return this.real.random;
  }

  send(to: NodeId, message: MultiPaxosMessage): void {
    const { answering } = this;
    if (answering === null || !this.rules.isVote(message)) this.real.send(to, message);
    else {
      const { accept, leader } = answering.m;
      this.real.send(answering.relay, { kind: "vote", ballot: accept.ballot, slot: accept.slot, leader });
    }
  }

  broadcast(message: MultiPaxosMessage): void {
    const { real } = this;
    if (message.kind !== "accept") {
      real.broadcast(message);
      return;
    }
    for (const group of this.groupsFrom(real.self)) {
      const relay = memberAt(group, real.random.integer(countVotes(group)));
      real.send(relay, { kind: "relay", accept: message, group });
    }
  }

  private groupsFrom(leader: NodeId): readonly number[] {
    const { settings, nodes } = this.real;
    if (this.groupsOf !== settings) {
      this.groupsOf = settings;
      this.groups = [];
    }
    const known = this.groups[leader];
    if (known !== undefined) return known;
    const made = relayGroups(leader, nodes, settings.groups);
    this.groups[leader] = made;
    return made;
  }

  setTimer(name: string, delay: number): void {
    this.real.setTimer(name, delay);
  }
  clearTimer(name: string): void {
    this.real.clearTimer(name);
  }
  work(timer: string, seconds: number, job: object): void {
    this.real.work(timer, seconds, job);
  }
  queued(job: object): void {
    this.real.queued(job);
  }
  served(job: object, seconds: number): void {
    this.real.served(job, seconds);
  }
  persist(record: object): void {
    this.real.persist(record);
  }
  barrier(): void {
    this.real.barrier();
  }
  reply(operation: Operation, value: number): void {
    this.real.reply(operation, value);
  }
  refuse(operation: Operation, leader: NodeId | null): void {
    this.real.refuse(operation, leader);
  }
  localTime(): number {
    return this.real.localTime();
  }
  wallTime(): number {
    return this.real.wallTime();
  }
  claim(what: string, slot: number, value: number): void {
    this.real.claim(what, slot, value);
  }
}

/** Clocks are read and timers set in floating point: patience is over a little before its end. */
const ALMOST_NOTHING = 1e-9;

const happened =
  (bit: number) =>
  (nodes: readonly PigPaxosNode[]): boolean =>
    nodes.some((node) => (node.relayHappened & bit) !== 0);

/** PigPaxos by some rules: `pigPaxosRules`, or a mutant's. */
export function pigPaxosWith(
  rules: PigPaxosRules,
): Protocol<typeof parameters, PigPaxosNode, PigPaxosMessage, MultiPaxosDurable> {
  const base = multiPaxosWith(rules);
  const out = new RelayingContext(rules);

  const answer = (node: PigPaxosNode, slot: number, gathered: Gathering, ctx: PigCtx): void => {
    const { ballot, leader } = gathered;
    node.relayed.delete(slot);
    ctx.send(leader, { kind: "votes", ballot, slot, voters: rules.answersFor(gathered) });
  };

  /** Those who have not waited long enough wait on; the oldest stand first. */
  const timeout = (node: PigPaxosNode, ctx: PigCtx): void => {
    const { relayTimeout } = ctx.settings;
    const now = ctx.localTime();
    node.relaying = false;
    for (const [slot, gathered] of node.relayed) {
      const left = relayTimeout - (now - gathered.since);
      if (left > relayTimeout * ALMOST_NOTHING) {
        node.relaying = true;
        ctx.setTimer("relay", left);
        return;
      }
      node.relayHappened |= TIMED_OUT;
      answer(node, slot, gathered, ctx);
    }
  };

  const gather = (node: PigPaxosNode, { accept, group }: Relay, leader: NodeId, ctx: PigCtx): void => {
    const { ballot, slot } = accept;
    const before = node.relayed.get(slot);
    if (before !== undefined && before.ballot >= ballot) return; // repeated, or overtaken by a newer leader
    const gathered: Gathering = { ballot, leader, group, voters: 0, since: ctx.localTime() };
    rules.countsOwn(gathered, ctx.self);
    node.relayed.delete(slot); // so that it stands last
    node.relayed.set(slot, gathered);
    if (node.relaying) return;
    node.relaying = true;
    ctx.setTimer("relay", ctx.settings.relayTimeout);
  };

  const accept = (node: PigPaxosNode, m: Forward, relay: NodeId, ctx: PigCtx): void =>
    base.messages.accept(node, m.accept, m.leader, out.by(ctx, m, relay));

  return {
    ...base,
    name: "pig-paxos",
    title: "PigPaxos: Multi-Paxos by relays",
    source: SOURCE,
    promises: "those of Multi-Paxos",
    leavesOut: "relays for phase 1 and heartbeats, partial response collection, groups by place",
    parameters,
    derive(settings, facts) {
      const groups = settings.groups || Math.max(1, Math.round(Math.sqrt(facts.nodes - 1)));
      const relayTimeout = settings.relayTimeout || 2 * facts.longestRtt + 0.01;
      return deriveMultiPaxos({ ...settings, groups, relayTimeout }, facts);
    },
    check(settings, nodes) {
      checkMultiPaxos("pig-paxos", settings, nodes);
      checkGroup("pig-paxos", { quorum: settings.quorum }, settings.members);
      if (settings.groups > Math.max(1, nodes - 1))
        throw new DomainError(`pig-paxos: groups must be <= followers ${nodes - 1}, got ${settings.groups}`);
    },
    boot: (ctx, disk) =>
      Object.assign(base.boot(out.by(ctx), disk), { relayed: new Map(), relaying: false, relayHappened: 0 }),
    request: (node, operation, ctx) => base.request(node, operation, out.by(ctx)),
    timers: {
      election: (node, ctx) => base.timers.election(node, out.by(ctx)),
      batch: (node, ctx) => base.timers.batch(node, out.by(ctx)),
      heartbeat: (node, ctx) => base.timers.heartbeat(node, out.by(ctx)),
      relay: timeout,
    },
    commands: {
      regroup: (node, members, ctx) => base.commands?.regroup(node, members, out.by(ctx)),
    },
    messages: {
      relay(node, m, from, ctx) {
        gather(node, m, from, ctx);
        const forward: Forward = { kind: "forward", accept: m.accept, leader: from };
        for (let rest = m.group & ~(1 << ctx.self); rest !== 0; rest &= rest - 1)
          ctx.send(memberAt(rest, 0), forward);
        accept(node, forward, ctx.self, ctx);
      },
      forward: accept,
      vote(node, m, from, ctx) {
        const gathered = node.relayed.get(m.slot);
        if (gathered === undefined || !rules.belongsTo(gathered, m.ballot)) {
          node.relayHappened |= LATE_VOTE;
          ctx.send(m.leader, { kind: "votes", ballot: m.ballot, slot: m.slot, voters: 1 << from });
          return;
        }
        gathered.voters = rules.addRelayed(gathered.voters, from);
        if ((gathered.voters & gathered.group) !== gathered.group) return;
        node.relayHappened |= WHOLE_GROUP;
        answer(node, m.slot, gathered, ctx);
      },
      votes(node, m, from, ctx) {
        const { ballot, slot } = m;
        for (let rest = rules.votersOf(m, from, ctx); rest !== 0; rest &= rest - 1)
          base.messages.accepted(node, { kind: "accepted", ballot, slot }, memberAt(rest, 0), out.by(ctx));
      },
      accepted: (node, m, from, ctx) => base.messages.accepted(node, m, from, out.by(ctx)),
      accept: (node, m, from, ctx) => base.messages.accept(node, m, from, out.by(ctx)),
      heartbeat: (node, m, from, ctx) => base.messages.heartbeat(node, m, from, out.by(ctx)),
      prepare: (node, m, from, ctx) => base.messages.prepare(node, m, from, out.by(ctx)),
      promise: (node, m, from, ctx) => base.messages.promise(node, m, from, out.by(ctx)),
      refused: (node, m, from, ctx) => base.messages.refused(node, m, from, out.by(ctx)),
      learn: (node, m, from, ctx) => base.messages.learn(node, m, from, out.by(ctx)),
      learned: (node, m, from, ctx) => base.messages.learned(node, m, from, out.by(ctx)),
      state: (node, m, from, ctx) => base.messages.state(node, m, from, out.by(ctx)),
    },
    bytes(m, settings) {
      if (m.kind === "relay" || m.kind === "forward")
        return settings.headerBytes + bytesOf(m.accept.operations);
      return m.kind === "vote" || m.kind === "votes" ? settings.headerBytes : messageBytes(m, settings);
    },
    sometimes: {
      ...base.sometimes,
      groupAnswered: happened(WHOLE_GROUP),
      relayGaveUp: happened(TIMED_OUT),
      voteCameLate: happened(LATE_VOTE),
    },
  };
}

export const pigPaxos = pigPaxosWith(pigPaxosRules);
