/**
 * Exhaustive search: every state that a small configuration of the untimed world can reach, each looked at once.
 *
 * Where walks say "probably", this says "certainly, within these bounds". Breadth first finds the shortest way to what
 * goes wrong; depth first visits the same states in another order, which checks the search itself. States are compared
 * by a 64-bit hash of their canonical text; a state is made again by doing its actions from the start, so protocols need
 * not know how to copy themselves. The approach is that of stateright (Nadal, github.com/stateright/stateright).
 */
import { DomainError, LimitError } from "../core/errors.ts";
import { checkNumber } from "../core/parameters.ts";
import type { AnyProtocol } from "./protocol.ts";
import { messageAction, perform, type WalkAction } from "./walk-action.ts";
import { type Violation, WalkWorld } from "./walk-world.ts";

/** What may happen. Messages may always arrive, in any order, or never. */
export interface Bounds {
  /** Done before the search begins. */
  readonly start?: readonly WalkAction[];
  /** How often a timer of a name may fire, all nodes together; timers not named do not fire. */
  readonly fires?: Readonly<Record<string, number>>;
  /** How often a message may arrive twice, and a node may crash (and come back); default 0. */
  readonly repeats?: number;
  readonly crashes?: number;
  /** Actions in a row; default: as many as there are. */
  readonly depth?: number;
  /** Give up beyond so many states; default a million. */
  readonly mostStates?: number;
  readonly order?: "breadth" | "depth";
}

export interface Explored {
  readonly states: number;
  readonly transitions: number;
  /** Length of the longest way looked at. */
  readonly deepest: number;
  /** The first violation and the actions that lead to it (breadth first: no fewer do), or null. */
  readonly violation: { readonly violation: Violation; readonly actions: readonly WalkAction[] } | null;
}

/** A state by the way to it. */
interface Reached {
  readonly depth: number;
  readonly before: Reached | null;
  readonly action: WalkAction | null;
}

/**
 * Searches all states within bounds, and stops at the first violation.
 *
 * @throws LimitError beyond `mostStates`
 */
export function explore(
  protocol: AnyProtocol,
  system: { readonly nodes: number; readonly settings: WalkWorld["settings"] },
  bounds: Bounds,
): Explored {
  const { depth: deepestAllowed = Number.POSITIVE_INFINITY, order = "breadth", mostStates = 1e6 } = bounds;
  checkNumber("explore", "mostStates", mostStates, { dimension: "one", integer: true, min: 1, meaning: "" });
  const world = new BoundedWorld(protocol, system, bounds);
  const first: Reached = { depth: 0, before: null, action: null };
  world.redo([]);
  if (world.violation !== null)
    return { states: 1, transitions: 0, deepest: 0, violation: { violation: world.violation, actions: [] } };
  const seen = new Map<string, number>([[world.key(), 0]]);
  const open: Reached[] = [first];
  let next = 0;
  let transitions = 0;
  let deepest = 0;
  while (order === "breadth" ? next < open.length : open.length > 0) {
    const reached = order === "breadth" ? open[next++] : (open.pop() as Reached);
    const way = wayTo(reached);
    if (reached.depth >= deepestAllowed) continue;
    world.redo(way);
    // Depth first may come to a state by a long way before a short one, which leads further within the bound.
    if ((seen.get(world.key()) as number) < reached.depth) continue;
    for (const action of world.possible()) {
      world.redo(way);
      const violation = world.attempt(action);
      transitions++;
      const depth = reached.depth + 1;
      if (violation !== null)
        return {
          states: seen.size,
          transitions,
          deepest,
          violation: { violation, actions: [...way, action] },
        };
      const key = world.key();
      const known = seen.get(key);
      if (known !== undefined && known <= depth) continue;
      seen.set(key, depth);
      if (depth > deepest) deepest = depth;
      open.push({ depth, before: reached, action });
      if (seen.size > mostStates)
        throw new LimitError(`explore ${protocol.name}: states must be <= ${mostStates}, got more`);
    }
  }
  return { states: seen.size, transitions, deepest, violation: null };
}

function wayTo(reached: Reached): WalkAction[] {
  const way: WalkAction[] = [];
  for (let at: Reached | null = reached; at?.action != null; at = at.before) way.push(at.action);
  return way.reverse();
}

/** A world that counts what is bounded and tells its state as text. */
class BoundedWorld extends WalkWorld {
  private readonly bounds: Bounds;
  private claimed: string[] = [];
  private spent: Record<string, number> = {};

  constructor(
    protocol: AnyProtocol,
    system: { readonly nodes: number; readonly settings: WalkWorld["settings"] },
    bounds: Bounds,
  ) {
    super(protocol, system.nodes, system.settings);
    this.slowDisk = false;
    this.bounds = bounds;
  }

  override claim(what: string, slot: number, value: number): void {
    const text = `${what} ${slot} ${value}`;
    if (!this.claimed.includes(text)) this.claimed.push(text);
    super.claim(what, slot, value);
  }

  /** From the start, all actions of a way. */
  redo(way: readonly WalkAction[]): void {
    this.claimed = [];
    this.spent = {};
    this.reset(0);
    for (const action of this.bounds.start ?? []) this.mustDo(action);
    for (const action of way) this.mustDo(action);
    this.checkAll();
  }

  /** One more action; what it violates, or null. */
  attempt(action: WalkAction): Violation | null {
    try {
      this.mustDo(action);
      this.checkAll();
    } catch (error) {
      const name = error instanceof Error ? error.name : "error";
      this.violation ??= { kind: "exception", name, detail: String(error) };
    }
    return this.violation;
  }

  private mustDo(action: WalkAction): void {
    if (!perform(this, action))
      throw new DomainError("explore: action must be possible, got one that is not");
    const what = action.verb === "fire" ? action.timer : action.verb;
    this.spent[what] = (this.spent[what] ?? 0) + 1;
  }

  /** Everything that may happen next. A message that was sent twice over one link is one possibility. */
  possible(): WalkAction[] {
    const { fires = {}, repeats = 0, crashes = 0 } = this.bounds;
    const actions: WalkAction[] = [];
    const known = new Set<string>();
    for (let flight = 0; flight < this.flights.count; flight++) {
      const text = this.flightText(flight);
      if (known.has(text) || !this.isUp[this.flights.to[flight]]) continue;
      known.add(text);
      actions.push(messageAction(this, "deliver", flight));
      if ((this.spent.repeat ?? 0) < repeats) actions.push(messageAction(this, "repeat", flight));
    }
    for (let node = 0; node < this.nodes; node++) {
      this.timerNames.forEach((timer, i) => {
        const armed = this.armed[node * this.timerNames.length + i] === 1;
        if (armed && (this.spent[timer] ?? 0) < (fires[timer] ?? 0))
          actions.push({ verb: "fire", node, timer });
      });
      if (!this.isUp[node]) actions.push({ verb: "restart", node });
      else if ((this.spent.crash ?? 0) < crashes) actions.push({ verb: "crash", node });
    }
    return actions;
  }

  /** A hash of all that the future depends on: nodes, disks, messages under way, timers, claims, bounds used up. */
  key(): string {
    const flights: string[] = [];
    for (let flight = 0; flight < this.flights.count; flight++) flights.push(this.flightText(flight));
    const bounded = { ...this.bounds.fires, repeat: 1, crash: 1 };
    const used = Object.keys(bounded).map((what) => this.spent[what] ?? 0);
    const text = JSON.stringify([
      this.states.map((state, node) => (this.isUp[node] ? state : null)),
      this.disks(),
      flights.sort((a, b) => (a < b ? -1 : 1)),
      [...this.armed],
      [...this.claimed].sort((a, b) => (a < b ? -1 : 1)),
      used,
    ]);
    return hash64(text);
  }

  private flightText(flight: number): string {
    return `${this.flights.from[flight]}>${this.flights.to[flight]} ${JSON.stringify(this.flights.message[flight])}`;
  }
}

/** Two FNV-1a hashes of 32 bits, from different starts, as one text. */
function hash64(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x1b873593;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b) ^ (b >>> 13);
  }
  return `${(a >>> 0).toString(36)}.${(b >>> 0).toString(36)}`;
}
