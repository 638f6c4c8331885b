/** Fast Paxos by hand: delays and messages without and with a collision, what may be picked after one, quorums. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fault } from "../../core/faults.ts";
import { networks } from "../../core/networks.ts";
import type { WorkloadSpec } from "../../core/system.ts";
import { ms } from "../../core/units.ts";
import { workload } from "../../core/workloads.ts";
import { simulateRun } from "../../simulation/run.ts";
import { protocolNamed } from "../index.ts";
import { buildSystem } from "../system.ts";
import { fastPaxosRules } from "./fast-paxos-rules.ts";
import type { Vote } from "./fast-paxos-state.ts";

const protocol = protocolNamed("fast-paxos");
/** Nothing is said that no operation asks for. */
const QUIET = { heartbeatInterval: 1000, electionTimeoutMin: 5000 } as const;
const star = networks.star({ rtts: [ms(10), ms(20), ms(30), ms(40)] });

function run(given: Record<string, unknown>, load: WorkloadSpec, operations = 20, maxSeconds = 100) {
  const system = buildSystem(protocol, { network: networks.lan({ nodes: 3, rtt: ms(10) }), ...given });
  const result = simulateRun(protocol, system, load, { seed: 1, operations, history: "keep", maxSeconds });
  const history = result.history.filter((row) => row.outcome !== "unknown");
  return { ...result, latencies: history.map((row) => row.completed - row.invoked), history };
}
const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

test("alone an operation is chosen in one round trip to a fast quorum, from wherever it is asked", () => {
  const at = (client: string, given: Record<string, unknown>): number => {
    const { latencies } = run({ ...QUIET, ...given }, workload.deterministic(1, { clients: client }));
    for (const latency of latencies) near(latency, latencies[0]);
    return latencies[0];
  };
  // Four of five: the hub's third nearest is 30 ms away. A leader's majority would need 20 ms.
  near(at("node 0", { network: star }), 0.03);
  near(at("node 0", { network: star, fastQuorum: 5 }), 0.04);
  // No detour by the coordinator: other nodes wait for their own links only.
  const lan = networks.lan({ nodes: 5, rtt: ms(10) });
  for (const node of [0, 2, 4]) near(at(`node ${node}`, { network: lan }), 0.01);
});

test("an operation costs 3(n - 1) messages at the coordinator and 4(n - 1) elsewhere", () => {
  for (const nodes of [1, 3, 4, 7]) {
    const network = networks.lan({ nodes, rtt: ms(10) });
    for (const node of nodes === 1 ? [0] : [0, nodes - 1]) {
      const load = workload.deterministic(1, { clients: `node ${node}` });
      // The run ends with the last answer; what follows it is on its way or not sent yet, so whole operations are compared.
      const [few, many] = [10, 30].map(
        (operations) => run({ ...QUIET, network }, load, operations).messages.sent,
      );
      assert.equal(many - few, 20 * (node === 0 ? 3 : 4) * (nodes - 1), `${nodes} nodes, node ${node}`);
    }
  }
});

test("two that take one slot collide: the winner waits two round trips, and so does the loser, a slot later", () => {
  // At 0 nodes 1 and 2 propose and vote for their own. At 5 ms the coordinator votes for one of them and hears both votes:
  // three of three is out of reach. Its classic round reaches both nodes at 10 ms and comes back at 15 ms; at 20 ms they
  // hear what is chosen. The loser proposed again at 10 ms, in the next slot, alone: three votes at 20 ms.
  const { latencies, messages, seen } = run(
    QUIET,
    workload.closed(2, { clients: ["node 1", "node 2"], think: 1 }),
    2,
  );
  assert.equal(latencies.length, 2);
  for (const latency of latencies) near(latency, 0.02);
  assert.ok(seen.includes("votesCollided") && seen.includes("loserTriedAgain"));
  assert.equal(messages.byKind.accept, 2);
});

test("what is picked after a collision is what a fast quorum may have chosen: all votes of 3, 4 and 5 acceptors", () => {
  let chosen = 0;
  for (const [nodes, quorum, fastQuorum] of [
    [3, 2, 3],
    [4, 3, 3],
    [5, 3, 4],
  ] as const) {
    for (let code = 0; code < 4 ** nodes; code++) {
      // Each acceptor has voted for one of three values, or not at all.
      const votes = Array.from({ length: nodes }, (_, node) => Math.floor(code / 4 ** node) % 4);
      const value = [1, 2, 3].find((v) => votes.filter((vote) => vote === v).length >= fastQuorum);
      if (value === undefined) continue;
      chosen++;
      for (let mask = 0; mask < 1 << nodes; mask++) {
        const heard = votes.filter((_, node) => ((mask >> node) & 1) === 1);
        if (heard.length < quorum) continue;
        const told = heard.filter((vote) => vote > 0).map((vote) => voteFor(vote));
        assert.equal(fastPaxosRules.pick(told, heard.length, nodes, fastQuorum)?.id, value);
      }
    }
  }
  assert.ok(chosen > 50);
});

const voteFor = (id: number, round = 0): Vote => ({
  slot: 0,
  round,
  operation: { id, kind: "write", key: 0, bytes: 1, client: 0, handle: 0 },
});

test("a later classic round overrules fast votes, however many", () => {
  const told = [voteFor(1), voteFor(1), voteFor(2, 3)];
  assert.equal(fastPaxosRules.pick(told, 3, 5, 4)?.id, 2);
  assert.equal(fastPaxosRules.pick([], 3, 5, 4), null); // nobody voted: a no-op
});

test("with two of five down no fast quorum is left: slots end in classic rounds, late but surely", () => {
  const faults = [3, 4].map((node) => fault.crash({ node, at: 0.5, lasts: 100 }));
  const network = networks.lan({ nodes: 5, rtt: ms(10) });
  const load = workload.deterministic(5, { clients: "node 1", timeout: 10 });
  const { history, messages } = run({ network, faults, heartbeatInterval: 0.05 }, load, 40);
  const after = history.filter((row) => row.invoked > 0.5);
  assert.ok(after.length > 20);
  for (const { outcome, invoked, completed } of after) {
    assert.equal(outcome, "ok");
    // Looked for at the third beat after its votes came in: 0.1 to 0.15 s, and a classic round.
    assert.ok(completed - invoked > 0.1 && completed - invoked < 0.2, `${completed - invoked}`);
  }
  assert.ok(messages.byKind.accept >= 2 * after.length);
});

test("a coordinator that stops is replaced; fast rounds go on without it", () => {
  const faults = [fault.crash({ node: 0, at: 1, lasts: 100 })];
  const network = networks.lan({ nodes: 5, rtt: ms(10) });
  const load = workload.deterministic(50, { clients: ["node 1", "node 2"], timeout: 5 });
  const { history, seen } = run({ network, faults }, load, 400);
  assert.ok(seen.includes("coordinatorChanged"));
  const late = history.filter((row) => row.invoked > 3);
  assert.ok(late.length > 100);
  // Four live nodes are a fast quorum.
  const fast = late.filter((row) => row.completed - row.invoked < 0.010001).length;
  assert.ok(fast > 0.9 * late.length, `${fast} of ${late.length}`);
});

test("the fast quorum is ceil(3n/4) by default; quorums that do not meet are refused", () => {
  for (let nodes = 1; nodes <= 31; nodes++) {
    const { settings } = buildSystem(protocol, { network: networks.lan({ nodes, rtt: ms(1) }) });
    assert.equal(settings.fastQuorum, Math.ceil((3 * nodes) / 4), `${nodes}`);
    assert.equal(settings.quorum, Math.floor(nodes / 2) + 1);
  }
  const refuse = (given: Record<string, unknown>, message: string): void =>
    assert.throws(() => buildSystem(protocol, { network: star, ...given }), { message });
  refuse(
    { fastQuorum: 3 },
    "fast-paxos: quorum + 2 fastQuorum must be > 2 nodes = 10 so that any two fast quorums meet within any quorum, got 3 and 3",
  );
  refuse({ quorum: 2 }, "fast-paxos: quorum must be > nodes/2 = 2.5 so that any two quorums meet, got 2");
  refuse({ fastQuorum: 6 }, "fast-paxos: fastQuorum must be <= nodes 5, got 6");
  refuse({ quorum: 6 }, "fast-paxos: quorum must be <= nodes 5, got 6");
  refuse({ initialLeader: 5 }, "fast-paxos: initialLeader must be < nodes 5, got 5");
  refuse(
    { heartbeatInterval: 0.2, electionTimeoutMin: 0.1 },
    "fast-paxos: heartbeatInterval must be < electionTimeoutMin 0.1 s, got 0.2 s",
  );
  assert.equal(buildSystem(protocol, { network: star, quorum: 5 }).settings.fastQuorum, 3);
  assert.equal(buildSystem(protocol, { network: star, fastQuorum: 3, unsafe: true }).settings.unsafe, true);
});

test("a slot chosen fast is counted once, though more votes come before its value is known", () => {
  // The proposer is far from the coordinator only: seven of nine votes are there long before what was voted for.
  const [near0, proposer, others] = ["coordinator", "proposer", "others"];
  const network = networks.fromMatrix({
    sites: [near0, proposer, others],
    rtt: [
      [0, ms(500), ms(10)],
      [ms(500), 0, ms(10)],
      [ms(10), ms(10), ms(1)],
    ],
    place: { [near0]: 1, [proposer]: 1, [others]: 7 },
  });
  const counting: typeof protocol = {
    ...protocol,
    outcome: (nodes) => ({
      fast: nodes.reduce<number>((sum, node) => sum + Number(Reflect.get(node, "fastCommits")), 0),
    }),
  };
  const system = buildSystem(counting, { ...QUIET, network, quorum: 7, fastQuorum: 6 });
  const load = workload.deterministic(1, { clients: "node 1" });
  // The run ends with the last answer, which the coordinator may hear of later: whole operations are compared.
  const [few, many] = [5, 15].map((operations) =>
    Number(simulateRun(counting, system, load, { seed: 1, operations }).outcome.fast),
  );
  assert.equal(many - few, 10);
});
