import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { publishedTable } from "../../study/published-table.ts";
import { closedLoop } from "./closed-loop.ts";
import { leaderScaling } from "./leader-scaling.ts";
import { dissectingLoad } from "./load-formula.ts";
import { messagesPerOperation } from "./messages-per-operation.ts";
import { paxosLeader } from "./published-paxos.ts";
import { quorumAvailability } from "./quorum-availability.ts";
import { splitVote } from "./split-vote.ts";
import { wanCommit } from "./wan-commit.ts";

const near = (actual: number, expected: number, relative = 1e-12): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected),
    `got ${actual}, expected ${expected} within ${relative}`,
  );

/** C(n, k) by its product. */
function choose(n: number, k: number): number {
  let value = 1;
  for (let i = 1; i <= k; i++) value = (value * (n - k + i)) / i;
  return value;
}

function binomialTail(n: number, least: number, p: number): number {
  let sum = 0;
  for (let k = n; k >= Math.max(0, least); k--) sum += choose(n, k) * p ** k * (1 - p) ** (n - k);
  return sum;
}

test("paxosLeader gives the published maxima from the published parameters", () => {
  const p = new Map(
    publishedTable("paxos_model_parameters").rows.map((row) => [row.parameter, Number(row.value)]),
  );
  const get = (name: string): number => p.get(name) ?? Number.NaN;
  for (const row of publishedTable("paxos_lan_max_throughput").rows) {
    const nodes = Number(row.N);
    const stated = paxosLeader({
      nodes,
      pipelines: get("pipelines"),
      deserialise: get("msg_deserialise_mean") * 1e-3,
      serialise: get("msg_serialise_mean") * 1e-3,
      messageSize: get("message_size"),
      bandwidth: get("net_speed"),
    });
    assert.equal(Math.round(stated.maxThroughput), row.Rmax_rounds_per_s);
    near(paxosLeader({ nodes }).maxThroughput, stated.maxThroughput);
  }
  // Reductions: no bytes leaves processing only; pipelines multiply.
  near(paxosLeader({ nodes: 5, messageSize: 0 }).roundTime, 5 * 25e-6 + 2e-6);
  near(paxosLeader({ nodes: 5, pipelines: 3 }).maxThroughput, 3 * paxosLeader({ nodes: 5 }).maxThroughput);
  assert.ok(paxosLeader({ nodes: 10_000 }).maxThroughput > 0);
  assert.throws(() => paxosLeader({ nodes: 0 }), /paxosLeader: nodes must be an integer >= 1, got 0/);
});

test("splitVote gives Ongaro's examples and the binomial sum; more latency splits more", () => {
  for (const row of publishedTable("raft_split_vote_fixed_latency").rows) {
    const given = { nodes: Number(row.n), available: Number(row.available_s), timeoutRange: 1 };
    const answer = splitVote({ ...given, latency: Number(row.l_over_range) });
    assert.ok(Math.abs(answer.splitVote - Number(row.closed_form)) <= 5.1e-5);
  }
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.nat(29),
      fc.double({ min: 1e-3, max: 0.95, noNaN: true }),
      (nodes, missing, l) => {
        const least = Math.floor(nodes / 2) + 1;
        const available = Math.max(least, nodes - missing);
        const given = { nodes, available, timeoutRange: 2 };
        const answer = splitVote.evaluate({ ...given, latency: 2 * l });
        if (!answer.stable) return;
        // One server alone needs nobody's vote: the sum, which counts its own timeout, does not apply.
        const exact = nodes === 1 ? 0 : binomialTail(available, available - Math.floor(nodes / 2), l);
        near(answer.outputs.splitVote, exact, 1e-9);
        near(answer.outputs.expectedTerms * (1 - answer.outputs.splitVote), 1, 1e-12);
        near(answer.outputs.firstTimeout, 2 / (available + 1));
        assert.ok(splitVote({ ...given, latency: l }).splitVote <= answer.outputs.splitVote * (1 + 1e-12));
      },
    ),
    { numRuns: 300, seed: 1 },
  );
  assert.equal(splitVote({ nodes: 5, available: 5, latency: 0, timeoutRange: 1 }).expectedTerms, 1);
  const never = splitVote.evaluate({ nodes: 5, available: 4, latency: 1, timeoutRange: 1 });
  assert.equal(!never.stable && never.reason, "unstable: splitVote 1.000 must be < 1");
  assert.throws(
    () => splitVote({ nodes: 5, available: 6, latency: 0, timeoutRange: 1 }),
    /available 6 must be <= nodes 5/,
  );
});

/** M/M/1 with k clients from its balance equations: the throughput. */
function machineRepair(clients: number, service: number, think: number): number {
  let weight = 1;
  let total = 1;
  for (let n = 1; n <= clients; n++) {
    weight *= ((clients - n + 1) / think) * service;
    total += weight;
  }
  return (1 - 1 / total) / service;
}

test("closedLoop is the finite-source chain, keeps its bounds and Little's law", () => {
  const time = fc.double({ min: 0.01, max: 20, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), time, time, (clients, serviceTime, thinkTime) => {
      const x = closedLoop({ clients, serviceTime, thinkTime });
      near(x.throughput, machineRepair(clients, serviceTime, thinkTime), 1e-9);
      near(x.throughput * (x.responseTime + thinkTime), clients);
      assert.ok(x.throughput <= x.throughputBound * (1 + 1e-12));
      assert.ok(x.responseTime >= x.responseTimeBound * (1 - 1e-12));
    }),
    { numRuns: 500, seed: 2 },
  );
  near(closedLoop({ clients: 7, serviceTime: 2 }).throughput, 0.5);
  near(closedLoop({ clients: 1, serviceTime: 1, thinkTime: 3 }).throughput, 0.25);
  near(closedLoop({ clients: 100_000, serviceTime: 1e-3, thinkTime: 1 }).throughput, 1000, 1e-9);
  assert.throws(() => closedLoop({ clients: 1.5, serviceTime: 1 }), /closedLoop: clients must be an integer/);
});

test("leaderScaling calibrated on the ends predicts the measured groups between", () => {
  const zookeeper = publishedTable("zookeeper_throughput").rows.map((r) => [
    Number(r.servers),
    Number(r.writes100_ops_s),
  ]);
  const logcabin = publishedTable("logcabin_throughput")
    .rows.filter((r) => r.client_threads === 100 && Number(r.servers) >= 2)
    .map((r) => [Number(r.servers), 1000 * Number(r.kops_per_s)]);
  for (const rows of [zookeeper, logcabin]) {
    const [[firstNodes, firstThroughput], [secondNodes, secondThroughput]] = [rows[0], rows[rows.length - 1]];
    const fit = { firstNodes, firstThroughput, secondNodes, secondThroughput };
    near(leaderScaling({ nodes: firstNodes, ...fit }).throughput, firstThroughput);
    near(leaderScaling({ nodes: secondNodes, ...fit }).throughput, secondThroughput);
    for (const [nodes, measured] of rows) near(leaderScaling({ nodes, ...fit }).throughput, measured, 0.15);
  }
  const same = { firstNodes: 3, firstThroughput: 10, secondNodes: 3, secondThroughput: 9 };
  assert.throws(() => leaderScaling({ nodes: 5, ...same }), /firstNodes 3 must be != secondNodes 3/);
  const rising = { firstNodes: 3, firstThroughput: 10, secondNodes: 5, secondThroughput: 100 };
  assert.throws(() => leaderScaling({ nodes: 99, ...rising }), /fitted time per operation is > 0 s, got 99/);
});

test("messagesPerOperation counts what enumeration counts", () => {
  for (let n = 1; n <= 12; n++) {
    // PBFT message by message: every ordered pair that speaks in a phase.
    let pbft = 1 + n;
    for (let from = 0; from < n; from++) {
      for (let to = 0; to < n; to++) {
        if (from === to) continue;
        pbft += (from === 0 ? 1 : 0) + (from === 0 ? 0 : 1) + 1;
      }
    }
    assert.equal(messagesPerOperation({ protocol: "pbft", nodes: n }).messages, pbft);
    near(messagesPerOperation({ protocol: "pbft", nodes: n }).messages, 2 * n * n - n + 1);
    assert.equal(messagesPerOperation({ nodes: n }).messages, 2 * n);
    assert.equal(messagesPerOperation({ protocol: "zab", nodes: n }).messages, 2 * n + (n - 1));
  }
  assert.throws(() => messagesPerOperation({ protocol: "rafft" as "raft", nodes: 3 }), /did you mean raft/);
});

test("wanCommit follows the published rules between three and five sites", () => {
  // California, Virginia, Ireland (Moraru et al. 2013, Fig. 4).
  const roundTrips = [
    ["0 ms", "85 ms", "156 ms"],
    ["85 ms", "0 ms", "90 ms"],
    ["156 ms", "90 ms", "0 ms"],
  ];
  const at = (client: number, leader = 1) => wanCommit({ roundTrips, client, leader });
  assert.deepEqual(
    [0, 1, 2].map((client) => at(client).leaderlessLatency),
    [0.085, 0.085, 0.09],
  );
  assert.deepEqual(
    [0, 1, 2].map((client) => at(client).farthestLatency),
    [0.156, 0.09, 0.156],
  );
  near(at(2).leaderLatency, 0.175);
  near(at(1).leaderLatency, 0.085);
  const names = ["VA", "CA", "OR", "IR", "JP"];
  const aws = publishedTable("wan_rtt_aws5").rows.map((row) => names.map((name) => Number(row[name]) * 1e-3));
  // From the definition: the median round trip of the leader, its own vote at 0.
  for (let leader = 0; leader < 5; leader++) {
    const sorted = [...aws[leader]].sort((a, b) => a - b);
    near(wanCommit({ roundTrips: aws, client: leader, leader }).leaderLatency, sorted[2]);
  }
  assert.throws(() => at(3), /client 3 must be < /);
  assert.throws(
    () => wanCommit({ roundTrips: [[0, 1]], client: 0, leader: 0 }),
    /roundTrips\[0\] must have 1 times/,
  );
});

test("quorumAvailability gives the table, the sum, and keeps the digits of many nines", () => {
  for (const row of publishedTable("quorum_availability").rows) {
    const answer = quorumAvailability({
      nodes: Number(row.N),
      quorum: Number(row.q),
      nodeAvailability: Number(row.node_availability),
    });
    assert.ok(Math.abs(answer.availability - Number(row.quorum_availability)) <= 5.1e-10);
  }
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.nat(39),
      fc.double({ min: 0.01, max: 0.999, noNaN: true }),
      (nodes, k, nodeAvailability) => {
        const quorum = 1 + (k % nodes);
        const answer = quorumAvailability({ nodes, quorum, nodeAvailability });
        near(answer.availability, binomialTail(nodes, quorum, nodeAvailability), 1e-9);
        near(answer.availability + answer.unavailability, 1);
      },
    ),
    { numRuns: 500, seed: 3 },
  );
  // One of three missing is harmless: 3u² − 2u³.
  const u = 2 ** -30;
  near(
    quorumAvailability({ nodes: 3, nodeAvailability: 1 - u }).unavailability,
    3 * u * u - 2 * u ** 3,
    1e-12,
  );
  assert.equal(quorumAvailability({ nodes: 10_000, nodeAvailability: 1 }).unavailability, 0);
  assert.throws(
    () => quorumAvailability({ nodes: 3, quorum: 4, nodeAvailability: 0.9 }),
    /quorum 4 must be <= nodes 3/,
  );
});

test("dissectingLoad gives the published loads", () => {
  for (const row of publishedTable("dissecting_load_formula").rows) {
    const given = { leaders: Number(row.leaders_L), quorum: Number(row.Q) };
    const expected = row.leaders_L === 1 ? 4 : 4 / 3;
    near(dissectingLoad(given).load, expected);
    near(dissectingLoad({ ...given, conflict: 0.25 }).load, 1.25 * expected);
    near(dissectingLoad(given).capacity * expected, 1);
  }
  const trip = { leaders: 1, quorum: 3, leaderRoundTrip: 0.04, quorumRoundTrip: 0.02 };
  near(dissectingLoad(trip).latency, 0.06);
  near(dissectingLoad({ ...trip, locality: 1, conflict: 0.5 }).latency, 0.03);
  assert.throws(() => dissectingLoad({ leaders: 1, quorum: 1 }), /quorum \+ leaders 2 must be > 2/);
});
