/**
 * A move of positions from one server to another: copy while serving, copy again what was written, stop, hand over.
 *
 * Source: Clark et al., "Live migration of virtual machines", NSDI 2005, §3 (pre-copy). Nothing rests on the order, the
 * number or the age of what arrives: the target takes over only when it holds every key in the version at which the
 * source stopped, and says what it lacks otherwise. So either end may crash and begin again at any moment.
 */
import type { NodeId } from "../../simulation/protocol.ts";
import type { Cell, Handover, Migrate, ShardContext } from "./sharded-store-messages.ts";
import type { ServerNode, Waiting } from "./sharded-store-server.ts";

/** Rounds of copying what was written meanwhile before the source stops all the same. */
const MOST_ROUNDS = 8;

/** A stretch of positions that is copied in one message, or keys written since. */
interface Part {
  readonly bytes: number;
  readonly keys: readonly number[];
}

export class OutgoingMove {
  readonly order: Migrate;
  /** The source serves these positions no more. */
  handingOver = false;
  /** Written since they were copied. */
  rewritten = new Set<number>();
  readonly parked: Waiting[] = [];
  private readonly server: ServerNode;
  private parts: Part[] | null = null;
  private next = 0;
  private rounds = 0;
  private readonly flying = new Set<number>();
  private lastSent = 0;
  private lastPaced = Number.NEGATIVE_INFINITY;

  constructor(server: ServerNode, order: Migrate) {
    this.server = server;
    this.order = order;
  }

  covers(position: number): boolean {
    return position >= this.order.first && position < this.order.end;
  }

  /** Seconds until the copy's timer should fire: the next chunk's turn, or the end of patience. */
  get pause(): number {
    const { copyRate, chunkBytes, copyRetry } = this.server.settings;
    if (copyRate === 0 || this.handingOver) return copyRetry;
    return Math.min(copyRetry, (8 * chunkBytes) / copyRate);
  }

  /** Sends what may be sent now, and stops serving when all is copied. */
  advance(context: ShardContext): void {
    if (this.handingOver) {
      this.handOver(context);
      return;
    }
    const { settings } = this.server;
    this.parts ??= partsOf(this.server, this.order);
    while (this.flying.size < settings.copyWindow && this.next < this.parts.length) {
      if (settings.copyRate > 0 && !this.isTurn(context)) return;
      this.sendPart(this.next++, context);
    }
    if (this.next < this.parts.length || this.flying.size > 0) return;
    if (this.rewritten.size * settings.valueBytes > settings.chunkBytes && this.rounds++ < MOST_ROUNDS) {
      this.parts.push(...rewrittenParts(this.rewritten, settings));
      this.rewritten = new Set();
      this.advance(context);
      return;
    }
    this.handingOver = true;
    this.server.rules.stopServing(this.server, this);
    this.server.rules.saveGave(this.server, this, context);
    this.server.counts.rewritten += this.rewritten.size;
    this.handOver(context);
  }

  onTimer(context: ShardContext): void {
    const silent = context.localTime() - this.lastSent >= this.server.settings.copyRetry;
    if (!this.handingOver && silent) for (const part of this.flying) this.sendPart(part, context);
    if (!this.handingOver || silent) this.advance(context);
  }

  acknowledged(part: number, context: ShardContext): void {
    if (this.flying.delete(part) && (!this.handingOver || this.flying.size === 0)) this.advance(context);
  }

  /** Sends what the target says it lacks; the hand-over goes out again when it has arrived. */
  repair(parts: readonly number[], keys: readonly number[], context: ShardContext): void {
    this.parts ??= partsOf(this.server, this.order);
    for (const key of keys) this.rewritten.add(key);
    for (const part of parts) if (part < this.parts.length) this.sendPart(part, context);
    if (parts.length === 0) this.handOver(context);
  }

  /** A paced copy sends one chunk in the time that its rate allows for one. */
  private isTurn(context: ShardContext): boolean {
    const now = context.localTime();
    const { chunkBytes, copyRate } = this.server.settings;
    const interval = (8 * chunkBytes) / copyRate;
    if (now < this.lastPaced + interval * (1 - 1e-9)) return false;
    this.lastPaced = now;
    context.setTimer("copy", this.pause);
    return true;
  }

  private sendPart(number: number, context: ShardContext): void {
    const { keys, bytes } = (this.parts as Part[])[number];
    this.flying.add(number);
    this.lastSent = context.localTime();
    this.server.counts.sentBytes += bytes;
    context.barrier(); // a value that a crash could take back must not leave
    context.send(this.order.to, {
      kind: "chunk",
      epoch: this.order.epoch,
      part: number,
      cells: cellsOf(this.server, keys),
      bytes,
    });
  }

  private handOver(context: ShardContext): void {
    const { first, end, epoch, to } = this.order;
    const { settings, rules } = this.server;
    this.parts ??= partsOf(this.server, this.order);
    this.lastSent = context.localTime();
    const bytes = this.rewritten.size * settings.valueBytes;
    this.server.counts.sentBytes += bytes;
    context.barrier();
    context.send(to, {
      kind: "handover",
      first,
      end,
      epoch,
      parts: this.parts.length,
      cells: cellsOf(this.server, [...this.rewritten]),
      manifest: writtenIn(this.server, this.order),
      applied: rules.appliedOf(this.server),
      bytes,
    });
  }
}

/** Those of some keys that have a cell. */
function cellsOf({ cells }: { readonly cells: ReadonlyMap<number, Cell> }, keys: readonly number[]): Cell[] {
  return keys.flatMap((key) => cells.get(key) ?? []);
}

/** The written values at the positions of a move. */
function writtenIn(server: ServerNode, { first, end }: Pick<Migrate, "first" | "end">): Cell[] {
  const cells: Cell[] = [];
  for (const cell of server.cells.values()) {
    const position = server.layout.positionOf(cell.key);
    if (position >= first && position < end) cells.push(cell);
  }
  return cells;
}

/** Cuts a move into chunks: as many positions as fill one, and the keys among them that hold more than their first value. */
function partsOf(server: ServerNode, { first, end }: Migrate): Part[] {
  const { layout, settings } = server;
  const cuts = [first];
  const bytesOf: number[] = [];
  let bytes = 0;
  for (let position = first; position < end; position++) {
    bytes += layout.keysIn(position, position + 1) * settings.valueBytes;
    if (bytes < settings.chunkBytes && position + 1 < end) continue;
    cuts.push(position + 1);
    bytesOf.push(bytes);
    bytes = 0;
  }
  const keys: number[][] = bytesOf.map(() => []);
  const cells = writtenIn(server, { first, end });
  const at = (key: number): number => layout.positionOf(key);
  cells.sort((a, b) => at(a.key) - at(b.key) || a.key - b.key);
  let part = 0;
  for (const { key } of cells) {
    while (at(key) >= cuts[part + 1]) part++;
    keys[part].push(key);
  }
  return bytesOf.map((size, i) => ({ bytes: size, keys: keys[i] }));
}

/** Keys written since they were copied, as many in a chunk as fill it. */
function rewrittenParts(keys: ReadonlySet<number>, settings: ServerNode["settings"]): Part[] {
  const { chunkBytes, valueBytes } = settings;
  const each = Math.max(1, Math.floor(chunkBytes / valueBytes));
  const list = [...keys];
  const parts: Part[] = [];
  for (let from = 0; from < list.length; from += each) {
    const some = list.slice(from, from + each);
    parts.push({ keys: some, bytes: some.length * valueBytes });
  }
  return parts;
}

/** The target's side: take over when everything is there, say what is not otherwise. */
export function handOver(server: ServerNode, message: Handover, from: NodeId, context: ShardContext): void {
  const { first, end, epoch, manifest, cells } = message;
  const piece = { first, end, owner: server.self, epoch };
  if (!server.rules.mayTake(server, message)) {
    context.barrier();
    context.send(from, { kind: "taken", piece });
    context.send(0, { kind: "taken", piece });
    return;
  }
  const staged = server.stagedFor(epoch);
  for (const cell of cells) staged.cells.set(cell.key, cell);
  const { parts, keys } = server.rules.lacks(staged, message);
  if (parts.length + keys.length > 0) {
    context.send(from, { kind: "missing", epoch, parts, keys });
    return;
  }
  const arrived = cellsOf(
    staged,
    manifest.map(({ key }) => key),
  );
  for (const cell of arrived) server.cells.set(cell.key, cell);
  server.applied.merge(message.applied);
  server.staged.delete(epoch);
  server.map.learn(piece);
  server.counts.taken++;
  server.rules.saveTook(
    { kind: "took", piece, cells: arrived, applied: message.applied, bytes: message.bytes },
    context,
  );
  context.claim("owner", epoch, server.self);
  context.send(from, { kind: "taken", piece });
  context.send(0, { kind: "taken", piece });
}

/** The source's side: the target has it all, so the values go. Returns their keys. */
export function confirm(server: ServerNode, out: OutgoingMove): number[] {
  const { epoch } = out.order;
  server.outgoing = server.outgoing.filter((move) => move !== out);
  const keys = writtenIn(server, out.order)
    .map((cell) => cell.key)
    .filter((key) => server.rules.mayDrop(server, key, epoch));
  for (const key of keys) server.cells.delete(key);
  return keys;
}
