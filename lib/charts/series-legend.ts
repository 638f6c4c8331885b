/** The legend of series figures: entries without data of their own. */
import type { Dash, Data } from "plotly.js";
import { withOpacity } from "./colour.ts";
import { legendName } from "./figure.ts";
import { INK } from "./palette.ts";
import type { SeriesLine } from "./series-input.ts";
import { FILLING_WORDS, type PointWord, type Styling, styleOf } from "./series-traces.ts";

/** The legend: the series first, then what markers, bands and dashes mean. */
export function legendTraces(
  lines: readonly SeriesLine[],
  styling: Styling,
  words: { series: string; level: number; points: PointWord },
): Data[] {
  return [...seriesKeys(lines, styling, words.series), ...meaningKeys(lines, styling, words)];
}

function key(name: string, group: string, parts: Partial<Data>, title?: string): Data {
  return {
    type: "scatter",
    x: [null],
    y: [null],
    name: legendName(name),
    legendgroup: group,
    ...(title === undefined || title === "" ? {} : { legendgrouptitle: { text: legendName(title) } }),
    showlegend: true,
    hoverinfo: "skip",
    ...parts,
  } as Data;
}

function seriesKeys(lines: readonly SeriesLine[], styling: Styling, title: string): Data[] {
  const named = [...styling.colours].filter(([name]) => name !== "");
  return named.map(([name, style], i) => {
    const own = lines.filter((line) => styleOf(styling, line).name === name);
    const simulated = own.some((line) => line.simulated.length > 0);
    const parts: Partial<Data> = simulated
      ? {
          mode: "lines+markers",
          line: { color: style.color, width: 2 },
          marker: markerOf(style.symbol, style.color),
        }
      : { mode: "lines", line: { color: style.color, width: 2, dash: style.dash as Dash } };
    return key(name, name, parts, i === 0 ? title : undefined);
  });
}

function markerOf(symbol: string, color: string) {
  return { symbol, size: 8, color, line: { width: 1.5, color } };
}

/** The name of the model beside the simulated points, where all lines have the same one and there is another to tell it from. */
function firstModel(lines: readonly SeriesLine[]): string {
  const names = new Set(lines.map(({ modelName }) => modelName));
  const [name] = names;
  return names.size === 1 && name !== "" ? `${name}, model` : "model";
}

/** Grey keys; with a single unnamed series they carry its colour, symbol and dash instead. */
function meaningKeys(
  lines: readonly SeriesLine[],
  styling: Styling,
  { level, points }: { level: number; points: PointWord },
): Data[] {
  const only = [...styling.colours].length === 1 ? [...styling.colours.values()][0] : undefined;
  const color = only?.color ?? INK.muted;
  const symbol = only?.symbol ?? "circle";
  const keys: Data[] = [];
  // A measure of which only a model speaks (a second model's line) must not be called simulated.
  const drawn = new Set(lines.filter((line) => line.simulated.length > 0).map((line) => line.measure));
  const measures = [...styling.fills].filter(([measure]) => measure !== "" && drawn.has(measure));
  if (drawn.size > 0) {
    if (measures.length > 1)
      for (const [measure, fill] of measures) {
        const name = `${measure} (${FILLING_WORDS[fill]}), ${points}`;
        keys.push(
          key(name, `key ${measure}`, {
            mode: "lines+markers",
            line: { color, width: 1.4 },
            marker: markerOf(`${symbol}${fill}`, color),
          }),
        );
      }
    else {
      const name = measures.length === 1 ? `${measures[0][0]}, ${points}` : points;
      keys.push(
        key(name, "key simulated", {
          mode: "lines+markers",
          line: { color, width: 2 },
          marker: markerOf(symbol, color),
        }),
      );
    }
  }
  if (lines.some((line) => line.simulated.some((point) => point.low !== undefined)))
    keys.push(
      key(`${level} % interval`, "key interval", {
        mode: "lines",
        fill: "toself",
        fillcolor: withOpacity(color, 0.25),
        line: { width: 0, color },
      }),
    );
  const answers = (line: SeriesLine): boolean => line.model.some((point) => !("unstable" in point));
  const first = lines.filter((line) => !styling.further.has(line.measure) && answers(line));
  if (first.length > 0)
    keys.push(
      key(firstModel(first), "key model", {
        mode: "lines",
        line: { color, width: 2, dash: (only?.dash ?? "7px,4px") as Dash },
      }),
    );
  for (const [measure, dash] of styling.further)
    if (lines.some((line) => line.measure === measure && answers(line)))
      keys.push(
        key(`${measure}, model`, `key ${measure}`, {
          mode: "lines",
          line: { color, width: 1.5, dash: dash as Dash },
        }),
      );
  if (lines.some((line) => line.model.some((point) => "unstable" in point)))
    keys.push(
      key("model unstable", "key unstable", {
        mode: "markers",
        marker: { symbol: "x", size: 7, color, line: { width: 0, color } },
      }),
    );
  return keys;
}
