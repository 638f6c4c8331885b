/**
 * The nemesis: from faults as data to what is wrong at each moment.
 *
 * Every fault is one or more instances that alternate between begun and ended. Beginning and ending a crash, a pause or
 * a command is an act on the engine; everything else changes tables the engine reads: which links carry nothing, how
 * likely a loss is, how slow a node. The tables are made anew from the faults in force whenever one begins or ends:
 * rare, and nothing can be left over.
 */
import { type Distribution, distributionFrom } from "../core/distributions.ts";
import type { FaultLinks, FaultSpec } from "../core/fault-types.ts";
import type { RandomStream } from "../core/random.ts";
import type { NodeId } from "../core/system.ts";

/** What the nemesis may do to the engine. */
export interface Victim {
  /** Calls `due` with the instance at that time. */
  callAt(time: number, instance: number): void;
  /** A node that is up and leads, or −1. */
  leader(): NodeId;
  isUp: readonly boolean[];
  crash(node: NodeId): void;
  restart(node: NodeId): void;
  pause(node: NodeId, until: number): void;
  setClock(node: NodeId, offset: number, rate: number): void;
  order(node: NodeId, command: string, argument: number): void;
  /** A fault begins or ends at a node (−1: at links): for the trace. */
  note(spec: FaultSpec, node: NodeId, begins: boolean): void;
}

interface Instance {
  readonly spec: FaultSpec;
  /** Index in `each`, or −1 to resolve when it begins. */
  readonly fixed: NodeId;
  /** How long until it begins and until it ends, where that is drawn. */
  readonly toBegin: Distribution | null;
  readonly toEnd: Distribution | null;
  /** What it does to messages, of a fault that holds them back. */
  readonly hold: Hold | null;
  node: NodeId;
  active: boolean;
  begun: number;
}

/** A message held back or slowed: which links, how likely, how long. */
export interface Hold {
  readonly links: FaultLinks;
  readonly probability: number;
  readonly extra: Distribution;
}

/** Faults that are acts on the engine and stand in no table. */
const ACTS: readonly string[] = ["crash", "pause", "clock", "command"];

function newInstance(spec: FaultSpec, fixed: NodeId): Instance {
  const random = spec.when.times === "random" ? spec.when : null;
  const holds = spec.fault === "reordering" || spec.fault === "delay";
  return {
    spec,
    fixed,
    toBegin: random === null ? null : distributionFrom(random.mttf),
    toEnd: random === null ? null : distributionFrom(random.mttr),
    hold: holds
      ? {
          links: spec.links,
          probability: spec.fault === "reordering" ? spec.probability : 1,
          extra: distributionFrom(spec.extra),
        }
      : null,
    node: -1,
    active: false,
    begun: 0,
  };
}

const drawn = (time: Distribution | null, random: RandomStream): number =>
  time === null ? Number.POSITIVE_INFINITY : time.sample(random);

/** What is wrong now. Tables of links are by sender · nodes + receiver. */
export class Nemesis {
  readonly cut: Uint8Array;
  readonly loss: Float64Array;
  readonly repeat: Float64Array;
  readonly cpuFactor: Float64Array;
  readonly diskFactor: Float64Array;
  readonly diskFails: Uint8Array;
  reordered: readonly Hold[] = [];
  delayed: readonly Hold[] = [];
  /** True when any link is cut, lossy, repeating or slow. */
  linksFail = false;
  private readonly downBy: Int32Array;
  private readonly instances: Instance[] = [];
  private readonly nodes: number;
  private readonly random: RandomStream;
  private readonly victim: Victim;

  constructor(faults: readonly FaultSpec[], nodes: number, random: RandomStream, victim: Victim) {
    this.nodes = nodes;
    this.random = random;
    this.victim = victim;
    this.cut = new Uint8Array(nodes * nodes);
    this.loss = new Float64Array(nodes * nodes);
    this.repeat = new Float64Array(nodes * nodes);
    this.cpuFactor = new Float64Array(nodes).fill(1);
    this.diskFactor = new Float64Array(nodes).fill(1);
    this.diskFails = new Uint8Array(nodes);
    this.downBy = new Int32Array(nodes);
    for (const spec of faults) {
      const each = "node" in spec && spec.node === "each";
      const targets = each ? Array.from({ length: nodes }, (_, node) => node) : [-1];
      for (const fixed of targets) this.instances.push(newInstance(spec, fixed));
    }
  }

  /** Schedules the first beginning of every fault. */
  start(): void {
    this.instances.forEach(({ spec: { when }, toBegin }, i) => {
      const first = when.times === "scheduled" ? when.at : drawn(toBegin, this.random);
      if (when.until === null || first < when.until) this.victim.callAt(first, i);
    });
  }

  /** An instance's moment has come: it begins, or ends. */
  due(index: number, now: number): void {
    const instance = this.instances[index];
    if (instance.active) this.end(instance, index, now);
    else this.begin(instance, index, now);
    if (!ACTS.includes(instance.spec.fault)) this.makeTables();
  }

  /** A write failed: the node stops until its disk works again. */
  diskFailed(node: NodeId): void {
    this.take(node);
  }

  private begin(instance: Instance, index: number, now: number): void {
    const { spec } = instance;
    instance.active = true;
    instance.begun = now;
    instance.node = this.targetOf(instance);
    const end = this.endOf(instance, now);
    if (Number.isFinite(end)) this.victim.callAt(end, index);
    const { node } = instance;
    if ("node" in spec && node < 0) return; // nobody to strike: a fault of the leader while none stands
    if (spec.fault !== "command") this.victim.note(spec, node, true);
    if (spec.fault === "crash") this.take(node);
    else if (spec.fault === "pause") this.victim.pause(node, end);
    else if (spec.fault === "clock") this.victim.setClock(node, spec.offset, 1 + spec.drift);
    else if (spec.fault === "command" && this.victim.isUp[node])
      this.victim.order(node, spec.command, spec.argument);
  }

  private end(instance: Instance, index: number, now: number): void {
    const { spec, node } = instance;
    instance.active = false;
    if (!("node" in spec) || node >= 0) {
      if (spec.fault !== "command") this.victim.note(spec, node, false);
      if (spec.fault === "crash") this.giveBack(node);
      else if (spec.fault === "failing disk") this.repair(node);
      else if (spec.fault === "clock") this.victim.setClock(node, 0, 1);
    }
    const { when } = spec;
    const next =
      when.times === "random"
        ? now + drawn(instance.toBegin, this.random)
        : when.every === null
          ? Number.POSITIVE_INFINITY
          : instance.begun + when.every;
    if (Number.isFinite(next) && (when.until === null || next < when.until)) this.victim.callAt(next, index);
  }

  private endOf({ spec: { when }, toEnd }: Instance, now: number): number {
    const last = when.until ?? Number.POSITIVE_INFINITY;
    if (when.times === "random") return Math.min(last, now + drawn(toEnd, this.random));
    return when.lasts === null ? last : Math.min(last, now + when.lasts);
  }

  /** Nodes stay down while any fault keeps them down. */
  private take(node: NodeId): void {
    if (this.downBy[node]++ === 0) this.victim.crash(node);
  }

  private giveBack(node: NodeId): void {
    if (--this.downBy[node] === 0) this.victim.restart(node);
  }

  /** The disk works again: a node that stopped for it comes back. */
  private repair(node: NodeId): void {
    const crashes = this.instances.filter(
      (i) => i.active && i.spec.fault === "crash" && i.node === node,
    ).length;
    if (this.downBy[node] > crashes) {
      this.downBy[node] = crashes + 1;
      this.giveBack(node);
    }
  }

  private targetOf({ spec, fixed }: Instance): NodeId {
    if (!("node" in spec)) return -1;
    if (fixed >= 0) return fixed;
    if (typeof spec.node === "number") return spec.node;
    if (spec.node === "leader") return this.victim.leader();
    const up = Array.from({ length: this.nodes }, (_, node) => node).filter((node) => this.victim.isUp[node]);
    return up.length === 0 ? -1 : up[this.random.integer(up.length)];
  }

  private makeTables(): void {
    const active = this.instances.filter((i) => i.active && (!("node" in i.spec) || i.node >= 0));
    this.cut.fill(0);
    this.loss.fill(0);
    this.repeat.fill(0);
    this.cpuFactor.fill(1);
    this.diskFactor.fill(1);
    this.diskFails.fill(0);
    for (const { spec, node } of active) this.enter(spec, node);
    const holds = (name: "reordering" | "delay"): Hold[] =>
      active.flatMap(({ spec, hold }) => (spec.fault === name && hold !== null ? [hold] : []));
    this.reordered = holds("reordering");
    this.delayed = holds("delay");
    this.linksFail =
      this.reordered.length > 0 ||
      this.delayed.length > 0 ||
      [this.cut, this.loss, this.repeat].some((table) => table.some((value) => value > 0));
  }

  /** Writes one fault into the tables. */
  private enter(spec: FaultSpec, node: NodeId): void {
    if (spec.fault === "slow node") this.cpuFactor[node] *= spec.factor;
    else if (spec.fault === "slow disk") this.diskFactor[node] *= spec.factor;
    else if (spec.fault === "failing disk") this.diskFails[node] = 1;
    else if (spec.fault === "loss" || spec.fault === "duplication") {
      const table = spec.fault === "loss" ? this.loss : this.repeat;
      this.eachLink((at, from, to) => {
        if (onLink(spec.links, from, to)) table[at] = 1 - (1 - table[at]) * (1 - spec.probability);
      });
    } else if (spec.fault === "cut") {
      for (const [from, to] of spec.links) this.cut[from * this.nodes + to] = 1;
    } else if (spec.fault === "partition") {
      const groupOf = (wanted: NodeId): number => spec.groups.findIndex((group) => group.includes(wanted));
      this.eachLink((at, from, to) => {
        if (groupOf(from) !== groupOf(to)) this.cut[at] = 1;
      });
    } else if (spec.fault === "isolation") {
      this.eachLink((at, from, to) => {
        if (from !== to && ((from === node && spec.way !== "in") || (to === node && spec.way !== "out")))
          this.cut[at] = 1;
      });
    }
  }

  private eachLink(visit: (at: number, from: NodeId, to: NodeId) => void): void {
    for (let from = 0; from < this.nodes; from++)
      for (let to = 0; to < this.nodes; to++) visit(from * this.nodes + to, from, to);
  }
}

/** Whether a fault's links include one. */
export function onLink(links: FaultLinks, from: NodeId, to: NodeId): boolean {
  return links === null || links.some(([a, b]) => a === from && b === to);
}
