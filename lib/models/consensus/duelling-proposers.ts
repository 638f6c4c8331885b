/**
 * Two proposers who pre-empt one another (Lamport, "Paxos Made Simple", 2001, §2.4) and back off at random.
 *
 * Both draw a back-off uniform over [0, B] and then need τ undisturbed. The gap of two draws has density 2(1 − g/B)/B,
 * so they disturb one another with chance 1 − (1 − τ/B)². What then happens is modelled twice. `restart`: both fail
 * and draw anew when the later phase is over. `pre-emption`: the later one goes on; the earlier one hears of it a
 * little later and draws anew; it disturbs in turn if it is back within τ.
 */
import { defineModel, type NumberInput } from "../../core/model.ts";

const time = <const R extends Partial<NumberInput>>(tex: string, meaning: string, rule: R) =>
  ({ tex, dimension: "time", meaning, ...rule }) as const;

/**
 * Collisions, rounds and time to decide of two proposers.
 *
 * @example
 * models.duellingProposers({ backOff: ms(100), phase: ms(20) }).collision; // => 0.36
 */
export const duellingProposers = defineModel({
  id: "duellingProposers",
  title: "Duelling proposers with random back-off",
  cites: ["Lamport 2001, §2.4"],
  assumes: [
    "two proposers, both begin with a back-off at time 0",
    "a phase (prepare and accept, a quorum's answers) takes a fixed time",
    "back-offs are independent and uniform; they do not grow",
  ],
  inputs: {
    phase: time("\\tau", "time needed undisturbed", { min: 0 }),
    backOff: time("B", "longest back-off", { above: 0 }),
    notice: time("a", "until the pre-empted hears of it, from the start of the other", {
      min: 0,
      default: 0,
    }),
  },
  between: {
    x: { tex: "x", dimension: "one", meaning: "phase over back-off" },
    firstAlone: {
      tex: "m",
      dimension: "one",
      meaning: "mean of the earlier draw where the gap is long enough, times its chance",
    },
    secondClose: {
      tex: "M",
      dimension: "one",
      meaning: "mean of the later draw where it is not, times its chance",
    },
    window: {
      tex: "w",
      dimension: "time",
      meaning: "part of the back-off with which the pre-empted disturbs in turn",
    },
  },
  outputs: {
    collision: { tex: "p", dimension: "one", meaning: "chance that two draws disturb one another" },
    expectedRounds: { tex: "E[N]", dimension: "one", meaning: "rounds until one decides, both restarting" },
    decisionTime: { tex: "T", dimension: "time", meaning: "mean time until one decides, both restarting" },
    preemption: { tex: "r", dimension: "one", meaning: "chance that the pre-empted disturbs in turn" },
    expectedPreemptions: { tex: "E[K]", dimension: "one", meaning: "pre-emptions until one decides" },
    preemptionTime: {
      tex: "T'",
      dimension: "time",
      meaning: "mean time until one decides under pre-emption",
    },
  },
  equations: [
    "x = phase / backOff",
    "collision = x * (2 - x)",
    "firstAlone = (1 - x)^3 / 3",
    "secondClose = x - x^3 / 3",
    "expectedRounds = 1 / (1 - collision)",
    "decisionTime = expectedRounds * (backOff * (firstAlone + secondClose) + phase)",
    "preemption = max(0, min(1, (phase - notice) / backOff))",
    "window = preemption * backOff",
    "expectedPreemptions = collision / (1 - preemption)",
    "preemptionTime = backOff * (firstAlone + secondClose) + phase + collision * preemption / (1 - preemption) * (notice + window / 2)",
  ],
  stable: ["phase / backOff < 1"],
});
