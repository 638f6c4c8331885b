/** What the approximations for G/G/1 have in common: inputs, outputs and the lines that follow from the wait. */
import type { NumberInput, Quantity } from "../../core/model.ts";

export const GG1_INPUTS = {
  arrivalRate: { tex: "\\lambda", dimension: "rate", above: 0, meaning: "mean arrivals per second" },
  serviceTime: { tex: "S", dimension: "time", above: 0, meaning: "mean service time" },
  arrivalScv: {
    tex: "C_A^2",
    dimension: "one",
    min: 0,
    meaning: "squared coefficient of variation of the times between arrivals",
  },
  serviceScv: {
    tex: "C_S^2",
    dimension: "one",
    min: 0,
    meaning: "squared coefficient of variation of service",
  },
} as const satisfies Record<string, NumberInput>;

export const GG1_OUTPUTS = {
  utilisation: { tex: "\\rho", dimension: "one", meaning: "share of time the server is busy" },
  waitingTime: { tex: "W_q", dimension: "time", meaning: "mean time in queue, service excluded" },
  responseTime: { tex: "T", dimension: "time", meaning: "mean time in system" },
  inQueue: { tex: "L_q", dimension: "one", meaning: "mean number waiting" },
} as const satisfies Record<string, Quantity>;

export const GG1_ASSUMES = [
  "times between arrivals are independent and alike, and so are service times",
  "one server, unlimited queue, first come first served",
  "steady state",
] as const;
