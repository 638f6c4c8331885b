/**
 * The untimed walk: from one seed, two hundred things that could happen next, one after the other.
 *
 * What is likely differs from walk to walk (a *swarm*: Groce et al., "Swarm testing", ISSTA 2012): some lose no message
 * and crash often, some fire timers wildly, some have one client; a fixed mix would keep to the middle of all these.
 */
import { RandomStream } from "../core/random.ts";
import type { AnyProtocol } from "./protocol.ts";
import { formatAction, messageAction, type WalkAction } from "./walk-action.ts";
import { type Violation, type WalkOperation, WalkWorld } from "./walk-world.ts";

/** How likely each kind of action is, relative to delivering a message; drawn per walk and printed on failure. */
export interface WalkProfile {
  readonly deliver: number;
  readonly lose: number;
  readonly repeat: number;
  readonly fire: number;
  readonly store: number;
  readonly crash: number;
  readonly restart: number;
  readonly request: number;
  readonly ask: number;
  readonly command: number;
  /** Share of reads among requests. */
  readonly reads: number;
  /** False: what is persisted is durable at once. */
  readonly slowDisk: boolean;
  /** Nodes that may be down at once. */
  readonly mostDown: number;
  /** Nodes that cannot be reached for the walk's middle third, as a bit mask; 0 for none. */
  readonly cutOff: number;
}

// The kinds of action, in the order in which their weights stand.
const [DELIVER, LOSE, REPEAT, STORE, FIRE, CRASH, RESTART, ASK, COMMAND, REQUEST] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
] as const;
const KINDS = 10;

const LENGTH = 200;
const KEYS = 2;
const CLIENTS = 2;

/** Judges the operations of a walk; a text says what is wrong with them. */
export type HistoryJudge = (operations: readonly WalkOperation[]) => string | null;

export interface WalkOptions {
  /** Actions; default 200. */
  readonly actions?: number;
  readonly judge?: HistoryJudge | null;
  /** Gets every action before it is done: for recording. */
  readonly record?: ((action: WalkAction) => void) | null;
}

const pick = (random: RandomStream, ...choices: readonly number[]): number =>
  choices[random.integer(choices.length)];

/** Draws what is likely in the walk of a seed. */
function drawProfile(random: RandomStream, world: WalkWorld): WalkProfile {
  const cut = random.integer(4) === 0 ? 1 + random.integer((1 << world.nodes) - 2) : 0;
  return {
    deliver: 1,
    lose: pick(random, 0, 0, 0.02, 0.2),
    repeat: pick(random, 0, 0, 0.02, 0.2),
    fire: pick(random, 0.03, 0.1, 0.3),
    store: pick(random, 0.3, 1, 1),
    crash: world.protocol.durable === undefined ? 0 : pick(random, 0, 0.01, 0.03, 0.1),
    restart: pick(random, 0.03, 0.2),
    request: pick(random, 0.05, 0.15),
    ask: pick(random, 0, 0, 0.03),
    command: world.protocol.commands === undefined ? 0 : pick(random, 0, 0.01, 0.04),
    reads: pick(random, 0, 0.5),
    slowDisk: random.integer(2) === 0,
    mostDown: pick(random, 1, (world.nodes - 1) >> 1, world.nodes),
    cutOff: world.nodes > 1 ? cut : 0,
  };
}

/** Walks of one protocol on one group; the world is reused, so a campaign allocates little. */
export class Walker {
  readonly world: WalkWorld;
  private readonly weights = new Float64Array(KINDS);
  /** Sums of the weights of what is possible, and what that was when they were summed up. */
  private readonly sums = new Float64Array(KINDS);
  private possible = -1;
  private mostDown = 0;
  private readonly choice = new RandomStream(1, 2, 3, 4);
  private readonly actions: number;
  private readonly judge: HistoryJudge | null;
  private readonly record: ((action: WalkAction) => void) | null;
  private readonly commands: readonly string[];

  constructor(
    protocol: AnyProtocol,
    system: { readonly nodes: number; readonly settings: WalkWorld["settings"] },
    options: WalkOptions = {},
  ) {
    this.world = new WalkWorld(protocol, system.nodes, system.settings);
    this.actions = options.actions ?? LENGTH;
    this.judge = options.judge ?? null;
    this.record = options.record ?? null;
    this.commands = Object.keys(protocol.commands ?? {});
  }

  /** One walk; null when nothing went wrong. `world.seen` then tells which `sometimes` events happened. */
  run(seed: number): Violation | null {
    const { world, choice } = this;
    choice.restart(2 * seed + 1);
    const profile = drawProfile(choice, world);
    this.weigh(profile);
    world.slowDisk = profile.slowDisk;
    try {
      world.reset(seed);
      this.wander(profile);
      world.look();
    } catch (error) {
      world.violation ??= {
        kind: "exception",
        name: error instanceof Error ? error.name : "error",
        detail: String(error),
      };
    }
    if (world.violation === null && this.judge !== null) {
      const wrong = this.judge(world.operations);
      if (wrong !== null) world.violation = { kind: "history", name: "history", detail: wrong };
    }
    return world.violation;
  }

  private weigh(profile: WalkProfile): void {
    const { weights } = this;
    weights[DELIVER] = profile.deliver;
    weights[LOSE] = profile.lose;
    weights[REPEAT] = profile.repeat;
    weights[STORE] = profile.store;
    weights[FIRE] = profile.fire;
    weights[CRASH] = profile.crash;
    weights[RESTART] = profile.restart;
    weights[ASK] = profile.ask;
    weights[COMMAND] = profile.command;
    weights[REQUEST] = profile.request;
    this.mostDown = profile.mostDown;
    this.possible = -1;
  }

  private wander(profile: WalkProfile): void {
    const { world, actions } = this;
    for (let step = 0; step < actions; step++) {
      world.step = step + 1;
      const cutOff = 3 * step >= actions && 3 * step < 2 * actions ? profile.cutOff : 0;
      this.act(profile, cutOff);
      if (!world.check()) return;
      if ((step & 63) === 63) world.look();
    }
    world.checkAll();
  }

  /** Does one of the things that can happen now. */
  private act(profile: WalkProfile, cutOff: number): void {
    const kind = this.kindOfAction();
    switch (kind) {
      case DELIVER:
        this.deliver("deliver", cutOff);
        return;
      case LOSE:
        this.deliver("lose", 0);
        return;
      case REPEAT:
        this.deliver("repeat", cutOff);
        return;
      case STORE:
        this.store();
        return;
      case FIRE:
        this.fire();
        return;
      default:
        this.intervene(kind, profile);
    }
  }

  /** Clients, operators and crashes: of moments between the actions, as `perform` counts too. */
  private intervene(kind: number, profile: WalkProfile): void {
    const { world, choice } = this;
    world.step++;
    switch (kind) {
      case CRASH:
        this.crash(this.nodeUp());
        break;
      case RESTART:
        this.restart(this.nodeDown());
        break;
      case ASK:
        this.askAgain(choice.integer(world.operations.length));
        break;
      case COMMAND:
        this.command();
        break;
      default:
        this.request(choice.uniform() < profile.reads ? "read" : "write");
    }
    world.step--;
  }

  /** Draws the kind of the next action from the weights of what is possible now. */
  private kindOfAction(): number {
    const { world, sums } = this;
    const up = world.up.length;
    let possible = up << 4;
    if (world.flights.count > 0) possible |= 1;
    if (world.armedCount > 0) possible |= 2;
    if (world.operations.length > 0) possible |= 4;
    if (possible !== this.possible) this.sumUp(possible);
    const u = this.choice.uniform() * sums[KINDS - 1];
    for (let kind = 0; kind < KINDS; kind++) if (u < sums[kind]) return kind;
    return up > 0 ? REQUEST : RESTART;
  }

  /** Sums of the weights of what is possible; that seldom changes. */
  private sumUp(possible: number): void {
    const { world, weights, sums } = this;
    this.possible = possible;
    const up = possible >> 4;
    const down = world.nodes - up;
    const moving = (possible & 1) !== 0;
    let sum = 0;
    for (let kind = 0; kind < KINDS; kind++) {
      let can = up > 0;
      if (kind <= REPEAT) can = moving;
      else if (kind === STORE) can = world.slowDisk;
      else if (kind === FIRE) can = (possible & 2) !== 0;
      else if (kind === CRASH) can = up > 0 && down < this.mostDown;
      else if (kind === RESTART) can = down > 0;
      else if (kind === ASK) can = up > 0 && (possible & 4) !== 0;
      if (can) sum += weights[kind];
      sums[kind] = sum;
    }
  }

  private deliver(verb: "deliver" | "lose" | "repeat", cutOff: number): void {
    const { world } = this;
    const flight = this.choice.integer(world.flights.count);
    const crosses = ((cutOff >> world.flights.from[flight]) ^ (cutOff >> world.flights.to[flight])) & 1;
    if (crosses === 1) return; // it waits until the partition heals
    this.record?.(messageAction(world, verb, flight));
    if (verb === "lose") world.flights.drop(flight);
    else world.deliver(flight, verb === "repeat");
  }

  private store(): void {
    const { world } = this;
    const first = this.choice.integer(world.nodes);
    for (let i = 0; i < world.nodes; i++) {
      const node = (first + i) % world.nodes;
      if (world.writes[node].length === 0) continue;
      this.record?.({ verb: "store", node });
      world.store(node);
      return;
    }
  }

  private fire(): void {
    const { world } = this;
    const { armed } = world;
    let at = this.choice.integer(armed.length);
    while (armed[at] === 0) at = at + 1 === armed.length ? 0 : at + 1;
    const timers = world.timerNames.length;
    const node = Math.floor(at / timers);
    this.record?.({ verb: "fire", node, timer: world.timerNames[at % timers] });
    world.fire(node, at % timers);
  }

  private crash(node: number): void {
    this.record?.({ verb: "crash", node });
    this.world.crash(node);
  }

  private restart(node: number): void {
    this.record?.({ verb: "restart", node });
    this.world.restart(node);
  }

  private askAgain(id: number): void {
    const { world } = this;
    if (world.operations[id].outcome !== "unknown") return;
    const node = this.nodeUp();
    this.record?.({ verb: "ask", node, id });
    world.ask(node, id);
  }

  private command(): void {
    const { world, choice } = this;
    const name = this.commands[choice.integer(this.commands.length)];
    const node = this.nodeUp();
    const argument = choice.integer(1 << world.nodes);
    this.record?.({ verb: "command", node, name, argument });
    world.command(node, name, argument);
  }

  private request(verb: "read" | "write"): void {
    const { world, choice } = this;
    const node = this.nodeUp();
    const key = choice.integer(KEYS);
    const client = choice.integer(CLIENTS);
    this.record?.({ verb, node, key, client });
    world.request(node, verb, key, client);
  }

  private nodeUp(): number {
    return this.nodeThat(true);
  }

  private nodeDown(): number {
    return this.nodeThat(false);
  }

  private nodeThat(isUp: boolean): number {
    const { world } = this;
    let node = this.choice.integer(world.nodes);
    while (world.isUp[node] !== isUp) node = (node + 1) % world.nodes;
    return node;
  }
}

/** A walk written down: what was likely, what was done, what went wrong. */
export interface RecordedWalk {
  readonly seed: number;
  readonly actions: readonly WalkAction[];
  readonly slowDisk: boolean;
  readonly violation: Violation | null;
  /** Equal when every action and the violation are equal: a reproduction must show the same. */
  readonly hash: string;
}

/** Walks again and writes down every action. */
export function recordWalk(
  protocol: AnyProtocol,
  system: { readonly nodes: number; readonly settings: WalkWorld["settings"] },
  seed: number,
  options: Omit<WalkOptions, "record"> = {},
): RecordedWalk {
  const actions: WalkAction[] = [];
  const walker = new Walker(protocol, system, { ...options, record: (action) => actions.push(action) });
  const violation = walker.run(seed);
  return { seed, actions, slowDisk: walker.world.slowDisk, violation, hash: traceHash(actions, violation) };
}

/** FNV-1a of the actions' texts and of what went wrong. */
export function traceHash(actions: readonly WalkAction[], violation: Violation | null): string {
  let hash = 0x811c9dc5;
  const text = [...actions.map(formatAction), violation === null ? "" : violation.name].join("\n");
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
