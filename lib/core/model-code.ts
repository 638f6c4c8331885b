/**
 * Generated JavaScript of a model: one function for a single point, one loop for a grid.
 *
 * Both are plain arithmetic on scalar variables, so the engine compiles them as it would hand-written code; the
 * declared functions of the model come in as arguments of the enclosing factory.
 */
import { callsOf, type Expression } from "./expression.ts";
import { codeOf } from "./expression-code.ts";
import { isNumberInput, neededFor, type Program, type Statement } from "./model-program.ts";
import type { NumberInput } from "./model-types.ts";

/** 0 when all conditions hold; i + 1 when statement i failed, its two sides then being in out[0] and out[1]. */
export type PointFunction = (out: Float64Array, ...inputs: readonly unknown[]) => number;

/** −1 when every row is done, the row that stopped it, or −2 when some input or result was not finite. */
export type GridFunction = (
  length: number,
  rows: Uint32Array | null,
  inputs: readonly unknown[],
  outputs: readonly Float64Array[],
) => number;

/** Source of the function for one point. `extra` adds expressions (a derivative) after the outputs. */
export function pointSource(
  program: Program,
  outputs: readonly string[],
  extra: readonly Expression[] = [],
): string {
  const lines = program.statements.flatMap((statement, i) => {
    if (statement.does === "assign") return [assignment(statement)];
    const { left, right } = statement.condition.expression;
    return [
      `if (!${codeOf(statement.condition.expression)}) {`,
      `  $out[0] = ${codeOf(left)};`,
      `  $out[1] = ${codeOf(right)};`,
      `  return ${i + 1};`,
      "}",
    ];
  });
  const results = [...outputs, ...extra.map(codeOf)].map((value, i) => `$out[${i}] = ${value};`);
  const body = [...lines, ...results, "return 0;"].map((line) => `  ${line}`).join("\n");
  return `function ${program.id}(${["$out", ...Object.keys(program.inputs)].join(", ")}) {\n${body}\n}`;
}

function assignment(statement: Extract<Statement, { does: "assign" }>): string {
  return `const ${statement.equation.target} = ${codeOf(statement.equation.expression)};`;
}

/** The test that a number lies in its input's domain, infinities apart: NaN fails every comparison. */
function domainCode(name: string, p: NumberInput): string {
  const tests = [
    p.min === undefined ? "" : `${name} >= ${p.min}`,
    p.above === undefined ? "" : `${name} > ${p.above}`,
    p.max === undefined ? "" : `${name} <= ${p.max}`,
    p.below === undefined ? "" : `${name} < ${p.below}`,
    p.integer ? `${name} % 1 === 0` : "",
  ];
  return tests.filter((test) => test !== "").join(" && ");
}

interface GridParts {
  /** Lines before the loop: what depends on scalars only. */
  readonly before: readonly string[];
  readonly inside: readonly string[];
}

function gridParts(
  program: Program,
  columns: ReadonlySet<string>,
  needed: ReadonlySet<string>,
  skip: boolean,
): GridParts {
  const varying = new Set(columns);
  const before: string[] = [];
  const inside: string[] = [];
  let conditionInside = false;
  for (const statement of program.statements) {
    const varies = [...statement.reads].some((name) => varying.has(name));
    if (statement.does === "assign") {
      const { target, expression } = statement.equation;
      if (!needed.has(target)) continue;
      // A function of ours is not called before the conditions that guard it have been checked.
      const repeated = varies || (conditionInside && callsOf(expression).size > 0);
      if (repeated) varying.add(target);
      (repeated ? inside : before).push(assignment(statement));
      continue;
    }
    const test = `if (!${codeOf(statement.condition.expression)})`;
    const passOver = skip && statement.does === "stabilise";
    if (varies || conditionInside || passOver) {
      conditionInside = true;
      inside.push(`${test} ${passOver ? "continue;" : "return $i;"}`);
    } else {
      before.push(`${test} return 0;`);
    }
  }
  return { before, inside };
}

/**
 * Source of the loop over a grid.
 *
 * What depends on scalars only is computed before the loop. A row outside its domain or unstable stops the loop
 * (unstable rows are passed over when `skip`, the kept ones then being listed in `$rows`, their number last); the
 * caller evaluates that row alone, which gives the exact message. Infinities and NaN are found without a branch: x − x
 * is 0 for finite x and NaN otherwise, so one sum over the grid tells whether any was met.
 */
export function gridSource(
  program: Program,
  columns: ReadonlySet<string>,
  outputs: readonly string[],
  skip: boolean,
): string {
  const { before, inside } = gridParts(program, columns, neededFor(program, outputs), skip);
  const heads = Object.keys(program.inputs).map(
    (name, i) => `const ${columns.has(name) ? "$" : ""}${name} = $in[${i}];`,
  );
  const reads = [...columns].flatMap((name) => {
    const input = program.inputs[name];
    const test = isNumberInput(input) ? domainCode(name, input) : "";
    return [`const ${name} = $${name}[$i];`, ...(test === "" ? [] : [`if (!(${test})) return $i;`])];
  });
  const at = skip ? "$k" : "$i";
  const loop = [
    ...reads,
    ...inside,
    `const $all = ${[...columns, ...outputs].join(" + ")};`,
    "$finite += $all - $all;",
    ...outputs.map((name, i) => `$out${i}[${at}] = ${name};`),
    ...(skip ? ["$rows[$k] = $i;", "$k++;"] : []),
  ];
  return [
    `function ${program.id}Grid($n, $rows, $in, $out) {`,
    ...heads.map((line) => `  ${line}`),
    ...outputs.map((_, i) => `  const $out${i} = $out[${i}];`),
    ...before.map((line) => `  ${line}`),
    "  let $k = 0;",
    "  let $finite = 0;",
    "  for (let $i = 0; $i < $n; $i++) {",
    ...loop.map((line) => `    ${line}`),
    "  }",
    ...(skip ? ["  $rows[$n] = $k;"] : []),
    "  return $finite === 0 ? -1 : -2;",
    "}",
  ].join("\n");
}

/** Makes a function of generated source, the model's own functions in scope. */
export function build<F>(source: string, program: Program): F {
  const names = [...program.functions.keys()];
  const factory = new Function(...names, `"use strict";\nreturn ${source};`) as (...f: unknown[]) => F;
  return factory(...program.functions.values());
}
