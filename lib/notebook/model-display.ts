/** A formula in a notebook: its equations typeset, and what each symbol in them stands for. */
import type { AnyModel, SymbolRow } from "../core/model-types.ts";
import { displayBundle } from "./display.ts";

/** What is shown of a model. */
export type ShownModel = Pick<AnyModel, "latex" | "symbols">;

/**
 * The table of a model's symbols: symbol, unit, name, meaning; as markdown for notebooks and reports, with `$...$`.
 *
 * @example symbolTable({ symbols: () => [{ name: "rate", tex: "\\lambda", unit: "1/s", meaning: "arrivals", role: "input", domain: "", default: undefined }] }).split("\n")[2]; // => "| $\\lambda$ | 1/s | rate | arrivals |"
 */
export function symbolTable(model: Pick<ShownModel, "symbols">): string {
  const cell = (text: string): string => text.replaceAll("|", "\\|");
  const row = ({ tex, unit, name, meaning }: SymbolRow): string =>
    `| $${tex}$ | ${cell(unit)} | ${name} | ${cell(meaning)} |`;
  return [
    "| symbol | unit | name | meaning |",
    "| --- | --- | --- | --- |",
    ...model.symbols().map(row),
  ].join("\n");
}

/**
 * Shows a model's equations, typeset, and the table of its symbols below.
 *
 * Outside a notebook nothing is shown.
 */
export function displayModel(model: ShownModel): void {
  displayBundle({ "text/latex": model.latex(), "text/plain": model.latex() });
  const plain = model
    .symbols()
    .map(({ tex, unit, name, meaning }) => `${tex.padEnd(18)} ${unit.padEnd(9)} ${name}: ${meaning}`);
  displayBundle({ "text/markdown": symbolTable(model), "text/plain": plain.join("\n") });
}
