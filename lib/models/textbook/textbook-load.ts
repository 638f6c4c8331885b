/**
 * The textbook load-balancing time d = L/(n·t), exactly as printed.
 *
 * Source: the article that presents it for L operations shared by n nodes. With t as a node's rate it is the time to
 * drain a batch under perfect balance; with t as the time of an operation, as t is elsewhere in the same article, it
 * is in 1/s. `load-readings.ts` has the batch bound and the steady-state latencies.
 */
import { defineModel } from "../../core/model.ts";
import { withVerdict } from "./dimensional-verdict.ts";

/**
 * d = L/(n·t) on bare SI numbers; `dimensionalVerdict` takes t for a time, `readAs({ t: "rate" })` for a rate.
 *
 * @example
 * models.textbookLoad({ L: 1000, n: 5, t: 100 }).d; // => 2
 * models.textbookLoad.dimensionalVerdict.unit; // => "1/s"
 * models.textbookLoad.readAs({ t: "rate" }).holds; // => true
 */
export const textbookLoad = withVerdict(
  defineModel({
    id: "textbookLoad",
    title: "Textbook load balancing, as printed",
    cites: ["textbook formula d = L/(n t)"],
    assumes: [
      "numbers without units: right as a time only where t is operations per second of one node",
      "perfect balance, no waiting, all operations present at the start",
    ],
    inputs: {
      L: { tex: "L", dimension: "one", min: 0, meaning: "operations" },
      n: { tex: "n", dimension: "one", integer: true, min: 1, meaning: "number of nodes" },
      t: {
        tex: "t",
        dimension: "one",
        above: 0,
        meaning: "a time per operation or a node's rate, as a bare number",
      },
    },
    outputs: { d: { tex: "d", dimension: "one", meaning: "what the formula calls delay" } },
    equations: ["d = L / (n * t)"],
  }),
  { d: "time", L: "one", n: "one", t: "time" },
);
