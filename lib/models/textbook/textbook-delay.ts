/**
 * The textbook delay d = t(n − 1)/b, exactly as printed.
 *
 * Source: the article that presents it for the delay of a consensus round, t being a message's time, n the number of
 * nodes and b the bandwidth. Seconds over bits per second are s²/bit: no delay. It is kept as a model over bare
 * numbers so that its error can be measured; `delay-readings.ts` has the readings that make sense.
 */
import { defineModel } from "../../core/model.ts";
import { withVerdict } from "./dimensional-verdict.ts";

/**
 * d = t(n − 1)/b on bare SI numbers; `dimensionalVerdict` says why it is no delay.
 *
 * @example
 * models.textbookDelay({ t: ms(1), n: 5, b: 4 }).d; // => 0.001
 * models.textbookDelay.dimensionalVerdict.unit; // => "s^2/bit"
 * models.textbookDelay.readAs({ t: "bit" }).holds; // => true
 */
export const textbookDelay = withVerdict(
  defineModel({
    id: "textbookDelay",
    title: "Textbook delay, as printed",
    cites: ["textbook formula d = t(n-1)/b"],
    assumes: [
      "numbers without units: as printed, the result is in s^2/bit",
      "the delay grows linearly with the group: every follower's copy counts, the quorum does not",
      "no waiting, no propagation, no disk",
    ],
    inputs: {
      t: {
        tex: "t",
        dimension: "one",
        min: 0,
        meaning: "time of a message (printed: a time, here its number)",
      },
      n: { tex: "n", dimension: "one", integer: true, min: 1, meaning: "number of nodes" },
      b: {
        tex: "b",
        dimension: "one",
        above: 0,
        meaning: "bandwidth (printed: a bandwidth, here its number)",
      },
    },
    outputs: { d: { tex: "d", dimension: "one", meaning: "what the formula calls delay" } },
    equations: ["d = t * (n - 1) / b"],
  }),
  { d: "time", t: "time", n: "one", b: "bandwidth" },
);
