/** Fast Paxos under faults: the correct protocol never goes wrong, each of its known bugs is caught. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertCaught, assertSafe } from "../../study/campaign.fixture.ts";
import { campaign } from "../../study/campaign.ts";
import { protocolNamed } from "../index.ts";
import { fastPaxosMutants } from "./fast-paxos.mutants.ts";

const protocol = protocolNamed("fast-paxos");

test("fast-paxos: 200,000 walks and 2,000 fault schedules without a violation, served again after each", () => {
  assertSafe(protocol, { walks: 150_000, schedules: 1500 });
  assertSafe(protocol, { walks: 30_000, schedules: 300, nodes: 5 });
  assertSafe(protocol, { walks: 20_000, schedules: 200, nodes: 4, settings: { quorum: 4, fastQuorum: 3 } });
});

test("fast-paxos: a fast quorum too small, allowed as unsafe, goes wrong", () => {
  const settings = { fastQuorum: 3, unsafe: true };
  const { walks } = campaign(protocol, {
    walks: 20_000,
    schedules: 0,
    nodes: 5,
    settings,
    stopAtFirst: true,
  });
  assert.equal(walks.violation?.kind, "claim");
});

/** Without no-ops nothing wrong is decided, only nothing more: seen by who is served after a schedule. */
const BY_SCHEDULES: readonly string[] = ["FP15"];

test("fast-paxos: every bug that can show itself is caught", () => {
  assert.ok(fastPaxosMutants.length >= 16);
  for (const mutant of fastPaxosMutants) {
    const timed = BY_SCHEDULES.includes(mutant.id);
    assertCaught(mutant, timed ? { walks: 1000, schedules: 200 } : { walks: 200_000, schedules: 0 });
  }
});
