/** Recovery under retries: what is published and what is simple, random inputs, and the fluid followed step by step. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { retryRecovery } from "./retry-recovery.ts";

const near = (actual: number, expected: number, relative = 1e-9): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected),
    `got ${actual}, expected ${expected}`,
  );

/** A database that does 300 queries a second, with a stop of ten seconds, and clients that give up after one. */
const database = (rate: number, retries: number, stop = 10) =>
  retryRecovery.evaluate({ arrivalRate: rate, serviceTime: 1 / 300, timeout: 1, retries, stop });

test("Bronson et al. 2021, §2.1: 280 queries a second, retried once, are 560 of 300: for good; the edge is 150", () => {
  const edge = database(149, 1);
  near(edge.stable ? edge.outputs.stormUtilisation : 0, (2 * 149) / 300);
  assert.equal(database(280, 1).stable, false);
  assert.equal(database(150, 1).stable, false);
  assert.equal(database(280, 0).stable, true);
});

test("no retries, and no budget for any: the backlog less the patience, over what is free", () => {
  for (const given of [{ retries: 0 }, { retries: 3, budget: 0 }]) {
    const { recoveryTime, backlog } = retryRecovery({
      arrivalRate: 0.8,
      serviceTime: 1,
      timeout: 11,
      stop: 100,
      ...given,
    });
    near(backlog, 80);
    near(recoveryTime, (80 - 10) / 0.2);
  }
  // A stop that leaves less than the patience costs nothing once it is over.
  assert.equal(
    retryRecovery({ arrivalRate: 0.1, serviceTime: 1, timeout: 11, stop: 50, retries: 0 }).recoveryTime,
    0,
  );
});

const rates = fc.double({ min: 0.05, max: 0.95, noNaN: true });
const budgets = fc.double({ min: 0, max: 3, noNaN: true });

test("1,000 random systems: retries never help; it lasts only if every retry made is too much; scale changes nothing", () => {
  const retries = fc.integer({ min: 0, max: 5 });
  fc.assert(
    fc.property(rates, retries, budgets, fc.integer({ min: 10, max: 400 }), (rate, r, budget, stop) => {
      const given = { arrivalRate: rate, serviceTime: 1, timeout: 10, stop, retries: r, budget };
      const [answer, plain] = [retryRecovery.evaluate(given), retryRecovery({ ...given, retries: 0 })];
      const storm = rate * (1 + Math.min(r, budget));
      if (!answer.stable) {
        assert.ok(storm >= 1 - 1e-12);
        return;
      }
      assert.ok(answer.outputs.recoveryTime >= plain.recoveryTime - 1e-9);
      assert.ok(answer.outputs.backlog >= plain.backlog - 1e-9);
      const slow = retryRecovery({
        ...given,
        arrivalRate: rate / 7,
        serviceTime: 7,
        timeout: 70,
        stop: 7 * stop,
      });
      assert.ok(
        Math.abs(slow.recoveryTime - 7 * answer.outputs.recoveryTime) <= 1e-6 * (1 + slow.recoveryTime),
      );
    }),
    { numRuns: 1000, seed: 3 },
  );
  const edge = retryRecovery({ arrivalRate: 1 - 1e-6, serviceTime: 1, timeout: 2, stop: 1e6, retries: 0 });
  assert.ok(Number.isFinite(edge.recoveryTime) && edge.recoveryTime > 1e11);
});

/** The same fluid without the formula: attempts in small steps, each late or not by the work that it finds. */
function followed(rho: number, timeout: number, retries: number, stop: number): number {
  const steps = 16; // of a service, a power of two
  const [patience, delay, until] = [(timeout - 1) * steps, timeout * steps, stop * steps];
  const wasLate: boolean[] = [];
  let work = 0;
  for (let i = 0; i < 1000 * steps; i++) {
    if (i >= until && work <= patience) return (i - until) / steps;
    wasLate.push(Math.max(0, until - i) + work > patience);
    let attempts = 1;
    for (let k = 1; k <= retries && k * delay <= i && wasLate[i - k * delay]; k++) {
      // The k-th retry is made where all attempts before it were late.
      if (!Array.from({ length: k }, (_, j) => wasLate[i - (j + 1) * delay]).every(Boolean)) break;
      attempts++;
    }
    work += rho * attempts - (i >= until ? 1 : 0);
  }
  return -1;
}

test("the fluid followed step by step: the same time to a few steps, and the same verdict on what lasts", () => {
  for (const rho of [0.2, 0.3, 0.45, 0.5, 0.7, 0.9])
    for (const retries of [0, 1, 2, 3])
      for (const stop of [15, 23, 40, 100]) {
        const answer = retryRecovery.evaluate({
          arrivalRate: rho,
          serviceTime: 1,
          timeout: 10,
          stop,
          retries,
        });
        const truth = followed(rho, 10, retries, stop);
        const told = `ρ ${rho}, ${retries} retries, stop ${stop}: ${JSON.stringify(answer)}, followed ${truth}`;
        if (!answer.stable) assert.equal(truth, -1, told);
        else assert.ok(Math.abs(answer.outputs.recoveryTime - truth) < 0.5, told);
      }
});

test("a stop within the timeout, a timeout within a service and a full server are refused", () => {
  const given = { arrivalRate: 0.5, serviceTime: 1, timeout: 10, stop: 100 };
  for (const wrong of [{ stop: 5 }, { timeout: 0.5 }, { arrivalRate: 1 }])
    assert.throws(() => retryRecovery({ ...given, ...wrong }), /^DomainError: retryRecovery: /);
});
