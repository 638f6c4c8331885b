/** Fan-out and hedging after Dean and Barroso: the chances that they print, and the load that a hedge adds. */
import { exponential, lognormal } from "../../lib/core/distributions.ts";
import { models } from "../../lib/models/index.ts";
import { asPrinted, Cases, type Reproduction } from "./case.ts";

export const tailAtScaleFanout: Reproduction = {
  table: "tail_at_scale_fanout",
  tried:
    "both fan-outs and the load of a hedge at the 95th percentile by formula; not the BigTable measurement, whose latencies are not published",
  async run({ progress }) {
    const cases = new Cases(this.table);
    const exact = cases.tolerance("exact for the binomial");
    for (const row of cases.table.rows) {
      if (row.p_slow === "" || row.servers === "") continue;
      const { slowRequests } = models.fanOutSlow({
        slowProbability: Number(row.p_slow),
        servers: Number(row.servers),
      });
      const name = String(row.case);
      const measure = "share of slow requests, formula";
      const text = String(row.published);
      const printed = asPrinted(slowRequests, 4);
      cases.formula(name, measure, Number(row.computed), printed, exact, `printed as "${text}"`);
      if (text.endsWith("%"))
        cases.formula(
          name,
          `${measure} [%]`,
          Number(text.slice(0, -1)),
          asPrinted(100 * slowRequests, 0),
          exact,
        );
    }
    const hedge = cases.table.rows.find((row) => String(row.case).startsWith("hedge at p95"));
    // At a quantile of its own law the added load is what lies above it, whatever the law.
    for (const [law, response] of [
      ["exponential", exponential(0.01)],
      ["lognormal", lognormal({ p50: 0.005, p99: 0.02 })],
    ] as const) {
      const { extraRequests } = models.hedgedLatency({ response, hedgeDelay: response.quantile(0.95) });
      const measure = `added requests, ${law} answers, formula`;
      cases.formula(
        String(hedge?.case),
        measure,
        Number(hedge?.computed),
        asPrinted(extraRequests, 9),
        exact,
      );
    }
    progress(1);
    return cases.list;
  },
};
