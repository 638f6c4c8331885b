/**
 * The Jupyter kernel "protolab": tslab's compiler and executor behind a server of our own.
 *
 * tslab 1.0.22 compiles and runs cells well, but its own server sends no `execute_input` (so `In [ ]` stays empty),
 * no `error` message, throws after 512 prints in one loop, and loses requests for 200 ms after an error.
 * Source of the message contents: Jupyter messaging specification 5.3.
 */
import { readFileSync } from "node:fs";
import {
  type KernelConnection,
  packMessage,
  unpackMessage,
  type WireContent,
  type WireMessage,
  wireHeader,
} from "./jupyter-wire.ts";
import { type CellContext, CellRunner } from "./kernel-cell.ts";
import { PORT_TAKEN } from "./kernel-client.ts";
import { watchParent } from "./kernel-parent.ts";
import { prepareKernelTypeScript } from "./kernel-typescript.ts";
import { projectRoot } from "./project-root.ts";
import { loadZeroMq, OrderedSender, type ZmqSocket } from "./zeromq.ts";

/** How long after an error the requests that were sent before it may take to arrive. */
const ABORT_MS = 20;

interface Request {
  readonly message: WireMessage;
  readonly reply: OrderedSender;
}

class KernelServer {
  readonly #connection: KernelConnection;
  readonly #cells: CellRunner;
  readonly #session = `kernel-${process.pid}`;
  readonly #sockets: ZmqSocket[] = [];
  readonly #iopub: OrderedSender;
  readonly #publisher: ZmqSocket;
  readonly #queue: Request[] = [];
  #running = false;
  #count = 0;

  constructor(connection: KernelConnection) {
    this.#connection = connection;
    // High-water mark 0: a publisher drops what exceeds the default 1,000 messages, without a word.
    this.#publisher = new (loadZeroMq().Publisher)({ sendHighWaterMark: 0, linger: 500 });
    this.#iopub = new OrderedSender(this.#publisher);
    this.#cells = new CellRunner(process.cwd());
  }

  async start(): Promise<void> {
    const zmq = loadZeroMq();
    const { ip, transport, shell_port, iopub_port, stdin_port, control_port, hb_port } = this.#connection;
    const bind = async (socket: ZmqSocket, port: number): Promise<ZmqSocket> => {
      this.#sockets.push(socket);
      await socket.bind(`${transport}://${ip}:${port}`);
      return socket;
    };
    await bind(this.#publisher, iopub_port);
    await bind(new zmq.Router(), stdin_port);
    void this.#echo(await bind(new zmq.Reply(), hb_port));
    void this.#listen(await bind(new zmq.Router({ linger: 500 }), control_port));
    void this.#listen(await bind(new zmq.Router({ linger: 500 }), shell_port));
  }

  interrupt(): void {
    this.#cells.interrupt();
  }

  late(kind: "UncaughtException" | "UnhandledRejection", thrown: unknown): void {
    this.#cells.late(kind, thrown);
  }

  async #echo(heartbeat: ZmqSocket): Promise<void> {
    for await (const frames of heartbeat) await heartbeat.send(frames);
  }

  async #listen(socket: ZmqSocket): Promise<void> {
    const reply = new OrderedSender(socket);
    for await (const frames of socket) {
      try {
        this.#take({ message: unpackMessage(this.#connection.key, frames), reply });
      } catch (error) {
        console.error("kernel: a request was ignored:", error instanceof Error ? error.message : error);
      }
    }
  }

  #take(request: Request): void {
    this.#publish(request.message, "status", { execution_state: "busy" });
    if (request.message.header.msg_type === "execute_request") {
      this.#queue.push(request);
      if (!this.#running) void this.#work();
      return;
    }
    if (request.message.header.msg_type === "settle_request") {
      this.#settle(request);
      return;
    }
    const answer = this.#answer(request.message);
    if (answer !== undefined) this.#finish(request, answer);
    else this.#publish(request.message, "status", { execution_state: "idle" });
    if (request.message.header.msg_type === "shutdown_request") void this.#stop(request);
  }

  /** Everything that needs no turn in the queue of cells. */
  #answer({ header, content }: WireMessage): WireContent | undefined {
    const code = String(content["code"] ?? "");
    const cursor = Number(content["cursor_pos"] ?? code.length);
    switch (header.msg_type) {
      case "kernel_info_request":
        return this.#cells.info();
      case "is_complete_request":
        return this.#cells.isComplete(code);
      case "inspect_request":
        return this.#cells.inspect(code, cursor);
      case "complete_request":
        return this.#cells.complete(code, cursor);
      case "comm_info_request":
        return { status: "ok", comms: {} };
      case "interrupt_request":
        this.interrupt();
        return { status: "ok" };
      case "shutdown_request":
        return { status: "ok", restart: content["restart"] === true };
      default:
        return undefined;
    }
  }

  async #work(): Promise<void> {
    this.#running = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const outcome = await this.#execute(next.message);
      let stale: Request[] = [];
      if (outcome["status"] === "error" && next.message.content["stop_on_error"] !== false) {
        // "Run all" has sent the cells that follow already, and a cell that blocked the event loop leaves them
        // unread in the socket: read those now and refuse them. What is sent after the reply runs as usual.
        await new Promise((resolve) => setTimeout(resolve, ABORT_MS));
        stale = this.#queue.splice(0);
      }
      this.#finish(next, outcome);
      for (const request of stale) this.#finish(request, { status: "aborted", execution_count: this.#count });
    }
    this.#running = false;
  }

  #finish(request: Request, outcome: WireContent): void {
    this.#reply(request, outcome);
    this.#publish(request.message, "status", { execution_state: "idle" });
  }

  async #execute(message: WireMessage): Promise<WireContent> {
    const code = String(message.content["code"] ?? "");
    const silent = message.content["silent"] === true;
    if (!silent) this.#count++;
    const count = this.#count;
    const context: CellContext = {
      count,
      publish: (type, content) => {
        if (!silent) this.#publish(message, type, content);
      },
    };
    context.publish("execute_input", { code, execution_count: count });
    const failure = await this.#cells.run(code, context);
    if (failure === undefined)
      return { status: "ok", execution_count: count, user_expressions: {}, payload: [] };
    context.publish("error", { ...failure });
    return { status: "error", execution_count: count, ...failure };
  }

  #publish(parent: WireMessage, type: string, content: WireContent): void {
    const header = wireHeader(type, this.#session);
    // Subscribers of iopub select by the first frame; Jupyter's kernels name the message type there.
    const identities = [Buffer.from(type)];
    this.#iopub.send(
      packMessage(this.#connection.key, { identities, header, parent: parent.header, content }),
    );
  }

  #reply({ message, reply }: Request, content: WireContent): void {
    const header = wireHeader(message.header.msg_type.replace(/_request$/, "_reply"), this.#session);
    const { identities, header: parent } = message;
    reply.send(packMessage(this.#connection.key, { identities, header, parent, content }));
  }

  /**
   * Answers after a wait on this process's own clock: not in Jupyter's protocol, asked by our runner only.
   * Node fires timers in the order of their times, so whatever a cell set for earlier has come out before the answer,
   * however busy the machine is; a wait on the runner's clock could end while this process had no processor.
   */
  #settle(request: Request): void {
    setTimeout(
      () => {
        this.#cells.flush();
        this.#finish(request, { status: "ok" });
      },
      Number(request.message.content["seconds"] ?? 0) * 1000,
    );
  }

  async #stop({ reply }: Request): Promise<void> {
    await Promise.all([reply.drained(), this.#iopub.drained()]);
    this.#cells.close();
    for (const socket of this.#sockets) socket.close();
    // A cell may have left a timer or a worker behind; the sockets linger half a second at most.
    setTimeout(() => process.exit(0), 50);
  }
}

/**
 * Starts the kernel of a connection file; Jupyter's contract is one argument, the path of that file.
 *
 * The kernel moves to the project's root first (see `projectRoot`), whatever folder it was started in.
 */
export function startKernel(connectionFile: string | undefined): void {
  if (connectionFile === undefined) {
    console.error("kernel: needs the path of a Jupyter connection file");
    process.exit(2);
  }
  const connection = JSON.parse(readFileSync(connectionFile, "utf8")) as KernelConnection;
  process.chdir(projectRoot(process.cwd()));
  prepareKernelTypeScript(process.cwd());
  watchParent();
  const server = new KernelServer(connection);
  process.on("SIGINT", () => server.interrupt());
  process.on("uncaughtException", (thrown) => server.late("UncaughtException", thrown));
  process.on("unhandledRejection", (thrown) => server.late("UnhandledRejection", thrown));
  server.start().catch((error: NodeJS.ErrnoException) => {
    process.stderr.write(`kernel: ${error.message}\n`);
    process.exit(error.code === "EADDRINUSE" ? PORT_TAKEN : 1);
  });
}
