import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnyProtocol, Context, MessageShape } from "./protocol.ts";
import { Walker } from "./walk.ts";
import { WalkInvariants } from "./walk-invariants.ts";

interface Node {
  sound: boolean;
  revision: number;
}

/** One timer, which spoils the node that it fires at. What invariants read is told by `revision` as far as it is true. */
function spoiling(revision: ((node: object) => number) | null): AnyProtocol {
  const protocol = {
    name: "spoiling",
    title: "A node that goes wrong",
    source: "own",
    promises: "nothing",
    assumes: "nothing",
    leavesOut: "everything",
    parameters: {},
    entry: "any" as const,
    boot(ctx: Context<never, MessageShape>): Node {
      ctx.setTimer("spoil", 1);
      return { sound: true, revision: 0 };
    },
    ready: () => true,
    request: () => {},
    timers: {
      spoil(node: object) {
        (node as Node).sound = false;
      },
    },
    messages: {},
    bytes: () => 0,
    always: { allSound: (nodes: readonly object[]) => nodes.every((node) => (node as Node).sound) },
    sometimes: {},
    ...(revision === null ? {} : { revision }),
  };
  return protocol as unknown as AnyProtocol;
}

const told = (node: object): number => (node as Node).revision;

/** Two nodes, of which everything has been asked. */
function settled(): { invariants: WalkInvariants; nodes: Node[] } {
  const invariants = new WalkInvariants(spoiling(told), 2);
  const nodes = [0, 1].map(() => ({ sound: true, revision: 0 }));
  assert.equal(invariants.broken(nodes), null);
  nodes.forEach((node, i) => {
    invariants.touch(i, node);
    assert.equal(invariants.broken(nodes), null);
  });
  return { invariants, nodes };
}

test("what did not change is not asked; a revision that moves, a restart, two nodes at once and a new walk are", () => {
  const ways: Readonly<Record<string, (invariants: WalkInvariants, nodes: Node[]) => string | null>> = {
    untouched: () => null,
    "touched, but as it was": (invariants, nodes) => {
      invariants.touch(0, nodes[0]);
      return null;
    },
    "another revision": (invariants, nodes) => {
      nodes[0].revision++;
      invariants.touch(0, nodes[0]);
      return "allSound";
    },
    restarted: (invariants, nodes) => {
      invariants.replace(0);
      invariants.touch(0, nodes[0]);
      return "allSound";
    },
    "two nodes": (invariants, nodes) => {
      invariants.touch(0, nodes[0]);
      invariants.touch(1, nodes[1]);
      return "allSound";
    },
    "a new walk": (invariants) => {
      invariants.clear();
      return "allSound";
    },
  };
  for (const [way, change] of Object.entries(ways)) {
    const { invariants, nodes } = settled();
    nodes[0].sound = false;
    const expected = change(invariants, nodes);
    assert.equal(invariants.broken(nodes), expected, way);
  }
});

test("once two nodes have changed at a time, the revision of neither is relied on", () => {
  const { invariants, nodes } = settled();
  invariants.touch(0, nodes[0]);
  invariants.touch(1, nodes[1]);
  assert.equal(invariants.broken(nodes), null);
  nodes[0].sound = false;
  invariants.touch(0, nodes[0]);
  assert.equal(invariants.broken(nodes), "allSound");
});

test("a revision that says too little is seen at the end of the walk, one that is absent at once", () => {
  const steps = [null, () => 0].map((revision) => {
    const walker = new Walker(spoiling(revision), { nodes: 3, settings: {} });
    const found = [];
    for (let seed = 0; seed < 20; seed++) {
      assert.equal(walker.run(seed)?.name, "allSound", `seed ${seed}`);
      found.push(walker.world.step);
    }
    return found;
  });
  const [absent, blind] = steps;
  assert.ok(absent.every((step) => step < 200));
  assert.ok(blind.some((step) => step === 200));
});
