/**
 * Exhaustive search: every state that a small group can reach, not a sample of them.
 *
 * From a beginning that a script sets up, any message under way may be delivered next and any armed timer may fire, each
 * timer a limited number of times so that the space is finite. A message that is never delivered is one that is lost,
 * and every state on the way is checked, so losses need no actions of their own. States are told apart by what nodes
 * hold and what is under way, in canonical form; two orders of search must count the same ones.
 *
 * Nothing is undone: a state is reached again by playing its actions from the start, which is fast for short ones and
 * needs no protocol to know how to copy itself.
 */
import { DomainError, LimitError } from "../core/errors.ts";
import { checkNumber } from "../core/parameters.ts";
import { canonicalJson } from "../core/system.ts";
import type { AnyProtocol } from "./protocol.ts";
import { messageAction, perform, type WalkAction } from "./walk-action.ts";
import { type Violation, WalkWorld } from "./walk-world.ts";

export interface SearchOptions {
  /** What has happened before the search begins: clients' requests, a first election. */
  readonly beginning: readonly WalkAction[];
  /** How often each timer of each node may fire in the search; a timer that is not named never does. */
  readonly fires: Readonly<Record<string, number>>;
  readonly order: "breadth" | "depth";
  /** Most actions after the beginning; default: as many as there are. */
  readonly depth?: number;
  /** Most states; more is a LimitError. */
  readonly states: number;
}

/** What a search found. */
export interface SearchResult {
  /** Different states, the first among them. */
  readonly states: number;
  /** Actions tried. */
  readonly transitions: number;
  /** The longest of the shortest ways to a state (breadth), or the longest way taken (depth). */
  readonly deepest: number;
  /** The first state in which something is wrong, and a way to it; null when there is none. */
  readonly violation: { readonly is: Violation; readonly actions: readonly WalkAction[] } | null;
}

interface Step {
  readonly before: Step | null;
  readonly action: WalkAction | null;
  readonly length: number;
  /** What may happen next; found while the world stands in this state. */
  next: readonly WalkAction[];
}

/**
 * Searches all states.
 *
 * @throws LimitError when there are more than `states`; DomainError when the beginning is not possible
 */
export function searchStates(
  protocol: AnyProtocol,
  system: { readonly nodes: number; readonly settings: WalkWorld["settings"] },
  options: SearchOptions,
): SearchResult {
  const count = { dimension: "one", integer: true, min: 1 } as const;
  checkNumber("search", "states", options.states, { ...count, meaning: "states" });
  const searcher = new Searcher(protocol, system, options);
  return searcher.search();
}

class Searcher {
  private readonly world: WalkWorld;
  private readonly options: SearchOptions;
  private readonly depth: number;
  /** Length of the shortest way known to each state. */
  private readonly known = new Map<string, number>();
  private transitions = 0;
  private deepest = 0;

  constructor(
    protocol: AnyProtocol,
    system: { readonly nodes: number; readonly settings: WalkWorld["settings"] },
    options: SearchOptions,
  ) {
    this.world = new WalkWorld(protocol, system.nodes, system.settings);
    this.world.slowDisk = false;
    this.options = options;
    this.depth = options.depth ?? Number.POSITIVE_INFINITY;
  }

  search(): SearchResult {
    const start: Step = { before: null, action: null, length: 0, next: [] };
    this.play(start);
    this.known.set(this.key(start), 0);
    start.next = this.possible(start);
    let open: Step[] = [start];
    let next = 0;
    const depthFirst = this.options.order === "depth";
    while (depthFirst ? open.length > 0 : next < open.length) {
      const step = depthFirst ? (open.pop() as Step) : open[next++];
      if (!depthFirst && next > 4096) {
        open = open.slice(next);
        next = 0;
      }
      if (step.length >= this.depth) continue;
      for (const action of step.next) {
        const child: Step = { before: step, action, length: step.length + 1, next: [] };
        this.play(child);
        this.transitions++;
        if (!this.world.check())
          return this.result({ is: this.world.violation as Violation, actions: wayTo(child) });
        const key = this.key(child);
        const before = this.known.get(key);
        // A shorter way to a known state leaves more actions to go on with.
        if (before !== undefined && before <= child.length) continue;
        this.known.set(key, child.length);
        if (child.length > this.deepest) this.deepest = child.length;
        if (this.known.size > this.options.states)
          throw new LimitError(`search: states must be <= ${this.options.states}, got more`);
        child.next = this.possible(child);
        open.push(child);
      }
    }
    return this.result(null);
  }

  private result(violation: SearchResult["violation"]): SearchResult {
    return { states: this.known.size, transitions: this.transitions, deepest: this.deepest, violation };
  }

  private play(step: Step): void {
    const { world } = this;
    world.reset(0);
    for (const action of this.options.beginning)
      if (!perform(world, action))
        throw new DomainError(`search: beginning must be possible, got ${action.verb}`);
    for (const action of wayTo(step)) perform(world, action);
  }

  /** What may happen in the state of a step: each different message once, each timer that may still fire. */
  private possible(step: Step): WalkAction[] {
    const { world } = this;
    const actions: WalkAction[] = [];
    const seen = new Set<string>();
    for (let flight = 0; flight < world.flights; flight++) {
      const content = `${world.from[flight]}>${world.to[flight]} ${canonicalJson(world.message[flight])}`;
      if (seen.has(content)) continue;
      seen.add(content);
      actions.push(messageAction(world, "deliver", flight));
    }
    const fired = firedIn(step);
    for (let node = 0; node < world.nodes; node++) {
      for (const [index, timer] of world.timerNames.entries()) {
        const armed = world.armed[node * world.timerNames.length + index] === 1;
        const left = (this.options.fires[timer] ?? 0) - (fired.get(`${node} ${timer}`) ?? 0);
        if (armed && left > 0) actions.push({ verb: "fire", node, timer });
      }
    }
    return actions;
  }

  /** The state in canonical form: nodes, what is under way in any order, timers, and how often they may still fire. */
  private key(step: Step): string {
    const { world } = this;
    const under: string[] = [];
    for (let i = 0; i < world.flights; i++)
      under.push(`${world.from[i]}>${world.to[i]} ${canonicalJson(world.message[i])}`);
    under.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const fired = [...firedIn(step)].sort(([a], [b]) => (a < b ? -1 : 1));
    const outcomes = world.operations.map(({ outcome, value }) => [outcome, value]);
    return canonicalJson([world.states.map(plain), under, [...world.armed], fired, outcomes]);
  }
}

function wayTo(step: Step): WalkAction[] {
  const actions: WalkAction[] = [];
  for (let at: Step | null = step; at !== null; at = at.before)
    if (at.action !== null) actions.push(at.action);
  return actions.reverse();
}

function firedIn(step: Step): Map<string, number> {
  const fired = new Map<string, number>();
  for (let at: Step | null = step; at !== null; at = at.before) {
    const { action } = at;
    if (action === null || action.verb !== "fire") continue;
    const name = `${action.node} ${action.timer}`;
    fired.set(name, (fired.get(name) ?? 0) + 1);
  }
  return fired;
}

/** Columns and maps as plain data. */
function plain(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (ArrayBuffer.isView(value)) return [...(value as unknown as Iterable<number>)];
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return [...value].map(plain);
  if (value instanceof Set) return [...value].map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}
