/**
 * Availability simulated beside its formulas.
 *
 * Stated beforehand: where a node is down a hundredth of its time and a failover is short beside a repair, the formulas
 * lie inside the simulation's 99 % intervals, which are narrower than ± 20 %.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DomainError, UsageError } from "../core/errors.ts";
import { fault } from "../core/faults.ts";
import { networks } from "../core/networks.ts";
import { models } from "../models/index.ts";
import { raft } from "../protocols/builders.ts";
import type { Interval } from "../statistics/interval.ts";
import { availability } from "./availability.ts";
import { elections } from "./elections.ts";

const group = (nodes: number, checkQuorum = false) => ({
  network: networks.lan({ nodes, oneWay: 0.001 }),
  heartbeatInterval: 0.3,
  electionTimeoutMin: 0.9,
  electionTimeoutMax: 1.8,
  checkQuorum,
});

/** Mean time without service per crash of the leader, simulated on its own. */
const failoverOf = (nodes: number): number =>
  elections({ system: raft(group(nodes)), elections: 1000, seed: 5 }).unavailability.mean().mean;

function crashing(nodes: number, mttf: number, mttr: number, checkQuorum = false, span = 10_000) {
  const faults = [fault.crash({ node: "each", mttf, mttr })];
  return availability({
    system: raft({ ...group(nodes, checkQuorum), faults }),
    span,
    replications: 12,
    seed: 1,
  });
}

const within = (what: string, { low, high, mean }: Interval, truth: number): void => {
  assert.ok(low <= truth && truth <= high, `${what}: ${truth}, simulated ${mean}: ${low} … ${high}`);
  assert.ok(high - low < 0.4 * mean, `${what}: ${low} … ${high} is too wide`);
};

test("nodes down a hundredth of their time: unavailability and failovers as the Markov chain says, 3 and 5 nodes", () => {
  for (const nodes of [3, 5]) {
    const [mttf, mttr] = [400, 4];
    const result = crashing(nodes, mttf, mttr, false, nodes === 3 ? 40_000 : 16_000);
    const model = models.clusterAvailability({ nodes, mttf, mttr, failover: failoverOf(nodes) });
    within(`${nodes} nodes, without service`, result.unavailability(0.99), model.unavailability);
    within(`${nodes} nodes, failovers`, result.failoverRate(0.99), model.failoverRate);
  }
});

const [MTTF, MTTR] = [20, 3];
const staying = crashing(3, MTTF, MTTR);

test("time without a quorum is binomial, whoever leads", () => {
  const p = MTTR / (MTTF + MTTR);
  within("3 nodes", staying.quorumUnavailability(0.99), 3 * p * p * (1 - p) + p ** 3);
});

test("where quorums are lost as often as leaders, the chain misses both ways, and says why", () => {
  const model = models.clusterAvailability({ nodes: 3, mttf: MTTF, mttr: MTTR, failover: failoverOf(3) });
  // The chain has no leader without a quorum and elects another; Raft's stays, and serves when one comes back.
  const stays = staying.failoverUnavailability(0.99);
  assert.ok(stays.high < model.failoverUnavailability, `${stays.high} for ${model.failoverUnavailability}`);
  // With check-quorum it steps down, and who comes back votes for nobody for the shortest timeout (it may have heard a
  // leader just before it stopped): a longer failover than after a leader's crash.
  const steps = crashing(3, MTTF, MTTR, true).failoverUnavailability(0.99);
  assert.ok(steps.low > model.failoverUnavailability, `${steps.low} for ${model.failoverUnavailability}`);
});

test("nothing to fail and spans of no length are refused", () => {
  assert.throws(
    () => availability({ system: raft(group(3)), span: 100, seed: 1 }),
    (error) => error instanceof UsageError && /must have a crash among its faults/.test(error.message),
  );
  assert.throws(
    () => crashing(3, 1, 1, false, 0),
    (error) => error instanceof DomainError && /span must be > 0/.test(error.message),
  );
});
