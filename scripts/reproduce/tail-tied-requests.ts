/**
 * Tied requests in BigTable after Dean and Barroso: the law without them is read from its own percentiles, and what a
 * second request 1 ms later makes of it is predicted for two servers that know nothing of one another.
 */
import { lognormal } from "../../lib/core/distributions.ts";
import { ms } from "../../lib/core/units.ts";
import { models } from "../../lib/models/index.ts";
import { Cases, type Reproduction } from "./case.ts";

/** After which the tied request is sent (Dean and Barroso 2013, p. 79). */
const DELAY = ms(1);
const MS = 1000;
const FITTED = ["50", "99"];

export const tailTiedRequests: Reproduction = {
  table: "tail_tied_requests",
  tried:
    "both loads: a lognormal law through the median and p99 without ties, held against the other percentiles, and the formula of two independent answers against those with ties",
  async run() {
    const cases = new Cases(this.table);
    const tolerance = cases.tolerance("+-15% on quantiles");
    for (const load of ["idle", "terasort"]) {
      const cell = (percentile: string, column: string): number => {
        const row = cases.table.rows.find((one) => String(one.percentile) === percentile);
        return Number(row?.[`${load}_${column}_ms`]);
      };
      const [p50, p99] = FITTED.map((percentile) => ms(cell(percentile, "nohedge")));
      const response = lognormal({ p50, p99 });
      for (const row of cases.table.rows) {
        const percentile = String(row.percentile);
        const probability = Number(percentile) / 100;
        const at = models.hedgedLatency({ response, hedgeDelay: DELAY, probability });
        const name = `${load}, p${percentile}`;
        const plain = cell(percentile, "nohedge");
        const fit = FITTED.includes(percentile) ? "the law goes through this point" : undefined;
        cases.formula(
          name,
          "without ties, lognormal [ms]",
          plain,
          at.plainResponseTimeQuantile * MS,
          tolerance,
          fit,
        );
        const tied = cell(percentile, "tied");
        // How much more often both are slow than two independent servers would be, by the law fitted.
        const both = response.survival(ms(tied)) * response.survival(ms(tied) - DELAY);
        const times = ((1 - probability) / both).toPrecision(2);
        const note =
          load === "idle"
            ? undefined
            : `both answers are late more often than independent ones: ${times} times at p${percentile}; the formula takes them for independent, and here all replicas work for the same sort at the same time`;
        cases.formula(
          name,
          "tied after 1 ms, formula [ms]",
          tied,
          at.responseTimeQuantile * MS,
          tolerance,
          note,
        );
      }
    }
    return cases.list;
  },
};
