/** A terminal that keeps what was written, for tests. */
import { setMaxListeners } from "node:events";
import type { Terminal } from "./terminal.ts";

/** What a command wrote, and the switch that stops it. */
export interface RecordingTerminal extends Terminal {
  readonly written: { out: string; err: string };
  readonly controller: AbortController;
}

/** Makes a terminal of 100 columns that nobody looks at. */
export function recordingTerminal(): RecordingTerminal {
  const written = { out: "", err: "" };
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return {
    written,
    controller,
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    interactive: false,
    width: 100,
    signal: controller.signal,
    debug: false,
  };
}
