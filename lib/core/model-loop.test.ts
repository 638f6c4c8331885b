import assert from "node:assert/strict";
import { test } from "node:test";
import { mm1 } from "../models/queueing/mm1.ts";
import { defineModel } from "./model.ts";

test("a wrong row is found wherever it stands, and the rows around it are right", () => {
  // Short rows are done several at a time, and what fills no turn apart: every place in both must be tried.
  const wrong: readonly [Record<string, number>, string][] = [
    [{ arrivalRate: -1 }, "mm1: arrivalRate must be > 0 1/s, got -1"],
    [{ arrivalRate: Number.NaN }, "mm1: arrivalRate must be > 0 1/s, got NaN"],
    [{ serviceTime: Number.POSITIVE_INFINITY }, "mm1: serviceTime must be > 0 s, got Infinity"],
    [{ probability: 1 }, "mm1: probability must be >= 0 and < 1, got 1"],
    [{ arrivalRate: 12 }, "mm1: unstable, utilisation 1.200 must be < 1"],
  ];
  for (const length of [1, 7, 8, 9, 21]) {
    const good = (row: number) => ({ arrivalRate: 1 + row / 4, serviceTime: 0.1, probability: row / 40 });
    for (let at = 0; at < length; at++) {
      for (const [change, message] of wrong) {
        const rows = Array.from({ length }, (_, i) => (i === at ? { ...good(i), ...change } : good(i)));
        const columns = {
          arrivalRate: rows.map((row) => row.arrivalRate),
          serviceTime: rows.map((row) => row.serviceTime),
          probability: rows.map((row) => row.probability),
        };
        for (const outputs of [["responseTime"], undefined] as const)
          assert.throws(
            () => mm1.table(columns, outputs === undefined ? {} : { outputs }),
            (error: Error) => error.message.startsWith(message) && error.message.endsWith(`(row ${at})`),
          );
      }
    }
  }
});

test("what is the same in every row is taken out of the loop and changes no bit", () => {
  const one = (tex: string) => ({ tex, dimension: "one", meaning: tex }) as const;
  const model = defineModel({
    id: "scalars",
    title: "scalars",
    cites: [],
    assumes: [],
    inputs: { a: one("a"), b: one("b"), x: one("x") },
    between: { c: one("c") },
    outputs: { y: one("y") },
    equations: [
      "c = a / 3 + b",
      "y = (a > b and not (b > a) ? -(a - b) : x) + x^2 * sqrt(c * c + 0.1) - min(a, b, x) / (1 + c)^2",
    ],
  });
  const x = Float64Array.from({ length: 19 }, (_, i) => Math.sin(i) * 10);
  for (const [a, b] of [
    [2, 1],
    [1, 2],
  ]) {
    const { y } = model.table({ a, b, x }).columns;
    for (const [i, value] of x.entries()) assert.equal(y[i], model({ a, b, x: value }).y);
  }
});

test("an infinity that the outputs would not show is refused", () => {
  const model = defineModel({
    id: "inverse",
    title: "inverse",
    cites: [],
    assumes: [],
    inputs: { x: { tex: "x", dimension: "one", above: 0, meaning: "x" } },
    outputs: { y: { tex: "y", dimension: "one", meaning: "y" } },
    equations: ["y = 1 / x"],
  });
  const x = Float64Array.from({ length: 20 }, (_, i) => i + 1);
  assert.equal(model.table({ x }).columns.y[19], 1 / 20);
  x[13] = Number.POSITIVE_INFINITY;
  assert.throws(() => model.table({ x }), {
    name: "DomainError",
    message: "inverse: x must be > 0, got Infinity (row 13)",
  });
});
