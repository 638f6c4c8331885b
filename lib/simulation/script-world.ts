/** A world that tells what each step of a script changed. */
import type { AnyProtocol, Operation } from "./protocol.ts";
import type { ScriptStep } from "./script.ts";
import type { HistoryJudge } from "./walk.ts";
import { perform } from "./walk-action.ts";
import { type Violation, WalkWorld } from "./walk-world.ts";

/** Deliveries and writes that one `settle` may take. */
const MOST_SETTLING = 10_000;
const TWO_32 = 4294967296;

export class ScriptWorld {
  over = false;
  private readonly world: TellingWorld;
  private told: string[];

  constructor(
    protocol: AnyProtocol,
    script: {
      readonly nodes: number;
      readonly slowDisk: boolean;
      readonly clockRates: readonly number[] | null;
    },
    settings: WalkWorld["settings"],
  ) {
    this.world = new TellingWorld(protocol, script.nodes, settings);
    this.world.slowDisk = script.slowDisk;
    this.world.clockRates = script.clockRates;
    this.world.reset(0);
    this.world.told = [];
    this.told = this.states();
  }

  get violation(): Violation | null {
    return this.world.violation;
  }

  /** Does a step; the lines tell what came of it. */
  take(step: ScriptStep): string[] {
    const { world } = this;
    world.told = [];
    let possible = true;
    try {
      if (step.verb === "wait") world.step += step.steps;
      else if (step.verb === "jump") world.jump(step.node, step.steps);
      else if (step.verb === "settle") this.settle(step.nodes);
      else possible = perform(world, step);
      world.checkAll();
    } catch (error) {
      const name = error instanceof Error ? error.name : "error";
      world.violation ??= { kind: "exception", name, detail: String(error) };
    }
    const lines = possible ? [] : ["not possible"];
    const states = this.states();
    states.forEach((state, node) => {
      if (state !== this.told[node]) lines.push(`${node} ${state}`);
    });
    this.told = states;
    lines.push(...world.told, ...this.wrong());
    return lines;
  }

  /** Judges the answers. */
  end(judge: HistoryJudge | null): string[] {
    const wrong = judge === null || this.over ? null : judge(this.world.operations);
    if (wrong !== null) this.world.violation = { kind: "history", name: "history", detail: wrong };
    if (this.over) return [];
    return this.world.violation === null ? ["nothing is violated"] : this.wrong();
  }

  private wrong(): string[] {
    const { violation } = this.world;
    if (violation === null) return [];
    this.over = true;
    return `VIOLATED ${violation.kind} ${violation.name}: ${violation.detail}`.split("\n");
  }

  private states(): string[] {
    const { world } = this;
    const { describe } = world.protocol;
    return world.states.map((state, node) =>
      world.isUp[node] ? (describe?.(state) ?? JSON.stringify(state)) : "down",
    );
  }

  /** Everything under way among some nodes (all, when none are named) arrives, in the order sent, and disks do their work. */
  private settle(among: readonly number[]): void {
    const { world } = this;
    const includes = (node: number): boolean => among.length === 0 || among.includes(node);
    for (let i = 0; i < MOST_SETTLING && world.checkAll(); i++) {
      world.step++;
      const writing = world.writes.findIndex((writes, node) => includes(node) && writes.length > 0);
      if (writing >= 0) {
        world.store(writing);
        continue;
      }
      let oldest = -1;
      for (let flight = 0; flight < world.flights.count; flight++) {
        const { from, to, serial } = world.flights;
        const fits = includes(from[flight]) && includes(to[flight]);
        if (fits && (oldest < 0 || serial[flight] < serial[oldest])) oldest = flight;
      }
      if (oldest < 0) return;
      world.deliver(oldest, false);
    }
  }
}

/** Notes claims and answers as they are made. */
class TellingWorld extends WalkWorld {
  told: string[] = [];

  jump(node: number, steps: number): void {
    this.clockJumps ??= new Array<number>(this.nodes).fill(0);
    this.clockJumps[node] += steps;
  }

  override claim(what: string, slot: number, value: number): void {
    const isNew = Number.isNaN(this.claims.valueOf(what, slot));
    super.claim(what, slot, value);
    if (isNew) this.told.push(`${what} ${slot} is ${shown(value)}`);
  }

  override reply(operation: Operation, value: number, seen?: number): void {
    const before = this.operations[operation.id].outcome;
    super.reply(operation, value, seen);
    if (before === "unknown" && this.operations[operation.id].outcome === "ok")
      this.told.push(`operation ${operation.id} answered: ${operation.kind} key ${operation.key} = ${value}`);
  }

  override refuse(operation: Operation, leader: number | null): void {
    const before = this.operations[operation.id].outcome;
    super.refuse(operation, leader);
    if (before === "unknown" && this.operations[operation.id].outcome === "failed")
      this.told.push(`operation ${operation.id} refused${leader === null ? "" : `, ask ${leader}`}`);
  }
}

/** Two numbers packed into one are told apart: term 3, operation 7. */
function shown(value: number): string {
  return value < TWO_32 ? String(value) : `${Math.floor(value / TWO_32)}:${value % TWO_32}`;
}
