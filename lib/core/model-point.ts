/** One point of a model: reading its inputs, running the generated function, refusing what is not finite. */
import type { Notation } from "./equation.ts";
import { DomainError, refuseUnknown, show, UsageError } from "./errors.ts";
import type { PointFunction } from "./model-code.ts";
import { type AnyDefinition, isNumberInput, type Program, showMeasure } from "./model-program.ts";
import type { ModelAnswer, ModelInput, Quantity } from "./model-types.ts";
import { domainText, readParameter } from "./parameters.ts";

export type Values = readonly unknown[];
export type Given = Readonly<Record<string, unknown>>;

/** Everything about one model that its methods share. */
export interface Workings {
  readonly definition: AnyDefinition;
  readonly program: Program;
  readonly names: readonly string[];
  readonly point: PointFunction;
  readonly source: string;
  readonly out: Float64Array;
  readonly notation: Notation;
}

/** The reason as it stands after a model's name. */
export function comma(reason: string): string {
  return reason.replace("unstable:", "unstable,");
}

export function readInput(id: string, name: string, given: unknown, input: ModelInput): unknown {
  if (input.kind === "structured") {
    return (input as { read(where: string, given: unknown): unknown }).read(`${id}: ${name}`, given);
  }
  return readParameter(id, name, given, input as Exclude<ModelInput, { kind: "structured" }>);
}

export function missing(id: string, name: string, input: ModelInput): UsageError {
  const rule = isNumberInput(input) ? domainText(input) : "given";
  return new UsageError(`${id}: ${name} is missing (${input.meaning}; must be ${rule})`);
}

export function readAll(w: Workings, given: Given): Values {
  const { id, inputs } = w.definition;
  if (given === null || typeof given !== "object")
    throw new UsageError(`${id}: inputs must be an object, got ${show(given)}`);
  refuseUnknown(id, "parameter", Object.getOwnPropertyNames(given), w.names);
  return w.names.map((name) => {
    const input = inputs[name];
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value !== undefined) return readInput(id, name, value, input);
    if (input.default === undefined) throw missing(id, name, input);
    return input.default;
  });
}

export function evaluate(w: Workings, given: Given): ModelAnswer<Readonly<Record<string, Quantity>>> {
  return answerOf(w, readAll(w, given));
}

export function answerOf(w: Workings, values: Values): ModelAnswer<Readonly<Record<string, Quantity>>> {
  // A function of this model may evaluate the model again, so the shared buffer is read out before anything else.
  const code = w.point(w.out, ...values);
  if (code !== 0) return refusal(w, code - 1, w.out[0], w.out[1]);
  const outputs: Record<string, number> = {};
  for (const [i, name] of w.program.outputs.entries()) {
    const value = w.out[i];
    if (!Number.isFinite(value)) throw notFinite(w, name, value, values);
    outputs[name] = value;
  }
  return { stable: true, outputs };
}

function notFinite(w: Workings, name: string, value: number, values: Values): DomainError {
  const at = w.names.map((input, i) => `${input} ${show(values[i])}`).join(", ");
  return new DomainError(`${w.definition.id}: ${name} must be finite, got ${show(value)} (at ${at})`);
}

/** A relation that does not hold is an error; a missing steady state is an answer. */
export function refusal(
  w: Workings,
  index: number,
  left: number,
  right: number,
): { readonly stable: false; readonly reason: string; readonly utilisation: number } {
  const statement = w.program.statements[index];
  if (statement.does === "assign") throw new UsageError(`${w.definition.id}: statement ${index} cannot fail`);
  const { condition } = statement;
  const [leftText, rightText] = condition.text.split(condition.expression.op).map((side) => side.trim());
  const { op } = condition.expression;
  if (statement.does === "require") {
    const limit = condition.expression.right.kind === "number" ? rightText : `${rightText} ${show(right)}`;
    throw new DomainError(`${w.definition.id}: ${leftText} ${show(left)} must be ${op} ${limit}`);
  }
  if (!Number.isFinite(left))
    throw new DomainError(`${w.definition.id}: ${leftText} must be finite, got ${show(left)}`);
  const limit =
    condition.expression.right.kind === "number" ? rightText : `${rightText} ${showMeasure(right)}`;
  return {
    stable: false,
    reason: `unstable: ${leftText} ${showMeasure(left)} must be ${op} ${limit}`,
    utilisation: left,
  };
}
