/** `protolab protocols [NAME]`: what can be simulated, and with which settings. */
import { domainText, type Parameter, type ParameterTable } from "../../lib/core/parameters.ts";
import { SI_UNIT } from "../../lib/core/units.ts";
import { modelIndex } from "../../lib/models/index.ts";
import { protocolIndex, protocolNamed } from "../../lib/protocols/index.ts";
import type { AnyProtocol } from "../../lib/simulation/protocol.ts";
import type { Terminal } from "./terminal.ts";
import { columns, paragraph, valueText } from "./text-table.ts";

/** Lists all protocols, or tells everything about one. */
export async function protocols(
  terminal: Terminal,
  name: string | undefined,
  options: { readonly json?: boolean },
): Promise<number> {
  const shown = name === undefined ? [...protocolIndex.values()] : [protocolNamed(name)];
  if (options.json) {
    const described = shown.map(protocolJson);
    terminal.out(`${JSON.stringify(name === undefined ? described : described[0], null, 2)}\n`);
  } else if (name === undefined) {
    const rows = shown.map((protocol) => [protocol.name, protocol.title, protocol.source]);
    terminal.out(`${columns(rows).join("\n")}\n\nnpx protolab protocols NAME tells more.\n`);
  } else {
    terminal.out(`${protocolText(shown[0], terminal.width).join("\n")}\n`);
  }
  return 0;
}

/** Models that read its systems. */
const modelsOf = ({ name }: AnyProtocol): string[] =>
  [...modelIndex.values()].filter(({ reads }) => reads?.includes(name)).map(({ id }) => id);

function protocolJson(protocol: AnyProtocol): object {
  const { name, title, source, promises, assumes, leavesOut, entry } = protocol;
  return {
    name,
    title,
    source,
    promises,
    assumes,
    leavesOut,
    entry,
    parameters: Object.entries(protocol.parameters).map(([key, p]) => parameterJson(key, p)),
    models: modelsOf(protocol),
    messages: Object.keys(protocol.messages),
    always: Object.keys(protocol.always),
    sometimes: Object.keys(protocol.sometimes),
    measures: Object.entries(protocol.measures ?? {}).map(([key, { dimension, title: shown, meaning }]) => ({
      name: key,
      unit: SI_UNIT[dimension],
      title: shown,
      meaning,
    })),
  };
}

/** One parameter with stable field names; the default is in SI. */
export function parameterJson(name: string, p: Parameter): object {
  return {
    name,
    kind: p.kind ?? "number",
    unit: unitOf(p),
    default: p.default ?? null,
    domain: ruleOf(p),
    meaning: p.meaning,
    source: p.source ?? null,
  };
}

function unitOf(p: Parameter): string | null {
  return p.kind === "boolean" || p.kind === "choice" ? null : SI_UNIT[p.dimension];
}

function ruleOf(p: Parameter): string {
  if (p.kind === "boolean") return "true or false";
  return p.kind === "choice" ? `one of ${p.choices.join(", ")}` : domainText(p);
}

function protocolText(protocol: AnyProtocol, width: number): string[] {
  const facts: readonly (readonly [string, string])[] = [
    ["source", protocol.source],
    ["promises", protocol.promises],
    ["assumes", protocol.assumes],
    ["leaves out", protocol.leavesOut],
    ["clients ask", protocol.entry === "leader" ? "the leader" : "the nearest node"],
    ["messages", Object.keys(protocol.messages).join(", ")],
    ["always", Object.keys(protocol.always).join(", ") || "nothing to check"],
    ["models", modelsOf(protocol).join(", ") || "none reads its systems"],
  ];
  return [
    `${protocol.name}: ${protocol.title}`,
    ...facts.flatMap(([label, text]) => paragraph(`  ${label}`, text, 16, width)),
    "",
    "  settings",
    ...parameterLines(protocol.parameters, width),
    ...measureLines(protocol, width),
    "",
    `  npx protolab simulate ${protocol.name} --help lists the settings of machines and load.`,
  ];
}

/** What it measures besides latency, throughput and utilisation. */
function measureLines({ measures = {} }: AnyProtocol, width: number): string[] {
  const lines = Object.entries(measures).flatMap(([name, { meaning }]) => [
    `    ${name}`,
    ...paragraph("", meaning, 8, width),
  ]);
  return lines.length === 0 ? [] : ["", "  measures of its own", ...lines];
}

/** A table of parameters as text: name, default, rule, meaning, source. */
export function parameterLines(table: ParameterTable, width: number): string[] {
  const rows = Object.entries(table).map(([name, p]) => {
    const dimension = p.kind === "boolean" || p.kind === "choice" ? undefined : p.dimension;
    const fallback = p.default === undefined ? "required" : valueText(p.default, dimension);
    return [`    ${name}`, fallback, ruleOf(p)];
  });
  const heads = columns(rows);
  return Object.values(table).flatMap((p, i) => {
    const source = p.source === undefined ? "" : ` (${p.source})`;
    return [heads[i], ...paragraph("", `${p.meaning}${source}`, 8, width)];
  });
}
