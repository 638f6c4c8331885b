/** The set of ids against a plain set, and what it does with ids older than it remembers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { IdSet } from "./id-set.ts";
import { randomStreams } from "./random.ts";

const MOST = 1 << 20;

test("ids in any order: the same answers as a plain set, and a copy of its own", () => {
  const random = randomStreams(1).stream("ids");
  const ids = new IdSet();
  const plain = new Set<number>();
  for (let i = 0; i < 5000; i++) {
    const id = random.integer(i + 40);
    assert.equal(ids.has(id), plain.has(id), `id ${id}`);
    ids.add(id);
    plain.add(id);
  }
  for (let id = 0; id < 6000; id++) assert.equal(ids.has(id), plain.has(id), `id ${id}`);
  const copy = ids.copy();
  copy.add(7000);
  assert.ok(copy.has(7000) && !ids.has(7000));
});

test("what is older than it remembers is forgotten, neither seen nor new", () => {
  const ids = new IdSet();
  ids.add(3);
  ids.add(40);
  ids.add(MOST + 3);
  assert.ok(ids.forgets(3) && !ids.has(3));
  assert.ok(!ids.forgets(4) && !ids.has(4));
  assert.ok(ids.has(40) && ids.has(MOST + 3));
  ids.add(3);
  assert.ok(!ids.has(3) && ids.has(MOST + 3), "an old id must not take the place of a new one");
  ids.add(5 * MOST);
  assert.ok(!ids.has(40) && ids.forgets(4 * MOST) && !ids.has(4 * MOST + 40) && ids.has(5 * MOST));
});

test("merged sets know what either knew, below and beyond the ring", () => {
  for (const shift of [0, 2 * MOST]) {
    const [a, b] = [new IdSet(), new IdSet()];
    for (const id of [1, 64, 95]) a.add(id + shift);
    for (const id of [0, 64, 300]) b.add(id + shift);
    a.merge(b);
    for (const id of [0, 1, 64, 95, 300]) assert.ok(a.has(id + shift), `id ${id + shift}`);
    assert.ok(!a.has(2 + shift) && !a.has(299 + shift) && !b.has(1 + shift));
  }
});
