/** Mencius under faults: the correct protocol never goes wrong, each of its known bugs is caught. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertCaught, assertSafe } from "../../study/campaign.fixture.ts";
import { protocolNamed } from "../index.ts";
import { menciusMutants } from "./mencius.mutants.ts";

/** Few slots are revoked at a time, so that short runs meet the ends of what is revoked. */
const FEW = { revokeAhead: 4 } as const;

test("mencius: 200,000 walks and 2,000 fault schedules without a violation, served again after each", () => {
  assertSafe(protocolNamed("mencius"), { walks: 180_000, schedules: 1500, settings: FEW });
  assertSafe(protocolNamed("mencius"), { walks: 20_000, schedules: 200, settings: FEW, nodes: 5 });
  assertSafe(protocolNamed("mencius"), { walks: 1000, schedules: 300 });
});

test("mencius: every bug is caught", () => {
  assert.ok(menciusMutants.length >= 14);
  for (const mutant of menciusMutants) assertCaught(mutant, { walks: 200_000, schedules: 0 });
});
