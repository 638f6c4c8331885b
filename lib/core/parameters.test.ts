import assert from "node:assert/strict";
import { test } from "node:test";
import { type ParameterTable, readParameters } from "./parameters.ts";

const table = {
  rate: { dimension: "rate", above: 0, meaning: "arrival rate" },
  delay: { dimension: "time", min: 0, default: 0.001, meaning: "delay" },
  share: { dimension: "one", min: 0, max: 1, default: 0.5, meaning: "share" },
  nodes: { dimension: "one", integer: true, min: 1, default: 3, meaning: "nodes" },
  fast: { kind: "boolean", default: false, meaning: "fast" },
  mode: { kind: "choice", choices: ["open", "closed"], default: "open", meaning: "mode" },
} as const satisfies ParameterTable;

test("a table fills defaults and reads texts with units", () => {
  assert.deepEqual(readParameters("demo", table, { rate: "2 kop/s", nodes: 5 }), {
    rate: 2000,
    delay: 0.001,
    share: 0.5,
    nodes: 5,
    fast: false,
    mode: "open",
  });
  const text = readParameters(
    "demo",
    table,
    { rate: "5 1/s", nodes: "7", fast: "true", mode: "closed", share: "20 %" },
    { text: true },
  );
  assert.deepEqual([text.rate, text.nodes, text.fast, text.mode, text.share], [5, 7, true, "closed", 0.2]);
});

test("bad values are refused in one grammar", () => {
  const refuse = (given: Record<string, unknown>, message: string, text = false): void =>
    assert.throws(() => readParameters("demo", table, { rate: 1, ...given }, { text }), { message });
  refuse({ rate: 0 }, "demo: rate must be > 0 1/s, got 0");
  refuse({ rate: -0 }, "demo: rate must be > 0 1/s, got -0");
  refuse({ rate: Number.NaN }, "demo: rate must be > 0 1/s, got NaN");
  refuse({ rate: Number.POSITIVE_INFINITY }, "demo: rate must be > 0 1/s, got Infinity");
  refuse({ rate: null }, "demo: rate must be > 0 1/s, got null");
  refuse({ rate: 5n }, "demo: rate must be > 0 1/s, got 5n");
  refuse({ rate: "5" }, 'demo: rate needs a unit (1/s, /s, Hz, kHz, op/s, ops/s), got "5"');
  refuse({ share: 1.5 }, "demo: share must be >= 0 and <= 1, got 1.5");
  refuse({ share: "0.5" }, 'demo: share must be >= 0 and <= 1, got "0.5"');
  refuse({ nodes: 2.5 }, "demo: nodes must be an integer >= 1, got 2.5");
  refuse({ nodes: 0 }, "demo: nodes must be an integer >= 1, got 0");
  refuse({ fast: "yes" }, 'demo: fast must be true or false, got "yes"', true);
  refuse({ mode: "opne" }, 'demo: unknown mode "opne" (known: open, closed; did you mean open?)');
  refuse(
    { rat: 1 },
    'demo: unknown parameter "rat" (known: rate, delay, share, nodes, fast, mode; did you mean rate?)',
  );
  assert.throws(() => readParameters("demo", table, {}), {
    name: "UsageError",
    message: "demo: rate is missing (arrival rate; must be > 0 1/s)",
  });
});
