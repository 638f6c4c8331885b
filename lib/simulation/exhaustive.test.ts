/** Exhaustive search: two orders count the same states; known bugs of that size are found. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { protocolNamed } from "../protocols/index.ts";
import { mutantNamed } from "../protocols/mutants.ts";
import { campaignSystem } from "../study/campaign.ts";
import { type SearchOptions, type SearchResult, searchStates } from "./exhaustive.ts";
import type { AnyProtocol } from "./protocol.ts";
import { perform, type WalkAction } from "./walk-action.ts";
import { WalkWorld } from "./walk-world.ts";

const write = (node: number): WalkAction => ({ verb: "write", node, key: 0, client: node });
const DUEL = [write(0), write(1)];

function search(
  protocol: AnyProtocol,
  options: Omit<SearchOptions, "states" | "order">,
  order: SearchOptions["order"],
  settings = {},
): SearchResult {
  const system = campaignSystem(protocol, 3, settings);
  return searchStates(
    protocol,
    { nodes: 3, settings: system.settings },
    { ...options, order, states: 200_000 },
  );
}

test("paxos, two proposers and three acceptors: every state, both ways, none wrong", () => {
  const paxos = protocolNamed("paxos");
  const breadth = search(paxos, { beginning: DUEL, fires: {} }, "breadth");
  const depth = search(paxos, { beginning: DUEL, fires: {} }, "depth");
  assert.equal(breadth.violation, null);
  assert.deepEqual([breadth.states, breadth.transitions], [depth.states, depth.transitions]);
  // Pinned: another number means that the protocol, or what tells states apart, has changed. Say why.
  assert.equal(breadth.states, 26_294);
  assert.equal(breadth.deepest, 20);
});

test("raft elections of three nodes, eight actions deep: every state, both ways, none wrong", () => {
  const raft = protocolNamed("raft");
  const options = { beginning: [], fires: { election: 1 }, depth: 8 };
  const breadth = search(raft, options, "breadth", { initialLeader: -1 });
  const depth = search(raft, options, "depth", { initialLeader: -1 });
  assert.equal(breadth.violation, null);
  assert.equal(breadth.states, depth.states);
  assert.equal(breadth.states, 10_024);
});

test("bugs that two proposers can show are found, by a shortest way that shows them again", () => {
  for (const id of ["P1", "P5", "P7", "P10", "P18"]) {
    const { protocol } = mutantNamed("paxos", id);
    const { violation } = search(protocol, { beginning: DUEL, fires: {} }, "breadth");
    assert.ok(violation !== null, `${id} must be found`);
    const world = new WalkWorld(protocol, 3, campaignSystem(protocol).settings);
    world.slowDisk = false;
    world.reset(0);
    for (const action of [...DUEL, ...violation.actions]) assert.ok(perform(world, action));
    assert.equal(world.check(), false);
    assert.equal(world.violation?.name, violation.is.name);
  }
});

test("equivalent bugs stay equivalent in every state", () => {
  const { protocol } = mutantNamed("paxos", "P20");
  assert.equal(search(protocol, { beginning: DUEL, fires: {} }, "breadth").violation, null);
});
