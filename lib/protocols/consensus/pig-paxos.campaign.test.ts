/** PigPaxos under faults: relays that crash, votes that come late or twice; each known bug of relays is caught. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertCaught, assertSafe } from "../../study/campaign.fixture.ts";
import { protocolNamed } from "../index.ts";
import { pigPaxosMutants } from "./pig-paxos.mutants.ts";

const protocol = protocolNamed("pig-paxos");

test("pig-paxos: 200,000 walks and 2,000 fault schedules without a violation, served again after each", () => {
  assertSafe(protocol, { walks: 120_000, schedules: 1200 });
  assertSafe(protocol, { walks: 60_000, schedules: 600, nodes: 5 });
  const ofOne = { ...protocol, sometimes: {} };
  assertSafe(ofOne, { walks: 20_000, schedules: 200, nodes: 5, settings: { groups: 1, alpha: 2, keep: 2 } });
});

test("pig-paxos: every bug that can show itself is caught", () => {
  assert.ok(pigPaxosMutants.length >= 9);
  for (const mutant of pigPaxosMutants) assertCaught(mutant, { walks: 200_000, schedules: 0 });
});
