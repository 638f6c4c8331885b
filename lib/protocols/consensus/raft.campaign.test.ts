/** Raft under faults: the correct protocol never goes wrong under any of its settings, each of its known bugs is caught. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertCaught } from "../../study/campaign.fixture.ts";
import { type CampaignResult, reportWalk } from "../../study/campaign.ts";
import { partCode } from "../../study/campaign-code.ts";
import { protocolNamed } from "../index.ts";
import { type RaftVariant, raftVariants } from "./raft.fixture.ts";
import { raftMutants } from "./raft.mutants.ts";

const { runPart } = partCode();
const raft = protocolNamed("raft");
const fewMembers = { members: 3 } as const;

/** Tries one variant; fails with the shrunk script of the first violation. */
function tried(
  variant: RaftVariant,
  counts: { walks: number; schedules: number; nodes?: number },
): CampaignResult {
  const settings = { ...variant.settings, ...(counts.nodes === 5 ? fewMembers : {}) };
  const schedules = variant.steps ? 0 : counts.schedules;
  const options = { ...counts, schedules, settings };
  const result = runPart({ nodes: 3, ...options, protocol: "raft", mutant: null, from: 0 });
  const { walks } = result;
  if (walks.first !== null) {
    const { violation, actions } = reportWalk(raft, walks.first, options);
    assert.fail(
      `${variant.name}, walk ${walks.first}: ${violation.name}: ${violation.detail}\n${actions.join("\n")}`,
    );
  }
  const { first, firstStuck, violation } = result.schedules;
  assert.equal(first, null, `${variant.name}, schedule ${first}: ${violation?.name}: ${violation?.detail}`);
  assert.equal(firstStuck, null, `${variant.name}: nobody was served after schedule ${firstStuck}`);
  return result;
}

test("raft: 200,000 walks and 2,000 fault schedules over all its settings, no violation, served again after each", () => {
  const share = new Map<string, number>();
  for (const variant of raftVariants) {
    const counts = variant.name === "as it is" ? [56_000, 600] : [16_000, 200];
    const { walks, schedules } = tried(variant, { walks: counts[0], schedules: counts[1] });
    for (const tally of [walks, schedules]) {
      for (const [name, times] of Object.entries(tally.sometimes))
        share.set(name, Math.max(share.get(name) ?? 0, times / Math.max(1, tally.tried)));
    }
  }
  for (const [name, most] of share)
    assert.ok(most >= 0.01, `${name} happened in ${100 * most} % of the runs only`);
  assert.equal(share.size, Object.keys(raft.sometimes).length);
});

test("raft: five nodes of which three are members at first", () => {
  for (const variant of raftVariants) tried(variant, { walks: 2000, schedules: 30, nodes: 5 });
});

test("raft: every bug that can show itself is caught", () => {
  assert.ok(raftMutants.length >= 26);
  for (const mutant of raftMutants) assertCaught(mutant, { walks: 30_000, schedules: 200 });
});
