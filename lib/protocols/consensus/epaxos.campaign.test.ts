/** EPaxos under faults: interfering commands execute in one order, whatever fails; its known bugs do not pass. */
import { test } from "node:test";
import { assertCaught, assertSafe } from "../../study/campaign.fixture.ts";
import { protocolNamed } from "../index.ts";
import { epaxosMutants } from "./epaxos.mutants.ts";

test("epaxos: 200,000 walks and 2,000 fault schedules without a violation, served again after each", () => {
  assertSafe(protocolNamed("epaxos"), { walks: 160_000, schedules: 1600 });
  // Only with five is there anything to try in a recovery.
  assertSafe(protocolNamed("epaxos"), { walks: 40_000, schedules: 400, nodes: 5 });
});

test("epaxos: every known bug is caught", () => {
  for (const mutant of epaxosMutants) assertCaught(mutant, { walks: 40_000, schedules: 500 });
});
