/**
 * Generated JavaScript of a model over a grid: one loop, columns in and columns out.
 *
 * A row costs what its formula costs and little more: what depends on scalars only is computed before the loop, the
 * domain is checked as values are read, and what is not finite is found without a branch.
 */
import { callsOf, type Expression, partsOf, symbolsOf } from "./expression.ts";
import { codeOf } from "./expression-code.ts";
import { isNumberInput, neededFor, type Program } from "./model-program.ts";
import type { NumberInput } from "./model-types.ts";

/**
 * 0 when every row is done, NaN when some input or result was not finite, and i − length, which is below 0, when row
 * i stopped it.
 */
export type GridFunction = (
  length: number,
  rows: Uint32Array | null,
  inputs: readonly unknown[],
  outputs: readonly Float64Array[],
) => number;

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

/** Whether passing the domain test leaves room for an infinity or NaN. */
function mayBeInfinite(p: NumberInput): boolean {
  const bounded = (p.min ?? p.above) !== undefined && (p.max ?? p.below) !== undefined;
  return !bounded && p.integer !== true;
}

/** Takes the largest parts of an expression that are the same in every row out of it, under names of their own. */
class Scalars {
  readonly lines: string[] = [];
  readonly varying: Set<string>;

  constructor(columns: ReadonlySet<string>) {
    this.varying = new Set(columns);
  }

  varies(names: ReadonlySet<string>): boolean {
    return [...names].some((name) => this.varying.has(name));
  }

  /** The expression as it stands in the loop. Functions of ours stay there: their conditions come first. */
  without(e: Expression): Expression {
    const parts = partsOf(e);
    if (parts.length === 0) return e;
    if (!this.varies(symbolsOf(e)) && callsOf(e).size === 0) {
      const name = `$scalar${this.lines.length}`;
      this.lines.push(`const ${name} = ${codeOf(e)};`);
      return { kind: "symbol", name };
    }
    switch (e.kind) {
      case "number":
      case "symbol":
        return e;
      case "negate":
      case "not":
        return { ...e, of: this.without(e.of) };
      case "choose":
        return { ...e, when: this.without(e.when), yes: this.without(e.yes), no: this.without(e.no) };
      case "call":
        return { ...e, args: e.args.map((part) => this.without(part)) };
      // A literal power is told by its value, so the exponent stays.
      case "arithmetic":
        return { ...e, left: this.without(e.left), right: e.op === "^" ? e.right : this.without(e.right) };
      default:
        return { ...e, left: this.without(e.left), right: this.without(e.right) };
    }
  }
}

interface GridParts {
  /** Lines before the loop: what depends on scalars only. */
  readonly before: readonly string[];
  /** Lines of one row, `stop` being what ends the loop there. */
  inside(stop: string): readonly string[];
  /** Operations in a row, roughly. */
  readonly operations: number;
}

const operationsIn = (e: Expression): number =>
  partsOf(e).reduce((sum, part) => sum + operationsIn(part), partsOf(e).length === 0 ? 0 : 1);

function gridParts(
  program: Program,
  columns: ReadonlySet<string>,
  needed: ReadonlySet<string>,
  skip: boolean,
): GridParts {
  const scalars = new Scalars(columns);
  const before = scalars.lines;
  const inside: ((stop: string) => string)[] = [];
  let conditionInside = false;
  let operations = 0;
  const row = (expression: Expression, line: (code: string, stop: string) => string): void => {
    const own = scalars.without(expression);
    // A call leaves the loop, which then is nothing short.
    operations += callsOf(own).size > 0 ? Number.POSITIVE_INFINITY : operationsIn(own);
    const code = codeOf(own);
    inside.push((stop) => line(code, stop));
  };
  for (const statement of program.statements) {
    const varies = scalars.varies(statement.reads);
    if (statement.does === "assign") {
      const { target, expression } = statement.equation;
      if (!needed.has(target)) continue;
      // A function of ours is not called before the conditions that guard it have been checked.
      if (varies || (conditionInside && callsOf(expression).size > 0)) {
        scalars.varying.add(target);
        row(expression, (code) => `const ${target} = ${code};`);
      } else before.push(`const ${target} = ${codeOf(expression)};`);
      continue;
    }
    const { expression } = statement.condition;
    const passOver = skip && statement.does === "stabilise";
    if (varies || conditionInside || passOver) {
      conditionInside = true;
      row(expression, (code, stop) => `if (!${code}) ${passOver ? "continue" : stop};`);
    } else before.push(`if (!${codeOf(expression)}) return -$n;`);
  }
  return { before, inside: (stop) => inside.map((line) => line(stop)), operations };
}

const block = (head: string, lines: readonly string[]): string[] => [
  `${head}{`,
  ...lines.map((line) => `  ${line}`),
  "}",
];

/** A row of fewer operations than this costs less than the loop around it, so several are done in each turn. */
const SHORT_ROW = 24;
const ROWS_A_TURN = 8;

/**
 * Source of the loop over a grid.
 *
 * A row outside its domain or unstable stops the loop (unstable rows are passed over when `skip`, the kept ones then
 * being listed in `$rows`, their number last); the caller evaluates that row alone, which gives the exact message.
 * Infinities and NaN are found without a branch: x − x is 0 for finite x and NaN otherwise, so one sum over the grid
 * tells whether any was met. The rows that fill no turn come first, and the end computes nothing: an operation that is
 * met only after the loop would throw away the code compiled while it ran.
 */
export function gridSource(
  program: Program,
  columns: ReadonlySet<string>,
  outputs: readonly string[],
  skip: boolean,
): string {
  const { before, inside, operations } = gridParts(program, columns, neededFor(program, outputs), skip);
  const heads = Object.keys(program.inputs).map(
    (name, i) => `const ${columns.has(name) ? "$" : ""}${name} = $in[${i}];`,
  );
  const summed = [...columns].filter((name) => {
    const input = program.inputs[name];
    return !isNumberInput(input) || mayBeInfinite(input);
  });
  const row = (at: string): string[] => [
    ...[...columns].flatMap((name) => {
      const input = program.inputs[name];
      const test = isNumberInput(input) ? domainCode(name, input) : "";
      const read = `const ${name} = $${name}[${at}];`;
      return test === "" ? [read] : [read, `if (!(${test})) return ${at} - $n;`];
    }),
    ...inside(`return ${at} - $n`),
    `const $all = ${[...summed, ...outputs].join(" + ")};`,
    "$finite += $all - $all;",
    ...outputs.map((name, i) => `$out${i}[${skip ? "$k" : at}] = ${name};`),
    ...(skip ? [`$rows[$k] = ${at};`, "$k++;"] : []),
  ];
  // No `continue` may leave a turn halfway.
  const turn = skip || operations >= SHORT_ROW ? 1 : ROWS_A_TURN;
  const turns = Array.from({ length: turn }, (_, j) => block("", row(j === 0 ? "$i" : `$i + ${j}`)));
  const lines = [
    ...heads,
    ...outputs.map((_, i) => `const $out${i} = $out[${i}];`),
    ...before,
    ...(skip ? ["let $k = 0;"] : []),
    "let $finite = 0;",
    "let $i = 0;",
    ...(turn === 1 ? [] : block(`for (const $odd = $n % ${turn}; $i < $odd; $i++) `, row("$i"))),
    ...block(`for (; $i < $n; $i += ${turn}) `, turns.flat()),
    ...(skip ? ["$rows[$n] = $k;"] : []),
    "return $finite;",
  ];
  return block(`function ${program.id}Grid($n, $rows, $in, $out) `, lines).join("\n");
}
