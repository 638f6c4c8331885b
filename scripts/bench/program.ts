/** Runs another program to its end and gives back what it printed. */
import { spawn } from "node:child_process";

export interface ProgramOptions {
  readonly cwd: string;
  /** Ends the program. */
  readonly signal?: AbortSignal;
  /** Milliseconds after which the program is ended; default: none. */
  readonly timeout?: number;
}

export interface ProgramResult {
  /** The exit code, or null when a signal ended the program. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs a program. A program that cannot be started is a result with code null and the reason in `err`.
 *
 * @throws the signal's reason when it was aborted
 */
export function runProgram(
  file: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<ProgramResult> {
  const { cwd, signal, timeout } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const child = spawn(file, args, { cwd, stdio: ["ignore", "pipe", "pipe"], timeout });
    const stop = (): void => void child.kill();
    signal?.addEventListener("abort", stop, { once: true });
    let out = "";
    let err = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text;
    });
    const end = (result: ProgramResult): void => {
      signal?.removeEventListener("abort", stop);
      if (signal?.aborted) reject(signal.reason);
      else resolve(result);
    };
    child.on("error", (error) => end({ code: null, out, err: error.message }));
    child.on("close", (code, ended) =>
      end({ code, out, err: ended === null ? err : `${err}\nended by ${ended}` }),
    );
  });
}
