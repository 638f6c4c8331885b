/**
 * What `--json` prints: the field names of every command, in one place. `--help` prints them, and a test holds them against
 * what the commands print.
 *
 * A name alone is a number, a text, true, false or null; `name?` is not always there; a name in capitals stands for any
 * names; `[]` is a list of such values, `{…}` a description as it was stated. Numbers are in SI units.
 */

/** When a command prints a shape ("" for always), and the shape. */
export type JsonShape = readonly [when: string, shape: string];

const INTERVAL = "mean, low, high, halfWidth, level, n";
const QUANTILES = `quantiles: { LABEL: { ${INTERVAL} } }`;

const MODEL =
  "{ name, title, cites: [], assumes: [], ignores: [], readsSystem, protocols: [], inputs: [{ name, symbol, unit, meaning, domain, default }], " +
  "between: [{ name, symbol, unit, meaning }], outputs: [{ name, symbol, unit, meaning }], requires: [], stable: [], " +
  "equations: [], latex }";

const PROTOCOL =
  "{ name, title, source, promises, assumes, leavesOut, entry, " +
  "parameters: [{ name, kind, unit, default, domain, meaning, source }], models: [], messages: [], always: [], sometimes: [], " +
  "measures: [{ name, unit, title, meaning }] }";

const SIMULATED =
  "{ protocol, seed, settings: { SETTING: { text, default } }, system: {…}, workload: {…}, state, reason, replications, " +
  `operations, warmUp, measures: { MEASURE: { unit, ${INTERVAL}, ${QUANTILES} } }, ` +
  "utilisation: { unit, cpu: [], egress: [], ingress: [], disk: [] }, messages: { unit, perOperation, byKind: { KIND } }, " +
  "audits: { checked, hold, laws: [] }, seen: [], outcome: { NAME } }";

const MEASURES = `{ MEASURE: { ${INTERVAL}, ${QUANTILES} } }`;
const ROW =
  `{ point: { PARAMETER }, key, state, reason, measures: ${MEASURES}, transient: ${MEASURES}, replications, operations, ` +
  "warmUp, precisionReached, ended: { ok, failed, unknown }, " +
  "predictions: [{ model, outputs: { OUTPUT }, unstable, inapplicable, notRepresented: [] }], " +
  "comparisons: [{ model, measure, prediction, unstable, error, verdict, notRepresented: [] }], " +
  `attribution: { parts: { PART: { ${INTERVAL} } }, model: { MODEL: { PART } }, untraced, sumError }, judged, seen: [], ` +
  "system: {…}, workload: {…} }";

const STUDY =
  "{ study, title, complete, points, settings: { seed, precision, level, minReplications, maxReplications, operations, warmUp, " +
  "attribution, histories, quantiles: [], maxEvents, measures: [], commonRandomNumbers, maxPoints }, units: { NAME }, " +
  `compared: [{ model, title, tolerance: {…}, map: { MEASURE }, tolerances: { MEASURE } }], rows: [${ROW}], files: [], skipped: [] }`;

const TALLY = "tried, violations, first, violation: { kind, name, detail }, sometimes: { EVENT }";

/** By command; one that is not here prints no JSON, or is JSON itself (`kernel spec`). */
export const JSON_SHAPES: Readonly<Record<string, readonly JsonShape[]>> = {
  models: [
    ["", `[${MODEL}]`],
    ["with a name", "that one alone"],
  ],
  protocols: [
    ["", `[${PROTOCOL}]`],
    ["with a name", "that one alone"],
  ],
  model: [
    [
      "",
      "{ model, inputs: { INPUT: { value, unit, set } }, outputs: { OUTPUT: { value, unit } }, equations: [] }",
    ],
    [
      "with --grid",
      "{ model, units: { NAME }, rows: [{ point: { INPUT }, outputs: { OUTPUT }, stable, reason }] }",
    ],
  ],
  simulate: [["", SIMULATED]],
  sweep: [["", STUDY]],
  notebook: [["", "[{ notebook, ok, error, seconds, findings: [], files: [] }]"]],
  export: [["", "{ files: [], skipped: [] }"]],
  check: [
    [
      "",
      `[{ protocol, mutant, nodes, settings: { SETTING }, from, walks: { ${TALLY} }, schedules: { ${TALLY}, stuck, firstStuck } }]`,
    ],
    ["with --seed", "{ seed, hash, violation: { kind, name, detail }, actions: [] }"],
  ],
  reproduce: [
    ["", "[{ table, case, measure, published, ours, low, high, tolerance, verdict, note? }]"],
    ["with --list", "[{ table, tried, tolerance }]"],
  ],
  policies: [
    [
      "",
      `{ complete, points, rows: [{ policy, servers, load, simulated: { ${INTERVAL} }, ` +
        "theory: { kind, what?, time?, low?, high?, note? }, tolerance, verdict, operations }], " +
        `orders: [{ better, worse, source, above?, note?, servers, load, difference: { ${INTERVAL} }, verdict }] }`,
    ],
  ],
  bench: [
    [
      "",
      "[{ workload, engine, rate, unit, ratio, baseline, mean, expected, tolerance, spread: [], runs, operations }]",
    ],
  ],
};

/** What a number means where its unit does not stand beside it. */
const NOTES: Readonly<Record<string, string>> = {
  sweep: "units has the unit of every swept parameter and measure.",
  reproduce: "measure ends with its unit in brackets.",
  policies: "Times are in mean services.",
  bench:
    "spread is the least and the greatest rate of a run; mean, expected and tolerance are what engines are checked by.",
  model: "set is false for a default.",
};

const WIDTH = 96;
const INDENT = "  ";

/** The part of a command's help that tells its JSON; "" for a command without. */
export function jsonHelp(command: string): string {
  if (!Object.hasOwn(JSON_SHAPES, command)) return "";
  const lines = JSON_SHAPES[command].flatMap(([when, shape]) => [
    ...(when === "" ? [] : [`${when}:`]),
    ...wrapped(shape),
  ]);
  const note = Object.hasOwn(NOTES, command) ? wrapped(NOTES[command]) : [];
  return [
    "",
    "JSON (SI units; names in capitals stand for any; name? is not always there):",
    ...[...lines, ...note].map((line) => INDENT + line),
    "",
  ].join("\n");
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? word : ` ${word}`;
  }
  return [...lines, line];
}
