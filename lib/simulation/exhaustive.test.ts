/** Exhaustive search: counts known beforehand, two orders that agree, known bugs found by the shortest way. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { protocolNamed } from "../protocols/index.ts";
import { mutantNamed } from "../protocols/mutants.ts";
import { campaignSystem } from "../study/campaign.ts";
import { type Bounds, type Explored, explore } from "./exhaustive.ts";
import { type AnyProtocol, erased, type Protocol } from "./protocol.ts";
import type { WalkAction } from "./walk-action.ts";

type Parcel = { readonly kind: "parcel"; readonly bit: number };
interface Collector {
  got: number;
}

/** Node 0 sends `parcels` different messages to node 1, which notes which have come. */
function parcels(count: number): AnyProtocol {
  const protocol: Protocol<Record<string, never>, Collector, Parcel> = {
    name: "parcels",
    title: "parcels",
    source: "this test",
    promises: "none",
    assumes: "none",
    leavesOut: "all",
    parameters: {},
    entry: "any",
    boot(ctx) {
      if (ctx.self === 0) for (let bit = 0; bit < count; bit++) ctx.send(1, { kind: "parcel", bit });
      return { got: 0 };
    },
    ready: () => true,
    request() {},
    timers: {},
    messages: {
      parcel(node, m) {
        node.got |= 1 << m.bit;
      },
    },
    bytes: () => 0,
    always: { notAll: (nodes) => nodes.every((node) => node.got !== 2 ** count - 1 || count > 6) },
    sometimes: {},
  };
  return erased(protocol);
}

const both = (search: (order: "breadth" | "depth") => Explored): Explored => {
  const [breadth, depth] = [search("breadth"), search("depth")];
  assert.equal(depth.states, breadth.states);
  assert.equal(depth.violation, breadth.violation);
  return breadth;
};

test("k messages that may come in any order: 2^k states, k · 2^(k − 1) transitions; half the states within a depth", () => {
  const system = { nodes: 2, settings: {} };
  const k = 9;
  const whole = both((order) => explore(parcels(k), system, { order }));
  assert.deepEqual([whole.states, whole.transitions, whole.deepest], [2 ** k, k * 2 ** (k - 1), k]);
  // Subsets of at most 4 of 9: half of all, since 9 is odd.
  assert.equal(both((order) => explore(parcels(k), system, { order, depth: 4 })).states, 2 ** (k - 1));
  const found = explore(parcels(4), system, {});
  assert.equal(found.violation?.violation.name, "notAll");
  assert.equal(found.violation?.actions.length, 4);
});

const write = (node: number): WalkAction => ({ verb: "write", node, key: 0, client: node });
const twoProposers: Bounds = { start: [write(0), write(1)] };

function search(protocol: AnyProtocol, bounds: Bounds): Explored {
  return explore(protocol, { nodes: 3, settings: campaignSystem(protocol, 3).settings }, bounds);
}

test("Paxos, 2 proposers and 3 acceptors: all states, none wrong", () => {
  const { states, transitions } = both((order) => search(protocolNamed("paxos"), { ...twoProposers, order }));
  assert.deepEqual([states, transitions], [26_990, 114_573]); // found by both orders
});

test("Paxos mutants of that size are found", () => {
  for (const id of ["P1", "P7", "P10", "P11"]) {
    const { violation } = search(mutantNamed("paxos", id).protocol, twoProposers);
    assert.ok(violation !== null, `${id} must be found`);
  }
});

test("Raft elections of 3 nodes, 3 timeouts, 6 actions deep; a double vote is found in six", () => {
  const bounds: Bounds = { fires: { election: 3 }, depth: 6 };
  const { states } = both((order) => search(protocolNamed("raft"), { ...bounds, order }));
  assert.equal(states, 4921); // found by both orders
  const { violation } = search(mutantNamed("raft", "R8").protocol, { fires: { election: 2 }, depth: 6 });
  // Two stand, one node votes for both: two timeouts, two requests and two answers.
  assert.equal(violation?.violation.name, "leader");
  assert.equal(violation?.actions.length, 6);
});
