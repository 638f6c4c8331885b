import assert from "node:assert/strict";
import { test } from "node:test";
import { DomainError, UsageError } from "./errors.ts";
import { EventQueue } from "./event-queue.ts";

/** A small seeded generator of the test's own (Park and Miller's minimal standard): uniform in (0, 1). */
function uniforms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** The same queue as a plain array, searched from the front: slow and obvious. */
class ReferenceQueue {
  private readonly events: { time: number; payload: number }[] = [];
  get size(): number {
    return this.events.length;
  }
  push(time: number, payload: number): void {
    let i = this.events.length;
    while (i > 0 && this.events[i - 1].time > time) i--;
    this.events.splice(i, 0, { time, payload });
  }
  pop(): { time: number; payload: number } {
    const first = this.events.shift();
    assert.ok(first);
    return first;
  }
}

/** Runs one mix of pushes and pops on both queues and compares every pop. Returns the largest size reached. */
function compare(
  steps: number,
  seed: number,
  timeOf: (now: number, u: () => number) => number,
  pushChance: (step: number, size: number) => number,
): number {
  const queue = new EventQueue();
  const reference = new ReferenceQueue();
  const u = uniforms(seed);
  let now = 0;
  let largest = 0;
  for (let step = 0; step < steps; step++) {
    if (reference.size === 0 || u() < pushChance(step, reference.size)) {
      const time = timeOf(now, u);
      queue.push(time, step);
      reference.push(time, step);
    } else {
      if (step % 7 === 0) queue.peekTime();
      const expected = reference.pop();
      // A limit at the event's own time keeps it back, as does an end before it.
      if (step % 3 === 0) {
        assert.equal(queue.popBefore(expected.time, Number.POSITIVE_INFINITY), -1);
        assert.equal(queue.popBefore(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY), -1);
      }
      const payload = step % 2 === 0 ? queue.pop() : queue.popBefore(Number.POSITIVE_INFINITY, expected.time);
      assert.equal(payload, expected.payload, `step ${step}: wrong event at ${expected.time}`);
      assert.equal(queue.time, expected.time);
      now = expected.time;
    }
    assert.equal(queue.size, reference.size);
    largest = Math.max(largest, queue.size);
  }
  while (reference.size > 0) {
    const expected = reference.pop();
    assert.equal(queue.peekTime(), expected.time);
    assert.equal(queue.pop(), expected.payload);
  }
  assert.equal(queue.size, 0);
  assert.equal(queue.peekTime(), Number.POSITIVE_INFINITY);
  assert.equal(queue.popBefore(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY), -1);
  return largest;
}

const exponential = (u: () => number) => -Math.log(u());
/** Grows for the first half of the steps and shrinks for the second. */
const wave = (steps: number) => (step: number) => (step < steps / 2 ? 0.8 : 0.2);

const TIMES: Record<string, (now: number, u: () => number) => number> = {
  "exponential delays": (now, u) => now + exponential(u),
  "few distinct times": (now, u) => now + Math.floor(4 * u()),
  "all equal": () => 5,
  "no delay or a long one": (now, u) => (u() < 0.5 ? now : now + 1000),
  "before the present too": (_, u) => 100 * u() - 50,
  "delays over 600 orders of magnitude": (now, u) => now + 10 ** (600 * u() - 300),
  "times over 600 orders of magnitude": (_, u) => 10 ** (600 * u() - 300),
  "clusters closer than a rung can part": (_, u) =>
    u() < 0.7 ? 1 + Math.floor(200 * u()) * 2 ** -52 : u() * 1e9,
  "subnormal distances": (_, u) => Math.floor(100 * u()) * 5e-324,
  "the whole range of numbers": (_, u) => (2 * u() - 1) * 1.7e308,
  "service of 10 us or link of 250 us": (now, u) =>
    now + (u() < 0.5 ? 10e-6 : 250e-6 + 50e-6 * exponential(u)),
};

for (const [name, timeOf] of Object.entries(TIMES)) {
  test(`pops as a sorted array does: ${name}`, () => {
    for (const [steps, seed] of [
      [400, 1],
      [3000, 2],
      [8000, 3],
    ]) {
      const largest = compare(steps, seed, timeOf, wave(steps));
      assert.ok(largest > 0.2 * steps);
    }
    // Steady sizes around the borders between near array and rungs.
    for (const target of [1, 5, 31, 33, 47, 49, 64, 100, 400]) {
      compare(4000, 17 + target, timeOf, (_, size) => (size < target ? 0.9 : 0.1));
    }
  });
}

test("pops as a sorted array does: a new wave into the span of one that is used up", () => {
  const queue = new EventQueue();
  const u = uniforms(23);
  for (let round = 0; round < 300; round++) {
    const reference = new ReferenceQueue();
    const count = 40 + Math.floor(120 * u());
    for (let i = 0; i < count; i++) {
      const time = 100 * u();
      queue.push(time, i);
      reference.push(time, i);
    }
    while (reference.size > 0) assert.equal(queue.pop(), reference.pop().payload, `round ${round}`);
    assert.equal(queue.size, 0);
  }
});

test("the span behind the last bucket of a rung can be used, used up and used again", () => {
  const queue = new EventQueue();
  // 96 near events, then 127 behind them: a rung of 254 buckets and a spare one fills its 256 places.
  for (let i = 0; i < 96; i++) queue.push(0, i);
  for (let i = 1; i <= 127; i++) queue.push(i, 95 + i);
  for (let i = 0; i < 223; i++) assert.equal(queue.pop(), i);
  // Each wave fills the near array before the present and puts one event behind it, into that rung.
  for (const time of [90, 60, 30]) {
    for (let i = 0; i < 96; i++) queue.push(time, i);
    queue.push(time + 5, 96);
    for (let i = 0; i < 97; i++) assert.equal(queue.pop(), i);
  }
  assert.equal(queue.size, 0);
});

test("equal times come out in the order of their pushes, between earlier and later ones, at every size", () => {
  for (const count of [2, 40, 96, 97, 193, 5000]) {
    const queue = new EventQueue();
    for (let i = 0; i < count; i++) {
      queue.push(2, i);
      if (i % 3 === 0) queue.push(3, count + i);
      if (i % 4 === 0) queue.push(1, -1 - i);
    }
    for (let i = 0; i < count; i += 4) assert.equal(queue.pop(), -1 - i);
    // A handler at time 1 and one at time 2 may still schedule for time 2: behind all that wait.
    queue.push(2, 7777);
    for (let i = 0; i < count; i++) assert.equal(queue.pop(), i);
    queue.push(2, 8888);
    assert.equal(queue.pop(), 7777);
    assert.equal(queue.pop(), 8888);
    for (let i = 0; i < count; i += 3) assert.equal(queue.pop(), count + i);
    assert.equal(queue.size, 0);
  }
});

test("a burst of 200,000 equal times, with a second burst inside it", () => {
  const queue = new EventQueue();
  for (let i = 0; i < 200_000; i++) queue.push(1, i);
  for (let i = 0; i < 100_000; i++) {
    assert.equal(queue.pop(), i);
    queue.push(1, 200_000 + i);
  }
  for (let i = 100_000; i < 300_000; i++) assert.equal(queue.pop(), i);
});

test("holds a million events and gives them back in order", () => {
  const queue = new EventQueue();
  const u = uniforms(9);
  for (let i = 0; i < 1_000_000; i++) queue.push(u(), i & 0xffff);
  assert.equal(queue.size, 1_000_000);
  let last = 0;
  for (let i = 0; i < 1_000_000; i++) {
    queue.pop();
    if (queue.time < last) assert.fail(`${queue.time} after ${last}`);
    last = queue.time;
  }
  assert.equal(queue.size, 0);
});

test("timers far beyond the rest wait behind it, and equal times keep their order there too", () => {
  // A few steps ahead most of the time; some far ahead, on a grid coarse enough that many are equal.
  const mixed = (now: number, u: () => number): number => {
    if (u() < 0.9) return now + exponential(u);
    return 500 * (1 + Math.floor((now + 500 * u()) / 500));
  };
  for (let seed = 1; seed <= 20; seed++) {
    // Of many pending events, rungs are made, of which the near ones come in a bucket at a time.
    const most = (step: number): number => (step % 3000 < 300 ? 400 : 24);
    compare(9000, seed, mixed, (step, pending) => (pending < most(step) ? 0.9 : 0.1));
  }
  const queue = new EventQueue();
  for (let timer = 0; timer < 10; timer++) queue.push(1e6 + timer, timer);
  for (let step = 0; step < 20; step++) queue.push(step, 10);
  for (let step = 20; step < 2000; step++) {
    queue.push(step, 10);
    assert.equal(queue.pop(), 10);
  }
  assert.equal(Number(Reflect.get(queue, "nearEnd")) - Number(Reflect.get(queue, "nearStart")), 20);
});

test("an event as late as all that is near stays in front of one pushed after it", () => {
  const queue = new EventQueue();
  queue.push(1, 1);
  for (let i = 0; i < 100; i++) queue.push(i * 1e-4, 0);
  for (let i = 0; i < 100; i++) assert.equal(queue.pop(), 0);
  assert.equal(queue.peekTime(), 1);
  queue.push(1, 2); // goes behind, and the near event must not follow it there
  for (let i = 0; i < 4; i++) queue.push(0.01 + i * 1e-6, 0);
  for (let i = 4; i < 2000; i++) {
    queue.push(0.01 + i * 1e-6, 0);
    assert.equal(queue.pop(), 0);
  }
  for (let i = 0; i < 4; i++) assert.equal(queue.pop(), 0);
  assert.deepEqual([queue.pop(), queue.pop()], [1, 2]);
});

test("memory follows the largest number of pending events, not the number of pushes", () => {
  const queue = new EventQueue();
  for (let round = 0; round < 50; round++) {
    for (let i = 0; i < 3000; i++) queue.push(i, i);
    for (let i = 0; i < 3000; i++) assert.equal(queue.pop(), i);
  }
  assert.equal((Reflect.get(queue, "nodeTime") as Float64Array).length, 4096);
  assert.ok((Reflect.get(queue, "nearTime") as Float64Array).length <= 4096);
});

test("payloads are all 32-bit integers, and nothing else", () => {
  const queue = new EventQueue();
  for (const payload of [0, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 20 + 1]) {
    queue.push(0, payload);
    assert.equal(queue.pop(), payload);
  }
  for (const payload of [0.5, 2 ** 31, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(
      () => queue.push(0, payload),
      new DomainError(`event queue: payload must be a 32-bit integer, got ${payload}`),
    );
  }
  assert.equal(queue.size, 0);
});

test("a time that is no finite number is refused and leaves the queue as it was", () => {
  for (const count of [0, 10, 500]) {
    const queue = new EventQueue();
    for (let i = 0; i < count; i++) queue.push(i, i);
    if (count > 0) assert.equal(queue.pop(), 0);
    for (const time of [Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(
        () => queue.push(time, 1),
        new DomainError(`event queue: time must be finite, got ${time}`),
      );
    }
    assert.equal(queue.size, Math.max(0, count - 1));
    for (let i = 1; i < count; i++) assert.equal(queue.pop(), i);
  }
});

test("pop of an empty queue is an error", () => {
  const message = "event queue: pop must follow a push, got an empty queue";
  const queue = new EventQueue();
  assert.throws(() => queue.pop(), new UsageError(message));
  queue.push(1, 1);
  queue.pop();
  assert.throws(() => queue.pop(), new UsageError(message));
  queue.push(1, 2);
  assert.equal(queue.pop(), 2);
});
