/** A Jupyter client in Node: starts the kernel of this folder, runs cells on it, interrupts it, ends it. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type KernelConnection,
  packMessage,
  unpackMessage,
  type WireContent,
  type WireMessage,
  wireHeader,
} from "./jupyter-wire.ts";
import { loadZeroMq, OrderedSender, type ZmqSocket, type ZmqSubscriber } from "./zeromq.ts";

/** The file that starts the kernel; also named in the kernelspec. */
export const KERNEL_LAUNCHER = fileURLToPath(new URL("./kernel-launcher.cjs", import.meta.url));

/** The kernel process ended although nobody asked it to. */
export class KernelDied extends Error {
  override readonly name = "KernelDied";
  /** The exit code, or the name of the signal, or why it could not be started. */
  readonly how: number | string;

  constructor(how: number | string, printed: string) {
    const text = printed.trim();
    super(
      `the kernel ended (${typeof how === "number" ? `exit code ${how}` : how})${text === "" ? "" : `: ${text}`}`,
    );
    this.how = how;
  }
}

export interface KernelOptions {
  /** The folder in which the kernel is started. */
  readonly folder: string;
  /** Seconds until a kernel that does not answer is given up; default 180: its compiler starts slowly where much else runs. */
  readonly startTimeout?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Another launcher than ours; for tests. */
  readonly launcher?: string;
}

/** The exit code by which the kernel says that a port of its connection file was taken. */
export const PORT_TAKEN = 98;
const START_ATTEMPTS = 3;
/** How much of what the kernel process itself prints is kept for the error message of its death. */
const KEPT_STDERR = 2000;

/** A running kernel and the two sockets to it. */
export class KernelClient {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #key: string;
  readonly #session = randomUUID();
  readonly #shell: ZmqSocket;
  readonly #iopub: ZmqSubscriber;
  readonly #sender: OrderedSender;
  readonly #replies = new Map<string, (content: WireContent) => void>();
  readonly #idles = new Map<string, () => void>();
  readonly #exited: Promise<number | string>;
  #kernelStderr = "";
  #alive = true;

  /** Called with every message of iopub, of whichever cell; the parent names the request. */
  onMessage: (message: WireMessage) => void = () => {};

  /** Use `KernelClient.start`. */
  constructor(connection: KernelConnection, options: KernelOptions) {
    const zmq = loadZeroMq();
    this.#key = connection.key;
    this.#folder = mkdtempSync(join(tmpdir(), "protolab-kernel-"));
    const file = join(this.#folder, "connection.json");
    writeFileSync(file, JSON.stringify(connection), { mode: 0o600 });
    this.#child = spawn(process.execPath, [options.launcher ?? KERNEL_LAUNCHER, file], {
      cwd: options.folder,
      env: { ...process.env, ...options.environment, JPY_PARENT_PID: String(process.pid) },
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own: the terminal's Ctrl-C reaches the kernel only through `interrupt`, and `kill`
      // also ends what the cells have started.
      detached: process.platform !== "win32",
    });
    const keep = (chunk: Buffer): void => {
      this.#kernelStderr = (this.#kernelStderr + chunk.toString("utf8")).slice(-KEPT_STDERR);
    };
    this.#child.stdout?.on("data", keep);
    this.#child.stderr?.on("data", keep);
    this.#exited = new Promise((resolve) => {
      this.#child.on("error", (error) => resolve(error.message));
      this.#child.on("close", (code, signal) => resolve(signal ?? code ?? "unknown"));
    });
    void this.#exited.then(() => {
      this.#alive = false;
      rmSync(this.#folder, { recursive: true, force: true });
    });
    this.#shell = new zmq.Dealer({ routingId: this.#session, linger: 0 });
    this.#iopub = new zmq.Subscriber({ receiveHighWaterMark: 0, linger: 0 });
    this.#sender = new OrderedSender(this.#shell);
    const address = (port: number): string => `${connection.transport}://${connection.ip}:${port}`;
    this.#iopub.subscribe("");
    this.#shell.connect(address(connection.shell_port));
    this.#iopub.connect(address(connection.iopub_port));
    void this.#readShell();
    void this.#readIopub();
  }

  /**
   * Starts a kernel and waits until it answers on both channels.
   *
   * The ports are chosen here and bound by the kernel a second later: another process may have taken one, and then
   * the kernel ends and the next attempt chooses others.
   *
   * @throws KernelDied when the kernel ends at its start; Error when it does not answer in time
   */
  static async start(options: KernelOptions): Promise<KernelClient> {
    for (let attempt = 1; ; attempt++) {
      const kernel = new KernelClient(await freeConnection(), options);
      try {
        await kernel.#ready((options.startTimeout ?? 180) * 1000);
        return kernel;
      } catch (error) {
        kernel.kill();
        const again = error instanceof KernelDied && error.how === PORT_TAKEN && attempt < START_ATTEMPTS;
        if (!again) throw error;
      }
    }
  }

  /**
   * Runs a cell; resolves with the content of its reply once the kernel is idle again, so that every output has come.
   *
   * @param onStart receives the id that the cell's messages name as their parent, before any of them arrives
   * @throws KernelDied when the process ends meanwhile
   */
  async execute(code: string, onStart: (id: string) => void = () => {}): Promise<WireContent> {
    return this.request(
      "execute_request",
      {
        code,
        silent: false,
        store_history: true,
        user_expressions: {},
        allow_stdin: false,
        stop_on_error: true,
      },
      onStart,
    );
  }

  /**
   * Waits on the kernel's own clock, so that exceptions due in that time have arrived whatever else the machine does.
   *
   * @throws KernelDied when the process ends meanwhile
   */
  async settle(seconds: number): Promise<void> {
    await this.request("settle_request", { seconds });
  }

  /** Interrupts the running cell; on Windows, which has no such signal, ends the kernel. */
  interrupt(): void {
    if (!this.#alive) return;
    if (process.platform === "win32") this.kill();
    else this.#child.kill("SIGINT");
  }

  /** Asks the kernel to end, and ends it after two seconds. */
  async shutdown(): Promise<void> {
    if (this.#alive) {
      this.#sendRequest("shutdown_request", { restart: false });
      const timer = setTimeout(() => this.kill(), 2000);
      await this.#exited;
      clearTimeout(timer);
    }
    this.#closeSockets();
  }

  /** Ends the kernel and every process that its cells started, now. */
  kill(): void {
    const { pid } = this.#child;
    if (this.#alive && pid !== undefined) {
      try {
        if (process.platform === "win32") this.#child.kill("SIGKILL");
        else process.kill(-pid, "SIGKILL");
      } catch {
        // It ended by itself in between.
      }
    }
    this.#closeSockets();
  }

  #closeSockets(): void {
    this.#shell.close();
    this.#iopub.close();
  }

  /** Polls until a status arrives on iopub: a subscription takes effect some time after the connection. */
  async #ready(milliseconds: number): Promise<void> {
    const end = performance.now() + milliseconds;
    let seen = false;
    this.onMessage = () => {
      seen = true;
    };
    while (!seen) {
      const left = end - performance.now();
      if (left <= 0) throw new Error(`the kernel did not answer within ${milliseconds / 1000} s`);
      const id = this.#sendRequest("kernel_info_request", {});
      const reply = new Promise<void>((resolve) => this.#replies.set(id, () => resolve()));
      const timer = new AbortController();
      try {
        await Promise.race([reply, this.#death(), pause(left, timer.signal)]);
      } finally {
        timer.abort();
        this.#replies.delete(id);
      }
      if (!seen) await pause(20);
    }
    this.onMessage = () => {};
  }

  /**
   * Sends any request of the protocol; resolves with its reply's content once the kernel is idle again.
   *
   * @throws KernelDied when the process ends meanwhile
   */
  async request(
    type: string,
    content: WireContent,
    onStart: (id: string) => void = () => {},
  ): Promise<WireContent> {
    const id = this.#sendRequest(type, content, onStart);
    const reply = new Promise<WireContent>((resolve) => this.#replies.set(id, resolve));
    const idle = new Promise<void>((resolve) => this.#idles.set(id, resolve));
    try {
      const [answer] = await Promise.race([Promise.all([reply, idle]), this.#death()]);
      return answer;
    } finally {
      this.#replies.delete(id);
      this.#idles.delete(id);
    }
  }

  #sendRequest(type: string, content: WireContent, onStart: (id: string) => void = () => {}): string {
    const header = wireHeader(type, this.#session);
    onStart(header.msg_id);
    this.#sender.send(packMessage(this.#key, { identities: [], header, parent: {}, content }));
    return header.msg_id;
  }

  /** Rejects when the process ends. */
  async #death(): Promise<never> {
    const how = await this.#exited;
    throw new KernelDied(how, this.#kernelStderr);
  }

  async #readShell(): Promise<void> {
    for await (const message of this.#messages(this.#shell)) {
      const id = message.parent.msg_id;
      if (id !== undefined) this.#replies.get(id)?.(message.content);
    }
  }

  async #readIopub(): Promise<void> {
    for await (const message of this.#messages(this.#iopub)) {
      this.onMessage(message);
      const { msg_type } = message.header;
      const id = message.parent.msg_id;
      if (msg_type === "status" && message.content["execution_state"] === "idle" && id !== undefined)
        this.#idles.get(id)?.();
    }
  }

  async *#messages(socket: ZmqSocket): AsyncGenerator<WireMessage> {
    for await (const frames of socket) {
      try {
        yield unpackMessage(this.#key, frames);
      } catch {
        // Another kernel on a port that we lost: its signature is not ours, and ours will not answer.
      }
    }
  }
}

async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Five free ports, held open together so that they differ, and a fresh key. */
async function freeConnection(): Promise<KernelConnection> {
  const ip = "127.0.0.1";
  const servers = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(0, ip, resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("kernel: a port has no number");
    return address.port;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  const [shell_port, iopub_port, stdin_port, control_port, hb_port] = ports as [
    number,
    number,
    number,
    number,
    number,
  ];
  const key = randomUUID();
  return {
    transport: "tcp",
    ip,
    shell_port,
    iopub_port,
    stdin_port,
    control_port,
    hb_port,
    key,
    signature_scheme: "hmac-sha256",
    kernel_name: "protolab",
  };
}
