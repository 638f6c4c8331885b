/** Campaigns count what happened, find planted bugs, and tell them so that they can be seen again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { protocolNamed } from "../protocols/index.ts";
import { mutantIndex, mutantNamed } from "../protocols/mutants.ts";
import { replay } from "../simulation/shrink.ts";
import { recordWalk, traceHash, Walker } from "../simulation/walk.ts";
import { formatAction, parseAction } from "../simulation/walk-action.ts";
import { WalkWorld } from "../simulation/walk-world.ts";
import { campaign, campaignSystem, joined, reportWalk, runsFor95 } from "./campaign.ts";

const paxos = protocolNamed("paxos");
/** Walks of each mutant in which everything is asked. */
const WALKS_ASKED = 12;
const p5 = mutantNamed("paxos", "P5").protocol;

test("parts of a campaign join to the whole", () => {
  const part = (from: number, count: number) => campaign(p5, { from, walks: count, schedules: count / 10 });
  const whole = part(0, 1000);
  const { walks, schedules } = joined(
    { walks: part(0, 400).walks, schedules: part(0, 400).schedules },
    { walks: part(400, 600).walks, schedules: part(40, 600).schedules },
  );
  assert.deepEqual(walks, whole.walks);
  assert.deepEqual(schedules, whole.schedules);
  assert.ok(whole.walks.violations > 0);
});

test("a failing walk is walked again to the same hash, and shrinks to a script that fails alike", () => {
  const first = campaign(p5, { walks: 1000, schedules: 0, stopAtFirst: true }).walks.first;
  assert.ok(first !== null);
  const report = reportWalk(p5, first);
  assert.deepEqual(reportWalk(p5, first), report);
  assert.ok(report.actions.length <= 25, `${report.actions.length} actions`);
  const system = campaignSystem(p5);
  const shape = { nodes: 3, settings: system.settings };
  const walk = recordWalk(p5, shape, first);
  assert.equal(walk.hash, report.hash);
  const actions = report.actions.map((line, i) => parseAction(line, `line ${i + 1}`));
  const again = (protocol: typeof paxos, leaveOut: number) =>
    replay(
      new WalkWorld(protocol, 3, system.settings),
      actions.filter((_, i) => i !== leaveOut),
      { seed: first, slowDisk: walk.slowDisk },
    ).violation;
  assert.equal(again(p5, -1)?.name, report.violation.name);
  assert.equal(again(paxos, -1), null, "the correct protocol passes the same script");
  for (let i = 0; i < actions.length; i++) assert.equal(again(p5, i), null, `action ${i} can be left out`);
});

test("what a walk leaves unasked of nodes that did not change would have held: asked in full after every action", () => {
  let violations = 0;
  const missed: string[] = []; // a walk takes what is thrown for the protocol's
  for (const { id, protocol, nodes = 3, settings } of [...mutantIndex.values()].flat()) {
    const system = campaignSystem(protocol, nodes, settings);
    const walker = new Walker(protocol, { nodes, settings: system.settings });
    const { world } = walker;
    const check = world.check.bind(world);
    world.check = () => {
      const holds = check();
      const broken = Object.entries(protocol.always).find(([, always]) => !always(world.up))?.[0];
      if (broken !== undefined) violations++;
      if (world.violation?.kind !== "claim" && world.violation?.name !== broken)
        missed.push(`${protocol.name} ${id} ${broken}`);
      return holds;
    };
    for (let seed = 0; seed < WALKS_ASKED; seed++) walker.run(seed);
  }
  assert.deepEqual(missed, []);
  assert.ok(violations > 50, `${violations} violations met`);
});

test("a recorded walk replays to the same end, action by action", () => {
  const system = campaignSystem(paxos, 5);
  const shape = { nodes: 5, settings: system.settings };
  for (let seed = 0; seed < 50; seed++) {
    const walk = recordWalk(paxos, shape, seed);
    const { done } = replay(new WalkWorld(paxos, 5, system.settings), walk.actions, walk);
    assert.deepEqual(done, walk.actions);
    assert.equal(traceHash(done, null), walk.hash);
    assert.deepEqual(
      done.map((action) => parseAction(formatAction(action), "walk")),
      done,
    );
  }
});

test("runs for 95 %: the probability of seeing it in so many runs is just above 0.95", () => {
  for (const rate of [0.5, 0.03, 0.0003]) {
    const runs = runsFor95(rate);
    assert.ok(1 - (1 - rate) ** runs >= 0.95 && 1 - (1 - rate) ** (runs - 1) < 0.95);
  }
  assert.equal(runsFor95(0), Number.POSITIVE_INFINITY);
});

test("scripts that cannot be read say where and why", () => {
  const refuse = (line: string, message: string | RegExp): void => {
    assert.throws(() => parseAction(line, "a.scenario:3"), { message });
  };
  refuse(
    "delver 0>1 append",
    /^a\.scenario:3: unknown action "delver" \(known: deliver, .*did you mean deliver\?\)$/,
  );
  refuse(
    "deliver 0-1 append",
    'a.scenario:3: action must be of the form "deliver FROM>TO KIND [#N]", got "deliver 0-1 append"',
  );
  refuse("crash one", 'a.scenario:3: action must be of the form "crash NODE", got "crash one"');
});
