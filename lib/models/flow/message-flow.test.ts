/** Flows against what is counted by hand, what simulations send, and laws that are known otherwise. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { exponential } from "../../core/distributions.ts";
import { disk, FREE_CPU } from "../../core/machines.ts";
import type { AnyModel } from "../../core/model.ts";
import { networks } from "../../core/networks.ts";
import type { SystemSpec, WorkloadSpec } from "../../core/system.ts";
import { ms, us } from "../../core/units.ts";
import { workload } from "../../core/workloads.ts";
import { epaxos, fastPaxos, mencius, pigPaxos, zab } from "../../protocols/builders.ts";
import { protocolNamed } from "../../protocols/index.ts";
import { simulateRun } from "../../simulation/run.ts";
import { cutDelay, meanDelay, overtaken, withoutGaps } from "../consensus/atoms.ts";
import { kthInStep } from "../consensus/decision.ts";
import { equal } from "../consensus/regions.fixture.ts";
import { modelNamed, models } from "../index.ts";
import { type Delays, FLOW_INPUTS } from "./flow-inputs.ts";
import { classesOf } from "./flow-latency.ts";
import { type FlowCosts, flowLoad } from "./flow-load.ts";
import { defineFlowModel } from "./flow-model.ts";
import { type Action, checkFlow, type Flow, HEADER, OPERATION } from "./message-flow.ts";

const near = (actual: number, expected: number, relative = 1e-9): void =>
  assert.ok(Math.abs(actual - expected) <= relative * expected, `got ${actual}, expected ${expected}`);

const beside = (replica: number, share = 1) => ({ replica, share, roundTrip: null });
/** So few operations that none meets another. */
const SELDOM = 1e-9;

/** Nodes 10 ms apart; 10 us in, 20 us out. */
const group = (n: number) => ({
  oneWay: equal(n, 0.005),
  arrivalRate: SELDOM,
  cpuReceive: us(10),
  cpuSend: us(20),
});
const microseconds = (...steps: readonly number[]): number =>
  steps.reduce((sum, step) => sum + step, 0) / 1e6;

test("Zab by hand: at the leader one round, at a follower two, and its commit after those before it", () => {
  const at = (replica: number) => models.zabCommitLatency({ ...group(5), clients: [beside(replica)] });
  // In, two proposals, there in and out, the ack in, the answer before the commits.
  near(at(0).commitLatency, 0.01 + microseconds(10, 40, 10, 20, 10, 20));
  // In and on, then the same; the commit is the third of four; there in, and the answer.
  near(at(3).commitLatency, 0.02 + microseconds(10, 20, 10, 40, 10, 20, 10, 60, 10, 20));
  near(at(3).propagation, 0.02);
  // Of two writes the slower half of a majority: the leader's own goes on beside the messages.
  const stored = models.zabCommitLatency({
    ...group(5),
    clients: [beside(0)],
    storage: disk.fsync(ms(2)),
  });
  near(stored.commitLatency, at(0).commitLatency + 0.002);
});

test("PigPaxos by hand: the first group of a majority, by whichever relay", () => {
  const { commitLatency, propagation } = models.pigPaxosCommitLatency({
    ...group(5),
    clients: [beside(0)],
    groups: 2,
  });
  // In, to the first relay, in and on, in and back, in and on, in, the answer. The other group is a send behind.
  near(commitLatency, 0.02 + microseconds(10, 20, 10, 20, 10, 20, 10, 20, 10, 20));
  near(propagation, 0.02);
  // Every follower a group of its own is Multi-Paxos.
  const links = Array.from({ length: 4 }, () => ({ out: 0.005, back: 0.005 }));
  const { arrivalRate, cpuReceive, cpuSend } = group(5);
  const plain = models.leaderCommitLatency({ links, arrivalRate, cpuReceive, cpuSend });
  const alone = models.pigPaxosCommitLatency({ ...group(5), clients: [beside(0)], groups: 4 });
  near(alone.commitLatency, plain.commitLatency);
  // A group of two by the near or the far one: 10 + 20 ms or 20 + 20 ms there, with 10 ms between the two.
  const oneWay = [
    [0, "5 ms", "15 ms"],
    ["5 ms", 0, "10 ms"],
    ["15 ms", "10 ms", 0],
  ];
  const far = models.pigPaxosCommitLatency({
    oneWay,
    clients: [beside(0)],
    quorum: 3,
    groups: 1,
    arrivalRate: SELDOM,
  });
  near(far.commitLatency, (0.03 + 0.05) / 2);
});

test("Mencius by hand: a majority is told before the last answer, which waits for that", () => {
  const { commitLatency } = models.menciusCommitLatency({ ...group(3), clients: [beside(0)] });
  // In, one suggestion, in and out, the first answer in, two tellings; the second answer in after them; the reply.
  near(commitLatency, 0.01 + microseconds(10, 20, 10, 20, 10, 40, 10, 20));
});

test("Fast Paxos by hand: a fast quorum's votes, and everybody told before the answer at the coordinator", () => {
  const given = { ...group(5), fastQuorum: 4 };
  const own = models.fastPaxosCommitLatency({ ...given, clients: [beside(0)] });
  near(own.commitLatency, 0.01 + microseconds(10, 60, 10, 20, 10, 80, 20));
  // Elsewhere votes go to the coordinator first.
  const other = models.fastPaxosCommitLatency({ ...given, clients: [beside(3)] });
  near(other.commitLatency, 0.01 + microseconds(10, 60, 10, 40, 10, 20));
  // A coordinator half way between tells the proposer as soon as it could count itself.
  const line = [
    [0, 1, 1],
    [1, 0, 2],
    [1, 2, 0],
  ];
  const given3 = { oneWay: line, clients: [beside(1)], fastQuorum: 3, arrivalRate: SELDOM };
  near(models.fastPaxosCommitLatency(given3).commitLatency, 4);
});

/** Messages of an operation, by the flow that a model has for a system. */
function messagesOf(model: AnyModel, system: SystemSpec, load: WorkloadSpec): number {
  const given = model.fromSystem?.(system, load) as Record<string, unknown>;
  const own = Object.entries(model.inputs).filter(([name]) => !Object.hasOwn(FLOW_INPUTS, name));
  const read = ([name, input]: (typeof own)[number]) =>
    given[name] ?? ("default" in input ? input.default : undefined);
  const flowsOf = model.functions?.flowsOf.compute as (...args: unknown[]) => readonly Flow[];
  const delays = given.oneWay as Delays;
  const flows = flowsOf(delays, given.clients, ...own.map(read));
  const costs = { headerBytes: 0, payload: 0, replyPayload: 0, durable: false } as unknown as FlowCosts;
  const { links } = flowLoad(delays.length, classesOf(flows, given.clients as never, 1), costs);
  return links.flat().reduce((sum, { rate }) => sum + rate, 0);
}

test("messages an operation: as many as the simulation sends", () => {
  const net = networks.lan({ nodes: 5, rtt: ms(1) });
  const quiet = { heartbeatInterval: 1000, electionTimeoutMin: 10_000 };
  const silent = { skipDelay: 1000, suspectAfter: 10_000 };
  const cases: readonly (readonly [string, SystemSpec, string])[] = [
    ["zabCommitLatency", zab({ network: net, ...quiet }), "node 2"],
    ["zabCommitLatency", zab({ network: net, ...quiet }), "node 0"],
    ["pigPaxosCommitLatency", pigPaxos({ network: net, groups: 2, ...quiet }), "leader"],
    ["menciusCommitLatency", mencius({ network: net, ...silent }), "node 1"],
    ["fastPaxosCommitLatency", fastPaxos({ network: net, ...quiet }), "node 1"],
    ["fastPaxosCommitLatency", fastPaxos({ network: net, ...quiet }), "node 0"],
    ["leaderlessCommitLatency", epaxos({ network: net }), "node 1"],
  ];
  for (const [id, system, at] of cases) {
    const load = workload.poisson(100, { clients: [at], keys: 1_000_000 });
    // Beginnings and beats are in both runs alike.
    const sentIn = (operations: number): number =>
      simulateRun(protocolNamed(system.protocol), { ...system, cpu: FREE_CPU }, load, { seed: 1, operations })
        .messages.sent;
    near((sentIn(300) - sentIn(100)) / 200, messagesOf(modelNamed(id), system, load), 0.01);
  }
});

test("overtaken by later messages: the closed form for exponential delays", () => {
  const delay = cutDelay(exponential(1), "propagation");
  for (const rate of [0.1, 1, 10]) {
    // P(D > x) = e^−x · exp(−λ(x − 1 + e^−x)), integrated by Simpson's rule.
    const late = (x: number): number => Math.exp(-x - rate * (x - 1 + Math.exp(-x)));
    const [steps, end] = [4000, 40];
    let sum = late(0) + late(end);
    for (let i = 1; i < steps; i++) sum += (i % 2 === 1 ? 4 : 2) * late((i * end) / steps);
    near(meanDelay(overtaken(delay, rate)), (sum * end) / steps / 3, 0.01);
  }
  assert.equal(overtaken(delay, 0), delay);
});

test("gaps filled with atoms of no weight; votes in step are each other's at every level", () => {
  const zero = new Float64Array(2);
  const parts = { propagation: Float64Array.of(1, 2), disk: zero, diskWait: zero, slotWait: zero };
  const two = { values: Float64Array.of(1, 2), weights: Float64Array.of(0.5, 0.5), parts };
  const filled = withoutGaps(two);
  assert.ok(filled.values.length > 200);
  near(meanDelay(filled), 1.5);
  near(meanDelay({ ...filled, values: filled.parts.propagation }), 1.5);
  // One that is 1 or 2 and one that is always 1.4: the first of both is 1 or 1.4, the last 1.4 or 2.
  const sure = { ...two, values: Float64Array.of(1.4), weights: Float64Array.of(1) };
  const voters = [
    { offset: 0, delay: two },
    { offset: 0, delay: sure },
  ];
  near(kthInStep(voters, 1).mean, 1.2);
  near(kthInStep(voters, 2).mean, 1.7);
  assert.deepEqual(kthInStep(voters, 1).byVoter, [0.5, 0.5]);
});

test("bad input gets a clear error", () => {
  const given = { ...group(5), clients: [beside(0)] };
  for (const [call, message] of [
    [
      () => models.pigPaxosCommitLatency({ ...given, groups: 5 }),
      /pigPaxosCommitLatency: groups 5 must be <= size\(oneWay\) - 1 4/,
    ],
    [
      () => models.pigPaxosCommitLatency({ ...given, groups: 2, leader: 1 }),
      /pigPaxosCommitLatency: clients must ask a node of 1, got 0/,
    ],
    [
      () => models.zabCommitLatency({ ...given, leader: 5 }),
      /zabCommitLatency: leader 5 must be < size\(oneWay\) 5/,
    ],
    [
      () => models.menciusCommitLatency({ ...given, quorum: 6 }),
      /menciusCommitLatency: quorum 6 must be <= /,
    ],
    [
      () =>
        models.zabCommitLatency.fromSystem?.(
          epaxos({ network: networks.lan({ nodes: 3, rtt: 1 }) }),
          workload.poisson(1),
        ),
      /zabCommitLatency: protocol must be zab, got "epaxos"/,
    ],
  ] as const)
    assert.throws(call, message);
});

test("a flow of one's own: chain replication, written down in six lines", () => {
  const along = (at: number, nodes: number): Action[] => [
    { persist: OPERATION },
    at < nodes - 1 ? { send: OPERATION, to: at + 1, does: along(at + 1, nodes) } : { answer: true },
  ];
  const chain = defineFlowModel({
    id: "chain",
    title: "Chain replication",
    cites: ["van Renesse and Schneider, OSDI 2004, §3"],
    assumes: ["the head is asked, and the tail answers"],
    ignores: [],
    own: {},
    flows: (nodes) => [{ at: 0, does: along(0, nodes), quorums: [] }],
    requires: [],
    view: "0",
  });
  const given = { ...group(4), clients: [beside(0)] };
  near(chain(given).commitLatency, 0.015 + microseconds(10, 20, 10, 20, 10, 20, 10, 20));
  near(chain({ ...given, storage: disk.fsync(ms(2)) }).disk, 0.008);
  assert.match(chain.latex(), /T_c/);
  const answer: Action = { answer: true };
  const vote: Action = { vote: "all" };
  const all = (needed: number, does: readonly Action[]): Flow["quorums"] => [
    { name: "all", at: 0, needed, does },
  ];
  for (const [flow, message] of [
    [{ at: 5, does: [answer], quorums: [] }, "chain: node must be 0 to 2, got 5"],
    [
      { at: 0, does: [{ send: HEADER, to: 3, does: [answer] }], quorums: [] },
      "chain: node must be 0 to 2, got 3",
    ],
    [{ at: 0, does: [], quorums: [] }, "chain: a client must be answered once, got 0 answers"],
    [{ at: 0, does: [answer, answer], quorums: [] }, "chain: a client must be answered once, got 2 answers"],
    [
      { at: 0, does: [vote], quorums: all(2, [answer]) },
      'chain: quorum "all" needs 2 votes, of which 1 are cast',
    ],
    [
      { at: 0, does: [{ vote: "al" }], quorums: all(1, [answer]) },
      'chain: unknown quorum "al" (known: all; did you mean all?)',
    ],
  ] as const)
    assert.throws(() => checkFlow("chain", 3, flow as Flow), { message });
});
