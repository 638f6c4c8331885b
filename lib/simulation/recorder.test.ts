/** What a recorded window holds, worked out by hand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { networks } from "../core/networks.ts";
import { workload } from "../core/workloads.ts";
import { buildSystem } from "../protocols/system.ts";
import { erased, type Protocol } from "./protocol.ts";
import { simulateRun } from "./run.ts";

interface Word {
  readonly kind: "word";
}

/** Node 0 says one word at the start and, the very same object, again 0.05 s later. */
const WORD: Word = { kind: "word" };
const repeater: Protocol<Record<never, never>, object, Word> = {
  name: "repeater",
  title: "says a word twice",
  source: "made for this test",
  promises: "nothing",
  assumes: "nothing",
  leavesOut: "everything",
  parameters: {},
  entry: "any",
  boot(ctx) {
    if (ctx.self === 0) {
      ctx.send(1, WORD);
      ctx.setTimer("again", 0.05);
    }
    return {};
  },
  ready: () => true,
  request: (_node, operation, ctx) => ctx.reply(operation, operation.id),
  timers: { again: (_node, ctx) => ctx.send(1, WORD) },
  messages: { word: () => {} },
  bytes: () => 1,
  always: {},
  sometimes: {},
};

test("a message sent again is handled when it has come, not when the one before the window has", () => {
  const system = buildSystem(erased(repeater), { network: networks.lan({ nodes: 2, rtt: 0.2 }) });
  const { trace } = simulateRun(erased(repeater), system, workload.deterministic(1, { clients: "node 0" }), {
    seed: 1,
    operations: 1,
    record: { from: 0.02, to: 0.5 },
  });
  const words = (trace?.messages ?? []).filter(({ kind }) => kind === "word");
  const rounded = words.map(({ sent, arrived, handled }) =>
    [sent, arrived, handled].map((time) => Math.round(1000 * (time ?? Number.NaN))),
  );
  assert.deepEqual(rounded, [[50, 150, 150]]);
});
