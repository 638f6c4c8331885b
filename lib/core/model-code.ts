/**
 * Generated JavaScript of a model at a single point; `model-loop.ts` writes the loop over a grid.
 *
 * Both are plain arithmetic on scalar variables, so the engine compiles them as it would hand-written code; the
 * declared functions of the model come in as arguments of the enclosing factory.
 */
import type { Expression } from "./expression.ts";
import { codeOf } from "./expression-code.ts";
import type { Program, Statement } from "./model-program.ts";

/** 0 when all conditions hold; i + 1 when statement i failed, its two sides then being in out[0] and out[1]. */
export type PointFunction = (out: Float64Array, ...inputs: readonly unknown[]) => number;

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

/** Makes a function of generated source, the model's own functions in scope. */
export function build<F>(source: string, program: Program): F {
  const names = [...program.functions.keys()];
  const factory = new Function(...names, `"use strict";\nreturn ${source};`) as (...f: unknown[]) => F;
  return factory(...program.functions.values());
}
