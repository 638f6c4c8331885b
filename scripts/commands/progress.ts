/** Progress on standard error: one line written over on a screen, else a line for every tenth done. */
import type { Terminal } from "./terminal.ts";

export interface Progress {
  /** @param fraction done, 0 to 1; @param text what is being done, without a newline */
  update(fraction: number, text: string): void;
  /** A line that stays. */
  note(text: string): void;
  /** Wipes the line that was being written over. */
  end(): void;
}

const SILENT: Progress = { update: () => {}, note: () => {}, end: () => {} };
/** Screens are redrawn no more often than this, in milliseconds. */
const REDRAW = 80;
/** What is done sooner, in milliseconds, needs no lines of progress in a log. */
const SILENCE = 1000;

/** Progress of a command; none with `--quiet`. */
export function progressOf(terminal: Terminal, quiet: boolean): Progress {
  if (quiet) return SILENT;
  return terminal.interactive ? onScreen(terminal) : inLines(terminal);
}

function onScreen(terminal: Terminal): Progress {
  let drawn = Number.NEGATIVE_INFINITY;
  let shown = false;
  const wipe = (): void => {
    if (shown) terminal.err("\r\x1b[2K");
    shown = false;
  };
  return {
    update(fraction, text) {
      const now = performance.now();
      if (fraction < 1 && now - drawn < REDRAW) return;
      drawn = now;
      const line = `${percent(fraction)} ${text}`;
      terminal.err(`\r\x1b[2K${line.slice(0, Math.max(20, terminal.width - 1))}`);
      shown = true;
    },
    note(text) {
      wipe();
      terminal.err(`${text}\n`);
    },
    end: wipe,
  };
}

function inLines(terminal: Terminal): Progress {
  let tenths = 0;
  const begun = performance.now();
  return {
    update(fraction, text) {
      const reached = Math.floor(fraction * 10 + 1e-9);
      if (reached <= tenths) return;
      tenths = reached;
      if (performance.now() - begun < SILENCE) return;
      terminal.err(`${percent(fraction)} ${text}\n`);
    },
    note: (text) => terminal.err(`${text}\n`),
    end: () => {},
  };
}

function percent(fraction: number): string {
  return `${String(Math.floor(100 * Math.min(1, Math.max(0, fraction)) + 1e-9)).padStart(3)} %`;
}
