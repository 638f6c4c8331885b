/**
 * A sharded store: servers own ranges of positions, routers find them by a map that may be old, a monitor moves what is hot.
 *
 * Source      Chang et al., "Bigtable", OSDI 2006, §5; Adya et al., "Slicer", OSDI 2016, §4; the copy: Clark et al., NSDI 2005, §3
 * Promises    every key has at most one owner at every moment; no answered write is lost; every key is linearizable, while
 *             ranges move and any node, source, target or monitor, crashes
 * Assumes     crashed nodes come back with their disks; messages may be lost, repeated and reordered; no clocks
 * Leaves out  replication (a range is away while its server is down), abandoning a move, transactions: the keys of a scan
 *             are read each at its own moment, and a history judges the first of them
 *
 * Nodes 0 … routers − 1 only route, node 0 is the monitor too; the others serve, and route what clients ask of them. With a
 * front cache the one router is the only door.
 */
import { perOther, total } from "../../simulation/own-measures.ts";
import type { NodeId, Protocol } from "../../simulation/protocol.ts";
import { busiestShare } from "../measure-shapes.ts";
import { layoutOf } from "./shard-layout.ts";
import type { Piece } from "./shard-map.ts";
import { type ShardDisk, shardDurable } from "./sharded-store-durable.ts";
import type { ShardContext, ShardMessage, ShardRecord } from "./sharded-store-messages.ts";
import { MonitorNode } from "./sharded-store-monitor.ts";
import { RouterNode } from "./sharded-store-router.ts";
import { type ShardRules, shardRules } from "./sharded-store-rules.ts";
import { ServerNode } from "./sharded-store-server.ts";
import {
  checkShardedStore,
  deriveShardedStore,
  type ShardedStoreSettings,
  type ShardedStoreTable,
  shardedStoreParameters,
} from "./sharded-store-settings.ts";

/** What a node is: a router always, and perhaps a server or the monitor. */
export interface ShardNode {
  readonly self: NodeId;
  readonly router: RouterNode;
  readonly server: ServerNode | null;
  readonly monitor: MonitorNode | null;
}

type Store = Protocol<ShardedStoreTable, ShardNode, ShardMessage, ShardDisk>;

const serversOf = (nodes: readonly ShardNode[]): ServerNode[] =>
  nodes.flatMap(({ server }) => (server === null ? [] : [server]));

/** No position that one server owns is another's too: owned stretches, side by side, do not overlap. */
function oneOwner(nodes: readonly ShardNode[], changed?: ShardNode): boolean {
  if (changed !== undefined && changed.server === null) return true;
  const stretches: Piece[] = [];
  for (const { server } of nodes) {
    if (server === null) continue;
    for (const piece of server.map.pieces) if (piece.owner === server.self) stretches.push(piece);
  }
  stretches.sort(byFirst);
  for (let i = 1; i < stretches.length; i++) if (stretches[i].first < stretches[i - 1].end) return false;
  return true;
}

const byFirst = (a: Piece, b: Piece): number => a.first - b.first;

/** What the monitor takes for settled is so: whoever it names owns those positions, wherever nothing is being moved. */
function mapIsTrue(nodes: readonly ShardNode[]): boolean {
  const monitor = nodes[0]?.monitor ?? null;
  if (monitor === null) return true; // it is down
  const moves = [...monitor.planned.values()];
  for (const { self, server } of nodes) {
    if (server === null) continue;
    for (const { owner, first, end } of monitor.map.pieces) {
      if (owner !== self || moves.some((move) => move.first < end && first < move.end)) continue;
      if (!server.map.ownsAll(self, first, end)) return false;
    }
  }
  return true;
}

/** Every request that came was answered by the cache in front, or a server was asked: never both. */
const hitsReachNoServer = (nodes: readonly ShardNode[]): boolean =>
  nodes.every(
    ({ router: { counts, front } }) => counts.requests === counts.asked + (front?.counts.hits ?? 0),
  );

/** Every key of a scan is read where it is owned. */
const scansReadWhatIsOwned = (nodes: readonly ShardNode[]): boolean =>
  nodes.every(({ server }) => server === null || server.counts.foreign === 0);

/** Bytes of a record on the disk: what it says of each key, and the values it carries. */
function recordBytes(record: ShardRecord, { headerBytes }: ShardedStoreSettings): number {
  const keys = record.kind === "took" ? record.cells.length : 0;
  const carried =
    record.kind === "wrote" || record.kind === "staged" || record.kind === "took" ? record.bytes : 0;
  return headerBytes + 16 * keys + carried;
}

function messageBytes(message: ShardMessage, { headerBytes }: ShardedStoreSettings): number {
  switch (message.kind) {
    case "ask":
      return (
        headerBytes +
        8 * (message.keys.length - 1) +
        (message.operation.kind === "write" ? message.operation.bytes : 0)
      );
    case "answer":
    case "chunk":
      return headerBytes + message.bytes;
    case "handover":
      return headerBytes + message.bytes + 16 * message.manifest.length;
    case "missing":
      return headerBytes + 8 * (message.keys.length + message.parts.length);
    case "load":
      return headerBytes + 24 * message.pieces.length;
    default:
      return headerBytes;
  }
}

/** What a run ended with: how much moved, and when. */
function outcome(nodes: readonly ShardNode[]): Record<string, number> {
  const servers = serversOf(nodes);
  const sum = (count: (server: ServerNode) => number): number =>
    servers.reduce((total, server) => total + count(server), 0);
  const monitor = nodes[0].monitor as MonitorNode;
  return {
    moves: monitor.done,
    waiting: monitor.planned.size,
    movedBytes: sum(({ counts }) => counts.sentBytes),
    firstPlan: monitor.firstPlan,
    lastDone: monitor.lastDone,
    parked: sum(({ counts }) => counts.parked),
    refused: sum(({ counts }) => counts.refused),
    pieces: monitor.map.pieces.length,
    reads: nodes[0].router.front?.counts.reads ?? 0,
    hits: nodes[0].router.front?.counts.hits ?? 0,
    busiestServed: Math.max(...servers.map(({ counts }) => counts.served)),
    served: sum(({ counts }) => counts.served),
  };
}

/** Runs a handler of servers; what reaches another node by mistake comes to nothing. */
const atServer =
  <M extends ShardMessage>(
    handle: (server: ServerNode, message: M, from: NodeId, context: ShardContext) => void,
  ) =>
  (node: ShardNode, message: M, from: NodeId, context: ShardContext): void => {
    if (node.server !== null) handle(node.server, message, from, context);
  };

const timersOf: Store["timers"] = {
  again: (node, context) => node.router.again(context),
  served: (node, context) => node.server?.finish(context),
  front: (node, context) => node.router.hitServed(context),
  copy: (node, context) => node.server?.copy(context),
  report: (node, context) => node.server?.report(context),
  plan: (node, context) => node.monitor?.plan(context),
  order: (node, context) => node.monitor?.remind(context),
};

const messagesOf: Store["messages"] = {
  ask: atServer((server, message, from, context) => server.take(message, from, context)),
  answer: (node, { ticket, value, version }, _from, context) =>
    node.router.answered(ticket, value, version, context),
  moved: (node, { ticket, piece }, _from, context) => node.router.moved(ticket, piece, context),
  migrate: atServer((server, message, _from, context) => server.migrate(message, context)),
  chunk: atServer((server, message, from, context) => server.chunk(message, from, context)),
  chunkTaken: atServer((server, { epoch, part }, _from, context) => server.chunkTaken(epoch, part, context)),
  handover: atServer((server, message, from, context) => server.handover(message, from, context)),
  missing: atServer((server, { epoch, parts, keys }, _from, context) =>
    server.missing(epoch, parts, keys, context),
  ),
  taken(node, { piece }, _from, context) {
    node.server?.taken(piece.epoch, context);
    node.monitor?.taken(piece, context);
  },
  load: (node, { pieces }, from) => node.monitor?.report(from, pieces),
};

/** Orders of an operator; other nodes than the monitor pass over them. */
const commandsOf: NonNullable<Store["commands"]> = {
  /** Splits the range of a key there and moves the upper part to the next server. */
  move({ monitor }, argument, context) {
    if (monitor === null) return;
    const { routers, servers, keySpace } = context.settings;
    const position = layoutOf(context.settings).positionOf(argument % keySpace);
    const { owner, end } = monitor.map.at(position);
    monitor.order(position, end, routers + ((owner - routers + 1) % servers), context);
  },
  /** Everything goes where the placement wants it with so many servers (a whole number modulo all, and one at least). */
  resize({ monitor }, argument, context) {
    const { servers, startServers } = context.settings;
    const wanted = argument >= 1 && argument <= servers ? argument : startServers;
    monitor?.resize(wanted, context);
  },
};

/** The store with its rules; a known bug is another rule. */
export function shardedStoreWith(rules: ShardRules): Store {
  return {
    name: "sharded-store",
    title: "A sharded store with a monitor that re-shards",
    source: "Chang et al., Bigtable, OSDI 2006; Adya et al., Slicer, OSDI 2016; Clark et al., NSDI 2005",
    promises: "one owner of every key at every moment; no answered write lost; keys linearizable",
    assumes: "crashed nodes come back with their disks; messages may be lost, repeated, reordered; no clocks",
    leavesOut: "replication, abandoning a move, transactions (a scan reads each key at its own moment)",
    parameters: shardedStoreParameters,
    derive: deriveShardedStore,
    check: checkShardedStore,
    entry: "any",
    durable: shardDurable,
    boot(context, disk) {
      const { self, settings } = context;
      return {
        self,
        router: new RouterNode(context, rules),
        server: self < settings.routers ? null : new ServerNode(context, disk, rules),
        monitor: self === 0 ? new MonitorNode(context, disk, rules) : null,
      };
    },
    ready: () => true,
    request: (node, operation, context) => node.router.request(operation, context),
    timers: timersOf,
    messages: messagesOf,
    commands: commandsOf,
    leads: (node) => node.monitor !== null,
    bytes: messageBytes,
    recordBytes: (record, settings) => recordBytes(record as ShardRecord, settings),
    always: { oneOwner, mapIsTrue, hitsReachNoServer, scansReadWhatIsOwned },
    sometimes: {
      somethingMoved: (nodes) => serversOf(nodes).some(({ counts }) => counts.taken > 0),
      waitedForAHandover: (nodes) => serversOf(nodes).some(({ counts }) => counts.parked > 0),
      staleRouteRefused: (nodes) => nodes.some(({ router }) => router.counts.redirects > 0),
      writtenDuringTheCopy: (nodes) => serversOf(nodes).some(({ counts }) => counts.rewritten > 0),
      askedTwiceAppliedOnce: (nodes) => serversOf(nodes).some(({ counts }) => counts.repeated > 0),
    },
    describe: ({ router, server, monitor }) =>
      [
        monitor === null ? "" : `monitor, ${monitor.planned.size} moves to go`,
        server === null ? "router" : `server of ${owned(server)}, ${server.outgoing.length} moves out`,
        `${router.pending.size} asked`,
      ]
        .filter((part) => part !== "")
        .join(", "),
    scans: true,
    counts: ({ server, router }) => ({
      requests: router.counts.requests,
      parts: router.counts.parts,
      served: server?.counts.served ?? 0,
      sentBytes: server?.counts.sentBytes ?? 0,
      reads: router.front?.counts.reads ?? 0,
      hits: router.front?.counts.hits ?? 0,
    }),
    measures: {
      hitShare: {
        dimension: "one",
        title: "hits of the front cache",
        meaning: "share of the reads that the cache in front answered",
        of: perOther("hits", "reads"),
      },
      partsPerRequest: {
        dimension: "one",
        title: "parts of a request",
        meaning: "pieces of the map that a request was sent to: more than one where a scan meets several",
        of: perOther("parts", "requests"),
      },
      busiestShare: busiestShare("served"),
      movedBytes: {
        dimension: "size",
        title: "bytes moved",
        meaning: "values that servers copied to others, repeated copies included",
        of: total("sentBytes"),
      },
    },
    outcome,
  };
}

function owned({ map, self }: ServerNode): string {
  const mine = map.pieces.filter((piece) => piece.owner === self);
  return mine.length === 0 ? "nothing" : mine.map(({ first, end }) => `${first}-${end - 1}`).join(" ");
}

export const shardedStore = shardedStoreWith(shardRules);
