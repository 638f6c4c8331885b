/**
 * One dispatch site per run: finds the handler of a message by its kind.
 *
 * A chain of comparisons with interned strings is a chain of pointer comparisons; looking the kind up in an object
 * would be a slow keyed load at the hottest place of the engine.
 */
import { UsageError } from "../core/errors.ts";
import type { ParameterTable, ValuesOf } from "../core/parameters.ts";
import type { AnyProtocol, Context, MessageShape } from "./protocol.ts";

type AnyContext = Context<ValuesOf<ParameterTable>, MessageShape>;
type Handler = (node: object, message: MessageShape, from: number, context: AnyContext) => void;

/** Kinds that have fields of their own. */
const FIRST = 4;

export class Dispatcher {
  readonly kinds: readonly string[];
  // Counts of the first kinds stand in fields: the cheapest to raise.
  private count0 = 0;
  private count1 = 0;
  private count2 = 0;
  private count3 = 0;
  private readonly counts: number[];
  private readonly handlers: readonly Handler[];
  private readonly k0: string;
  private readonly k1: string;
  private readonly k2: string;
  private readonly k3: string;
  private readonly h0: Handler;
  private readonly h1: Handler;
  private readonly h2: Handler;
  private readonly h3: Handler;

  constructor(protocol: AnyProtocol) {
    this.kinds = Object.keys(protocol.messages);
    this.handlers = this.kinds.map((kind) => (protocol.messages as Record<string, Handler>)[kind]);
    this.counts = this.kinds.map(() => 0);
    const none: Handler = () => {
      throw new UsageError(`${protocol.name}: message of unknown kind (known: ${this.kinds.join(", ")})`);
    };
    const kind = (i: number): string => this.kinds[i] ?? "";
    const handler = (i: number): Handler => this.handlers[i] ?? none;
    [this.k0, this.k1, this.k2, this.k3] = [kind(0), kind(1), kind(2), kind(3)];
    [this.h0, this.h1, this.h2, this.h3] = [handler(0), handler(1), handler(2), handler(3)];
  }

  /** Messages handled, by position in `kinds`. */
  get handled(): readonly number[] {
    const first = [this.count0, this.count1, this.count2, this.count3];
    return this.counts.map((count, i) => first[i] ?? count);
  }

  run(node: object, message: MessageShape, from: number, context: AnyContext): void {
    const kind = message.kind;
    if (kind === this.k0) {
      this.count0++;
      this.h0(node, message, from, context);
    } else if (kind === this.k1) {
      this.count1++;
      this.h1(node, message, from, context);
    } else if (kind === this.k2) {
      this.count2++;
      this.h2(node, message, from, context);
    } else if (kind === this.k3) {
      this.count3++;
      this.h3(node, message, from, context);
    } else {
      this.runRest(node, message, from, context);
    }
  }

  private runRest(node: object, message: MessageShape, from: number, context: AnyContext): void {
    const { kinds } = this;
    let i = FIRST;
    while (i < kinds.length && kinds[i] !== message.kind) i++;
    if (i >= kinds.length) {
      throw new UsageError(`message of unknown kind "${message.kind}" (known: ${kinds.join(", ")})`);
    }
    this.counts[i]++;
    const handle = this.handlers[i];
    handle(node, message, from, context);
  }
}
