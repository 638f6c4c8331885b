/** Shares, moves, bounds and hot spots: published numbers, exact small cases, enumerations, real placements. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DomainError } from "../../core/errors.ts";
import { hottestShare, keySampler, popularity } from "../../core/key-popularity.ts";
import { randomStreams } from "../../core/random.ts";
import { placements } from "../../protocols/sharding/placements.ts";
import { publishedTable } from "../../study/published-table.ts";
import { boundedLoad } from "./bounded-load.ts";
import { hotShard } from "./hot-shard.ts";
import { keyShares } from "./key-shares.ts";
import { keysMoved } from "./keys-moved.ts";
import { resharding } from "./resharding.ts";
import { smallCache } from "./small-cache.ts";

const near = (actual: number, expected: number, relative = 1e-9): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected),
    `got ${actual}, expected ${expected} within ${relative}`,
  );
const nodesUpTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const counts = fc.integer({ min: 1, max: 500 });

test("keyShares: the table of Lamping and Veach 2014, figure 2, deviation within 1 %, 99 % interval within 2 %", () => {
  const rows = publishedTable("jump_hash_uniformity").rows.filter((row) => row.algorithm === "karger");
  assert.equal(rows.length, 4);
  for (const row of rows) {
    const given = { nodes: 1000, points: Number(row.points_per_bucket) };
    near(keyShares(given).loadDeviation, Number(row.standard_error), 0.01);
    near(keyShares({ ...given, probability: 0.995 }).quantileOverMean, Number(row.ci99_high), 0.02);
    // Printed to two decimals, which is coarser than 2 % for the smallest.
    const low = keyShares({ ...given, probability: 0.005 }).quantileOverMean;
    assert.ok(Math.abs(low - Number(row.ci99_low)) <= Math.max(0.02 * Number(row.ci99_low), 0.005));
  }
  // Chord, SIGCOMM 2001, §6.2: 99th percentile of 4.6 times the mean at 50 keys a node.
  near(keyShares({ nodes: 10_000, points: 1, keysPerNode: 50 }).quantileOverMean, 4.6, 0.02);
});

test("keyShares: bare rings by harmonic numbers, two nodes by the beta law, many keys by the ring alone", () => {
  for (const nodes of [1, 2, 3, 10, 1000, 100_000]) {
    let harmonic = 0;
    for (let i = nodes; i >= 1; i--) harmonic += 1 / i;
    near(keyShares({ nodes, points: 1 }).maxOverMean, harmonic, 1e-9);
    if (nodes > 1)
      near(
        keyShares({ nodes, points: 1, probability: 0.9 }).quantileOverMean,
        -nodes * Math.expm1(Math.log(0.1) / (nodes - 1)),
        1e-9,
      );
  }
  // E|B − 1/2| for Beta(k, k) is 2/(k·4^k·B(k, k)): 1/4, 3/16, 5/32 … for k = 1, 2, 3.
  [1 / 4, 3 / 16, 5 / 32].forEach((deviation, i) => {
    near(keyShares({ nodes: 2, points: i + 1 }).maxOverMean, 1 + 2 * deviation, 1e-9);
  });
  for (const [nodes, points] of [
    [5, 1],
    [20, 10],
    [300, 100],
  ]) {
    const ring = keyShares({ nodes, points });
    const keyed = keyShares({ nodes, points, keysPerNode: 1e6 });
    near(keyed.maxOverMean, ring.maxOverMean, 1e-4);
    near(keyed.loadDeviation, ring.loadDeviation, 1e-3);
    if (nodes > 100) near(keyed.quantileOverMean, ring.quantileOverMean, 2e-3);
  }
});

test("keyShares: drawn Dirichlet shares and binomial keys have these moments; monotone; finite at the edges", () => {
  const stream = randomStreams(8).stream("shares");
  for (const [nodes, points, keysPerNode] of [
    [8, 3, 0],
    [40, 1, 5],
    [40, 10, 20],
  ]) {
    const trials = 4000;
    let [squares, largest] = [0, 0];
    for (let trial = 0; trial < trials; trial++) {
      const parts = nodesUpTo(nodes).map(() => {
        let sum = 0;
        for (let i = 0; i < points; i++) sum += stream.exponential();
        return sum;
      });
      const total = parts.reduce((a, b) => a + b, 0);
      const loads = parts.map((part) => (keysPerNode === 0 ? (part / total) * nodes : 0));
      // Keys one by one along the cumulated shares.
      for (let key = 0; key < nodes * keysPerNode; key++) {
        let at = stream.uniform() * total;
        let node = 0;
        while (node < nodes - 1 && at >= parts[node]) at -= parts[node++];
        loads[node] += 1 / keysPerNode;
      }
      largest += Math.max(...loads) / trials;
      for (const load of loads) squares += (load - 1) ** 2 / (nodes * trials);
    }
    const model = keyShares({ nodes, points, keysPerNode });
    near(Math.sqrt(squares), model.loadDeviation, 0.02);
    near(largest, model.maxOverMean, 0.015);
  }
  fc.assert(
    fc.property(counts, fc.integer({ min: 1, max: 200 }), (nodes, points) => {
      const [here, finer] = [keyShares({ nodes, points }), keyShares({ nodes, points: points + 1 })];
      assert.ok(here.maxOverMean >= 1 - 1e-9 && here.maxOverMean <= nodes + 1e-9);
      assert.ok(
        nodes === 1 || (finer.maxOverMean < here.maxOverMean && finer.loadDeviation < here.loadDeviation),
      );
    }),
    { numRuns: 60, seed: 1 },
  );
  for (const given of [
    { nodes: 1, points: 1 },
    { nodes: 100_000, points: 100_000 },
    { nodes: 100_000, points: 1, keysPerNode: 1e-3 },
  ])
    for (const value of Object.values(keyShares(given))) assert.ok(Number.isFinite(value));
});

test("keysMoved: counted over all residues; one node more or less; nothing when nothing changes", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), (n, m) => {
      let moved = 0;
      for (let hash = 0; hash < n * m; hash++) if (hash % n !== hash % m) moved++;
      const model = keysMoved({ nodesBefore: n, nodesAfter: m });
      near(model.moduloShare, moved / (n * m), 1e-12);
      assert.ok(model.consistentShare <= model.moduloShare + 1e-12);
      const back = keysMoved({ nodesBefore: m, nodesAfter: n });
      assert.deepEqual([back.consistentShare, back.moduloShare], [model.consistentShare, model.moduloShare]);
    }),
    { numRuns: 1000, seed: 2 },
  );
  for (const n of [1, 5, 999, 9_999_999]) {
    const model = keysMoved({ nodesBefore: n, nodesAfter: n + 1 });
    near(model.consistentShare, 1 / (n + 1), 1e-12);
    near(model.moduloShare, n / (n + 1), 1e-12);
    assert.deepEqual(Object.values(keysMoved({ nodesBefore: n, nodesAfter: n })), [0, 0]);
  }
});

test("boundedLoad: full nodes and nodes passed in real placements, and in the recursion of overflows", () => {
  for (const factor of [1.05, 1.25, 2]) {
    const model = boundedLoad({ keys: 500_000, nodes: 5000, factor });
    let [full, passed] = [0, 0];
    const seeds = [1, 2, 3, 4];
    for (const seed of seeds) {
      const placement = placements.boundedLoads({ nodes: nodesUpTo(5000), keys: 500_000, factor, seed });
      assert.equal(placement.capacity, model.capacity);
      const loads = placement.shares().map((share) => Math.round(share * placement.keys));
      full += loads.filter((load) => load === placement.capacity).length / (5000 * seeds.length);
      // Places on the ring between the first node of a key and the one that has it.
      const place = new Map(
        nodesUpTo(5000).map((point) => [placement.nodes[placement.ring.holderAt(point)], point]),
      );
      for (let key = 0; key < placement.keys; key += 20) {
        const distance = (place.get(placement.owner(key)) ?? 0) - placement.ring.pointOf(key);
        passed += ((distance + 5000) % 5000) / (placement.keys / 20) / seeds.length;
      }
    }
    near(full, model.fullShare, factor < 1.1 ? 0.05 : 0.03);
    near(passed, model.nodesPassed, factor < 1.1 ? 0.25 : 0.1);
    const stream = randomStreams(3).stream("arcs");
    let [over, some, sum] = [0, 0, 0];
    const steps = 2_000_000;
    for (let i = 0; i < steps; i++) {
      over = Math.max(0, over + stream.exponential() - factor);
      if (over > 0) some++;
      sum += over;
    }
    near(some / steps, model.fullShare, 0.01);
    near(sum / steps, model.nodesPassed, factor < 1.1 ? 0.1 : 0.02);
  }
});

test("boundedLoad: the root satisfies its equation; a tight bound fills all; the bound holds whatever the rounding", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1.0001, max: 20, noNaN: true }),
      fc.integer({ min: 1, max: 1_000_000 }),
      counts,
      (factor, keys, nodes) => {
        const model = boundedLoad({ keys, nodes, factor });
        near(model.fullShare, Math.exp(-factor * (1 - model.fullShare)), 1e-9);
        near(model.nodesPassed, model.fullShare / (1 - model.fullShare), 1e-6);
        assert.ok(model.capacity >= (factor * keys) / nodes && model.capacity * nodes >= keys);
        near(model.maxOverMean, model.capacity / (keys / nodes), 1e-12);
        assert.ok(model.maxOverMean >= factor * (1 - 1e-12));
        assert.ok(boundedLoad({ keys, nodes, factor: factor * 1.1 }).nodesPassed < model.nodesPassed);
      },
    ),
    { numRuns: 1000, seed: 3 },
  );
  // 1 + ε, small: σ ≈ 1 − 2ε, a key passes 1/(2ε) nodes.
  near(boundedLoad({ keys: 1e9, nodes: 1e6, factor: 1 + 1e-4 }).nodesPassed, 5000, 1e-3);
  assert.ok(boundedLoad({ keys: 1e12, nodes: 1, factor: 700 }).fullShare < 1e-300);
  assert.throws(() => boundedLoad({ keys: 10, nodes: 2, factor: 1 }), DomainError);
});

test("hotShard: the published share of the hottest key; even keys; sums over all keys; placements; caches", () => {
  for (const { s, N, top1_share } of publishedTable("zipf_hot_keys").rows) {
    const model = hotShard({ keys: Number(N), exponent: Number(s), nodes: 50, nodeCapacity: 1000 });
    assert.ok(Math.abs(model.topKeyShare - Number(top1_share)) <= 1e-4);
    assert.ok(model.maxThroughput < 1000 / Number(model.topKeyShare));
  }
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 400 }),
      fc.double({ min: 0, max: 3, noNaN: true }),
      fc.integer({ min: 1, max: 100 }),
      fc.nat(399),
      (keys, exponent, nodes, cache) => {
        const cachedKeys = Math.min(cache, keys - 1);
        const model = hotShard({ keys, exponent, nodes, nodeCapacity: 7, cachedKeys });
        const { probability } = keySampler(popularity.zipf(keys, exponent));
        let rest = 0;
        for (let key = keys - 1; key > cachedKeys; key--) rest += probability(key);
        near(model.hottestShare, probability(cachedKeys) + rest / nodes, 1e-9);
        assert.ok(
          Math.abs(model.hitShare - hottestShare(popularity.zipf(keys, exponent), cachedKeys)) < 1e-9,
        );
        assert.ok(model.maxThroughput <= model.evenThroughput * (1 + 1e-9));
        near(model.efficiency, model.maxThroughput / model.evenThroughput, 1e-12);
        if (nodes === 1) near(model.efficiency, 1, 1e-9);
      },
    ),
    { numRuns: 1000, seed: 4 },
  );
  // The node of key 0, over 300 placements.
  const law = keySampler(popularity.zipf(2000, 0.99));
  let share = 0;
  for (let seed = 0; seed < 300; seed++) {
    const placement = placements.rendezvous({ nodes: nodesUpTo(10), seed });
    const hot = placement.owner(0);
    for (let key = 0; key < 2000; key++)
      if (placement.owner(key) === hot) share += law.probability(key) / 300;
  }
  near(share, hotShard({ keys: 2000, nodes: 10, nodeCapacity: 1 }).hottestShare, 0.02);
  const edge = hotShard({ keys: 1e12, exponent: 20, nodes: 1e9, nodeCapacity: 1e6 });
  near(edge.maxThroughput, 1e6, 1e-5);
});

test("smallCache: the worst of all loads, found by search; one constant for a cache of n ln n; more entries, less imbalance", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 10_000 }),
      fc.integer({ min: 1, max: 1_000_000 }),
      (nodes, entries) => {
        const model = smallCache({ nodes, entries });
        const scatter = 2 * nodes * Math.log(nodes);
        const gain = (y: number): number => (y + Math.sqrt(y * scatter)) / (y + entries);
        const y = model.worstKeys - entries;
        near(model.worstImbalance, gain(y), 1e-9);
        for (let power = -40; power <= 40; power++)
          assert.ok(gain(y * 1.1 ** power) <= model.worstImbalance * (1 + 1e-12));
        assert.ok(smallCache({ nodes, entries: entries + 10 }).worstImbalance < model.worstImbalance);
      },
    ),
    { numRuns: 1000, seed: 5 },
  );
  // κ = 1: 1 + 1/(1 + √3); κ = 4: 1 + 1/(4(1 + √1.5)).
  for (const nodes of [85, 10_000, 1e8]) {
    const scale = nodes * Math.log(nodes);
    near(smallCache({ nodes, entries: Math.round(scale) }).worstImbalance, 1 + 1 / (1 + Math.sqrt(3)), 1e-3);
    near(
      smallCache({ nodes, entries: Math.round(4 * scale) }).worstImbalance,
      1 + 1 / (4 * (1 + Math.sqrt(1.5))),
      1e-3,
    );
  }
  // Balls in bins: the worst load thrown at 85 nodes (as many as the paper's cluster) is no worse than that.
  const nodes = 85;
  const entries = Math.round(nodes * Math.log(nodes));
  const model = smallCache({ nodes, entries });
  const missing = Math.round(model.worstKeys - entries);
  const stream = randomStreams(2).stream("cache");
  let fullest = 0;
  for (let trial = 0; trial < 500; trial++) {
    const loads = new Int32Array(nodes);
    for (let key = 0; key < missing; key++) loads[stream.integer(nodes)]++;
    fullest += Math.max(...loads) / 500;
  }
  const seen = (fullest * nodes) / (entries + missing);
  assert.ok(
    seen < model.worstImbalance && seen > 0.85 * model.worstImbalance,
    `${seen} of ${model.worstImbalance}`,
  );
});

test("resharding: a node that comes is its own bottleneck; a hot range goes from one to one; data is conserved", () => {
  // 900 GB on 9 nodes: 90 GB to the tenth at half of 10 Gbit/s are 144 s; every old node gives it 1/18 of its port.
  const tenth = resharding({
    dataSize: "900 GB",
    movedShare: keysMoved({ nodesBefore: 9, nodesAfter: 10 }).consistentShare,
    sources: 9,
    targets: 1,
    bandwidth: "10 Gbit/s",
    copyShare: 0.5,
  });
  near(tenth.duration, 144, 1e-12);
  near(tenth.throughputKept, 17 / 18, 1e-12);
  const hot = resharding({
    dataSize: 1e9,
    movedShare: 0.5,
    sources: 1,
    targets: 1,
    bandwidth: 8e8,
    copyShare: 0.25,
  });
  assert.deepEqual([hot.duration, hot.throughputKept, hot.targetPortShare], [20, 0.75, 0.25]);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 50 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 0.95, noNaN: true }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (sources, targets, copyShare, rewritten, portUtilisation) => {
        const bandwidth = 1e9;
        const rate = copyShare * bandwidth * Math.min(sources, targets);
        const model = resharding({
          dataSize: 1e10,
          movedShare: 0.3,
          sources,
          targets,
          bandwidth,
          copyShare,
          portUtilisation,
          writeBandwidth: rewritten * rate,
        });
        // What is sent in that time is what there was and what was written meanwhile.
        near((rate * model.duration) / 8, 3e9 + (rewritten * rate * model.duration) / 8, 1e-9);
        near(model.copiedSize, (rate * model.duration) / 8, 1e-9);
        near(model.sourcePortShare * sources, model.targetPortShare * targets, 1e-9);
        assert.ok(Math.max(model.sourcePortShare, model.targetPortShare) <= copyShare * (1 + 1e-12));
        near(
          model.throughputKept * portUtilisation,
          Math.min(portUtilisation, 1 - model.sourcePortShare),
          1e-9,
        );
      },
    ),
    { numRuns: 1000, seed: 6 },
  );
  const lost = resharding.evaluate({
    dataSize: 1,
    movedShare: 1,
    sources: 1,
    targets: 1,
    bandwidth: 100,
    copyShare: 0.5,
    writeBandwidth: 60,
  });
  assert.equal(lost.stable, false, "written faster than copied");
});
