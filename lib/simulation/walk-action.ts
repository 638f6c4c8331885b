/**
 * Actions of the untimed world as data and as text: what a walk did, what a script says, what shrinking leaves out.
 *
 * A message is named by its link, its kind and how many of that kind on that link were sent before it and are still
 * under way: `deliver 0>1 append` is the oldest, `deliver 0>1 append #1` the next. So a name keeps its meaning when
 * actions before it are left out.
 */
import { DataError, unknownName } from "../core/errors.ts";
import type { WalkWorld } from "./walk-world.ts";

export type MessageVerb = "deliver" | "repeat" | "lose";

/** One thing that happens in the untimed world. */
export type WalkAction =
  | {
      readonly verb: MessageVerb;
      readonly from: number;
      readonly to: number;
      readonly kind: string;
      readonly nth: number;
    }
  | { readonly verb: "fire"; readonly node: number; readonly timer: string }
  | { readonly verb: "store" | "crash" | "restart"; readonly node: number }
  | { readonly verb: "read" | "write"; readonly node: number; readonly key: number; readonly client: number }
  | { readonly verb: "ask"; readonly node: number; readonly id: number }
  | { readonly verb: "command"; readonly node: number; readonly name: string; readonly argument: number };

/** Does an action if it is possible now; tells whether it was. */
export function perform(world: WalkWorld, action: WalkAction): boolean {
  world.step++;
  switch (action.verb) {
    case "deliver":
    case "repeat":
    case "lose": {
      const flight = flightOf(world, action);
      if (flight < 0) return false;
      if (action.verb === "lose") world.flights.drop(flight);
      else world.deliver(flight, action.verb === "repeat");
      return true;
    }
    case "fire": {
      const timer = world.timerNames.indexOf(action.timer);
      if (timer < 0 || world.armed[action.node * world.timerNames.length + timer] === 0) return false;
      world.fire(action.node, timer);
      return true;
    }
    case "store":
      if (world.writes[action.node].length === 0) return false;
      world.store(action.node);
      return true;
    case "crash":
      if (!world.isUp[action.node]) return false;
      world.crash(action.node);
      return true;
    case "restart":
      if (world.isUp[action.node]) return false;
      world.restart(action.node);
      return true;
    case "ask":
      if (!world.isUp[action.node] || world.operations[action.id]?.outcome !== "unknown") return false;
      world.ask(action.node, action.id);
      return true;
    case "command":
      if (!world.isUp[action.node]) return false;
      world.command(action.node, action.name, action.argument);
      return true;
    default:
      if (!world.isUp[action.node]) return false;
      world.request(action.node, action.verb, action.key, action.client);
      return true;
  }
}

/** The position of a named message among those under way, or −1. */
export function flightOf(
  world: WalkWorld,
  name: { from: number; to: number; kind: string; nth: number },
): number {
  const fitting: number[] = [];
  for (let i = 0; i < world.flights.count; i++) {
    if (
      world.flights.from[i] === name.from &&
      world.flights.to[i] === name.to &&
      world.flights.message[i].kind === name.kind
    )
      fitting.push(i);
  }
  if (name.nth >= fitting.length) return -1;
  return fitting.sort((a, b) => world.flights.serial[a] - world.flights.serial[b])[name.nth];
}

/** The name of a message under way. */
export function messageAction(world: WalkWorld, verb: MessageVerb, flight: number): WalkAction {
  const from = world.flights.from[flight];
  const to = world.flights.to[flight];
  const { kind } = world.flights.message[flight];
  let nth = 0;
  for (let i = 0; i < world.flights.count; i++) {
    const same =
      world.flights.from[i] === from && world.flights.to[i] === to && world.flights.message[i].kind === kind;
    if (same && world.flights.serial[i] < world.flights.serial[flight]) nth++;
  }
  return { verb, from, to, kind, nth };
}

/**
 * An action as a line of a script.
 * @example formatAction({ verb: "deliver", from: 0, to: 1, kind: "append", nth: 0 }); // => "deliver 0>1 append"
 */
export function formatAction(action: WalkAction): string {
  switch (action.verb) {
    case "deliver":
    case "repeat":
    case "lose":
      return `${action.verb} ${action.from}>${action.to} ${action.kind}${action.nth > 0 ? ` #${action.nth}` : ""}`;
    case "fire":
      return `fire ${action.node} ${action.timer}`;
    case "ask":
      return `ask ${action.node} operation ${action.id}`;
    case "command":
      return `command ${action.node} ${action.name} ${action.argument}`;
    case "read":
    case "write":
      return `${action.verb} ${action.node} key ${action.key} client ${action.client}`;
    default:
      return `${action.verb} ${action.node}`;
  }
}

type Pattern = readonly [
  verb: string,
  usage: string,
  pattern: RegExp,
  make: (words: readonly string[]) => WalkAction,
];

const messagePatterns = (["deliver", "repeat", "lose"] as const).map(
  (verb): Pattern => [
    verb,
    `${verb} FROM>TO KIND [#N]`,
    new RegExp(`^${verb} (\\d+)>(\\d+) (\\w+)(?: #(\\d+))?$`),
    ([from, to, kind, nth]) => ({ verb, from: Number(from), to: Number(to), kind, nth: Number(nth ?? 0) }),
  ],
);
const nodePatterns = (["store", "crash", "restart"] as const).map(
  (verb): Pattern => [
    verb,
    `${verb} NODE`,
    new RegExp(`^${verb} (\\d+)$`),
    ([node]) => ({ verb, node: Number(node) }),
  ],
);
const requestPatterns = (["read", "write"] as const).map(
  (verb): Pattern => [
    verb,
    `${verb} NODE [key K] [client C]`,
    new RegExp(`^${verb} (\\d+)(?: key (\\d+))?(?: client (\\d+))?$`),
    ([node, key, client]) => ({
      verb,
      node: Number(node),
      key: Number(key ?? 0),
      client: Number(client ?? 0),
    }),
  ],
);
const PATTERNS: readonly Pattern[] = [
  ...messagePatterns,
  [
    "fire",
    "fire NODE TIMER",
    /^fire (\d+) (\w+)$/,
    ([node, timer]) => ({ verb: "fire", node: Number(node), timer }),
  ],
  ...nodePatterns,
  ...requestPatterns,
  [
    "ask",
    "ask NODE operation ID",
    /^ask (\d+) operation (\d+)$/,
    ([node, id]) => ({ verb: "ask", node: Number(node), id: Number(id) }),
  ],
  [
    "command",
    "command NODE NAME NUMBER",
    /^command (\d+) (\w+) (\d+)$/,
    ([node, name, argument]) => ({ verb: "command", node: Number(node), name, argument: Number(argument) }),
  ],
];

/**
 * Reads one line of a script.
 *
 * @param where `file:line`, for the error
 * @throws DataError when no action has that form
 */
export function parseAction(line: string, where: string): WalkAction {
  const verb = line.split(" ", 1)[0];
  const pattern = PATTERNS.find(([name]) => name === verb);
  if (pattern === undefined)
    throw unknownName(
      where,
      "action",
      verb,
      PATTERNS.map(([name]) => name),
    );
  const [, usage, form, make] = pattern;
  const words = form.exec(line);
  if (words === null) throw new DataError(`${where}: action must be of the form "${usage}", got "${line}"`);
  return make(words.slice(1));
}
