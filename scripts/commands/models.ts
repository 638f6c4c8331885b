/** `protolab models [NAME]`: the closed forms, their symbols and their equations. */
import type { AnyModel, SymbolRow } from "../../lib/core/model.ts";
import { modelIndex, modelNamed } from "../../lib/models/index.ts";
import type { Terminal } from "./terminal.ts";
import { columns, paragraph } from "./text-table.ts";

/** Lists all models, or tells everything about one. */
export async function models(
  terminal: Terminal,
  name: string | undefined,
  options: { readonly json?: boolean },
): Promise<number> {
  const shown = name === undefined ? [...modelIndex.values()] : [modelNamed(name)];
  if (options.json) {
    const described = shown.map(modelJson);
    terminal.out(`${JSON.stringify(name === undefined ? described : described[0], null, 2)}\n`);
  } else if (name === undefined) {
    const rows = shown.map((model) => [model.id, model.title, model.cites[0] ?? ""]);
    terminal.out(`${columns(rows).join("\n")}\n\nnpx protolab models NAME tells more.\n`);
  } else {
    terminal.out(`${modelText(shown[0], terminal.width).join("\n")}\n`);
  }
  return 0;
}

function modelJson(model: AnyModel): object {
  const symbols = model.symbols();
  const of = (role: SymbolRow["role"]): object[] =>
    symbols
      .filter((symbol) => symbol.role === role)
      .map(({ name, tex, unit, meaning, domain, default: fallback }) => ({
        name,
        symbol: tex,
        unit,
        meaning,
        ...(role === "input" ? { domain, default: fallback ?? null } : {}),
      }));
  return {
    name: model.id,
    title: model.title,
    cites: model.cites,
    assumes: model.assumes,
    ignores: model.ignores ?? [],
    readsSystem: model.fromSystem !== undefined,
    protocols: model.reads ?? [],
    inputs: of("input"),
    between: of("between"),
    outputs: of("output"),
    requires: model.requires ?? [],
    stable: model.stable ?? [],
    equations: model.equations,
    latex: model.latex(),
  };
}

function modelText(model: AnyModel, width: number): string[] {
  const symbols = model.symbols();
  const inputs = symbols.filter((symbol) => symbol.role === "input");
  const outputs = symbols.filter((symbol) => symbol.role === "output");
  const functions = Object.entries(model.functions ?? {});
  return [
    `${model.id}: ${model.title}`,
    ...model.cites.flatMap((cite, i) => paragraph(i === 0 ? "  source" : "", cite, 16, width)),
    ...model.assumes.flatMap((text, i) => paragraph(i === 0 ? "  assumes" : "", text, 16, width)),
    ...paragraph("  leaves out", (model.ignores ?? []).join(", ") || "nothing it names", 16, width),
    ...paragraph(
      "  reads",
      model.reads === undefined ? "its inputs only" : `systems of ${model.reads.join(", ")}`,
      16,
      width,
    ),
    "",
    "  inputs",
    ...described(inputs, width, (s) => [`${s.default ?? "required"}`, s.unit, s.domain]),
    "",
    "  outputs",
    ...described(outputs, width, (s) => [s.unit]),
    "",
    "  equations",
    ...equationLines(model),
    ...(functions.length === 0 ? [] : ["", "  functions"]),
    ...functions.flatMap(([name, f]) => paragraph(`    ${name}`, f.meaning, 24, width)),
  ];
}

function described(
  symbols: readonly SymbolRow[],
  width: number,
  cells: (symbol: SymbolRow) => readonly string[],
): string[] {
  const heads = columns(symbols.map((symbol) => [`    ${symbol.name}`, ...cells(symbol)]));
  return symbols.flatMap((symbol, i) => [heads[i], ...paragraph("", symbol.meaning, 8, width)]);
}

/** A model's equations and conditions as they were written. */
export function equationLines(model: AnyModel, indent = "    "): string[] {
  return [
    ...model.equations.map((line) => indent + line),
    ...(model.requires ?? []).map((line) => `${indent}requires ${line}`),
    ...(model.stable ?? []).map((line) => `${indent}stable while ${line}`),
  ];
}
