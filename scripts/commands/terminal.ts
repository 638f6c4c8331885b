/**
 * What a command sees of the world: two streams to write to, a signal that says stop, and how wide the screen is.
 *
 * Commands never touch `process`: tests call them with a terminal that keeps what was written.
 */

import { setMaxListeners } from "node:events";

/** Where a command writes and what tells it to stop. */
export interface Terminal {
  /** Results: standard output. Adds no newline. */
  out(text: string): void;
  /** Errors, notes and progress: standard error. Adds no newline. */
  err(text: string): void;
  /** Whether standard error is a screen on which a line can be written over. */
  readonly interactive: boolean;
  /** Columns of the screen. */
  readonly width: number;
  /** Aborted by Ctrl-C or SIGTERM with an `Interrupted` as its reason. */
  readonly signal: AbortSignal;
  /** Whether an error shows where it came from. */
  readonly debug: boolean;
}

/** Signals that end a command after it has left what is finished, with their exit codes. */
const CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Why a command was told to stop. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly code: number;

  constructor(signal: keyof typeof CODES) {
    super(`interrupted by ${signal}`);
    this.code = CODES[signal];
  }
}

/** The exit code of an aborted signal: 130 after Ctrl-C, 143 after SIGTERM. */
export function interruptionCode(signal: AbortSignal): number {
  return signal.reason instanceof Interrupted ? signal.reason.code : CODES.SIGINT;
}

/** The terminal of this process. The first signal asks the command to stop, a second one ends it on the spot. */
export function processTerminal(): Terminal {
  const controller = new AbortController();
  // Every task on a worker thread listens; hundreds of them are no leak.
  setMaxListeners(0, controller.signal);
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(CODES[name]);
      controller.abort(new Interrupted(name));
    });
  }
  for (const stream of [process.stdout, process.stderr]) stream.on("error", leaveOnBrokenPipe);
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    interactive: process.stderr.isTTY === true,
    width: process.stdout.columns || process.stderr.columns || 100,
    signal: controller.signal,
    debug: (process.env["PROTOLAB_DEBUG"] ?? "") !== "",
  };
}

/** `protolab models | head -1`: the reader has seen enough, which is no error. A full disk is one. */
function leaveOnBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(0);
  try {
    process.stderr.write(`protolab: output cannot be written (${error.message})\n`);
  } finally {
    process.exit(1);
  }
}
