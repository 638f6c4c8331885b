import assert from "node:assert/strict";
import { test } from "node:test";
import { networks } from "../core/networks.ts";
import type { SlidingLog } from "../core/sliding-log.ts";
import type { AnyProtocol } from "../simulation/protocol.ts";
import { Walker } from "../simulation/walk.ts";
import type { Violation } from "../simulation/walk-world.ts";
import type { EPaxosNode } from "./consensus/epaxos-state.ts";
import type { Entry, RaftNode } from "./consensus/raft-state.ts";
import type { Txn, ZabNode } from "./consensus/zab-state.ts";
import { protocolIndex } from "./index.ts";
import { mutantIndex } from "./mutants.ts";
import { buildSystem } from "./system.ts";

const WALKS = 60;

/** Settings under which more happens: a leader also steps down without hearing of another term. */
const MORE: Readonly<Record<string, Readonly<Record<string, boolean>>>> = { raft: { checkQuorum: true } };

interface Subject {
  readonly name: string;
  readonly label: string;
  readonly protocol: AnyProtocol;
  readonly walker: (protocol: AnyProtocol) => Walker;
}

/** Every protocol that tells its revisions, and every mutant of it. */
const subjects: readonly Subject[] = [...protocolIndex.values()].flatMap((right) =>
  right.revision === undefined
    ? []
    : [null, ...(mutantIndex.get(right.name) ?? [])].map((mutant): Subject => {
        const protocol = mutant?.protocol ?? right;
        const nodes = mutant?.nodes ?? 3;
        const network = networks.lan({ nodes, rtt: 1e-3 });
        const { settings } = buildSystem(protocol, { network, ...MORE[right.name], ...mutant?.settings });
        const walker = (of: AnyProtocol): Walker => new Walker(of, { nodes, settings });
        return { name: right.name, label: `${right.name} ${mutant?.id ?? "itself"}`, protocol, walker };
      }),
);

/** Where and how a walk went wrong. */
const told = ({ world }: Walker, violation: Violation | null): string =>
  violation === null ? "holds" : `${violation.name} after ${world.step}`;

test("what revisions leave unasked would have held: walks of all mutants break where they break without", () => {
  assert.ok(subjects.length > 60, `${subjects.length} subjects`);
  let broken = 0;
  for (const { label, protocol, walker } of subjects) {
    const { revision: _, ...asked } = protocol;
    const [some, every] = [walker(protocol), walker(asked)];
    for (let seed = 0; seed < WALKS; seed++) {
      const expected = told(every, every.run(seed));
      if (expected !== "holds") broken++;
      assert.equal(told(some, some.run(seed)), expected, `${label}, seed ${seed}`);
    }
  }
  assert.ok(broken > 200, `${broken} broken walks`);
});

/** What invariants read of a node, as text: of logs what stands in them by index. */
interface Read {
  readonly state: string;
  readonly log: ReadonlyMap<number, string>;
}

const logOf = <T>(log: SlidingLog<T>, text: (entry: T) => string): ReadonlyMap<number, string> => {
  const entries = new Map<number, string>();
  for (let index = log.first; index < log.end; index++) entries.set(index, text(log.get(index) as T));
  return entries;
};

const READ: Readonly<Record<string, (node: object) => Read>> = {
  raft(node) {
    const { term, commit, lead, log } = node as RaftNode;
    const text = (entry: Entry): string => `${entry.term} ${entry.operation?.id} ${entry.config?.voters}`;
    return { state: `${term} ${commit} ${lead !== null} ${log.end}`, log: logOf(log, text) };
  },
  zab(node) {
    const { promised, delivered, role, log } = node as ZabNode;
    const leads = role === "synchronising" || role === "broadcasting";
    const text = (txn: Txn): string => `${txn.epoch} ${txn.operation.id}`;
    return { state: `${promised} ${delivered} ${leads} ${log.end}`, log: logOf(log, text) };
  },
  epaxos(node) {
    const { stored } = node as EPaxosNode;
    return {
      state: stored.map(({ key, value, version }) => `${key} ${value} ${version}`).join(),
      log: new Map(),
    };
  },
};

const differ = (a: Read, b: Read): boolean =>
  a.state !== b.state || [...a.log].some(([index, text]) => b.log.has(index) && b.log.get(index) !== text);

test("a revision is another whenever what invariants read of a node is", () => {
  for (const { name, protocol, walker } of subjects) {
    const { revision } = protocol;
    const read = READ[name];
    assert.ok(revision !== undefined && read !== undefined, `what invariants of ${name} read stands in READ`);
    const known = new WeakMap<object, { read: Read; revision: number }>();
    let changes = 0;
    const watch = (nodes: readonly object[]): boolean =>
      nodes.every((node) => {
        const before = known.get(node);
        const now = { read: read(node), revision: revision(node) };
        known.set(node, now);
        if (before === undefined || !differ(before.read, now.read)) return true;
        changes++;
        return now.revision !== before.revision;
      });
    const { revision: _, ...bare } = protocol;
    const watched = walker({ ...bare, always: { watch } });
    for (let seed = 0; seed < 10; seed++) {
      const violation = watched.run(seed);
      assert.notEqual(violation?.name, "watch", `${name}, seed ${seed}, step ${watched.world.step}`);
    }
    assert.ok(changes > 0, name);
  }
});
