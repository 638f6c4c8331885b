/**
 * A sequence of actions of the untimed world as a trace, so that a scenario can be drawn: moment k is the k-th action.
 */
import type { SpaceTime, TraceMark, TraceMessage, TraceSpan } from "../core/trace.ts";
import type { AnyProtocol } from "./protocol.ts";
import { flightOf, formatAction, perform, type WalkAction } from "./walk-action.ts";
import { WalkWorld } from "./walk-world.ts";

type Draft = { -readonly [K in keyof TraceMessage]: TraceMessage[K] };
type Span = { -readonly [K in keyof TraceSpan]: TraceSpan[K] };

/** How actions are played. */
export interface WalkTraceOptions {
  readonly seed?: number;
  readonly slowDisk?: boolean;
  readonly title?: string;
}

/** Plays actions one after the other, up to the first violation, and writes down what moved. */
export function traceOfActions(
  protocol: AnyProtocol,
  system: { readonly nodes: number; readonly settings: WalkWorld["settings"] },
  actions: readonly WalkAction[],
  options: WalkTraceOptions = {},
): SpaceTime {
  const { seed = 0, slowDisk = false, title = protocol.name } = options;
  const player = new Player(protocol, system.nodes, system.settings);
  player.play(actions, seed, slowDisk);
  return player.trace(title);
}

class Player {
  private readonly world: WalkWorld;
  private readonly protocol: AnyProtocol;
  private readonly messages: Draft[] = [];
  private readonly bySerial = new Map<number, Draft>();
  private readonly spans: Span[] = [];
  private readonly marks: TraceMark[] = [];
  private readonly leading: (Span | null)[] = [];
  private readonly down: (Span | null)[] = [];
  private readonly terms = new Map<number, number>();
  private readonly settled = new Set<string>();
  private readonly quorum = new Set<number>();
  private handled: Draft | null = null;

  constructor(protocol: AnyProtocol, nodes: number, settings: WalkWorld["settings"]) {
    this.protocol = protocol;
    const world = new WalkWorld(protocol, nodes, settings);
    this.world = world;
    const claim = world.claim.bind(world);
    world.claim = (what, slot, value) => {
      claim(what, slot, value);
      this.claimed(what, slot, value);
    };
  }

  play(actions: readonly WalkAction[], seed: number, slowDisk: boolean): void {
    const { world } = this;
    world.slowDisk = slowDisk;
    world.reset(seed);
    this.noteSent();
    for (const action of actions) {
      this.before(action);
      const { length } = world.operations;
      if (!perform(world, action)) continue;
      this.after(action, length);
      if (world.checkAll()) continue;
      const { violation } = world;
      this.marks.push({
        process: world.self,
        time: world.step,
        kind: "violation",
        label: `${violation?.name}: ${violation?.detail}`,
      });
      break;
    }
  }

  private before(action: WalkAction): void {
    const { world } = this;
    this.handled = null;
    if (action.verb !== "deliver" && action.verb !== "repeat" && action.verb !== "lose") return;
    const flight = flightOf(world, action);
    if (flight < 0) return;
    const message = this.bySerial.get(world.flights.serial[flight]);
    if (message === undefined) return;
    const time = world.step + 1; // performing it takes the next moment
    if (action.verb === "lose") message.fate = "lost";
    else if (message.handled !== null) {
      // A repeated message arrives again: one more arrow of the same sending.
      this.messages.push({ ...message, arrived: time, handled: time, fate: "copy" });
    } else {
      message.arrived = time;
      if (world.isUp[action.to]) {
        message.handled = time;
        this.handled = message;
      } else message.fate = "receiver down";
    }
  }

  private after(action: WalkAction, operationsBefore: number): void {
    const { world, marks } = this;
    const time = world.step;
    this.noteSent();
    if (action.verb === "fire")
      marks.push({ process: action.node, time, kind: "timer", label: action.timer });
    if (action.verb === "command")
      marks.push({ process: action.node, time, kind: "command", label: `${action.name} ${action.argument}` });
    if (action.verb === "crash") {
      marks.push({ process: action.node, time, kind: "crash", label: "crash" });
      this.down[action.node] = this.open({
        process: action.node,
        kind: "down",
        from: time,
        to: time,
        label: "down",
      });
    }
    if (action.verb === "restart") {
      marks.push({ process: action.node, time, kind: "restart", label: "restart" });
      this.close(this.down, action.node, time);
    }
    if (action.verb === "store")
      this.spans.push({ process: action.node, kind: "writes", from: time - 0.3, to: time, label: "" });
    if (world.operations.length > operationsBefore && "node" in action)
      marks.push({ process: action.node, time, kind: "invoke", label: formatAction(action) });
    for (const { operation, completed, outcome, value } of world.operations) {
      if (completed !== time || outcome !== "ok") continue;
      const text =
        operation.kind === "read" ? `read ${operation.id} gave ${value}` : `write ${operation.id} done`;
      marks.push({ process: world.self, time, kind: "answer", label: text });
    }
    this.noteLeaders(time);
  }

  /** Messages sent by the last action. */
  private noteSent(): void {
    const { world } = this;
    for (let i = 0; i < world.flights.count; i++) {
      if (this.bySerial.has(world.flights.serial[i])) continue;
      const message = world.flights.message[i];
      const draft: Draft = {
        from: world.flights.from[i],
        to: world.flights.to[i],
        kind: message.kind,
        bytes: this.protocol.bytes(message, world.settings),
        sent: world.step,
        left: world.step,
        arrived: null,
        handled: null,
      };
      this.bySerial.set(world.flights.serial[i], draft);
      this.messages.push(draft);
    }
  }

  private claimed(what: string, slot: number, value: number): void {
    if (what === "leader") this.terms.set(value, slot);
    if (what === "leader" || what === "proposed") return;
    const name = `${what} ${slot}`;
    if (this.settled.has(name)) return;
    this.settled.add(name);
    this.marks.push({ process: this.world.self, time: this.world.step, kind: "commit", label: name });
    if (this.handled !== null) this.quorum.add(this.messages.indexOf(this.handled));
  }

  private noteLeaders(time: number): void {
    const { world, protocol } = this;
    if (protocol.leads === undefined) return;
    for (let node = 0; node < world.nodes; node++) {
      const leads = world.isUp[node] && protocol.leads(world.states[node]);
      if (leads && (this.leading[node] ?? null) === null) {
        const term = this.terms.get(node);
        const label = term === undefined ? "leads" : `term ${term}`;
        this.leading[node] = this.open({ process: node, kind: "leads", from: time, to: time, label });
      } else if (!leads) this.close(this.leading, node, time);
    }
  }

  private open(span: Span): Span {
    span.to = Number.POSITIVE_INFINITY;
    this.spans.push(span);
    return span;
  }

  private close(list: (Span | null)[], node: number, time: number): void {
    const span = list[node];
    if (span) span.to = time;
    list[node] = null;
  }

  trace(title: string): SpaceTime {
    const { world } = this;
    const to = world.step + 1;
    const { violation } = world;
    return {
      title,
      processes: Array.from({ length: world.nodes }, (_, node) => `node ${node}`),
      from: 0,
      to,
      messages: this.messages,
      spans: this.spans.map((span) => ({ ...span, to: Math.min(to, span.to) })),
      marks: this.marks,
      cuts: [],
      quorumEdges: [...this.quorum].sort((a, b) => a - b),
      note: "no clock: one second is one action",
      ...(violation === null ? {} : { warning: `${violation.kind} ${violation.name}: ${violation.detail}` }),
    };
  }
}
