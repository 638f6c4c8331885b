import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { exponential, lognormal, uniform } from "../../core/distributions.ts";
import { RandomStream } from "../../core/random.ts";
import { compartmentalized } from "./compartmentalized.ts";
import { messagesPerOperation } from "./messages-per-operation.ts";
import { multiLeader } from "./multi-leader.ts";
import { quorumLatency } from "./quorum-latency.ts";
import { relay } from "./relay.ts";

const near = (actual: number, expected: number, relative = 1e-9): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected),
    `got ${actual}, expected ${expected} within ${relative}`,
  );

test("relay counts the messages that a round sends, node by node", () => {
  const stream = new RandomStream(2, 7, 1, 8);
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 60 }), fc.nat(58), (nodes, k) => {
      const groups = 1 + (k % (nodes - 1));
      const answer = relay({ nodes, groups, roundTrip: 1 });
      // One round: node 0 leads, the others stand in groups in turn, one of each relays.
      const handled = new Array<number>(nodes).fill(0);
      const send = (from: number, to: number): void => {
        handled[from]++;
        handled[to]++;
      };
      const members: number[][] = Array.from({ length: groups }, () => []);
      for (let node = 1; node < nodes; node++) members[(node - 1) % groups].push(node);
      for (const group of members) {
        const head = group[stream.integer(group.length)];
        send(0, head);
        for (const other of group) if (other !== head) send(head, other);
        for (const other of group) if (other !== head) send(other, head);
        send(head, 0);
      }
      assert.equal(answer.leaderMessages, handled[0] + 2);
      near(answer.followerMessages, handled.slice(1).reduce((a, b) => a + b, 0) / (nodes - 1));
      assert.equal(answer.relayMessages, Math.max(...handled.slice(1)));
      assert.equal(answer.directMessages, messagesPerOperation({ nodes }).busiestNode);
      assert.ok(answer.speedUp >= 1 - 1e-12);
    }),
    { numRuns: 1000, seed: 1 },
  );
});

test("relay: published loads of 25 nodes, Multi-Paxos as a group each, latency played out", () => {
  // Charapko et al. 2021, table of message loads at 25 nodes: 3 groups load the leader with 8, a follower with 3.75.
  const three = relay({ nodes: 25, groups: 3, roundTrip: "1 ms" });
  assert.deepEqual([three.leaderMessages, three.followerMessages, three.directMessages], [8, 3.75, 50]);
  near(three.latency, 0.002);
  for (const roundTrip of [exponential(1), uniform(1, 3), lognormal({ p50: 1, p99: 4 })]) {
    const paxos = relay({ nodes: 9, groups: 8, roundTrip });
    near(paxos.latency, quorumLatency({ nodes: 9, roundTrip }).latency, 1e-5);
    near(paxos.speedUp, 1);
    // Relays who stand alone but for one group of all: a hop, and the slowest of the rest.
    const stream = new RandomStream(1, 1, 2, 3);
    const [nodes, groups, size, needed] = [13, 4, 3, 2];
    const { latency, latencyAll } = relay({ nodes, groups, roundTrip });
    const runs = 40_000;
    let [sum, squares, all] = [0, 0, 0];
    for (let run = 0; run < runs; run++) {
      const times = Array.from({ length: groups }, () => {
        const others = Array.from({ length: size - 1 }, () => roundTrip.sample(stream));
        return roundTrip.sample(stream) + Math.max(...others);
      }).sort((a, b) => a - b);
      sum += times[needed - 1];
      squares += times[needed - 1] ** 2;
      all += times[groups - 1];
    }
    const error = Math.sqrt((squares / runs - (sum / runs) ** 2) / runs);
    assert.ok(Math.abs(sum / runs - latency) < 4 * error, `${sum / runs}, ${latency}`);
    near(latencyAll, all / runs, 0.02);
  }
  // One group of two: the sum of two exponentials.
  near(relay({ nodes: 3, groups: 1, roundTrip: exponential(1) }).latencyAll, 2, 1e-5);
  assert.ok(relay({ nodes: 10_000, groups: 100, roundTrip: uniform(0, 1) }).latency < 2);
  assert.throws(() => relay({ nodes: 5, groups: 5, roundTrip: 1 }), /relay: groups 5 must be <= nodes - 1 4/);
});

test("compartmentalized: published counts, 3.5 by counting, the slowest role sets the rate", () => {
  // Whittaker et al. 2021, §3: 3f + 4 messages at the leader, 2 once proxy leaders do the rest.
  const ample = compartmentalized({ proxyLeaders: 100, replicas: 100, columns: 10 });
  assert.deepEqual([ample.directMessages, ample.leaderMessages], [7, 2]);
  near(ample.speedUp, 3.5);
  near(compartmentalized({ proxyLeaders: 100, replicas: 100, columns: 10, faults: 3, rows: 4 }).speedUp, 6.5);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 6 }),
      (proxyLeaders, rows, columns, replicas) => {
        const answer = compartmentalized({ proxyLeaders, rows, columns, replicas });
        // Commands dealt out in turn, message by message: lcm of all counts makes every role's share whole.
        const commands = proxyLeaders * columns * replicas;
        const [proxies, acceptors, machines] = [proxyLeaders, rows * columns, replicas].map((n) =>
          new Array<number>(n).fill(0),
        );
        let leader = 0;
        for (let i = 0; i < commands; i++) {
          leader += 2;
          const proxy = i % proxyLeaders;
          const column = Math.floor(i / proxyLeaders) % columns;
          proxies[proxy]++;
          for (let row = 0; row < rows; row++) {
            proxies[proxy] += 2;
            acceptors[column * rows + row] += 2;
          }
          for (let r = 0; r < replicas; r++) {
            proxies[proxy]++;
            machines[r]++;
          }
          machines[Math.floor(i / (proxyLeaders * columns))]++;
        }
        const busiest = Math.max(leader, ...proxies, ...acceptors, ...machines) / commands;
        near(answer.maxThroughput, 1 / (1e-5 * busiest), 1e-9);
        near(answer.acceptorMessages, acceptors[0] / commands);
        near(answer.leaderRate, 1e5 / (leader / commands));
        near(answer.proxyRate, 1e5 / (proxies[0] / commands));
        near(answer.replicaRate, 1e5 / (machines[0] / commands));
        assert.ok(answer.maxThroughput <= ample.maxThroughput * (1 + 1e-12));
      },
    ),
    { numRuns: 1000, seed: 2 },
  );
  assert.ok(compartmentalized({ proxyLeaders: 10_000, replicas: 10_000 }).maxThroughput > 0);
  assert.throws(
    () => compartmentalized({ proxyLeaders: 1, leaderTime: 0 }),
    /compartmentalized: leaderTime 0 must be > 0/,
  );
});

/** Mean of the k-th of n − 1 exponentials of mean 1, by its sum. */
const exponentialKth = (others: number, k: number): number =>
  Array.from({ length: k }, (_, i) => 1 / (others - i)).reduce((a, b) => a + b, 0);

test("multiLeader: balanced loads counted message by message, latencies as order statistics", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 25 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (nodes, conflict) => {
        const answer = multiLeader({ nodes, conflict, roundTrip: exponential(1) });
        const majority = Math.floor(nodes / 2) + 1;
        const faults = Math.floor((nodes - 1) / 2);
        const fast = Math.max(majority, faults + Math.floor((faults + 1) / 2));
        // One operation led by each replica in turn, what every replica handles.
        const handled = new Array<number>(nodes).fill(0);
        const mencius = new Array<number>(nodes).fill(0);
        for (let lead = 0; lead < nodes; lead++) {
          handled[lead] += 2;
          mencius[lead] += 2;
          for (let i = 1; i < nodes; i++) {
            const other = (lead + i) % nodes;
            const rounds = (i < fast ? 2 : 0) + (i < majority ? 2 * conflict : 0) + 1;
            handled[lead] += rounds;
            handled[other] += rounds;
            mencius[lead] += 2;
            mencius[other] += 2;
          }
        }
        near(answer.epaxosLoad, handled[0] / nodes);
        near(answer.menciusLoad, mencius[nodes - 1] / nodes);
        near(answer.leaderLoad, messagesPerOperation({ nodes }).busiestNode);
        near(answer.menciusLatency, exponentialKth(nodes - 1, nodes - 1));
        near(
          answer.epaxosLatency,
          exponentialKth(nodes - 1, fast - 1) + conflict * exponentialKth(nodes - 1, majority - 1),
        );
        assert.ok(answer.menciusLatency >= answer.epaxosLatency * (1 - 1e-9) || conflict > 0);
        assert.ok(answer.menciusThroughput >= answer.leaderThroughput * (1 - 1e-12) || nodes === 2);
      },
    ),
    { numRuns: 1000, seed: 3 },
  );
  // Moraru et al. 2013, §7.2, three sites: Mencius waits for the farthest, EPaxos for the nearest of two.
  const three = multiLeader({ nodes: 3, roundTrip: uniform(0, 0.156) });
  near(three.menciusLatency, 0.104);
  near(three.epaxosLatency, 0.052);
  near(three.leaderLatency, (2 / 3) * 0.078 + 0.052);
  assert.ok(multiLeader({ nodes: 10_000, roundTrip: exponential(1) }).menciusLatency > 9);
});
