/** A study as one page that works with the network off: question, table, figures, parameters, provenance. */
import type { Figure } from "../charts/figure.ts";
import { escapeHtml, figureHtml, plotlyLibrary } from "../charts/html.ts";
import { FONT_FAMILY } from "../charts/text.ts";
import type { StudyResult } from "./result.ts";
import { resultProvenance } from "./result-provenance.ts";

const STYLE = `body{margin:24px auto;padding:0 20px;max-width:1200px;color:#1c1c1c;background:#fff;font:15px/1.5 ${FONT_FAMILY}}
h1{font-size:26px;line-height:1.25}h2{font-size:19px;margin-top:36px}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}
th,td{padding:3px 10px;border-bottom:1px solid #ddd;white-space:nowrap}th{border-bottom:2px solid #888}
p.note{color:#555;font-size:13px;margin:6px 0}details pre{background:#f6f6f6;padding:10px;overflow-x:auto;font-size:12px}`;

/** A script's text that cannot end its own element. */
function inScript(source: string): string {
  return source.replace(/<(?=\/script|!--|script)/gi, "\\x3c");
}

function section(heading: string, body: string): string {
  return `<section>\n<h2>${escapeHtml(heading)}</h2>\n${body}\n</section>`;
}

function details(heading: string, value: unknown): string {
  const text = escapeHtml(JSON.stringify(value, null, 2));
  return `<details><summary>${escapeHtml(heading)}</summary><pre>${text}</pre></details>`;
}

/** The models compared, with what they assume in the words of the table's notes. */
function modelList(result: StudyResult): string {
  const items = result.study.compared.map(
    ({ model }) => `<li><b>${escapeHtml(model.id)}</b>: ${escapeHtml(model.title)}</li>`,
  );
  return items.length === 0 ? "" : section("Models compared", `<ul>\n${items.join("\n")}\n</ul>`);
}

/** The page as HTML. */
export function reportPage(result: StudyResult, figures: Readonly<Record<string, Figure>>): string {
  const { rows, study, facts } = result;
  const drawn = Object.values(figures).map((figure, i) => figureHtml(figure, { id: `figure-${i + 1}` }));
  const table =
    rows.length === 0
      ? "<p>No point was finished.</p>"
      : `<div class="scroll">${result.table().html()}</div>`;
  const traced = rows.some((row) => row.attribution !== null && row.state === "steady");
  const stopped = facts.complete
    ? ""
    : `<p><b>Stopped: ${rows.length} of ${facts.points} points are finished.</b></p>`;
  return [
    "<!DOCTYPE html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(study.title)}</title>`,
    `<style>${STYLE}</style>`,
    drawn.length === 0 ? "" : `<script>${inScript(plotlyLibrary())}</script>`,
    "</head>",
    "<body>",
    `<h1>${escapeHtml(study.title)}</h1>`,
    stopped,
    section("Results", table),
    drawn.length === 0 ? "" : section("Figures", drawn.join("\n")),
    traced
      ? section("Where the time goes", `<div class="scroll">${result.attributionTable().html()}</div>`)
      : "",
    modelList(result),
    section(
      "How it was made",
      [
        details("Provenance", resultProvenance(facts)),
        details("Settings of the run", (result.toJSON() as { settings: object }).settings),
        rows.length === 0
          ? ""
          : details("System and load of the first point", {
              system: rows[0].system,
              workload: rows[0].workload,
            }),
      ].join("\n"),
    ),
    "</body>",
    "</html>",
    "",
  ]
    .filter((part, i, all) => part !== "" || i === all.length - 1)
    .join("\n");
}
