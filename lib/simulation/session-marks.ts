/**
 * How far the states were that a client's answers came from: what it asks for next says so, and a server that is not so far
 * has it wait.
 *
 * Source: Hunt, Konar, Junqueira & Reed, "ZooKeeper", USENIX ATC 2010, §4.4: answers carry the zxid they are relative to,
 * and a server that a client comes to checks the last one it has seen. What a mark counts is the protocol's own affair.
 */
import type { Operation } from "./protocol.ts";

/** The marks of one run's clients. Protocols that answer without marks cost nothing here. */
export class SessionMarks {
  /** By the operation's handle: the greatest mark of any answer to it that was sent. */
  private readonly sent: number[] = [];
  /** By client: the greatest mark of any answer it has taken. */
  private readonly taken: number[] = [];
  private used = false;

  /** A server answers an operation from a state as far as `mark`. */
  answer({ handle }: Operation, mark: number): void {
    this.used = true;
    // Of two answers nobody knows which one is taken: the further one asks for no less than either.
    if (!(this.sent[handle] >= mark)) this.sent[handle] = mark;
  }

  /** A client has taken an answer. */
  take({ handle, client }: Operation): void {
    if (!this.used) return;
    const mark = this.sent[handle] ?? 0;
    if (!(this.taken[client] >= mark)) this.taken[client] = mark;
  }

  /** A client issues an operation: how far it has seen, −1 where no answer carries a mark. */
  issue(handle: number, client: number): number {
    if (!this.used) return -1;
    this.sent[handle] = 0;
    return this.taken[client] ?? 0;
  }

  clear(): void {
    this.used = false;
    this.sent.length = 0;
    this.taken.length = 0;
  }
}
