/** What a reproduction is made of: tolerances from the files, verdicts, elections and queues against closed forms. */
import assert from "node:assert/strict";
import { setMaxListeners } from "node:events";
import { test } from "node:test";
import { exponential } from "../../lib/core/distributions.ts";
import { DataError } from "../../lib/core/errors.ts";
import { models } from "../../lib/models/index.ts";
import { publishedNames } from "../../lib/study/published-table.ts";
import { asPrinted, Cases, type ReproduceContext, shifted } from "./case.ts";
import { splitVotes } from "./elections.ts";
import { REPRODUCTIONS } from "./index.ts";
import { simulateQueues } from "./queues.ts";

const { signal } = new AbortController();
setMaxListeners(0, signal); // as commands do: each of many tasks listens
const context: ReproduceContext = {
  seed: 1,
  effort: 1,
  workers: 1,
  signal,
  progress: () => {},
};

test("every reproduction has a published table, and the tables of the first study are all there", () => {
  const tables = REPRODUCTIONS.map(({ table }) => table);
  assert.deepEqual(
    tables.filter((table) => !publishedNames().includes(table)),
    [],
  );
  assert.equal(new Set(tables).size, tables.length);
  const wanted = [
    "paxos_lan_max_throughput",
    "leader_nic_bound",
    "queue_mmc_published",
    "queue_erlang_c",
    "queue_mg1_pk",
    "raft_split_vote_fixed_latency",
    "epaxos_wan_rtts",
    "logcabin_throughput",
    "zab_latency",
    "zookeeper_throughput",
  ];
  for (const table of wanted) assert.ok(tables.includes(table), table);
});

test("a tolerance is the one that the file states, in its words, and no other", () => {
  const cases = new Cases("queue_mmc_published");
  assert.deepEqual(cases.tolerance("1e-3 abs"), { absolute: 1e-3 });
  assert.deepEqual(cases.tolerance("sim 1%"), { relative: 0.01 });
  assert.throws(
    () => cases.tolerance("5%"),
    (error) =>
      error instanceof DataError &&
      error.message ===
        'queue_mmc_published: tolerance must be stated as "5%", got "1e-3 abs (closed form), sim 1%"',
  );
});

test("verdicts: inside, outside, or neither; a formula has no width", () => {
  const cases = new Cases("leader_nic_bound");
  const five = cases.tolerance("5%");
  cases.formula("a", "m", 100, 104.9, five);
  cases.formula("b", "m", 100, 105.1, five, "why");
  cases.simulated("c", "m", 100, { mean: 104, low: 102, high: 106 }, five);
  cases.simulated("d", "m", 100, { mean: 98, low: 96, high: 100 }, five);
  cases.simulated("e", "m", 100, { mean: 90, low: 88, high: 92 }, five);
  cases.calibrated("f", "m", 100, 100, five);
  assert.deepEqual(
    cases.list.map(({ verdict }) => verdict),
    ["agrees", "differs", "undecided", "agrees", "differs", "calibration"],
  );
  assert.deepEqual(cases.list[1], {
    table: "leader_nic_bound",
    case: "b",
    measure: "m",
    published: 100,
    ours: 105.1,
    low: 105.1,
    high: 105.1,
    tolerance: 5,
    verdict: "differs",
    note: "why",
  });
  assert.equal(asPrinted(0.41286, 4), 0.4129);
  const interval = { mean: 2, low: 1, high: 3, halfWidth: 1, level: 0.95, n: 5 };
  assert.deepEqual(shifted(interval, 10, 2), { mean: 14, low: 12, high: 16 });
});

test("elections: no latency splits no vote, a latency as long as the range splits nearly all, between them the formula", () => {
  // All five that are up must vote alike: a majority of five would not do.
  const setting = { servers: 9, available: 5, seed: 1, first: 0 };
  assert.equal(splitVotes({ ...setting, latency: 0, count: 200 }), 0);
  // With a latency as long as the range everybody stands before hearing of anybody.
  assert.equal(splitVotes({ ...setting, latency: 1, count: 200 }), 200);
  const count = 3000;
  const split = splitVotes({ ...setting, latency: 0.1, count });
  const { splitVote } = models.splitVote({ nodes: 9, available: 5, latency: 0.1, timeoutRange: 1 });
  const error = Math.sqrt((splitVote * (1 - splitVote)) / count);
  assert.ok(Math.abs(split / count - splitVote) < 4 * error, `${split} of ${count}, ${splitVote} expected`);
  const parts = [0, 1000, 2000].map((first) => splitVotes({ ...setting, latency: 0.1, first, count: 1000 }));
  assert.equal(parts[0] + parts[1] + parts[2], split, "batches of any size count the same elections");
});

test("queues: the wait agrees with Erlang C, without the noise of the services", async () => {
  const [one, twenty] = await simulateQueues(
    [
      { name: "one", service: exponential(1), arrivalRate: 0.5, servers: 1, operations: 2e5 },
      { name: "twenty", service: exponential(1), arrivalRate: 10, servers: 20, operations: 2e5 },
    ],
    context,
  );
  const near = (interval: { mean: number; halfWidth: number }, truth: number): void =>
    assert.ok(Math.abs(interval.mean - truth) < 2.5 * interval.halfWidth, `${interval.mean} for ${truth}`);
  near(one.wait, 1);
  near(one.timeInSystem, 2);
  near(twenty.wait, models.mmc({ arrivalRate: 10, serviceTime: 1, servers: 20 }).waitingTime);
  assert.ok(twenty.wait.halfWidth < twenty.timeInSystem.halfWidth / 5, "the services' own noise is out");
});
