/** The universal scalability law: fits under its bounds to the shipped data sets, against those of the `usl` package. */
import { usl } from "../../lib/models/queueing/scalability.ts";
import { fitUsl } from "../../lib/models/queueing/usl-fit.ts";
import { publishedTable } from "../../lib/study/published-table.ts";
import { Cases, type Reproduction } from "./case.ts";

/** Names of the fits and of their data. */
const DATA: Readonly<Record<string, string>> = {
  specsdm91: "specsdm91",
  synthetic: "synthetic_alpha0.02_beta0.02",
};

export const uslFits: Reproduction = {
  table: "usl_fits",
  tried: "both data sets fitted by least squares with α, β >= 0; the third peak by the formula alone",
  async run() {
    const cases = new Cases(this.table);
    const tolerance = cases.tolerance("1e-4 rel");
    const { rows } = publishedTable("usl_datasets");
    for (const row of cases.table.rows) {
      const name = String(row.dataset);
      // "7.0 (=sqrt(.98/.02))" is a number and how it comes about.
      const peak = Number.parseFloat(String(row.N_peak_published));
      const [contention, coherency] = [Number(row.alpha_contention), Number(row.beta_coherency)];
      if (!Object.hasOwn(DATA, name)) {
        const { peakNodes } = usl({ nodes: 1, contention, coherency });
        cases.formula(name, "peak, formula [nodes]", peak, peakNodes, tolerance);
        continue;
      }
      const points = rows
        .filter(({ dataset }) => dataset === DATA[name])
        .map(({ load, throughput }) => ({ nodes: Number(load), throughput: Number(throughput) }));
      const fit = fitUsl(points);
      const { low, high } = fit.intervals.contention;
      const note =
        name === "synthetic"
          ? `made with α = β = 0.02 and printed to four decimals: the fit is of the printed data, and its 95 % interval for α, ${low.toFixed(6)} to ${high?.toFixed(6)}, holds 0.02`
          : undefined;
      cases.formula(name, "α, fit", contention, fit.contention, tolerance, note);
      cases.formula(name, "β, fit", coherency, fit.coherency, tolerance, note);
      cases.formula(name, "λ, fit [1/s]", Number(row.gamma_X1), fit.single, tolerance, note);
      cases.formula(
        name,
        "peak, fit [nodes]",
        peak,
        fit.peakNodes ?? Number.POSITIVE_INFINITY,
        tolerance,
        note,
      );
    }
    return cases.list;
  },
};
