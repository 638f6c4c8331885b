/**
 * ZeroMQ, loaded when it is needed and from where it is: it comes with tslab, not with this package, and nobody who
 * only imports the library should pay for a native module.
 */
import { createRequire } from "node:module";

/** The part of a socket that we use. Sends can be refused for a moment: see `OrderedSender`. */
export interface ZmqSocket extends AsyncIterable<Buffer[]> {
  bind(address: string): Promise<void>;
  connect(address: string): void;
  send(frames: readonly (string | Buffer)[]): Promise<void>;
  close(): void;
}

export interface ZmqSubscriber extends ZmqSocket {
  subscribe(prefix: string): void;
}

/** The constructors that we use. */
export interface ZeroMq {
  readonly Dealer: new (options?: { routingId?: string; linger?: number }) => ZmqSocket;
  readonly Router: new (options?: { linger?: number }) => ZmqSocket;
  readonly Reply: new (options?: { linger?: number }) => ZmqSocket;
  readonly Publisher: new (options?: { sendHighWaterMark?: number; linger?: number }) => ZmqSocket;
  readonly Subscriber: new (options?: { receiveHighWaterMark?: number; linger?: number }) => ZmqSubscriber;
}

/** Loads the package `zeromq` that tslab brings. */
export function loadZeroMq(): ZeroMq {
  const here = createRequire(import.meta.url);
  return createRequire(here.resolve("tslab"))("zeromq") as ZeroMq;
}

/**
 * Sends frames over one socket in order.
 *
 * zeromq.js hands about 512 messages to the socket in one turn of the event loop and then throws EBUSY; unguarded,
 * the 513th `console.log` of a loop in a cell would throw. Here the rest waits for the next turn of the event loop.
 * A message leaves at once whenever that is possible, so that a cell which blocks the event loop shows its progress.
 */
export class OrderedSender {
  readonly #socket: ZmqSocket;
  readonly #waiting: (readonly (string | Buffer)[])[] = [];
  #last: Promise<void> = Promise.resolve();
  #scheduled: Promise<void> | undefined;

  constructor(socket: ZmqSocket) {
    this.#socket = socket;
  }

  send(frames: readonly (string | Buffer)[]): void {
    if (this.#waiting.length > 0 || !this.#try(frames)) {
      this.#waiting.push(frames);
      this.#scheduled ??= this.#sendWaiting();
    }
  }

  /** Resolves when everything sent so far has been handed to the socket. */
  async drained(): Promise<void> {
    await this.#scheduled;
    await this.#last;
  }

  /** False when the socket is busy; a socket that is closed has no reader, so its messages are dropped. */
  #try(frames: readonly (string | Buffer)[]): boolean {
    try {
      this.#last = this.#socket.send(frames).catch(() => {});
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code !== "EBUSY";
    }
  }

  async #sendWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      let sent = 0;
      while (sent < this.#waiting.length && this.#try(this.#waiting[sent]!)) sent++;
      this.#waiting.splice(0, sent);
    }
    this.#scheduled = undefined;
  }
}
