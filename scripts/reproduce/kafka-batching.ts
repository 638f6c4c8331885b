/**
 * Kafka's producer: batching spreads a fixed cost. Two rows, so a law of two constants fits them whatever it is; what can
 * be tested is what one row, with constants from elsewhere, says of the other.
 */
import { DataError } from "../../lib/core/errors.ts";
import { nicBound } from "../../lib/models/textbook/delay-readings.ts";
import { Cases, type Reproduction } from "./case.ts";

/** Message in bytes and link in bit/s of the experiment (Kreps, Narkhede and Rao, NetDB 2011, §5). */
const MESSAGE = 200;
const LINK = 1e9;

/** Messages per second when a batch costs a fixed time and one for each message. */
export function batchedRate(batch: number, fixed: number, each: number): number {
  return batch / (fixed + batch * each);
}

/** The two constants from two measured rates. */
export function batchCosts(
  small: { readonly batch: number; readonly rate: number },
  large: { readonly batch: number; readonly rate: number },
): { readonly fixed: number; readonly each: number } {
  const [a, b] = [small.batch / small.rate, large.batch / large.rate];
  const each = (b - a) / (large.batch - small.batch);
  return { fixed: a - small.batch * each, each };
}

/** The two constants that the table's comment prints, in microseconds. */
function printedCosts(comment: string): { readonly fixed: number; readonly each: number } {
  const text = /a=([\d.]+) us, b=([\d.]+) us/.exec(comment);
  if (text === null) throw new DataError('kafka_batching: comment must print "a=… us, b=… us"');
  return { fixed: Number(text[1]), each: Number(text[2]) };
}

export const kafkaBatching: Reproduction = {
  table: "kafka_batching",
  tried: "the two constants from both rows; the row of 50 from the row of 1 and the link alone",
  async run() {
    const cases = new Cases(this.table);
    const tolerance = cases.tolerance("10%");
    const [small, large] = cases.table.rows.map((row) => ({
      batch: Number(row.batch),
      rate: Number(row.producer_msgs_per_s),
    }));
    const costs = batchCosts(small, large);
    const printed = printedCosts(cases.table.comment);
    const used = "from both rows: a check of arithmetic, not of the law";
    cases.formula(
      "both rows",
      "fixed cost of a batch [us]",
      printed.fixed,
      costs.fixed * 1e6,
      tolerance,
      used,
    );
    cases.formula("both rows", "cost of a message [us]", printed.each, costs.each * 1e6, tolerance, used);
    // The least a message can cost is its time on the wire; the rest of the row of 1 is then fixed.
    const wire = (MESSAGE * 8) / LINK;
    const predicted = batchedRate(large.batch, small.batch / small.rate - small.batch * wire, wire);
    cases.formula(
      `batch ${large.batch}`,
      `producer rate from the row of ${small.batch} and the wire, formula [1/s]`,
      large.rate,
      predicted,
      tolerance,
      `a message costs ${(costs.each * 1e6).toFixed(2)} us and its wire time is ${(wire * 1e6).toFixed(2)} us: copying and headers, which the paper does not itemise, make the rest`,
    );
    const { maxRate } = nicBound({ nodes: 2, messageSize: MESSAGE, bandwidth: LINK });
    cases.formula(
      `batch ${large.batch}`,
      "producer rate if the port were the limit, formula [1/s]",
      large.rate,
      maxRate,
      tolerance,
      `payload fills ${((100 * large.rate) / maxRate).toFixed(0)} % of the link: not the limit`,
    );
    return cases.list;
  },
};
