/**
 * Models: closed forms whose one equation text gives the number, the LaTeX, the unit check and the derivatives.
 *
 * A model never returns NaN or Infinity: outside its domain it throws a `DomainError`, and "unstable" is an answer
 * that names the utilisation. Reading inputs, printing and differentiating happen here; the arithmetic is generated
 * JavaScript (`model-code.ts`).
 */

import { DomainError, show } from "./errors.ts";
import { build, type PointFunction, pointSource } from "./model-code.ts";
import { tableOf } from "./model-grid.ts";
import { comma, evaluate, type Given, type Workings } from "./model-point.ts";
import { latex, notationOf, symbolRows } from "./model-print.ts";
import { type AnyDefinition, programOf } from "./model-program.ts";
import { derivativeOf, sensitivityOf } from "./model-slope.ts";
import type { AnyModel, InputTable, Model, ModelDefinition, Quantity } from "./model-types.ts";

export type * from "./model-types.ts";

/**
 * Defines a model. Its equations are read, checked for dimensions and compiled at once: a model that is wrong does
 * not load.
 *
 * @param definition inputs, outputs, equations as mathjs text, and what must hold
 * @returns a function from inputs to outputs that also knows its LaTeX, symbols, derivatives and grid form
 * @throws DomainError naming the equation that does not parse or whose dimensions are wrong
 * @example
 * defineModel({ id: "demo", title: "Transmission", cites: [], assumes: [], inputs: { size: { tex: "s", dimension: "size", min: 0, meaning: "message" }, bandwidth: { tex: "b", dimension: "bandwidth", above: 0, meaning: "port" } }, outputs: { time: { tex: "t", dimension: "time", meaning: "transmission" } }, equations: ["time = size * bitsPerByte / bandwidth"] })({ size: "1 MB", bandwidth: "8 Mbit/s" }); // => { time: 1 }
 */
export function defineModel<const I extends InputTable, O extends Readonly<Record<string, Quantity>>>(
  definition: ModelDefinition<I, O>,
): Model<I, O> {
  const own = definition as unknown as AnyDefinition;
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(own.id))
    throw new DomainError(`model: id must be letters and digits, got ${show(own.id)}`);
  const program = programOf(own);
  const source = pointSource(program, program.outputs);
  const workings: Workings = {
    definition: own,
    program,
    names: Object.keys(own.inputs),
    point: build<PointFunction>(source, program),
    source,
    out: new Float64Array(Math.max(2, program.outputs.length)),
    notation: notationOf(own),
  };
  const call = (given: Given): Readonly<Record<string, number>> => {
    const answer = evaluate(workings, given);
    if (answer.stable) return answer.outputs;
    throw new DomainError(`${own.id}: ${comma(answer.reason)}`);
  };
  const methods: Omit<AnyModel, keyof AnyDefinition> = {
    evaluate: (given: Given) => evaluate(workings, given),
    table: tableOf(workings),
    latex: (symbol?: string) => latex(workings, symbol),
    symbols: () => symbolRows(own),
    derivative: (output: string, input: string) => derivativeOf(workings, output, input),
    sensitivity: (given: Given) => sensitivityOf(workings, given),
    source,
  };
  // A function has a `name` of its own; `id` and the rest are plain properties.
  return Object.assign(call, definition, methods) as unknown as Model<I, O>;
}
