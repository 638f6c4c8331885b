/**
 * W1, W2 and W3 on npm's simjs 2: entities with timers and facilities, by callbacks.
 *
 * The workloads are those of hold.cpp, mmc.cpp and multi-paxos.cpp, where they are defined. The random numbers are
 * ours, which are faster than the package's own.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { type RandomStream, randomStreams } from "../../../lib/core/random.ts";
import { childArguments, report } from "../child.ts";

/** The part of the package's interface that is used here. */
interface Request {
  done<T>(callback: (argument: T) => void, context: object, argument: T): Request;
}
declare class SimEntity {
  sim: Simulation;
  time(): number;
  setTimer(duration: number): Request;
  useFacility(facility: object, duration: number): Request;
}
interface Simulation {
  addEntity<E extends SimEntity>(entity: new (...given: never[]) => E): E;
  simulate(endTime: number): boolean;
  step(): boolean;
  time(): number;
}
interface Package {
  readonly Sim: new () => Simulation;
  readonly Entity: typeof SimEntity;
  readonly Facility: new (name: string, discipline: number, servers: number) => object;
}

// The package puts itself on the window and exports nothing.
const { window } = Object.assign(globalThis, { window: {} as { Sim?: Package } });
createRequire(join(process.cwd(), "package.json"))("simjs");
if (window.Sim === undefined) throw new Error("simjs: package must put Sim on the window, got none");
const { Sim, Entity, Facility } = window.Sim;
const FIRST_COME = 0;

class Clocks extends Entity {
  random!: RandomStream;
  start(): void {}
  fire(): void {
    this.setTimer(this.random.exponential()).done(this.fire, this, undefined);
  }
}

function hold(pending: number, operations: number, random: RandomStream): [seconds: number, mean: number] {
  const sim = new Sim();
  const clocks = sim.addEntity(Clocks);
  clocks.random = random;
  for (let i = 0; i < pending; i++) clocks.fire();
  const begun = performance.now();
  for (let i = 0; i < operations; i++) sim.step();
  return [(performance.now() - begun) / 1e3, (pending * sim.time()) / operations];
}

interface Customer {
  readonly arrived: number;
  readonly service: number;
}

class Station extends Entity {
  random!: RandomStream;
  servers!: object;
  meanGap = 0;
  left = 0;
  waited = 0;
  start(): void {}
  open(): void {
    this.setTimer(this.meanGap * this.random.exponential()).done(this.arrive, this, undefined);
  }
  arrive(): void {
    const customer = { arrived: this.time(), service: this.random.exponential() };
    this.useFacility(this.servers, customer.service).done(this.depart, this, customer);
    if (--this.left > 0) this.open();
  }
  depart(customer: Customer): void {
    this.waited += this.time() - customer.arrived - customer.service;
  }
}

function mmc(servers: number, operations: number, random: RandomStream): [seconds: number, mean: number] {
  const sim = new Sim();
  const station = sim.addEntity(Station);
  station.random = random;
  station.servers = new Facility("servers", FIRST_COME, servers);
  station.meanGap = 1 / (0.8 * servers);
  station.left = operations;
  station.open();
  const begun = performance.now();
  sim.simulate(Number.POSITIVE_INFINITY);
  return [(performance.now() - begun) / 1e3, station.waited / operations];
}

interface Message {
  readonly kind: "request" | "accept" | "ack";
  readonly from: number;
  readonly to: number;
  readonly operation: number;
}

class Cluster extends Entity {
  random!: RandomStream;
  processors: object[] = [];
  came!: Float64Array;
  acks!: Uint8Array;
  left = 0;
  latency = 0;
  start(): void {}
  open(): void {
    this.setTimer(this.random.exponential() / 10_000).done(this.arrive, this, undefined);
  }
  arrive(): void {
    const operation = --this.left;
    this.came[operation] = this.time();
    this.reach({ kind: "request", from: 0, to: 0, operation });
    if (operation > 0) this.open();
  }
  send(message: Message): void {
    this.setTimer(250e-6 + 50e-6 * this.random.exponential()).done(this.reach, this, message);
  }
  reach(message: Message): void {
    this.useFacility(this.processors[message.to], 10e-6).done(this.handle, this, message);
  }
  handle({ kind, to, operation }: Message): void {
    const nodes = this.processors.length;
    if (kind === "request") {
      for (let i = 1; i < nodes; i++) this.send({ kind: "accept", from: 0, to: i, operation });
    } else if (kind === "accept") {
      this.send({ kind: "ack", from: to, to: 0, operation });
    } else if (++this.acks[operation] === (nodes - 1) >> 1) {
      this.latency += this.time() - this.came[operation];
    }
  }
}

function multiPaxos(
  nodes: number,
  operations: number,
  random: RandomStream,
): [seconds: number, mean: number] {
  const sim = new Sim();
  const cluster = sim.addEntity(Cluster);
  cluster.random = random;
  cluster.processors = Array.from({ length: nodes }, (_, i) => new Facility(`cpu ${i}`, FIRST_COME, 1));
  cluster.came = new Float64Array(operations);
  cluster.acks = new Uint8Array(operations);
  cluster.left = operations;
  cluster.open();
  const begun = performance.now();
  sim.simulate(Number.POSITIVE_INFINITY);
  return [(performance.now() - begun) / 1e3, cluster.latency / operations];
}

const { variant, size, operations, seed } = childArguments();
const run = variant === "hold" ? hold : variant === "mmc" ? mmc : multiPaxos;
const [seconds, mean] = run(size, operations, randomStreams(seed).stream("bench"));
report(variant, "simjs", operations, seconds, mean);
