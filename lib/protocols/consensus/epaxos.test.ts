/** EPaxos by hand: message counts, latencies on constant links, and what interference costs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fault } from "../../core/faults.ts";
import { disk } from "../../core/machines.ts";
import { networks } from "../../core/networks.ts";
import { ms } from "../../core/units.ts";
import { workload } from "../../core/workloads.ts";
import { simulateRun } from "../../simulation/run.ts";
import { protocolNamed } from "../index.ts";
import { buildSystem } from "../system.ts";
import { type KeyState, newNode, noteWrite, sameValues } from "./epaxos-state.ts";
import { leastFastQuorum } from "./epaxos-trial.ts";

const epaxos = protocolNamed("epaxos");

function run(
  nodes: number,
  rate: number,
  options: { keys?: number; clients?: string[]; operations?: number; reads?: number } = {},
) {
  const { keys = 1, clients = ["node 0"], operations = 200, reads = 0 } = options;
  // Jitter 0: every round trip takes 10 ms. The timer must not stir: patience is far above it.
  const system = buildSystem(epaxos, { network: networks.lan({ nodes, rtt: ms(10) }), patience: 10 });
  const commits: number[] = [];
  const result = simulateRun(epaxos, system, workload.deterministic(rate, { keys, clients, reads }), {
    seed: 1,
    operations,
    history: "keep",
    completion: (commit) => commits.push(commit),
  });
  return { result, commits, nodes };
}

test("without interference a command takes one round trip and 3(n − 1) messages", () => {
  for (const nodes of [3, 5, 7]) {
    const { result, commits } = run(nodes, 10);
    for (const commit of commits) assert.ok(Math.abs(commit - 0.01) < 1e-12, `${commit}`);
    assert.equal(result.messages.sent, 3 * (nodes - 1) * result.operations.issued);
  }
});

test("two that interfere at the same time cost one of them a second round trip, but with three replicas none", () => {
  // 400 writes a second to one key, at nodes 0 and 1 by chance: each meets another in flight within 5 ms.
  const options = { clients: ["node 0", "node 1"], operations: 2000 };
  const five = run(5, 400, options);
  const slow = five.commits.filter((commit) => commit > 0.015).length / five.commits.length;
  assert.ok(slow > 0.2, `${slow} of the commands were slow`);
  assert.ok(Number(five.result.outcome.slowCommits) > 0);
  for (const commit of five.commits) assert.ok(commit >= 0.01 - 1e-12);
  // One other decides (SOSP 2013, §4.3.1): all commit in one round, and wait for what they come after at most.
  const three = run(3, 400, options);
  assert.equal(three.result.outcome.slowCommits, 0);
  assert.ok(Number(three.result.outcome.fastCommits) >= 2000);
});

test("the fast quorum is of the nearest; one that goes silent is replaced after one wait", () => {
  // Node 0 tries both, and then commits with node 1, 10 ms away; when that stops, with node 2, 40 ms away.
  const network = networks.fromMatrix({
    sites: ["a", "b", "c"],
    rtt: [
      [0, 0.01, 0.04],
      [0.01, 0, 0.04],
      [0.04, 0.04, 0],
    ],
    place: { a: 1, b: 1, c: 1 },
  });
  const commits: number[] = [];
  simulateRun(
    epaxos,
    buildSystem(epaxos, { network, patience: 0.3, faults: [fault.crash({ node: 1, at: 1, lasts: 100 })] }),
    workload.deterministic(10, { keys: 1000, clients: "a", timeout: 5 }),
    { seed: 1, operations: 40, completion: (commit) => commits.push(Math.round(commit * 1e3)) },
  );
  assert.deepEqual(commits.slice(0, 2), [10, 40]);
  assert.deepEqual([...new Set(commits.slice(2, 9))], [10]);
  assert.deepEqual([...new Set(commits.slice(-20))], [40]);
});

test("reads of one key do not interfere: none is slow, and none is numbered after another", () => {
  const clients = ["node 0", "node 1", "node 2"];
  const { result, commits } = run(5, 600, { clients, reads: 1, operations: 1000 });
  for (const commit of commits) assert.ok(Math.abs(commit - 0.01) < 1e-12, `${commit}`);
  assert.equal(result.outcome.slowCommits, 0);
  // Where a tenth writes, a read meets few of them: most take one round trip, though nearly all meet a read.
  const mixed = run(5, 600, { clients, reads: 0.9, operations: 2000 });
  const slow = mixed.commits.filter((commit) => commit > 0.015).length / mixed.commits.length;
  assert.ok(slow > 0.05 && slow < 0.5, `${slow} of the commands were slow`);
});

test("commands on different keys do not slow each other down", () => {
  const { result } = run(5, 400, { keys: 100_000, clients: ["node 0", "node 1"], operations: 2000 });
  assert.ok(Number(result.outcome.slowCommits) < 10);
});

test("a replica that is cut off asks ever less often", () => {
  // Asked again after 1, 2, 4, 8 and 8 patiences of 100 ms, each up to one nudge later (50 to 150 ms): four or five times
  // in three seconds. At equal pauses it would be twelve times at least.
  const { messages } = simulateRun(
    epaxos,
    buildSystem(epaxos, {
      network: networks.lan({ nodes: 3, rtt: ms(10) }),
      patience: 0.1,
      faults: [fault.isolation({ node: 0, at: 0, lasts: 100 })],
    }),
    workload.deterministic(0.1, { clients: ["node 0"], timeout: 3 }),
    { seed: 1, operations: 1, maxSeconds: 19 },
  );
  assert.ok(messages.sent === 2 * 5 || messages.sent === 2 * 6, `${messages.sent} messages`);
});

test("a replica that was down serves its own clients again, whatever the others have dropped meanwhile", () => {
  for (const nodes of [3, 5])
    for (const down of [0, nodes - 1]) {
      const system = buildSystem(epaxos, {
        network: networks.lan({ nodes, rtt: ms(1), jitter: 0.1 }),
        disk: disk.fsync({ p50: ms(1), p99: ms(3) }),
        faults: [fault.crash({ node: down, at: 2, lasts: 0.5 })],
      });
      // At all nodes: whoever is not served by its own replica is seen.
      const clients = Array.from({ length: nodes }, (_, node) => `node ${node}`);
      const { history } = simulateRun(
        epaxos,
        system,
        workload.poisson(200, { keys: 5, clients, timeout: 2 }),
        { seed: 1, operations: 1600, history: "keep" },
      );
      // Eight seconds of load: whoever asked a second before the end has had its answer, if it is to have one.
      const later = history.filter(({ invoked }) => invoked > 5 && invoked < 7);
      assert.ok(later.length > 300);
      assert.deepEqual([...new Set(later.map(({ outcome }) => outcome))], ["ok"]);
    }
});

test("a value goes to each disk once: with the vote, or with a commit that came without one", () => {
  const operation = { id: 0, kind: "write", key: 0, bytes: 1e6, client: 0, handle: 0 };
  const instance = { replica: 0, index: 0, operation, seq: 1, deps: [-1, -1, -1], ballot: 0, quorum: 0 };
  const bytes = (status: string, voted: number): number =>
    epaxos.recordBytes?.({ ...instance, status, voted }, { headerBytes: 100 }) ?? Number.NaN;
  assert.equal(bytes("preaccepted", 0), 1e6 + 100 + 12);
  assert.equal(bytes("committed", 0), 100 + 12);
  assert.equal(bytes("committed", -1), 1e6 + 100 + 12);
  const commits = [
    { ...instance, status: "executed", voted: 0 },
    { ...instance, status: "committed", voted: -1 },
  ];
  assert.equal(epaxos.recordBytes?.({ commits }, { headerBytes: 100 }), 1e6 + 2 * 112);
});

test("the fewest that may commit in one round meet every majority, and are the paper's up to seven", () => {
  assert.deepEqual([3, 5, 7, 9].map(leastFastQuorum), [2, 3, 5, 8]);
  for (let n = 1; n <= 30; n++) {
    const fast = leastFastQuorum(n);
    const majority = (n >> 1) + 1;
    // What is committed is known to a majority, so it meets every other; and somebody of it is left when a majority is.
    assert.ok(fast >= majority && fast <= n, `${fast} of ${n}`);
    assert.ok(n < 3 || fast - 1 + majority > n - 1, `${fast} of ${n}`);
  }
});

test("fast quorums too small for the recovery are refused", () => {
  assert.throws(
    () => buildSystem(epaxos, { network: networks.lan({ nodes: 5, rtt: ms(1) }), fastQuorum: 2 }),
    { message: "epaxos: fastQuorum must be >= 3 (or recovery could not tell) and <= nodes 5, got 2" },
  );
});

test("behind a hot key every command takes some patiences, whatever the load", () => {
  // On one key at all replicas, 20 ms apart; without holding back none of them was executed from 2000 a second on.
  const network = networks.lan({ nodes: 3, rtt: ms(20) });
  const clients = ["node 0", "node 1", "node 2"];
  for (const patience of [0.03, 0.06, 0.12])
    for (const rate of [2000, 20_000]) {
      const longest = { latency: 0, held: 0 };
      const result = simulateRun(
        epaxos,
        buildSystem(epaxos, { network, patience }),
        workload.poisson(rate, { keys: 1, clients }),
        {
          seed: 1,
          operations: rate,
          maxEvents: 100 * rate, // or it would go on for ever where nothing is let go
          history: "keep",
          completion: (commit) => {
            longest.latency = Math.max(longest.latency, commit);
          },
        },
      );
      // Held until the oldest is executed: it is a patience old, and all it waits for has been proposed by now: it, and
      // then the new one, take a round trip and the wait for others that were proposed meanwhile.
      assert.ok(longest.latency < patience + 0.1, `${rate}/s, ${patience} s: ${longest.latency} s`);
      assert.ok(Number(result.outcome.heldBack) > rate / 20);
    }
});

test("with a patience longer than the run no more than some thousands wait for one another", () => {
  const commits: number[] = [];
  simulateRun(
    epaxos,
    buildSystem(epaxos, { network: networks.lan({ nodes: 3, rtt: ms(20) }), patience: 100 }),
    workload.poisson(5000, { keys: 1, clients: ["node 0", "node 1", "node 2"] }),
    { seed: 1, operations: 8000, maxEvents: 4e5, completion: (commit) => commits.push(commit) },
  );
  // A thousand come in 0.2 s.
  assert.ok(Math.max(...commits) < 0.5, `${Math.max(...commits)}`);
});

test("replicas compare the keys written lately, however many there are", () => {
  const state = (key: number, place: number) => ({ key, place, value: key, version: 1 });
  const replica = (id: number) => {
    const node = newNode(id, 3);
    for (let key = 0; key < 100; key++) {
      node.stored.push(state(key, key));
      node.store.set(key, node.stored[key]);
    }
    return node;
  };
  const [a, b] = [replica(0), replica(1)];
  assert.ok(sameValues(a, b) && sameValues(b, a));
  for (const key of [3, 50, 99, 3]) {
    const written = a.store.get(key) as KeyState;
    written.value = -5; // not what the other has
    a.writes++;
    noteWrite(a, written);
    assert.ok(!sameValues(a, b) && !sameValues(b, a), `key ${key}`);
    written.value = key;
  }
  assert.deepEqual(
    a.stored.map(({ place }) => place),
    [...a.stored.keys()],
  );
  assert.equal(new Set(a.stored.map(({ key }) => key)).size, 100);
});

test("where messages overtake one another nobody takes over from a leader that lives", () => {
  // A later command is often heard of first, and the place before it is empty when a replica looks.
  const { messages, seen } = simulateRun(
    epaxos,
    buildSystem(epaxos, {
      network: networks.lan({ nodes: 5, rtt: ms(100), jitter: 0.3, order: "datagram" }),
    }),
    workload.poisson(200, { keys: 1_000_000, clients: ["node 0", "node 3"] }),
    { seed: 1, operations: 2000 },
  );
  assert.equal(messages.byKind.prepare, 0);
  assert.ok(seen.includes("fastCommit"));
});
