/** What nodes hold follows what is under way, not how long it has run, wherever the clients are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fault } from "../core/faults.ts";
import { disk } from "../core/machines.ts";
import { networks } from "../core/networks.ts";
import { ms } from "../core/units.ts";
import { workload } from "../core/workloads.ts";
import type { AnyProtocol } from "../simulation/protocol.ts";
import { simulateRun } from "../simulation/run.ts";
import { protocolIndex } from "./index.ts";
import { buildSystem } from "./system.ts";

/** Entries of everything that can be reached from some objects: elements of arrays, maps and sets, and fields. */
function held(roots: readonly unknown[]): number {
  const seen = new Set<object>();
  const open: unknown[] = [...roots];
  let entries = 0;
  while (open.length > 0) {
    const next = open.pop();
    entries++;
    if (typeof next !== "object" || next === null || seen.has(next)) continue;
    seen.add(next);
    if (next instanceof Map) for (const pair of next) open.push(...pair);
    else if (next instanceof Set || Array.isArray(next)) for (const value of next) open.push(value);
    else if (ArrayBuffer.isView(next)) entries += next.byteLength / 8;
    else for (const value of Object.values(next)) open.push(value);
  }
  return entries;
}

/** What the nodes hold after so many operations. */
function heldAfter(protocol: AnyProtocol, operations: number, clients: string[], crashed: boolean): number {
  const nodes: unknown[] = [];
  const boot: AnyProtocol["boot"] = (ctx, durable) => {
    nodes[ctx.self] = protocol.boot(ctx, durable);
    return nodes[ctx.self] as ReturnType<AnyProtocol["boot"]>;
  };
  const watched: AnyProtocol = { ...protocol, boot };
  const system = buildSystem(watched, {
    network: networks.lan({ nodes: 3, rtt: ms(1), jitter: 0.1 }),
    disk: disk.fsync(ms(0.5)),
    faults: crashed ? [fault.crash({ node: 2, at: 1, lasts: 1 })] : [],
  });
  const load = workload.poisson(1000, { keys: 7, reads: 0.5, clients, timeout: 1 });
  simulateRun(watched, system, load, { seed: 1, operations, history: "off" });
  return held(nodes);
}

/** Sets of what was applied are rings of one bit or byte an operation, of a bounded length that these runs do not reach. */
const GROWTH = 0.2;
const SITUATIONS = [
  { clients: ["node 0"], crashed: false },
  { clients: ["node 0", "node 1", "node 2"], crashed: true },
];
for (const protocol of protocolIndex.values())
  for (const { clients, crashed } of protocol.durable === undefined ? SITUATIONS.slice(0, 1) : SITUATIONS)
    test(`${protocol.name}: clients at ${clients.join(", ")}${crashed ? ", one was down" : ""}`, () => {
      const [short, long] = [12_000, 18_000].map((operations) =>
        heldAfter(protocol, operations, clients, crashed),
      );
      const growth = (long - short) / 6000;
      assert.ok(growth < GROWTH, `${growth} entries for each operation more, ${long} in all`);
    });
