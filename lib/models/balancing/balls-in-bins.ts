/**
 * Balls in bins: keys or jobs thrown at n places at random.
 *
 * Source: Raab and Steger, "Balls into bins: a simple and tight analysis", RANDOM 1998, theorem 1; Johnson and Kotz, Urn
 * Models and Their Applications (1977), §3.2. The imbalance of every placement whose shares are equal (modulo, jump,
 * rendezvous), and of random dispatch to idle servers.
 */
import { defineModel } from "../../core/model.ts";
import { fullestBin } from "./fullest-bin.ts";

/**
 * Random balls in bins: spread and the mean of the fullest bin.
 *
 * @example
 * models.ballsInBins({ balls: 2, bins: 2 }).maxLoad; // => 1.5
 * models.ballsInBins({ balls: 1e6, bins: 10 }).loadDeviation; // => 300
 */
export const ballsInBins = defineModel({
  id: "ballsInBins",
  title: "Balls in bins at random",
  cites: ["Raab, Steger 1998, theorem 1", "Johnson, Kotz 1977, §3.2"],
  assumes: ["every ball goes to each bin with the same chance, independently of the others"],
  inputs: {
    balls: { tex: "m", dimension: "one", integer: true, min: 1, max: 1e9, meaning: "balls: keys or jobs" },
    bins: { tex: "n", dimension: "one", integer: true, min: 1, max: 1e9, meaning: "bins: nodes or servers" },
  },
  outputs: {
    meanLoad: { tex: "m/n", dimension: "one", meaning: "mean balls in a bin" },
    loadDeviation: { tex: "\\sigma", dimension: "one", meaning: "standard deviation of the balls in a bin" },
    emptyShare: { tex: "p_0", dimension: "one", meaning: "mean share of bins without a ball" },
    maxLoad: { tex: "L_{\\max}", dimension: "one", meaning: "mean balls in the fullest bin" },
    maxOverMean: { tex: "L_{\\max} n/m", dimension: "one", meaning: "fullest bin over the mean" },
    manyBallsMaximum: {
      tex: "\\hat L",
      dimension: "one",
      meaning: "m/n + √(2(m/n) ln n), what the maximum tends to when m ≫ n ln n",
    },
  },
  functions: {
    fullest: {
      tex: "\\mathrm{E}\\max",
      arguments: ["one", "one"],
      result: "one",
      meaning:
        "mean of the fullest bin: exact up to 256 balls, then Poisson bins with an error below 1/(2m) of the excess",
      compute: fullestBin,
    },
  },
  equations: [
    "meanLoad = balls / bins",
    "loadDeviation = sqrt(meanLoad * (1 - 1 / bins))",
    "emptyShare = bins > 1 ? exp(balls * log1p(-1 / bins)) : 0",
    "maxLoad = fullest(balls, bins)",
    "maxOverMean = maxLoad / meanLoad",
    "manyBallsMaximum = meanLoad + sqrt(2 * meanLoad * log(bins))",
  ],
});
