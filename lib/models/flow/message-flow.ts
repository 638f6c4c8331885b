/**
 * What happens to one operation, message by message: the steady state of a protocol as data.
 *
 * A flow says what the node that a client asks does with the request, and what whoever gets a message of it does with
 * that. Everything else follows from it: how much work, bytes and writes every station of every node has
 * (`flow-load.ts`), what waits where (`flow-waits.ts`), and when the client is answered (`flow-path.ts`). To hold
 * another protocol against its simulation, write its flow down.
 */

import { DomainError, unknownName } from "../../core/errors.ts";

/** What a message carries besides its header: operations with their payload, and further bytes. */
export interface Carried {
  readonly operations: number;
  readonly bytes?: number;
}

/** A message of a header alone. */
export const HEADER: Carried = { operations: 0 };
/** A message that carries the operation. */
export const OPERATION: Carried = { operations: 1 };

/** What a handler does, in order. */
export type Action =
  /** Sends a message; whoever gets it does the rest. */
  | { readonly send: Carried; readonly to: number; readonly does: readonly Action[] }
  /** Makes a record durable: what follows waits for it, and is a turn of its own at the processor. */
  | { readonly persist: Carried }
  /** Counts towards a quorum, as so many votes. */
  | { readonly vote: string; readonly weight?: number }
  /** Answers the client. */
  | { readonly answer: true }
  /** One of several courses, each as likely. All end in the same votes. */
  | { readonly oneOf: readonly (readonly Action[])[] };

/** What is done once there are votes enough, by whoever took in the last of them. */
export interface Quorum {
  readonly name: string;
  /** The node that counts. */
  readonly at: number;
  readonly needed: number;
  /** Only so many voters count: those whose votes come soonest on average, of equals the next by number. */
  readonly among?: number;
  /** The share of operations that come to it: 1 unless it stands in one of several courses. */
  readonly chance?: number;
  /** A vote counts for everything asked before it at that node, too. */
  readonly cumulative?: boolean;
  /** Its votes are early or late together: they are other readings of the same messages. */
  readonly inStep?: boolean;
  /** Goes on only when it has its quorum for everything asked before, too. */
  readonly inOrder?: boolean;
  readonly does: readonly Action[];
}

/** One operation, from its request on. */
export interface Flow {
  /** The node that is asked. */
  readonly at: number;
  readonly does: readonly Action[];
  /** In an order in which they can be complete: what a quorum's votes come from stands before it. */
  readonly quorums: readonly Quorum[];
}

/**
 * The same message to several nodes, in this order.
 * @example sendAll([1, 2], HEADER, () => []).length; // => 2
 */
export function sendAll(
  to: readonly number[],
  carried: Carried,
  does: (node: number) => readonly Action[],
): Action[] {
  return to.map((node) => ({ send: carried, to: node, does: does(node) }));
}

/**
 * Every node but one, in the order in which messages to all are sent.
 * @example allBut(1, 4); // => [0, 2, 3]
 */
export const allBut = (self: number, nodes: number): number[] =>
  Array.from({ length: nodes }, (_, node) => node).filter((node) => node !== self);

/**
 * Checks that a flow can come to its end: nodes that there are, quorums that can be complete, one answer.
 *
 * @param where what the flow is of, first words of any error
 * @returns the flow
 * @throws DomainError for what cannot be, UsageError for votes in a quorum of an unknown name
 */
export function checkFlow(where: string, nodes: number, flow: Flow): Flow {
  const check = new FlowCheck(where, nodes, flow.quorums);
  check.node(flow.at);
  let answers = check.actions(flow.does);
  for (const { name, at, needed, among, does } of flow.quorums) {
    check.node(at);
    const cast = Math.min(among ?? Number.POSITIVE_INFINITY, check.votes.get(name) ?? 0);
    if (needed > cast)
      throw new DomainError(`${where}: quorum "${name}" needs ${needed} votes, of which ${cast} are cast`);
    answers += check.actions(does);
  }
  if (answers !== 1)
    throw new DomainError(`${where}: a client must be answered once, got ${answers} answers`);
  return flow;
}

class FlowCheck {
  /** Votes cast in each quorum. */
  readonly votes = new Map<string, number>();
  private readonly where: string;
  private readonly nodes: number;
  private readonly names: readonly string[];

  constructor(where: string, nodes: number, quorums: readonly Quorum[]) {
    this.where = where;
    this.nodes = nodes;
    this.names = quorums.map(({ name }) => name);
  }

  node(node: number): void {
    if (!Number.isInteger(node) || node < 0 || node >= this.nodes)
      throw new DomainError(`${this.where}: node must be 0 to ${this.nodes - 1}, got ${node}`);
  }

  /** Answers that come of actions. */
  actions(actions: readonly Action[]): number {
    let answers = 0;
    for (const action of actions) {
      if ("send" in action) {
        this.node(action.to);
        answers += this.actions(action.does);
      } else if ("oneOf" in action) {
        // Each course in its turn, of which one is taken: what each gives, all give.
        const before = new Map(this.votes);
        const each = action.oneOf.map((course) => {
          for (const name of this.names) this.votes.set(name, before.get(name) ?? 0);
          return { answers: this.actions(course), votes: new Map(this.votes) };
        });
        for (const name of this.names)
          this.votes.set(name, Math.max(...each.map(({ votes }) => votes.get(name) ?? 0)));
        answers += each[0]?.answers ?? 0;
      } else if ("answer" in action) answers++;
      else if ("vote" in action) {
        if (!this.names.includes(action.vote))
          throw unknownName(this.where, "quorum", action.vote, this.names);
        this.votes.set(action.vote, (this.votes.get(action.vote) ?? 0) + (action.weight ?? 1));
      }
    }
    return answers;
  }
}
