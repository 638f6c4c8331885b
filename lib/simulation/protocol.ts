/**
 * The protocol contract: one file of handlers that every driver can run.
 *
 * A handler may change the state of its own node and call the context; it never sees a clock, a queue or another
 * node. That is why the same file can be run by the timed engine (latency under load), by an untimed walk (any
 * enabled action next) and by a script.
 */
import type { ParameterTable, ValuesOf } from "../core/parameters.ts";
import type { RandomStream } from "../core/random.ts";
import type { NodeId } from "../core/system.ts";
import type { Counts, OwnMeasure } from "./own-measures.ts";

export type { NodeId } from "../core/system.ts";

/** What a client asks for. `id` is unique in a run and doubles as the value written. */
export interface Operation {
  readonly id: number;
  readonly kind: "read" | "write";
  readonly key: number;
  /** Keys that a scan reads, from `key` on; absent: that one. */
  readonly span?: number;
  /** Size of the value carried or read, in bytes. */
  readonly bytes: number;
  /** Who asks: one client has one session; a retry carries the same `id` from the same client. */
  readonly client: number;
  /** How far the state was that this client has seen: the greatest mark of the answers it has taken; absent where none has one. */
  readonly seen?: number;
  /** The engine's handle on the operation in flight; protocols carry it and never read it. */
  readonly handle: number;
}

/** Every message is one of a closed union told apart by `kind`. Messages are never changed once sent. */
export interface MessageShape {
  readonly kind: string;
}

/** What a handler may do. Everything it sends leaves in the order of the calls. */
export interface Context<Settings, Message extends MessageShape> {
  readonly self: NodeId;
  readonly nodes: number;
  readonly settings: Settings;
  /** The protocol's own random stream, apart from arrivals, links and faults. */
  readonly random: RandomStream;
  /**
   * Sends to a node. To itself a message costs nothing and is handled after this handler returns (or, after a
   * `persist`, once the record is durable).
   */
  send(to: NodeId, message: Message): void;
  /** Sends one message to every other node, in ascending order of node. */
  broadcast(message: Message): void;
  /** (Re)starts the named timer of this node, `delay` seconds from now. */
  setTimer(name: string, delay: number): void;
  clearTimer(name: string): void;
  /**
   * Spends so many seconds of this node's worker, then fires the named timer; meanwhile messages are taken in. One piece of
   * work at a time: the next is begun when the timer has fired. A slow node takes longer, a crash ends it without the timer.
   * `job` is what the work is for: an object that was `queued`.
   */
  work(timer: string, seconds: number, job: object): void;
  /**
   * Tells that `job`, an object of the protocol's own choice, joins a queue of this node, and `served` that it leaves: the
   * node's servers have spent so many seconds on it, and what this handler does next is for it. Nothing happens by either; where
   * the time of an operation went (attribution) is followed through queues by them. What ends by `work` needs no `served`.
   */
  queued(job: object): void;
  served(job: object, seconds: number): void;
  /**
   * Writes a record to the disk (its size is the protocol's `recordBytes`). Whatever this handler sends or replies afterwards waits until the
   * record is durable; what it sent before does not. Without a disk the record is durable at once.
   */
  persist(record: object): void;
  /** Holds what this handler sends afterwards until every earlier record of this node is durable. */
  barrier(): void;
  /**
   * Answers the operation: a write with its own id, a read with the value last written (−1 for none). Whose reads may be
   * old says how far the state was that answers (`Operation.seen`), as a number above 0.
   */
  reply(operation: Operation, value: number, seen?: number): void;
  /** Turns the operation away; the client asks `leader` instead, or fails for certain when that is null. */
  refuse(operation: Operation, leader: NodeId | null): void;
  /**
   * This node's own clock in seconds, which only ever runs on (CLOCK_MONOTONIC). Clocks are neither together nor exact:
   * only the difference of two readings of one node means anything, and only up to its drift. It runs on through a
   * crash. Where time does not exist (the untimed walk) it counts steps.
   */
  localTime(): number;
  /**
   * This node's wall clock in seconds (CLOCK_REALTIME): it drifts like `localTime`, and whoever sets it (a clock fault's
   * `offset`) makes it jump, back too. Not even the difference of two readings is a length of time: what safety
   * rests on reads `localTime`.
   */
  wallTime(): number;
  /**
   * States a fact that nothing may ever contradict: every claim of one name and slot, by any node at any time, must
   * have the same value. "leader" in term 7 is node 2; what is "chosen" at index 12 is entry 3. Crashes do not
   * take claims back, which is what makes them stronger than an invariant over what nodes know now.
   */
  claim(what: string, slot: number, value: number): void;
}

/** What derived defaults may depend on. */
export interface SystemFacts {
  readonly nodes: number;
  /** The largest mean round-trip time between two nodes, in seconds. */
  readonly longestRtt: number;
}

type MessageHandlers<Settings, Node, Message extends MessageShape> = {
  readonly [K in Message["kind"]]: (
    node: Node,
    message: Extract<Message, { kind: K }>,
    from: NodeId,
    context: Context<Settings, Message>,
  ) => void;
};

/** What a crash leaves of a node: made of the records it persisted, and of nothing else. */
export interface DurableState<Settings, Durable> {
  /** Of a node that has never written. */
  empty(settings: Settings, nodes: number): Durable;
  /** Takes in a record that has reached the disk; records come in the order in which they were persisted. */
  store(durable: Durable, record: object): void;
}

/**
 * What answers mean, and so how histories are judged. `register`: a write its own id, a read the value last written:
 * linearizable. `sessions`: the same, but reads may be old: the session guarantees. `decision`: the one value decided;
 * `none`: nothing to judge.
 */
export type Answers = "register" | "sessions" | "decision" | "none";

/**
 * A protocol as a value.
 *
 * `always` are invariants over the states of the nodes that are up; a run in which one is false is refused. `sometimes`
 * are events that must be reachable, so that a simulator which does nothing cannot pass.
 */
export interface Protocol<
  Table extends ParameterTable,
  Node,
  Message extends MessageShape,
  Durable = object,
> {
  readonly name: string;
  readonly title: string;
  readonly source: string;
  readonly promises: string;
  readonly assumes: string;
  readonly leavesOut: string;
  readonly parameters: Table;
  /** Relations between settings (a heartbeat below the election timeout): throws DomainError. */
  readonly check?: (settings: ValuesOf<Table>, nodes: number) => void;
  /** The largest drift of any clock under which these settings keep the promises: a lease's bound. Absent or infinite: any. */
  readonly driftBound?: (settings: ValuesOf<Table>) => number;
  /** Fills settings whose default depends on the system: a quorum of 0 becomes the majority. */
  readonly derive?: (settings: ValuesOf<Table>, facts: SystemFacts) => ValuesOf<Table>;
  /** Who serves clients: the leader, or any node (then the nearest one). */
  readonly entry: "leader" | "any";
  /** What answers mean, under some settings where it depends on them; default `register`. */
  readonly answers?: Answers | ((settings: ValuesOf<Table>) => Answers);
  /** True where a read may be of several keys: it is answered with what the first of them holds. */
  readonly scans?: boolean;
  /** Absent: the protocol cannot recover, and runs with crashes refuse it. */
  readonly durable?: DurableState<ValuesOf<Table>, Durable>;
  /**
   * A node starts: for the first time with `durable` null, after a crash with what its disk holds. It must copy what it
   * is going to change: the disk keeps the original.
   */
  boot(context: Context<ValuesOf<Table>, Message>, durable: Durable | null): Node;
  /** True once clients may be let in: a leader stands, say. */
  ready(nodes: readonly Node[]): boolean;
  request(node: Node, operation: Operation, context: Context<ValuesOf<Table>, Message>): void;
  readonly timers: Readonly<Record<string, (node: Node, context: Context<ValuesOf<Table>, Message>) => void>>;
  readonly messages: MessageHandlers<ValuesOf<Table>, Node, Message>;
  /** What an operator may order a node to do, with one number: hand leadership to node 2, take node 4 in. */
  readonly commands?: Readonly<
    Record<string, (node: Node, argument: number, context: Context<ValuesOf<Table>, Message>) => void>
  >;
  /** Size of a message on the wire, in bytes. */
  bytes(message: Message, settings: ValuesOf<Table>): number;
  /** Size of a record on the disk, in bytes; a protocol that persists nothing has none. */
  recordBytes?(record: object, settings: ValuesOf<Table>): number;
  /** True for a node that leads: whom faults and diagrams mean by "the leader". */
  leads?(node: Node): boolean;
  /** `changed`, where given, is the only node whose state may be another than when all of them last held. */
  readonly always: Readonly<Record<string, (nodes: readonly Node[], changed?: Node) => boolean>>;
  /**
   * A number that is another after every change of what `always` reads of a node. Walks, which ask after each action,
   * do not ask again while it stays (at their end they do); absent: they ask whenever a handler has run.
   */
  revision?(node: Node): number;
  readonly sometimes: Readonly<Record<string, (nodes: readonly Node[]) => boolean>>;
  /** One line on a node's state, for scripts and diagrams: `leader of term 3, log 1 1 3, committed 2`. */
  describe?(node: Node): string;
  /** What a node has counted since it started: what `measures` are made of. */
  counts?(node: Node): Counts;
  /** Measures of its own: studies estimate, tabulate, plot and compare them like any other. */
  readonly measures?: Readonly<Record<string, OwnMeasure>>;
  /** What a run ended with, for people: `Value: …` of single-decree Paxos. */
  outcome?(nodes: readonly Node[]): Readonly<Record<string, string | number>>;
}

/** Any protocol, its types forgotten: what the engine and the index hold. */
export type AnyProtocol = Protocol<ParameterTable, object, MessageShape>;

/** What a protocol's answers mean under its settings. */
export function answersOf(
  { answers = "register" }: AnyProtocol,
  settings: ValuesOf<ParameterTable>,
): Answers {
  return typeof answers === "function" ? answers(settings) : answers;
}

/** Forgets a protocol's types; the engine hands each protocol only what that protocol made. */
export function erased<
  Table extends ParameterTable,
  Node extends object,
  Message extends MessageShape,
  Durable,
>(protocol: Protocol<Table, Node, Message, Durable>): AnyProtocol {
  return protocol as unknown as AnyProtocol;
}
