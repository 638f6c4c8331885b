/** The sharded store under faults: one owner, nothing lost, served again; each of its known bugs is caught. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertCaught, assertSafe } from "../../study/campaign.fixture.ts";
import { protocolNamed } from "../index.ts";
import { shardedStoreMutants } from "./sharded-store.mutants.ts";

const protocol = protocolNamed("sharded-store");

test("sharded-store: walks and fault schedules without a violation, served again after each", () => {
  assertSafe(protocol, { walks: 9000, schedules: 100 });
  const anywhere = { ...protocol, sometimes: {} };
  // Two routers, three servers, a monitor that plans; small chunks, so that a move takes several messages and rounds.
  const settings = { routers: 2, planInterval: 0.5, chunkBytes: 2048, imbalance: 0.1 };
  assertSafe(anywhere, { walks: 4000, schedules: 40, nodes: 5, settings });
  const hashed = { placement: "modulo", slots: 6, startServers: 2, copyRate: 1e6, serviceTime: 0 };
  assertSafe(anywhere, { walks: 4000, schedules: 40, nodes: 4, settings: hashed });
  const cached = { frontKeys: 2, keySpace: 4, planInterval: 0.5, chunkBytes: 2048 };
  assertSafe(anywhere, { walks: 6000, schedules: 60, nodes: 4, settings: cached });
  assertSafe(anywhere, {
    walks: 3000,
    schedules: 30,
    settings: { ...cached, frontCache: "perfect", frontTime: 0.01 },
  });
});

/** Bugs that schedules of timed faults show sooner than walks. */
const BY_SCHEDULES: readonly string[] = ["S1", "S2", "S6", "S9", "S10", "S17"];

test("sharded-store: every bug that can show itself is caught", () => {
  assert.ok(shardedStoreMutants.length >= 21);
  for (const mutant of shardedStoreMutants) {
    const timed = BY_SCHEDULES.includes(mutant.id);
    if (mutant.kind === "scripted") continue; // scenarios show these
    assertCaught(mutant, timed ? { walks: 0, schedules: 80 } : { walks: 4000, schedules: 0 });
  }
});
