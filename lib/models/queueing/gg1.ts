/**
 * G/G/1: approximations of the mean wait from two moments of arrivals and of service.
 *
 * Source: Kingman (1961, 1962); Marchal (1985); Kraemer and Langenbach-Belz (1976).
 */
import { defineModel } from "../../core/model.ts";
import { GG1_ASSUMES, GG1_INPUTS, GG1_OUTPUTS } from "./gg1-symbols.ts";

/** G/G/1 queue, Kingman's approximation and bound. */
export const kingman = defineModel({
  id: "kingman",
  title: "G/G/1 queue, Kingman's approximation and bound",
  cites: ["Kingman 1961", "Kingman 1962"],
  assumes: [...GG1_ASSUMES, "the approximation is for heavy traffic; the bound holds always"],
  inputs: GG1_INPUTS,
  outputs: {
    ...GG1_OUTPUTS,
    waitingTimeBound: { tex: "W_q^+", dimension: "time", meaning: "upper bound on the mean time in queue" },
  },
  equations: [
    "utilisation = arrivalRate * serviceTime",
    "waitingTime = utilisation / (1 - utilisation) * (arrivalScv + serviceScv) / 2 * serviceTime",
    "waitingTimeBound = arrivalRate * (arrivalScv / arrivalRate^2 + serviceScv * serviceTime^2) / (2 * (1 - utilisation))",
    "responseTime = waitingTime + serviceTime",
    "inQueue = arrivalRate * waitingTime",
  ],
  stable: ["utilisation < 1"],
});
/** G/G/1 queue, Marchal's approximation. */
export const marchal = defineModel({
  id: "marchal",
  title: "G/G/1 queue, Marchal's approximation",
  cites: ["Marchal 1985"],
  assumes: [...GG1_ASSUMES, "two moments of each are enough"],
  inputs: GG1_INPUTS,
  outputs: GG1_OUTPUTS,
  equations: [
    "utilisation = arrivalRate * serviceTime",
    "inQueue = utilisation^2 * (1 + serviceScv) * (arrivalScv + utilisation^2 * serviceScv) / (2 * (1 - utilisation) * (1 + utilisation^2 * serviceScv))",
    "waitingTime = inQueue / arrivalRate",
    "responseTime = waitingTime + serviceTime",
  ],
  stable: ["utilisation < 1"],
});
/** G/G/1 queue, Kraemer and Langenbach-Belz's approximation. */
export const kraemerLangenbachBelz = defineModel({
  id: "kraemerLangenbachBelz",
  title: "G/G/1 queue, Kraemer and Langenbach-Belz's approximation",
  cites: ["Kraemer and Langenbach-Belz 1976"],
  assumes: [...GG1_ASSUMES, "two moments of each are enough"],
  inputs: GG1_INPUTS,
  between: {
    spread: { tex: "v", dimension: "one", meaning: "sum of the two squared coefficients of variation" },
    exponent: { tex: "g", dimension: "one", meaning: "logarithm of the correction" },
  },
  outputs: GG1_OUTPUTS,
  equations: [
    "utilisation = arrivalRate * serviceTime",
    "spread = arrivalScv + serviceScv",
    "exponent = spread == 0 ? 0 : (arrivalScv < 1 ? -2 * (1 - utilisation) * (1 - arrivalScv)^2 / (3 * utilisation * spread) : -(1 - utilisation) * (arrivalScv - 1) / (arrivalScv + 4 * serviceScv))",
    "waitingTime = utilisation / (1 - utilisation) * spread / 2 * exp(exponent) * serviceTime",
    "responseTime = waitingTime + serviceTime",
    "inQueue = arrivalRate * waitingTime",
  ],
  stable: ["utilisation < 1"],
});
