/** Halves of a series: as with every value kept, to the last bit while that is so, and near it in bounded memory. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DomainError } from "../core/errors.ts";
import { randomStreams } from "../core/random.ts";
import { Halves } from "./halves.ts";

function kept(values: readonly number[]): [number, number] {
  const middle = Math.floor(values.length / 2);
  const mean = (from: number, to: number): number => {
    let sum = 0;
    for (let i = from; i < to; i++) sum += values[i];
    return sum / (to - from);
  };
  return [mean(0, middle), mean(middle, values.length)];
}

function halvesOf(values: readonly number[], expected = values.length): [number, number] | null {
  const halves = new Halves(expected);
  for (const value of values) halves.add(value);
  return halves.means;
}

const stream = randomStreams(5).stream("halves");
const drifting = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => stream.exponential() * (1 + i / count));

test("halves: the very bits of all values kept, for every length up to 300 and for 65,535 and 65,536", () => {
  assert.equal(halvesOf([], 5), null);
  assert.equal(halvesOf([7]), null);
  for (const count of [...Array.from({ length: 299 }, (_, i) => i + 2), 65_535, 65_536]) {
    const values = drifting(count);
    assert.deepEqual(halvesOf(values), kept(values));
    // Fewer came than were expected: operations that failed.
    if (count < 200) assert.deepEqual(halvesOf(values, 2 * count + 1), kept(values));
  }
});

test("halves: longer series miss the middle by less than 1 in 32,768, and so the means of a drifting one", () => {
  for (const count of [65_537, 100_001, 1_000_003]) {
    const values = drifting(count);
    const [found, truth] = [halvesOf(values) as [number, number], kept(values)];
    for (const half of [0, 1]) assert.ok(Math.abs(found[half] - truth[half]) < 1e-4 * truth[half]);
    // Nothing is lost: both halves together are the whole.
    const size = 2 ** Math.ceil(Math.log2(count / 2 ** 16));
    const first = Math.floor(count / 2 / size) * size;
    assert.ok(Math.floor(count / 2) - first < count / 2 ** 15);
    const whole = found[0] * first + found[1] * (count - first);
    const sum = values.reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(whole - sum) < 1e-9 * sum);
  }
});

test("halves: of a series twice as long as expected too; an expectation that cannot be is refused", () => {
  const values = Array.from({ length: 64 }, (_, i) => i);
  assert.deepEqual(halvesOf(values, 32), kept(values));
  assert.throws(() => new Halves(0), DomainError);
});
