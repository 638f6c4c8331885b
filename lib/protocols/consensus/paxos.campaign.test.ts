/** Single-decree Paxos under faults: the correct protocol never goes wrong, each of its known bugs is caught. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertCaught, assertSafe } from "../../study/campaign.fixture.ts";
import { protocolNamed } from "../index.ts";
import { paxosMutants } from "./paxos.mutants.ts";

test("paxos: 200,000 walks and 2,000 fault schedules without a violation, served again after each", () => {
  assertSafe(protocolNamed("paxos"), { walks: 170_000, schedules: 1600 });
  assertSafe(protocolNamed("paxos"), { walks: 30_000, schedules: 400, nodes: 5 });
});

test("paxos: every bug that can show itself is caught", () => {
  assert.ok(paxosMutants.length >= 18);
  for (const mutant of paxosMutants) assertCaught(mutant, { walks: 200_000, schedules: 0 });
});
