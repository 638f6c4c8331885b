import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { all, create } from "mathjs";
import { evaluate as mathEvaluate } from "mathjs/number";
import { modelIndex } from "../models/index.ts";
import { mm1 } from "../models/queueing/mm1.ts";
import {
  type AnyModel,
  defineModel,
  type InputTable,
  type ModelDefinition,
  type NumberInput,
  type Quantity,
} from "./model.ts";
import { ms } from "./units.ts";

type Outputs = Readonly<Record<string, Quantity>>;

/** M/M/1 in a form of which single lines can be exchanged. */
function variant(change: Partial<ModelDefinition<InputTable, Outputs>> = {}) {
  return defineModel<InputTable, Outputs>({
    id: "variant",
    title: "M/M/1",
    cites: [],
    assumes: [],
    inputs: {
      arrivalRate: { tex: "\\lambda", dimension: "rate", above: 0, meaning: "arrivals" },
      serviceTime: { tex: "S", dimension: "time", above: 0, meaning: "service" },
    },
    outputs: {
      utilisation: { tex: "\\rho", dimension: "one", meaning: "busy" },
      waitingTime: { tex: "W_q", dimension: "time", meaning: "wait" },
    },
    equations: [
      "utilisation = arrivalRate * serviceTime",
      "waitingTime = utilisation / (1 - utilisation) * serviceTime",
    ],
    stable: ["utilisation < 1"],
    ...change,
  });
}

const AT = { arrivalRate: 800, serviceTime: 0.001 };
const near = (actual: number, expected: number, relative = 1e-12): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected),
    `got ${actual}, expected ${expected}`,
  );

test("the number comes from the text", () => {
  near(variant()(AT).waitingTime, 0.004);
  near(mm1({ arrivalRate: 800, serviceTime: ms(1) }).responseTime, 0.005);
  near(mm1({ arrivalRate: "800 1/s", serviceTime: "1 ms" }).responseTime, 0.005);
});

test("an exchanged operator changes the number or does not load", () => {
  const lines = [...variant().equations];
  const right = variant()(AT).waitingTime;
  let killed = 0;
  let mutants = 0;
  for (const [i, line] of lines.entries()) {
    const [head, body] = line.split(" = ");
    for (const [at, sign] of [...body].entries()) {
      if (!"+-*/".includes(sign)) continue;
      for (const other of [..."+-*/"].filter((o) => o !== sign)) {
        mutants++;
        const mutated = [...lines];
        mutated[i] = `${head} = ${body.slice(0, at)}${other}${body.slice(at + 1)}`;
        try {
          const answer = variant({ equations: mutated, stable: [] })(AT);
          if (Math.abs(answer.waitingTime - right) > 1e-9) killed++;
        } catch {
          killed++;
        }
      }
    }
  }
  assert.equal(mutants, 12);
  assert.equal(killed, 12);
});

test("a formula whose dimensions are wrong does not load", () => {
  const cases: [string, RegExp | string][] = [
    [
      "waitingTime = serviceTime + arrivalRate",
      'variant: equation "waitingTime = serviceTime + arrivalRate" adds time and rate',
    ],
    [
      "waitingTime = serviceTime - utilisation",
      'variant: equation "waitingTime = serviceTime - utilisation" subtracts time and number',
    ],
    [
      "waitingTime = utilisation * arrivalRate",
      'variant: equation "waitingTime = utilisation * arrivalRate" gives rate, but waitingTime is a time',
    ],
    [
      "waitingTime = serviceTime ^ 2 + utilisation * 0",
      'variant: equation "waitingTime = serviceTime ^ 2 + utilisation * 0" adds s^2 and number',
    ],
    [
      "waitingTime = exp(serviceTime) * serviceTime * utilisation",
      'variant: equation "waitingTime = exp(serviceTime) * serviceTime * utilisation" takes exp of time',
    ],
    [
      "waitingTime = max(serviceTime, arrivalRate) * utilisation",
      'variant: equation "waitingTime = max(serviceTime, arrivalRate) * utilisation" takes the max of time and rate',
    ],
    [
      "waitingTime = serviceTime ^ utilisation",
      'variant: equation "waitingTime = serviceTime ^ utilisation" raises time to a power that is not a constant',
    ],
    [
      "waitingTime = utilisation > serviceTime ? serviceTime : 0",
      'variant: equation "waitingTime = utilisation > serviceTime ? serviceTime : 0" compares number and time',
    ],
    [
      "waitingTime = utilisation > 1 ? serviceTime : utilisation",
      'variant: equation "waitingTime = utilisation > 1 ? serviceTime : utilisation" chooses between time and number',
    ],
    [
      "waitingTime = utilisation ? serviceTime : 0",
      'variant: equation "waitingTime = utilisation ? serviceTime : 0" takes a number for a condition',
    ],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => variant({ equations: [variant().equations[0], text] }), {
      name: "DomainError",
      message,
    });
  }
});

test("bytes and bits are apart: forgetting the factor 8 does not load", () => {
  const port = (equation: string) =>
    defineModel({
      id: "port",
      title: "port",
      cites: [],
      assumes: [],
      inputs: {
        size: { tex: "s", dimension: "size", min: 0, meaning: "size" },
        bandwidth: { tex: "b", dimension: "bandwidth", above: 0, meaning: "bandwidth" },
      },
      outputs: { time: { tex: "t", dimension: "time", meaning: "time" } },
      equations: [equation],
    });
  assert.throws(() => port("time = size / bandwidth"), {
    message: 'port: equation "time = size / bandwidth" gives s*B/bit, but time is a time',
  });
  assert.deepEqual(port("time = size * bitsPerByte / bandwidth")({ size: "1 MB", bandwidth: "8 Mbit/s" }), {
    time: 1,
  });
});

test("what an equation may not hold is refused by name", () => {
  const refused = (text: string, message: RegExp): void => {
    assert.throws(() => variant({ equations: [variant().equations[0], text] }), message, text);
  };
  refused(
    "waitingTime = serviceTime * lamda",
    /unknown symbol "lamda" \(known: arrivalRate, serviceTime, utilisation/,
  );
  refused("waitingTime = erlang(utilisation) * serviceTime", /unknown function "erlang"/);
  refused("waitingTime = 2 serviceTime", /has a product without a sign .*write \*/);
  refused("waitingTime = [serviceTime]", /holds a ArrayNode/);
  refused("waitingTime = serviceTime mod 2", /uses the operator mod/);
  refused("waitingTime = serviceTime!", /uses the operator !/);
  refused('waitingTime = "x"', /holds "x"; constants must be finite numbers/);
  refused("waitingTime = serviceTime.constructor", /holds a AccessorNode/);
  refused("waitingTime = (", /cannot be read/);
  refused("waitingTime", /must have the form "symbol = expression"/);
  refused("delay = serviceTime", /unknown symbol "delay" \(known: utilisation, waitingTime/);
  refused("waitingTime = sqrt(serviceTime, serviceTime)", /gives sqrt 2 arguments/);
});

test("idle, missing and twice defined symbols are refused", () => {
  const line = variant().equations;
  assert.throws(
    () => variant({ equations: [line[0]], stable: [] }),
    /waitingTime is declared but no equation defines it/,
  );
  assert.throws(() => variant({ equations: [line[0], line[1], line[1]] }), /defines waitingTime again/);
  assert.throws(
    () =>
      variant({
        equations: [line[0], "waitingTime = serviceTime"],
        between: { idle: { tex: "i", dimension: "one", meaning: "" } },
      }),
    /idle is declared but no equation defines it/,
  );
  const inputs = {
    ...variant().inputs,
    idle: { tex: "i", dimension: "one", meaning: "no effect", default: 1 },
  } as const;
  assert.throws(() => variant({ inputs }), /variant: idle has no effect on any output/);
  assert.throws(() => variant({ id: "a b" }), /id must be letters and digits, got "a b"/);
});

test("bad input gives the exact message", () => {
  const call = (given: unknown) => () => mm1(given as never);
  const proto = JSON.parse('{"__proto__": 1, "arrivalRate": 1, "serviceTime": 1}');
  const cases: [unknown, string, string][] = [
    [{ arrivalRate: Number.NaN, serviceTime: 1 }, "DomainError", "mm1: arrivalRate must be > 0 1/s, got NaN"],
    [
      { arrivalRate: "5", serviceTime: 1 },
      "UsageError",
      'mm1: arrivalRate needs a unit (1/s, /s, Hz, kHz, op/s, ops/s), got "5"',
    ],
    [{ arrivalRate: null, serviceTime: 1 }, "DomainError", "mm1: arrivalRate must be > 0 1/s, got null"],
    [{ arrivalRate: -1, serviceTime: 1 }, "DomainError", "mm1: arrivalRate must be > 0 1/s, got -1"],
    [{ arrivalRate: -0, serviceTime: 1 }, "DomainError", "mm1: arrivalRate must be > 0 1/s, got -0"],
    [{ arrivalRate: 1n, serviceTime: 1 }, "DomainError", "mm1: arrivalRate must be > 0 1/s, got 1n"],
    [
      { arrivalRate: Number.POSITIVE_INFINITY, serviceTime: 1 },
      "DomainError",
      "mm1: arrivalRate must be > 0 1/s, got Infinity",
    ],
    [
      { arrivalRate: 1, serviceTime: "5 MB" },
      "UsageError",
      'mm1: serviceTime must be a time, got "5 MB" which is a size',
    ],
    [{ arrivalRate: 1 }, "UsageError", "mm1: serviceTime is missing (mean service time; must be > 0 s)"],
    [
      { arivalRate: 1, serviceTime: 1 },
      "UsageError",
      'mm1: unknown parameter "arivalRate" (known: arrivalRate, serviceTime, probability; did you mean arrivalRate?)',
    ],
    [
      proto,
      "UsageError",
      'mm1: unknown parameter "__proto__" (known: arrivalRate, serviceTime, probability)',
    ],
    [
      { arrivalRate: 1200, serviceTime: 0.001 },
      "DomainError",
      "mm1: unstable, utilisation 1.200 must be < 1",
    ],
    [{ arrivalRate: 1, serviceTime: 1 }, "DomainError", "mm1: unstable, utilisation 1.000 must be < 1"],
    [null, "UsageError", "mm1: inputs must be an object, got null"],
  ];
  for (const [given, name, message] of cases) assert.throws(call(given), { name, message });
});

test("unstable is an answer", () => {
  assert.deepEqual(mm1.evaluate({ arrivalRate: 1200, serviceTime: "1 ms" }), {
    stable: false,
    reason: "unstable: utilisation 1.200 must be < 1",
    utilisation: 1.2,
  });
});

test("a relation that does not hold names both sides", () => {
  const model = variant({ requires: ["serviceTime * arrivalRate < 0.5"] });
  assert.throws(() => model(AT), { message: "variant: serviceTime * arrivalRate 0.8 must be < 0.5" });
  const between = variant({ requires: ["serviceTime <= utilisation * serviceTime"] });
  assert.throws(() => between(AT), {
    name: "DomainError",
    message: "variant: serviceTime 0.001 must be <= utilisation * serviceTime 0.0008",
  });
});

test("NaN and infinities do not leave a model", () => {
  const model = variant({
    equations: [
      "utilisation = arrivalRate * serviceTime",
      "waitingTime = serviceTime * utilisation / (utilisation - utilisation)",
    ],
    stable: [],
  });
  assert.throws(
    () => model(AT),
    /waitingTime must be finite, got Infinity \(at arrivalRate 800, serviceTime 0.001\)/,
  );
  assert.throws(
    () => model.table({ arrivalRate: [1, 2], serviceTime: 1 } as never),
    /must be finite, got Infinity .*\(row 0\)/,
  );
  assert.throws(
    () => mm1({ arrivalRate: 5e-324, serviceTime: 1e308 * 10 }),
    /serviceTime must be > 0 s, got Infinity/,
  );
  fc.assert(
    fc.property(
      fc.double({ min: 0, noNaN: true }),
      fc.double({ min: 0, noNaN: true }),
      (arrivalRate, serviceTime) => {
        try {
          const answer = mm1.evaluate({ arrivalRate, serviceTime });
          if (answer.stable) assert.ok(Object.values(answer.outputs).every(Number.isFinite));
          else assert.ok(Number.isFinite(answer.utilisation));
        } catch (error) {
          assert.equal((error as Error).name, "DomainError");
        }
      },
    ),
    { seed: 1, numRuns: 2000 },
  );
});

test("a grid gives what single points give, row by row", () => {
  const rates = Array.from({ length: 50 }, (_, i) => 10 + 19 * i);
  const table = mm1.table({ arrivalRate: rates, serviceTime: "1 ms" });
  assert.equal(table.length, 50);
  for (const [i, arrivalRate] of rates.entries()) {
    const point = mm1({ arrivalRate, serviceTime: ms(1) });
    for (const name of Object.keys(point) as (keyof typeof point)[])
      assert.equal(table.columns[name][i], point[name]);
  }
  const both = mm1.table(
    { arrivalRate: Float64Array.of(100, 200), serviceTime: [0.001, 0.002] },
    { outputs: ["responseTime"] },
  );
  assert.deepEqual(Object.keys(both.columns), ["responseTime"]);
  near(both.columns.responseTime[1], 0.002 / 0.6);
});

test("a grid names the row that is wrong, or skips unstable rows on demand", () => {
  assert.throws(() => mm1.table({ arrivalRate: [1, 2, 30, 4], serviceTime: 0.1 }), {
    message: "mm1: unstable, utilisation 3.000 must be < 1 (row 2)",
  });
  assert.throws(() => mm1.table({ arrivalRate: [1, -2], serviceTime: 0.1 }), {
    message: "mm1: arrivalRate must be > 0 1/s, got -2 (row 1)",
  });
  assert.throws(() => mm1.table({ arrivalRate: [1, Number.POSITIVE_INFINITY], serviceTime: 0.1 }), {
    message: "mm1: arrivalRate must be > 0 1/s, got Infinity (row 1)",
  });
  assert.throws(() => mm1.table({ arrivalRate: [1, "x"] as never, serviceTime: 0.1 }), {
    message: 'mm1: arrivalRate at row 1 must be a number, got "x"',
  });
  assert.throws(
    () => mm1.table({ arrivalRate: [1, 2], serviceTime: [0.1] }),
    /serviceTime has 1 rows, other columns have 2/,
  );
  assert.throws(() => mm1.table({ arrivalRate: 1, serviceTime: 0.1 }), /table needs at least one column/);
  assert.throws(
    () => mm1.table({ arrivalRate: [1], serviceTime: 0.1 }, { outputs: ["response" as never] }),
    /unknown output "response"/,
  );
  const kept = mm1.table({ arrivalRate: [1, 2, 30, 4], serviceTime: 0.1 }, { unstable: "skip" });
  assert.equal(kept.length, 3);
  assert.deepEqual([...(kept.rows ?? [])], [0, 1, 3]);
  near(kept.columns.utilisation[2], 0.4);
});

test("derivatives are right: against differences on random points, and in closed form", () => {
  const slope = mm1.derivative("responseTime", "arrivalRate");
  assert.equal(slope.kind, "symbolic");
  near(slope.at({ arrivalRate: 800, serviceTime: ms(1) }), 1e-6 / 0.2 ** 2);
  assert.match(slope.latex, /\\frac\{\\partial T\}\{\\partial \\lambda\} = /);
  assert.equal(mm1.derivative("waitingTimeQuantile", "arrivalRate").kind, "numeric");
  const by = mm1.derivative("waitingTimeQuantile", "serviceTime");
  fc.assert(
    fc.property(
      fc.double({ min: 0.5, max: 0.95, noNaN: true }),
      fc.double({ min: 1e-4, max: 1e-2, noNaN: true }),
      (rho, serviceTime) => {
        const given = { arrivalRate: rho / serviceTime, serviceTime };
        const h = 1e-5;
        const up = mm1({ ...given, serviceTime: serviceTime * (1 + h) }).waitingTimeQuantile;
        const down = mm1({ ...given, serviceTime: serviceTime * (1 - h) }).waitingTimeQuantile;
        near(by.at(given), (up - down) / (2 * h * serviceTime), 1e-5);
        const exact = serviceTime ** 2 / (1 - rho) ** 2;
        near(slope.at(given), exact, 1e-9);
      },
    ),
    { seed: 2, numRuns: 300 },
  );
  assert.throws(() => mm1.derivative("responseTime", "lambda" as never), /unknown parameter "lambda"/);
  assert.throws(
    () => slope.at({ arrivalRate: 2000, serviceTime: ms(1) }),
    /mm1: unstable, utilisation 2.000/,
  );
});

test("elasticities: responseTime of M/M/1 moves by ρ/(1 − ρ) per cent per cent of load", () => {
  const { responseTime } = mm1.sensitivity({ arrivalRate: 800, serviceTime: ms(1) });
  near(responseTime.arrivalRate ?? 0, 4, 1e-9);
  near(responseTime.serviceTime ?? 0, 5, 1e-9);
  assert.equal(
    mm1.sensitivity({ arrivalRate: 5, serviceTime: ms(1), probability: 0.5 }).waitingTimeQuantile.arrivalRate,
    null,
  );
});

test("LaTeX and symbols come from the same text", () => {
  assert.equal(variant().latex("waitingTime").replace(/\s+/g, ""), "W_q=\\frac{\\rho}{1-\\rho}\\cdotS");
  assert.match(variant().latex(), /^\\begin\{aligned\}\n\\rho &= \\lambda\\cdot S \\\\\nW_q &= /);
  assert.throws(() => variant().latex("delay"), /unknown symbol "delay"/);
  const rows = mm1.symbols();
  assert.deepEqual(rows[0], {
    name: "arrivalRate",
    tex: "\\lambda",
    unit: "1/s",
    meaning: "mean arrivals per second",
    role: "input",
    domain: "> 0 1/s",
    default: undefined,
  });
  assert.match(
    mm1.source,
    /^function mm1\(\$out, arrivalRate, serviceTime, probability\) \{\n {2}const utilisation = /,
  );
});

/** Models whose every line is algebra: what mathjs itself can evaluate, with units, as a second opinion. */
const ALGEBRAIC = [...modelIndex.values()].filter(
  (model) =>
    Object.keys(model.functions ?? {}).length === 0 &&
    Object.values(model.inputs).every((input) => input.kind === undefined || input.kind === "number"),
);

/** Some point inside a model's domain. */
function somePoint(model: AnyModel): Record<string, number> {
  const sizes: Record<string, number> = {
    rate: 2,
    time: 0.05,
    bandwidth: 1e6,
    size: 1000,
    one: 0.5,
    timePerByte: 1e-6,
  };
  return Object.fromEntries(
    Object.entries(model.inputs).map(([name, input], i) => {
      const p = input as NumberInput;
      const value = p.integer ? 3 : sizes[p.dimension] * (1 + i / 10);
      // Defaults of optional numbers may mean "choose for me".
      const inside = Math.min(p.max ?? Infinity, Math.max(p.min ?? 0, value));
      return [name, p.dimension === "one" && p.default !== undefined ? p.default : inside];
    }),
  );
}

test("every algebraic model agrees with mathjs evaluating the same text", () => {
  assert.ok(ALGEBRAIC.length >= 8, `only ${ALGEBRAIC.length} algebraic models`);
  for (const model of ALGEBRAIC) {
    const given = somePoint(model);
    const answer = model.evaluate(given);
    assert.ok(answer.stable, model.id);
    const scope: Record<string, number> = { ...given, bitsPerByte: 8 };
    for (const line of model.equations) mathEvaluate(line, scope);
    for (const name of Object.keys(model.outputs)) near(answer.outputs[name], scope[name]);
  }
});

test("every algebraic model agrees with mathjs calculating in units", () => {
  const units: Record<string, string> = {
    time: "s",
    rate: "s^-1",
    size: "B",
    bandwidth: "b/s",
    timePerByte: "s/B",
    "s^2": "s^2",
  };
  const parser = create(all).parser;
  for (const model of ALGEBRAIC) {
    const symbols = { ...model.inputs, ...model.between, ...model.outputs } as Record<
      string,
      { dimension: string }
    >;
    const given = somePoint(model);
    const answer = model.evaluate(given);
    assert.ok(answer.stable);
    const scope = parser();
    // Units know that a byte is eight bits.
    scope.set("bitsPerByte", 1);
    for (const [name, value] of Object.entries(given)) {
      const { dimension } = symbols[name];
      scope.set(name, dimension === "one" ? value : scope.evaluate(`${value} ${units[dimension]}`));
    }
    for (const line of model.equations) {
      const target = line.split("=")[0].trim();
      const { dimension } = symbols[target];
      // A choice between cases that holds a literal 0 is beyond mathjs's units.
      const result = scope.evaluate(line);
      const number = dimension === "one" ? Number(result) : result.toNumber(units[dimension]);
      if (target in model.outputs) near(number, answer.outputs[target], 1e-9);
    }
  }
});
