import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DomainError } from "../../../core/errors.ts";
import { type RangeMap, ranges } from "./ranges.ts";

/** The owner of every key, by walking over the ranges. */
function byWalking(map: RangeMap): number[] {
  const held: number[] = [];
  for (const { first, end, owner } of map.ranges) {
    assert.equal(first, held.length, "no gap, no overlap");
    assert.ok(end > first, "no empty range");
    for (let key = first; key < end; key++) held.push(owner);
  }
  assert.equal(held.length, map.keys);
  return held;
}

test("any sequence of splits, merges, moves, nodes that come and go: no gap, no key with two owners, epochs rise", () => {
  const step = fc.tuple(fc.constantFrom("split", "merge", "move", "with", "without"), fc.nat(199), fc.nat(9));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let map = ranges({ nodes: [0, 1, 2], keys: 200 });
      for (const [what, at, node] of steps) {
        const before = { map, held: byWalking(map) };
        try {
          if (what === "split") map = map.split(at);
          else if (what === "merge") map = map.merge(at);
          else if (what === "move") map = map.move(at, node);
          else map = what === "with" ? map.with(node) : map.without(node);
        } catch (error) {
          assert.ok(error instanceof DomainError);
          continue;
        }
        const held = byWalking(map);
        held.forEach((owner, key) => {
          assert.equal(map.owner(key), owner);
          const [old, now] = [before.map.ranges[before.map.rangeOf(key)], map.ranges[map.rangeOf(key)]];
          if (old.owner !== owner) assert.ok(now.epoch > old.epoch, "an old owner can tell that it is none");
        });
        if (what === "split" || what === "merge") assert.deepEqual(held, before.held);
        if (what === "with")
          held.forEach((owner, key) => {
            assert.ok(owner === before.held[key] || owner === node);
          });
        if (what === "without")
          held.forEach((owner, key) => {
            assert.ok(before.held[key] === node || owner === before.held[key]);
          });
      }
    }),
    { numRuns: 300, seed: 1 },
  );
});

test("a node that comes takes 1/(n + 1), one that goes leaves 1/n, within 1 % for a million keys; the rest stays", () => {
  const four = ranges({ nodes: [0, 1, 2, 3], keys: 1_000_000 });
  const five = four.with(9);
  for (const share of five.shares()) assert.ok(Math.abs(share - 0.2) < 0.01 * 0.2);
  const moved = five.ranges.reduce((sum, { first, end, owner }) => sum + (owner === 9 ? end - first : 0), 0);
  assert.ok(Math.abs(moved - 200_000) < 2000);
  for (const share of five.without(1).shares()) assert.ok(Math.abs(share - 0.25) < 0.01 * 0.25);
});

test("a merge joins neighbours of one node only; a split and a merge give the map back", () => {
  const map = ranges({ nodes: [0, 1], keys: 10 });
  assert.deepEqual(map.split(3).merge(0), map);
  assert.equal(map.split(5), map, "a boundary is there already");
  assert.throws(
    () => map.merge(0),
    (error) =>
      error instanceof DomainError &&
      error.message === "ranges: merge needs a next range of the same node, 0, got 1",
  );
  assert.throws(() => map.merge(9), DomainError);
  assert.throws(() => map.owner(10), DomainError);
  assert.throws(() => map.owner("a"), DomainError);
  assert.throws(() => map.without(0).without(1), DomainError);
  assert.throws(() => ranges({ nodes: [0, 1, 2], keys: 2 }), DomainError);
});
