/** What a model is made of and what it gives: the types behind `defineModel`. */
import type { DimensionText } from "./dimension.ts";
import type { Feature } from "./features.ts";
import type { ChoiceParameter, NumberParameter } from "./parameters.ts";
import type { SystemSpec, WorkloadSpec } from "./system.ts";

/** A numeric input with its symbol. Values are SI numbers or texts with a unit. */
export interface NumberInput extends NumberParameter {
  readonly tex: string;
}

/** A word of a closed list, passed on to a function of the model. */
export interface ChoiceInput extends ChoiceParameter {
  readonly tex?: string;
}

/** An input that is no number: a distribution, a list of links. Only declared functions can take it. */
export interface StructuredInput<Value, Given = unknown> {
  readonly kind: "structured";
  /** Label matched against the argument types of functions, for instance `distribution`. */
  readonly type: string;
  readonly tex: string;
  readonly meaning: string;
  /** Unit or shape in words, for the table of symbols. */
  readonly unit: string;
  /** Reads what the caller gave; `where` starts any error. */
  read(where: string, given: Given): Value;
  readonly default?: Value;
}

export type ModelInput = NumberInput | ChoiceInput | StructuredInput<unknown, never>;
export type InputTable = Readonly<Record<string, ModelInput>>;

/** A result, or a quantity between the lines. */
export interface Quantity {
  readonly tex: string;
  readonly dimension: DimensionText;
  readonly meaning: string;
}

/** A value between the lines that is no number, handed from one function of the model to another. */
export interface StructuredSymbol {
  readonly tex: string;
  readonly type: string;
  readonly meaning: string;
}

export type ModelSymbol = Quantity | StructuredSymbol;

/**
 * What no algebra expresses, as a documented TypeScript function the equations may call.
 *
 * `arguments` and `result` are dimensions (`time`, `one`, `s^2`), labels of structured values, or `choice`.
 */
export interface ModelFunction {
  readonly tex: string;
  readonly arguments: readonly string[];
  readonly result: string;
  /** What it computes, how accurately, and its source. */
  readonly meaning: string;
  readonly compute: (...args: never[]) => unknown;
}

/** The value a model works with for one input. */
export type InputValue<P> =
  P extends StructuredInput<infer Value, never>
    ? Value
    : P extends { readonly kind: "choice"; readonly choices: readonly (infer Choice)[] }
      ? Choice
      : number;

/** What a caller may give for one input. */
export type InputGiven<P> =
  P extends StructuredInput<unknown, infer Given>
    ? Given
    : P extends { readonly kind: "choice"; readonly choices: readonly (infer Choice)[] }
      ? Choice
      : number | string;

type Defaulted<I> = {
  [K in keyof I]: I[K] extends { readonly default: unknown } ? K : never;
}[keyof I];

/** What a caller must and may give: inputs with a default are optional. */
export type ModelGiven<I extends InputTable> = {
  readonly [K in Exclude<keyof I, Defaulted<I>>]: InputGiven<I[K]>;
} & { readonly [K in Defaulted<I>]?: InputGiven<I[K]> | undefined };

/** A column of a grid, or one value for all rows. */
export type TableGiven<I extends InputTable> = {
  readonly [K in Exclude<keyof I, Defaulted<I>>]:
    | InputGiven<I[K]>
    | (I[K] extends NumberInput ? ArrayLike<number> : never);
} & {
  readonly [K in Defaulted<I>]?:
    | InputGiven<I[K]>
    | (I[K] extends NumberInput ? ArrayLike<number> : never)
    | undefined;
};

/** The filled set of input values. */
export type ModelInputs<I extends InputTable> = { readonly [K in keyof I]: InputValue<I[K]> };
export type ModelOutputs<O> = { readonly [K in keyof O]: number };

/** A model's answer. Unstable is one: it names the utilisation that is not below its limit. */
export type ModelAnswer<O> =
  | { readonly stable: true; readonly outputs: ModelOutputs<O> }
  | { readonly stable: false; readonly reason: string; readonly utilisation: number };

/** Outputs over a grid. */
export interface ModelTable<O extends string> {
  readonly length: number;
  /** Which rows of the grid are kept, when unstable rows are skipped; null when all are. */
  readonly rows: Uint32Array | null;
  readonly columns: { readonly [K in O]: Float64Array };
}

/** One line of the printed table of symbols. */
export interface SymbolRow {
  readonly name: string;
  readonly tex: string;
  readonly unit: string;
  readonly meaning: string;
  readonly role: "input" | "output" | "between";
  /** Domain of an input, as in error messages; empty otherwise. */
  readonly domain: string;
  readonly default: number | string | undefined;
}

/** A partial derivative of an output. */
export interface Derivative<I extends InputTable> {
  /** `symbolic` from the equations, or `numeric` (central difference) where no algebra has one. */
  readonly kind: "symbolic" | "numeric";
  /** The expression as text; for a numeric one, what is differenced. */
  readonly text: string;
  readonly latex: string;
  /** Its value; throws as the model does. */
  at(inputs: ModelGiven<I>): number;
}

/** Everything a model's author states. */
export interface ModelDefinition<I extends InputTable, O extends Readonly<Record<string, Quantity>>> {
  /** Name in the index and first word of every error. */
  readonly id: string;
  readonly title: string;
  readonly cites: readonly string[];
  readonly assumes: readonly string[];
  /** Features of a system the model does not represent; the study names those a system uses. */
  readonly ignores?: readonly Feature[];
  readonly inputs: I;
  readonly outputs: O;
  /** Quantities between the lines. */
  readonly between?: Readonly<Record<string, ModelSymbol>>;
  readonly functions?: Readonly<Record<string, ModelFunction>>;
  /** mathjs text, each line `symbol = expression` over inputs and earlier symbols. */
  readonly equations: readonly string[];
  /** Relations that belong to the domain, such as `quorum <= nodes`: a DomainError where one does not hold. */
  readonly requires?: readonly string[];
  /** What must hold for a steady state, such as `utilisation < 1`: checked as soon as its symbols are known. */
  readonly stable?: readonly string[];
  /** Reads the inputs out of the shared description; throws DomainError where the model does not apply. */
  fromSystem?(system: SystemSpec, workload: WorkloadSpec): ModelGiven<I>;
  /** Protocols whose systems it reads. */
  readonly reads?: readonly string[];
}

/** A model as everybody else sees it: call it, or ask it about itself. */
export interface Model<I extends InputTable, O extends Readonly<Record<string, Quantity>>>
  extends Readonly<ModelDefinition<I, O>> {
  /** Outputs as numbers. @throws DomainError outside the domain and when unstable */
  (inputs: ModelGiven<I>): ModelOutputs<O>;
  /** As the call, but unstable is an answer and not an error. */
  evaluate(inputs: ModelGiven<I>): ModelAnswer<O>;
  /** Outputs over a grid, in one compiled loop. */
  table<K extends keyof O & string = keyof O & string>(
    inputs: TableGiven<I>,
    options?: { readonly outputs?: readonly K[]; readonly unstable?: "throw" | "skip" },
  ): ModelTable<K>;
  /** All equations as LaTeX, or the one that defines a symbol. */
  latex(symbol?: string): string;
  symbols(): readonly SymbolRow[];
  derivative(output: keyof O & string, input: keyof I & string): Derivative<I>;
  /**
   * Elasticities x/y · ∂y/∂x: by how many per cent an output moves when an input moves by one per cent. null where
   * the output is 0. Whole-numbered, chosen and structured inputs are left out.
   */
  sensitivity(inputs: ModelGiven<I>): {
    readonly [K in keyof O]: Readonly<Record<string, number | null>>;
  };
  /** The generated JavaScript, for inspection. */
  readonly source: string;
}

/** Any model, its inputs and outputs forgotten: what the index and the study hold. */
export interface AnyModel
  extends Omit<ModelDefinition<InputTable, Readonly<Record<string, Quantity>>>, "fromSystem"> {
  (inputs: Readonly<Record<string, unknown>>): Readonly<Record<string, number>>;
  evaluate(inputs: Readonly<Record<string, unknown>>): ModelAnswer<Readonly<Record<string, Quantity>>>;
  table(
    inputs: Readonly<Record<string, unknown>>,
    options?: { readonly outputs?: readonly string[]; readonly unstable?: "throw" | "skip" },
  ): ModelTable<string>;
  latex(symbol?: string): string;
  symbols(): readonly SymbolRow[];
  derivative(output: string, input: string): Derivative<InputTable>;
  sensitivity(
    inputs: Readonly<Record<string, unknown>>,
  ): Readonly<Record<string, Readonly<Record<string, number | null>>>>;
  readonly source: string;
  fromSystem?(system: SystemSpec, workload: WorkloadSpec): Readonly<Record<string, unknown>>;
}
