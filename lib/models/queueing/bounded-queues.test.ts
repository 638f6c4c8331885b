/** M/M/c/K, M/M/1/K, M/M/∞ and Erlang B against published numbers, each other, random inputs, and solved chains. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { publishedTable } from "../../study/published-table.ts";
import { meanOver, stationary } from "./chain.fixture.ts";
import { erlangB } from "./erlang-b.ts";
import { erlangBCapacity, erlangBServers } from "./erlang-b-planning.ts";
import { mmInf } from "./mm-inf.ts";
import { mm1 } from "./mm1.ts";
import { mmc } from "./mmc.ts";
import { mm1k, mmck } from "./mmck.ts";

const near = (actual: number, expected: number, relative = 1e-9): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected),
    `got ${actual}, expected ${expected} within ${relative}`,
  );
const within = (actual: number, expected: number, absolute: number): void =>
  assert.ok(Math.abs(actual - expected) <= absolute, `got ${actual}, expected ${expected}`);

const loads = fc.double({ min: 0.001, max: 50, noNaN: true });
const counts = fc.integer({ min: 1, max: 40 });
const runs = { numRuns: 1000, seed: 11 };

test("published: the Erlang B table, both ways; M/M/c/K examples; a Poisson tail", () => {
  const { rows } = publishedTable("queue_erlang_b_capacity");
  assert.ok(rows.length >= 28);
  for (const { servers, blocking, offered_erlang } of rows) {
    const given = { servers: Number(servers), blocking: Number(blocking), serviceTime: 1 };
    within(erlangBCapacity(given).load, Number(offered_erlang), 1e-3);
    // The table's load, just below the exact one, needs no server more.
    const arrivalRate = erlangBCapacity(given).load * (1 - 1e-9);
    assert.equal(
      erlangBServers({ arrivalRate, serviceTime: 1, blocking: given.blocking }).servers,
      given.servers,
    );
  }
  // Examples kept as tests of the `queueing` package for Octave (Marzolla, 2022, qsmmmk.m).
  within(mmck({ arrivalRate: 50, serviceTime: 0.1, servers: 4, capacity: 6 }).blocking, 0.293543, 1e-6);
  const five = mmck({ arrivalRate: 3, serviceTime: 0.5, servers: 2, capacity: 5 });
  within(five.blocking, 0.085113, 1e-6);
  within(five.inSystem, 2.00595, 1e-5);
  within(five.waitingTime, 0.230857, 1e-6);
  // Bolch, Greiner, de Meer and Trivedi 1998, §6.6: at ρ = 1 all K + 1 states are alike.
  const even = mm1k({ arrivalRate: 1, serviceTime: 1, capacity: 10 });
  near(even.inSystem, 5);
  near(even.blocking, 1 / 11);
  // Rossetti, Simulation Modeling and Arena (open text, 3rd edition), Examples C.4 and C.5: a machine with a buffer of
  // five turns 0.077 parts a minute away, a row of ten parking spaces 30.3 cars an hour. (λ = 20 in the text around the
  // second is a slip: its question and its result have 40.)
  within(mm1k({ arrivalRate: 1, serviceTime: 1 / 1.2, capacity: 6 }).blocking, 0.077, 5e-4);
  within(40 * erlangB({ arrivalRate: 40, serviceTime: 1, servers: 10 }).blocking, 30.3, 0.05);
  // Manual of Westbay Engineers' Erlang calculators: 50,000 minutes a day, 19 % of them in the busy hour, of which 3 %
  // may be lost, need 168 lines; 15 lines that may lose 1 % carry an offered 8.108 erlangs.
  const trunk = erlangBServers({ arrivalRate: 9500 / 3600, serviceTime: 60, blocking: 0.03 });
  assert.equal(trunk.servers, 168);
  within(erlangBCapacity({ servers: 15, blocking: 0.01, serviceTime: 1 }).load, 8.108, 5e-4);
  // Abramowitz and Stegun 1964, Table 26.7: P(N <= 10) = 0.98630 for a Poisson number of mean 5.
  within(mmInf({ arrivalRate: 5, serviceTime: 1, level: 10 }).exceedProbability, 1 - 0.9863, 5e-6);
});

test("mmck reduces to M/M/c far from its bound, to Erlang B without a queue, and to M/M/1/K", () => {
  fc.assert(
    fc.property(counts, fc.double({ min: 0.01, max: 0.7, noNaN: true }), loads, (servers, rho, load) => {
      const given = { arrivalRate: rho * servers, serviceTime: 1, servers };
      const [bounded, free] = [mmck({ ...given, capacity: servers + 150 }), mmc(given)];
      near(bounded.inQueue, free.inQueue);
      near(bounded.responseTime, free.responseTime);
      const lost = { arrivalRate: load, serviceTime: 1, servers };
      const [full, erlang] = [mmck({ ...lost, capacity: servers }), erlangB(lost)];
      near(full.blocking, erlang.blocking);
      near(full.inSystem, erlang.inSystem);
      assert.equal(full.waitingTime, 0);
      const one = { arrivalRate: load, serviceTime: 1, capacity: servers };
      assert.deepEqual(mm1k(one), mmck({ ...one, servers: 1 }));
    }),
    { numRuns: 200, seed: 12 },
  );
  near(
    mm1k({ arrivalRate: 0.5, serviceTime: 1, capacity: 200 }).inSystem,
    mm1({ arrivalRate: 0.5, serviceTime: 1 }).inSystem,
  );
});

test("M/M/1/K by the textbook's fractions, in exact arithmetic", () => {
  for (const [numerator, denominator] of [
    [1n, 3n],
    [7n, 8n],
    [5n, 2n],
  ]) {
    for (const capacity of [1, 2, 7, 20]) {
      let [total, weighted] = [0n, 0n];
      const term = (n: number): bigint => numerator ** BigInt(n) * denominator ** BigInt(capacity - n);
      for (let n = 0; n <= capacity; n++) {
        total += term(n);
        weighted += BigInt(n) * term(n);
      }
      const share = (x: bigint): number => Number((x * 10n ** 30n) / total) / 1e30;
      const ours = mm1k({ arrivalRate: Number(numerator) / Number(denominator), serviceTime: 1, capacity });
      near(ours.blocking, share(term(capacity)), 1e-13);
      near(ours.inSystem, share(weighted), 1e-13);
    }
  }
});

test("properties: places cut loss, load raises it; what is taken in is served; Little holds", () => {
  fc.assert(
    fc.property(counts, fc.integer({ min: 0, max: 60 }), loads, (servers, room, load) => {
      const at = (capacity: number, arrivalRate: number) =>
        mmck({ arrivalRate, serviceTime: 2, servers, capacity });
      const here = at(servers + room, load / 2);
      assert.ok(
        at(servers + room + 1, load / 2).blocking <= here.blocking * (1 + 1e-12),
        "a place more loses more",
      );
      assert.ok(
        at(servers + room, (load / 2) * 1.1).blocking >= here.blocking * (1 - 1e-12),
        "more load loses less",
      );
      near(here.throughput, (load / 2) * (1 - here.blocking), 1e-8);
      near(here.utilisation * servers + here.inQueue, here.inSystem);
      assert.ok(here.utilisation <= 1 + 1e-12 && here.inQueue <= room + 1e-12, "more than there is room for");
    }),
    runs,
  );
  fc.assert(
    fc.property(counts, loads, fc.double({ min: 1e-6, max: 0.9, noNaN: true }), (servers, load, blocking) => {
      const capacity = erlangBCapacity({ servers, serviceTime: 3, blocking });
      near(erlangB({ arrivalRate: capacity.arrivalRate, serviceTime: 3, servers }).blocking, blocking, 1e-11);
      const needed = erlangBServers({ arrivalRate: load, serviceTime: 1, blocking });
      assert.ok(needed.achieved <= blocking, "loss is kept");
      if (needed.servers > 1)
        assert.ok(
          erlangB({ arrivalRate: load, serviceTime: 1, servers: needed.servers - 1 }).blocking > blocking,
        );
    }),
    runs,
  );
  fc.assert(
    fc.property(loads, fc.integer({ min: 0, max: 200 }), loads, (load, level, time) => {
      const here = mmInf({ arrivalRate: load, serviceTime: 1, level, time });
      assert.ok(
        mmInf({ arrivalRate: load, serviceTime: 1, level: level + 1 }).exceedProbability <=
          here.exceedProbability,
      );
      assert.ok(here.inSystemAt <= here.inSystem, "grows towards the mean");
      // It is never less crowded with finitely many servers.
      assert.ok(
        mmc({ arrivalRate: load, serviceTime: 1, servers: Math.ceil(load) + 1 }).inSystem >=
          load * (1 - 1e-12),
      );
    }),
    runs,
  );
});

test("mmck and mmInf are their Markov chains, solved numerically", () => {
  for (const [servers, capacity, load] of [
    [1, 4, 0.9],
    [3, 9, 2.5],
    [8, 20, 12],
    [5, 5, 3],
  ]) {
    const chain = stationary(capacity + 1, 1, (n) => [
      ...(n < capacity ? [[n + 1, load] as const] : []),
      ...(n > 0 ? [[n - 1, Math.min(n, servers)] as const] : []),
    ]);
    const ours = mmck({ arrivalRate: load, serviceTime: 1, servers, capacity });
    near(ours.blocking, chain[capacity]);
    near(
      ours.inSystem,
      meanOver(chain, (n) => n),
    );
    near(
      ours.utilisation,
      meanOver(chain, (n) => Math.min(n, servers) / servers),
    );
    if (capacity > servers)
      near(
        ours.inQueue,
        meanOver(chain, (n) => Math.max(0, n - servers)),
      );
  }
  const poisson = stationary(80, 1, (n) => [
    ...(n < 79 ? [[n + 1, 6] as const] : []),
    ...(n > 0 ? [[n - 1, n] as const] : []),
  ]);
  const ours = mmInf({ arrivalRate: 6, serviceTime: 1, level: 9 });
  near(
    ours.exceedProbability,
    meanOver(poisson, (n) => (n > 9 ? 1 : 0)),
  );
  near(ours.idleProbability, poisson[0]);
  near(
    ours.numberDeviation ** 2,
    meanOver(poisson, (n) => (n - 6) ** 2),
  );
});

test("Erlang B does not depend on the law of service: two servers with two kinds of job, as a chain", () => {
  // Jobs of mean 1/2 with chance 0.8, of mean 3 with chance 0.2; states (short, long) in service.
  const [arrivalRate, short, long] = [1.7, 0.8, 0.2];
  const states = [
    [0, 0],
    [0, 1],
    [1, 0],
    [0, 2],
    [1, 1],
    [2, 0],
  ];
  const find = (a: number, b: number): number => states.findIndex(([x, y]) => x === a && y === b);
  const chain = stationary(6, 5, (i) => {
    const [a, b] = states[i];
    const room = a + b < 2;
    return [
      ...(room
        ? [[find(a + 1, b), arrivalRate * short] as const, [find(a, b + 1), arrivalRate * long] as const]
        : []),
      ...(a > 0 ? [[find(a - 1, b), 2 * a] as const] : []),
      ...(b > 0 ? [[find(a, b - 1), b / 3] as const] : []),
    ];
  });
  near(erlangB({ arrivalRate, serviceTime: 1, servers: 2 }).blocking, chain[3] + chain[4] + chain[5]);
});

test("mmInf from an empty start is the solution of its differential equation", () => {
  // dL/dt = λ − L/S by the classical Runge–Kutta method.
  let [x, h] = [0, 1e-3];
  const slope = (y: number): number => 4 - y / 2;
  for (let i = 0; i < 3000; i++) {
    const a = slope(x);
    const b = slope(x + (h * a) / 2);
    const c = slope(x + (h * b) / 2);
    x += (h * (a + 2 * b + 2 * c + slope(x + h * c))) / 6;
  }
  near(mmInf({ arrivalRate: 4, serviceTime: 2, time: 3 }).inSystemAt, x);
});

test("finite at the edges: heavy overload, no load to speak of, a million places", () => {
  const over = mmck({ arrivalRate: 1e12, serviceTime: 1, servers: 3, capacity: 10_000 });
  near(over.throughput, 3, 1e-6);
  near(over.inQueue, 9997, 1e-6);
  near(over.waitingTime, 9997 / 3, 1e-6);
  const idle = mmck({ arrivalRate: 1e-12, serviceTime: 1, servers: 1000, capacity: 10_000 });
  assert.deepEqual([idle.blocking, idle.inQueue, idle.waitingTime], [0, 0, 0]);
  near(mm1k({ arrivalRate: 1, serviceTime: 1, capacity: 1e6 }).inSystem, 5e5);
  const critical = mm1k({ arrivalRate: 1 - 1e-6, serviceTime: 1, capacity: 10_000 });
  assert.ok(critical.inSystem < 5000 && critical.inSystem > 4950);
  const many = erlangB({ arrivalRate: 1e5 * (1 - 1e-6), serviceTime: 1, servers: 1e5 });
  // Jagerman (1974): B(n, n) = √(2/(πn)) to first order.
  near(many.blocking, Math.sqrt(2 / (Math.PI * 1e5)), 0.01);
  near(erlangB({ arrivalRate: 1e15, serviceTime: 1, servers: 7 }).throughput, 7, 1e-6);
  assert.equal(mmInf({ arrivalRate: 1e4, serviceTime: 1, level: 0 }).exceedProbability, 1);
  assert.ok(erlangBCapacity({ servers: 10_000, serviceTime: 1, blocking: 1e-12 }).utilisation < 1);
  assert.throws(
    () => mmck({ arrivalRate: 1, serviceTime: 1, servers: 3, capacity: 2 }),
    /capacity 2 must be >= servers 3/,
  );
  assert.throws(
    () => erlangBServers({ arrivalRate: 1e7, serviceTime: 1, blocking: 0.1 }),
    /load 10000000 must be <= 1000000/,
  );
  assert.throws(
    () => erlangBCapacity({ servers: 3, serviceTime: 1, blocking: 1 }),
    /blocking must be > 0 and < 1, got 1/,
  );
});
