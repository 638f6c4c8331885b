/**
 * W1, W2 and W3 on npm's simscript 1: entities whose scripts are async functions.
 *
 * The workloads are those of hold.cpp, mmc.cpp and multi-paxos.cpp, where they are defined. The random numbers are
 * ours, which are faster than the package's own.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { type RandomStream, randomStreams } from "../../../lib/core/random.ts";
import { childArguments, report } from "../child.ts";

/** The part of the package's interface that is used here. */
declare class ScriptSimulation {
  readonly timeNow: number;
  readonly finished: { addEventListener(handler: () => void): void };
  activate(entity: ScriptEntity): Promise<number>;
  start(): Promise<void>;
  stop(): void;
  onStarting(): void;
}
declare class ScriptEntity {
  readonly simulation: ScriptSimulation;
  delay(time: number): Promise<number>;
  enterQueue(queue: object): Promise<number>;
  leaveQueue(queue: object): void;
  script(): Promise<void>;
}
interface Package {
  readonly Simulation: typeof ScriptSimulation;
  readonly Entity: typeof ScriptEntity;
  readonly Queue: new (name: string, capacity: number) => object;
}

// The package yields to the browser now and then.
Object.assign(globalThis, { requestAnimationFrame: (callback: () => void) => setImmediate(callback) });
const { Simulation, Entity, Queue } = createRequire(join(process.cwd(), "package.json"))(
  "simscript",
) as Package;

const { variant, size, operations, seed } = childArguments();
const random: RandomStream = randomStreams(seed).stream("bench");
let begun = 0;
let done = 0;
let sum = 0;

class Bench extends Simulation {
  finish(mean: number): void {
    report(variant, "simscript", operations, (performance.now() - begun) / 1e3, mean);
    process.exit(0);
  }
}

class Clock extends Entity {
  override async script(): Promise<void> {
    for (;;) {
      await this.delay(random.exponential());
      if (++done === operations)
        (this.simulation as Bench).finish((size * this.simulation.timeNow) / operations);
    }
  }
}

class Hold extends Bench {
  override onStarting(): void {
    super.onStarting();
    for (let i = 0; i < size; i++) this.activate(new Clock());
    begun = performance.now();
  }
}

const servers = new Queue("servers", size);

class Customer extends Entity {
  override async script(): Promise<void> {
    const { simulation } = this;
    const arrived = simulation.timeNow;
    await this.enterQueue(servers);
    sum += simulation.timeNow - arrived;
    await this.delay(random.exponential());
    this.leaveQueue(servers);
    if (++done === operations) (simulation as Bench).finish(sum / operations);
  }
}

class CustomerSource extends Entity {
  override async script(): Promise<void> {
    const { simulation } = this;
    for (let i = 0; i < operations; i++) {
      await this.delay(random.exponential() / (0.8 * size));
      simulation.activate(new Customer());
    }
  }
}

class Mmc extends Bench {
  override onStarting(): void {
    super.onStarting();
    begun = performance.now();
    this.activate(new CustomerSource());
  }
}

const processors = Array.from({ length: size }, (_, i) => new Queue(`cpu ${i}`, 1));
const came = new Float64Array(operations);
const acks = new Uint8Array(operations);

class Message extends Entity {
  readonly kind: "request" | "accept" | "ack";
  readonly from: number;
  readonly to: number;
  readonly operation: number;

  constructor(kind: "request" | "accept" | "ack", from: number, to: number, operation: number) {
    super();
    this.kind = kind;
    this.from = from;
    this.to = to;
    this.operation = operation;
  }

  override async script(): Promise<void> {
    const { simulation, kind, to, operation } = this;
    if (kind !== "request") await this.delay(250e-6 + 50e-6 * random.exponential());
    await this.enterQueue(processors[to]);
    await this.delay(10e-6);
    this.leaveQueue(processors[to]);
    if (kind === "request") {
      for (let i = 1; i < size; i++) simulation.activate(new Message("accept", 0, i, operation));
    } else if (kind === "accept") {
      simulation.activate(new Message("ack", to, 0, operation));
    } else {
      if (++acks[operation] === (size - 1) >> 1) sum += simulation.timeNow - came[operation];
      if (++done === operations * (size - 1)) (simulation as Bench).finish(sum / operations);
    }
  }
}

class OperationSource extends Entity {
  override async script(): Promise<void> {
    const { simulation } = this;
    for (let operation = 0; operation < operations; operation++) {
      await this.delay(random.exponential() / 10_000);
      came[operation] = simulation.timeNow;
      simulation.activate(new Message("request", 0, 0, operation));
    }
  }
}

class MultiPaxos extends Bench {
  override onStarting(): void {
    super.onStarting();
    begun = performance.now();
    this.activate(new OperationSource());
  }
}

void new (variant === "hold" ? Hold : variant === "mmc" ? Mmc : MultiPaxos)().start();
