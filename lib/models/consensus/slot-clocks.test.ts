import assert from "node:assert/strict";
import { test } from "node:test";
import { RandomStream } from "../../core/random.ts";
import { equal } from "./regions.fixture.ts";
import { SlotClocks } from "./slot-clocks.ts";

const close = (a: number, b: number, tolerance: number): void =>
  assert.ok(Math.abs(a - b) < tolerance, `${a} is not ${b}`);

const DELAYS = [
  [0, 0.02, 0.06],
  [0.02, 0, 0.05],
  [0.06, 0.05, 0],
];

/** Of equal ones half. */
function standsLower(clocks: SlotClocks, server: number, than: number, later: number): number {
  const { lower, higher } = clocks.compare(server, than, later);
  return (1 + lower - higher) / 2;
}

test("who proposes seldom stands lower as often as not, whoever is asked at any time", () => {
  const clocks = new SlotClocks(DELAYS, [1e-6, 1e-6, 1e-6]);
  for (const later of [-0.05, 0, 0.05]) close(standsLower(clocks, 2, 0, later), 0.5, 1e-6);
});

test("who proposes often stands lower before the other's moment, and higher after it", () => {
  const clocks = new SlotClocks(equal(3, 0.05), [20_000, 20_000, 20_000]);
  assert.ok(standsLower(clocks, 1, 0, -0.02) > 0.999);
  close(standsLower(clocks, 1, 0, 0), 0.5, 0.02);
  assert.ok(standsLower(clocks, 1, 0, 0.02) < 0.001);
});

test("clocks of all but one that proposes often stand as far behind as its news is on the way", () => {
  const clocks = new SlotClocks(DELAYS, [20_000, 1, 1]);
  // News of server 0 is at server 2 after 60 ms, at server 1 after 20 ms.
  assert.ok(standsLower(clocks, 2, 1, 0.035) > 0.999);
  assert.ok(standsLower(clocks, 2, 1, 0.045) < 0.001);
});

/** Numbers of proposals up to each of two moments, the same in both as far as both have news of them. */
function drawn(random: RandomStream, rate: number, first: number, second: number): [number, number] {
  let [a, b] = [0, 0];
  for (let time = random.exponential() / rate; time < Math.max(first, second); ) {
    if (time < first) a++;
    if (time < second) b++;
    time += random.exponential() / rate;
  }
  return [a, b];
}

test("the chance to stand lower is that of so many proposals drawn at random", () => {
  // Light enough that nobody's place is behind: what is drawn is the definition.
  const rates = [8, 5, 12];
  const clocks = new SlotClocks(DELAYS, rates);
  const random = new RandomStream(1, 2, 3, 4);
  const ago = 1.5 * 0.06;
  const draws = 60_000;
  for (const [server, than, later] of [
    [1, 0, 0.01],
    [2, 0, -0.03],
    [0, 2, 0.04],
  ] as const) {
    let lower = 0;
    for (let i = 0; i < draws; i++) {
      let [its, theirs] = [0, 0];
      for (const [k, rate] of rates.entries()) {
        const there = Math.max(0, ago + later - DELAYS[k][server]);
        const here = Math.max(0, ago - DELAYS[k][than]);
        const [a, b] = drawn(random, rate, there, here);
        its = Math.max(its, a);
        theirs = Math.max(theirs, b);
      }
      lower += its < theirs ? 1 : its === theirs ? 0.5 : 0;
    }
    // Four standard deviations of the draws.
    close(standsLower(clocks, server, than, later), lower / draws, 4 * Math.sqrt(0.25 / draws));
  }
});

test("the last slot heard of is somebody's: of those who propose seldom by their rates, of equals equally often", () => {
  const seldom = new SlotClocks(DELAYS, [3e-6, 1e-6, 0]).lastHeard(2);
  close(seldom[0], 0.75, 1e-5);
  close(seldom[1], 0.25, 1e-5);
  assert.equal(seldom[2], 0);
  const often = new SlotClocks(equal(4, 0.05), [300, 300, 300, 300]).lastHeard(0);
  close(
    often.reduce((sum, share) => sum + share, 0),
    1,
    1e-9,
  );
  // Of its own proposals it knows at once.
  assert.ok(often[0] > 0.5);
  close(often[1], often[3], 1e-9);
});
