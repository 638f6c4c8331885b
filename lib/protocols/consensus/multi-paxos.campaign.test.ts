/** Multi-Paxos under faults: the correct protocol never goes wrong, each of its known bugs is caught. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertCaught, assertSafe } from "../../study/campaign.fixture.ts";
import { protocolNamed } from "../index.ts";
import { multiPaxosMutants } from "./multi-paxos.mutants.ts";
import { multiPaxosOnRequest } from "./multi-paxos.ts";

const protocol = protocolNamed("multi-paxos");

test("multi-paxos: walks and fault schedules without a violation, served again after each", () => {
  assertSafe(protocol, { walks: 120_000, schedules: 1000 });
});

test("multi-paxos: groups change and states move without a violation", () => {
  const changing = { ...protocol, sometimes: multiPaxosOnRequest as typeof protocol.sometimes };
  assertSafe(changing, { walks: 40_000, schedules: 500, settings: { alpha: 3, keep: 2 } });
  assertSafe(changing, {
    walks: 20_000,
    schedules: 250,
    nodes: 5,
    settings: { alpha: 2, keep: 2, members: 3 },
  });
  const batched = { batchMax: 4, batchDelay: 0.002, answerWhen: "chosen", pipeline: 3 };
  assertSafe({ ...protocol, sometimes: {} }, { walks: 20_000, schedules: 250, settings: batched });
});

/** Bugs that walks cannot see, or not soon: a register hides a repeated write, and nothing wrong is decided without no-ops. */
const BY_SCHEDULES: readonly string[] = ["M4", "M7"];

test("multi-paxos: every bug that can show itself is caught", () => {
  assert.ok(multiPaxosMutants.length >= 24);
  for (const mutant of multiPaxosMutants) {
    const timed = BY_SCHEDULES.includes(mutant.id);
    assertCaught(mutant, timed ? { walks: 1000, schedules: 200 } : { walks: 200_000, schedules: 0 });
  }
});
