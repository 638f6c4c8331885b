import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { UsageError } from "../../core/errors.ts";
import { publishedTable } from "../../study/published-table.ts";
import { mm1 } from "../queueing/mm1.ts";
import { cpuBound, nicBound, parallelSends, treeFanOut } from "./delay-readings.ts";
import { dimensionalVerdict } from "./dimensional-verdict.ts";
import { centralQueue, drainTime, randomSplit } from "./load-readings.ts";
import { quorumBound } from "./quorum-bound.ts";
import { textbookDelay } from "./textbook-delay.ts";
import { textbookLoad } from "./textbook-load.ts";

const near = (actual: number, expected: number, relative = 1e-12): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected),
    `got ${actual}, expected ${expected} within ${relative}`,
  );

test("the printed formulas give the printed numbers", () => {
  assert.equal(textbookDelay({ t: 2, n: 5, b: 4 }).d, 2);
  assert.equal(textbookDelay({ t: 2, n: 1, b: 4 }).d, 0);
  assert.equal(textbookLoad({ L: 1200, n: 3, t: 4 }).d, 100);
  assert.match(textbookDelay.latex("d"), /\\frac/);
});

test("the verdict on the printed delay is worked out from the dimensions", () => {
  const printed = textbookDelay.dimensionalVerdict;
  assert.deepEqual([printed.holds, printed.unit, printed.wanted], [false, "s^2/bit", "s"]);
  assert.match(printed.text, /right side is in s\^2\/bit, d must be in s/);
  assert.equal(textbookDelay.readAs({ t: "bit" }).holds, true);
  assert.equal(textbookDelay.readAs({ b: "one" }).holds, true);
  // A size in bytes over bit/s misses the factor 8.
  assert.deepEqual(
    [textbookDelay.readAs({ t: "size" }).holds, textbookDelay.readAs({ t: "size" }).unit],
    [false, "s*B/bit"],
  );
  // n − 1 needs a plain number.
  assert.deepEqual(
    [textbookDelay.readAs({ n: "time" }).holds, textbookDelay.readAs({ n: "time" }).unit],
    [false, null],
  );
  assert.throws(() => textbookDelay.readAs({ m: "time" }), UsageError);
  assert.throws(() => dimensionalVerdict("x", "d = a", { a: "time" }), /x: dimension of d is missing/);
});

test("the verdict on the printed load depends on what t is", () => {
  assert.deepEqual(
    [textbookLoad.dimensionalVerdict.holds, textbookLoad.dimensionalVerdict.unit],
    [false, "1/s"],
  );
  assert.equal(textbookLoad.readAs({ t: "rate" }).holds, true);
});

test("port and processor bounds are those of the worked table", () => {
  for (const row of publishedTable("seed_formula_wellposed").rows) {
    const nodes = Number(row.n);
    const nic = nicBound({
      nodes,
      messageSize: Number(row.msg_bytes),
      bandwidth: Number(row.bandwidth_bit_s),
    });
    const cpu = cpuBound({ nodes, messageTime: Number(row.t_cpu_per_msg_us) * 1e-6 });
    assert.ok(Math.abs(nic.delay * 1e6 - Number(row["nic_us=(n-1)s/b"])) <= 0.0051);
    near(cpu.delay * 1e6, Number(row["cpu_us=(n-1)t"]));
    assert.equal(nic.delay > cpu.delay ? "nic" : "cpu", row.dominant_at_leader);
  }
});

test("the port bound meets Ongaro's 60,000 a second at three servers", () => {
  for (const row of publishedTable("leader_nic_bound").rows) {
    const { maxRate } = nicBound({
      nodes: Number(row.n),
      messageSize: Number(row.size_bytes),
      bandwidth: Number(row.bandwidth_bit_s),
    });
    assert.ok(Math.abs(maxRate - Number(row.max_ops_s_computed)) <= 0.5);
    if (Number(row.n) === 3) near(maxRate, 60_000, 0.05);
  }
});

test("waiting for a majority shortens the port's delay, not its saturation", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 500 }),
      fc.double({ min: 1, max: 1e7, noNaN: true }),
      fc.double({ min: 1e3, max: 1e11, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (nodes, messageSize, bandwidth, roundTrip) => {
        const port = { nodes, messageSize, bandwidth };
        const [all, some] = [nicBound(port), quorumBound({ ...port, roundTrip })];
        near(some.maxRate, all.maxRate);
        // Copies leave one after the other; the majority is complete when more than half of the nodes have theirs.
        const copy = (8 * messageSize) / bandwidth;
        let sent = 0;
        while (2 * (sent + 1) <= nodes) sent++;
        near(some.delay, sent * copy + roundTrip, 1e-11);
        assert.ok(quorumBound({ ...port, roundTrip: 0 }).delay <= all.delay * (1 + 1e-12));
      },
    ),
    { numRuns: 300, seed: 4 },
  );
  // Two nodes: the only follower is the quorum.
  const two = { nodes: 2, messageSize: 1000, bandwidth: 8e6 };
  near(quorumBound({ ...two, roundTrip: 0 }).delay, nicBound(two).delay);
  assert.throws(
    () => quorumBound({ ...two, roundTrip: -1 }),
    /quorumBound: roundTrip must be >= 0 s, got -1/,
  );
});

test("readings agree with the printed formula where they should", () => {
  const count = fc.integer({ min: 2, max: 500 });
  const positive = fc.double({ min: 1e-6, max: 1e3, noNaN: true });
  fc.assert(
    fc.property(count, positive, positive, fc.integer({ min: 1, max: 60 }), (n, t, b, k) => {
      near(nicBound({ nodes: n, messageSize: t, bandwidth: b }).delay, textbookDelay({ t: 8 * t, n, b }).d);
      near(cpuBound({ nodes: n, messageTime: t }).delay, textbookDelay({ t, n, b: 1 }).d);
      const parallel = parallelSends({ nodes: n, messageTime: t, senders: k }).delay;
      const printed = textbookDelay({ t, n, b: k }).d;
      assert.ok(parallel >= printed * (1 - 1e-12) && parallel <= printed + t * (1 + 1e-12));
      near(drainTime({ operations: b, nodes: n, nodeRate: t }).time, textbookLoad({ L: b, n, t }).d);
    }),
    { numRuns: 300, seed: 1 },
  );
});

test("a tree reaches all in the rounds that counting gives, exact powers included", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 12 }), (nodes, fanOut) => {
      const { hops } = treeFanOut({ nodes, fanOut, hopTime: 1 });
      assert.ok((fanOut + 1) ** hops >= nodes && (hops === 0 || (fanOut + 1) ** (hops - 1) < nodes));
    }),
    { numRuns: 500, seed: 2 },
  );
  assert.equal(treeFanOut({ nodes: 125, fanOut: 4, hopTime: 1 }).hops, 3);
});

test("one node: both steady-state readings are M/M/1; more nodes: the common queue is never worse, the floor is S", () => {
  const one = { arrivalRate: 700, serviceTime: 0.001 };
  near(randomSplit({ ...one, nodes: 1 }).responseTime, mm1(one).responseTime);
  near(centralQueue({ ...one, nodes: 1 }).responseTime, mm1(one).responseTime);
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 50 }),
      fc.double({ min: 0.01, max: 0.999, noNaN: true }),
      (nodes, rho) => {
        const given = { arrivalRate: rho * nodes, serviceTime: 1, nodes };
        const central = centralQueue(given).responseTime;
        assert.ok(central >= 1 && central <= randomSplit(given).responseTime * (1 + 1e-12));
      },
    ),
    { numRuns: 300, seed: 3 },
  );
});

test("at the edge they stay finite, past it they say so", () => {
  const edge = { arrivalRate: 1e4 * (1 - 1e-6), serviceTime: 1, nodes: 10_000 };
  near(randomSplit(edge).responseTime, 1e6, 1e-6);
  assert.ok(Number.isFinite(centralQueue(edge).responseTime));
  const over = centralQueue.evaluate({ arrivalRate: 12, serviceTime: 1, nodes: 10 });
  assert.equal(!over.stable && over.reason, "unstable: utilisation 1.200 must be < 1");
});

test("bad input is refused by name", () => {
  assert.throws(() => textbookDelay({ t: 1, n: 0, b: 1 }), /textbookDelay: n must be an integer >= 1, got 0/);
  assert.throws(() => textbookLoad({ L: 1, n: 1, t: 0 }), /textbookLoad: t must be > 0, got 0/);
  assert.throws(
    () => nicBound({ nodes: 1, messageSize: 1, bandwidth: 1 }),
    /nicBound: nodes must be an integer >= 2, got 1/,
  );
  assert.throws(() => cpuBound({ nodes: 3, messageTime: "1 kg" }), /messageTime has unknown unit "kg"/);
});
