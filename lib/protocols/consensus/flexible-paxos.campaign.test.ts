/** Flexible Paxos under faults: safe while quorums meet, and not a moment longer. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertCaught, assertSafe } from "../../study/campaign.fixture.ts";
import { campaign } from "../../study/campaign.ts";
import { protocolNamed } from "../index.ts";
import { flexiblePaxosMutants } from "./flexible-paxos.mutants.ts";

const protocol = protocolNamed("flexible-paxos");
/** Without asking how often each event happens: smaller quorums leave fewer gaps. */
const quiet = { ...protocol, sometimes: {} };

test("flexible-paxos: 200,000 walks and 2,000 fault schedules without a violation, served again after each", () => {
  assertSafe(protocol, { walks: 100_000, schedules: 1000 });
  assertSafe(quiet, { walks: 60_000, schedules: 600, nodes: 4, settings: { quorum: 2 } });
  assertSafe(quiet, { walks: 20_000, schedules: 200, nodes: 5, settings: { quorum: 2, alpha: 2, keep: 2 } });
  assertSafe(quiet, { walks: 20_000, schedules: 200, nodes: 3, settings: { quorum: 3 } });
});

test("flexible-paxos: quorums that do not meet, allowed as unsafe, go wrong", () => {
  const settings = { quorum: 2, prepareQuorum: 2, unsafe: true };
  const { walks } = campaign(protocol, {
    walks: 20_000,
    schedules: 0,
    nodes: 4,
    settings,
    stopAtFirst: true,
  });
  assert.equal(walks.violation?.kind, "claim");
});

test("flexible-paxos: every bug that can show itself is caught", () => {
  assert.ok(flexiblePaxosMutants.length >= 6);
  for (const mutant of flexiblePaxosMutants) assertCaught(mutant, { walks: 100_000, schedules: 0 });
});
