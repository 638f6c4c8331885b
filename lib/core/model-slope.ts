/** Derivatives and elasticities of a model: symbolic where the algebra allows, central differences elsewhere. */
import { differentiate, latexOf } from "./equation.ts";
import { DomainError, show, UsageError } from "./errors.ts";
import { build, type PointFunction, pointSource } from "./model-code.ts";
import { answerOf, comma, type Given, readAll, refusal, type Values, type Workings } from "./model-point.ts";
import { isNumberInput, pickNames } from "./model-program.ts";
import type { Derivative, InputTable, NumberInput } from "./model-types.ts";
import { readParameter } from "./parameters.ts";

/** Cube root of the rounding unit: the step that balances truncation and rounding of a central difference. */
const STEP = 6.055454452393343e-6;

/** The partial derivative of an output by a continuous input. */
export function derivativeOf(
  w: Workings,
  output: string,
  input: string,
  simplify = true,
): Derivative<InputTable> {
  const { id, inputs } = w.definition;
  pickNames(id, "output", [output], w.program.outputs);
  pickNames(id, "parameter", [input], w.names);
  const parameter = inputs[input];
  if (!isNumberInput(parameter) || parameter.integer) {
    throw new DomainError(`${id}: ${input} must be a continuous number to differentiate by`);
  }
  const equation = w.program.equations.get(output);
  if (equation === undefined) throw new UsageError(`${id}: ${output} has no equation`);
  const symbolic = differentiate(equation.tree, input, w.program.equations, simplify);
  const head = `\\frac{\\partial ${w.notation.symbol(output)}}{\\partial ${w.notation.symbol(input)}}`;
  if (symbolic === null) {
    return {
      kind: "numeric",
      text: `central difference of ${output} in ${input}`,
      latex: head,
      at: (given) => slope(w, readAll(w, given), output, input, parameter),
    };
  }
  const source = pointSource(w.program, [], [symbolic.expression]);
  const compiled = build<PointFunction>(source, w.program);
  return {
    kind: "symbolic",
    text: symbolic.tree.toString(),
    latex: `${head} = ${latexOf(symbolic.tree, w.notation)}`,
    at: (given) => {
      const values = readAll(w, given);
      const out = new Float64Array(2);
      const code = compiled(out, ...values);
      if (code !== 0) {
        const { reason } = refusal(w, code - 1, out[0], out[1]);
        throw new DomainError(`${id}: ${comma(reason)}`);
      }
      // At an edge of the domain the expression may be 0/0 where the slope itself exists.
      return Number.isFinite(out[0]) ? out[0] : slope(w, values, output, input, parameter);
    },
  };
}

/** Central difference, one-sided where a neighbour lies outside the domain. */
function slope(w: Workings, values: Values, output: string, input: string, parameter: NumberInput): number {
  const { id } = w.definition;
  const index = w.names.indexOf(input);
  const x = values[index] as number;
  const h = STEP * Math.max(Math.abs(x), Number.MIN_VALUE / STEP) || STEP;
  const at = (shifted: number): { readonly x: number; readonly y: number } | null => {
    try {
      readParameter(id, input, shifted, parameter);
      const answer = answerOf(
        w,
        values.map((v, i) => (i === index ? shifted : v)),
      );
      return answer.stable ? { x: shifted, y: answer.outputs[output] } : null;
    } catch (error) {
      if (error instanceof DomainError) return null;
      throw error;
    }
  };
  const here = answerOf(w, values);
  if (!here.stable) throw new DomainError(`${id}: ${comma(here.reason)}`);
  const middle = { x, y: here.outputs[output] };
  const right = at(x + h) ?? middle;
  const left = at(x - h) ?? middle;
  if (right.x === left.x) throw new DomainError(`${id}: ${output} has no slope at ${input} ${show(x)}`);
  return (right.y - left.y) / (right.x - left.x);
}

/** Elasticities of all outputs by all continuous inputs. */
export function sensitivityOf(
  w: Workings,
  given: Given,
): Readonly<Record<string, Readonly<Record<string, number | null>>>> {
  const values = readAll(w, given);
  const answer = answerOf(w, values);
  if (!answer.stable) throw new DomainError(`${w.definition.id}: ${comma(answer.reason)}`);
  const continuous = w.names.filter((name) => {
    const input = w.definition.inputs[name];
    return isNumberInput(input) && !input.integer;
  });
  const result: Record<string, Record<string, number | null>> = {};
  for (const output of w.program.outputs) {
    const y = answer.outputs[output];
    result[output] = {};
    for (const input of continuous) {
      const x = values[w.names.indexOf(input)] as number;
      const value = y === 0 ? null : (x / y) * derivativeOf(w, output, input, false).at(given as never);
      result[output][input] = value !== null && Number.isFinite(value) ? value : null;
    }
  }
  return result;
}
