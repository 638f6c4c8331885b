/** A model in print: its LaTeX and its table of symbols. */
import { type DimensionText, readDimension, unitText } from "./dimension.ts";
import { latexOf, type Notation } from "./equation.ts";
import { BUILT_IN } from "./expression.ts";
import type { Workings } from "./model-point.ts";
import { type AnyDefinition, isNumberInput, pickNames } from "./model-program.ts";
import type { Quantity, SymbolRow } from "./model-types.ts";
import { domainText } from "./parameters.ts";

/** How a model typesets its symbols and functions. */
export function notationOf(definition: AnyDefinition): Notation {
  const { inputs, outputs, between = {}, functions = {} } = definition;
  return {
    symbol: (name) => {
      if (name === "bitsPerByte") return "8";
      if (name === "pi") return "\\pi";
      const tex = (inputs[name] ?? outputs[name] ?? between[name])?.tex;
      return tex ?? `\\mathrm{${name}}`;
    },
    call: (name) => (Object.hasOwn(BUILT_IN, name) ? "" : functions[name].tex),
  };
}

/** All equations as LaTeX, or the one that defines a symbol. */
export function latex(w: Workings, symbol?: string): string {
  const line = (target: string, mark: string): string => {
    const equation = w.program.equations.get(target);
    if (equation === undefined) {
      pickNames(w.definition.id, "symbol", [target], [...w.program.equations.keys()]);
      return "";
    }
    return `${w.notation.symbol(target)} ${mark}= ${latexOf(equation.tree, w.notation)}`;
  };
  if (symbol !== undefined) return line(symbol, "");
  const lines = [...w.program.equations.keys()].map((target) => line(target, "&"));
  return `\\begin{aligned}\n${lines.join(" \\\\\n")}\n\\end{aligned}`;
}

function unitOf(dimension: DimensionText): string {
  return unitText(readDimension("symbols", dimension));
}

/** Inputs, quantities between the lines and outputs, in this order. */
export function symbolRows(definition: AnyDefinition): readonly SymbolRow[] {
  const { inputs, outputs, between = {} } = definition;
  const rows: SymbolRow[] = Object.entries(inputs).map(([name, input]) => {
    const number = isNumberInput(input) ? input : null;
    const choice = input.kind === "choice" ? input.choices.join(", ") : "";
    const fallback = input.default;
    return {
      name,
      tex: input.tex ?? `\\mathrm{${name}}`,
      unit: number !== null ? unitOf(number.dimension) : "unit" in input ? String(input.unit) : "",
      meaning: input.meaning,
      role: "input",
      domain: number !== null ? domainText(number) : choice,
      // A structured input that may be left out is nothing at all then: no disk, no limits.
      default:
        fallback === undefined || typeof fallback === "number" || typeof fallback === "string"
          ? fallback
          : "none",
    };
  });
  const add = (name: string, s: AnyDefinition["outputs"][string], role: "output" | "between"): void => {
    const unit = "dimension" in s ? unitOf(s.dimension) : "";
    rows.push({ name, tex: s.tex, unit, meaning: s.meaning, role, domain: "", default: undefined });
  };
  for (const [name, symbol] of Object.entries(between)) add(name, symbol as Quantity, "between");
  for (const [name, symbol] of Object.entries(outputs)) add(name, symbol, "output");
  return rows;
}
