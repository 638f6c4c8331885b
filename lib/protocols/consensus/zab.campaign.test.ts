/** Zab under faults: the correct protocol never goes wrong, each of its known bugs is caught. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertCaught, assertSafe } from "../../study/campaign.fixture.ts";
import { protocolNamed } from "../index.ts";
import { zabMutants } from "./zab.mutants.ts";

test("zab: 200,000 walks and 2,000 fault schedules without a violation, served again after each", () => {
  assertSafe(protocolNamed("zab"), { walks: 180_000, schedules: 1700 });
  assertSafe(protocolNamed("zab"), { walks: 20_000, schedules: 300, nodes: 5 });
});

test("zab: every bug is caught", () => {
  assert.ok(zabMutants.length >= 16);
  for (const mutant of zabMutants) assertCaught(mutant, { walks: 200_000, schedules: 0 });
});
