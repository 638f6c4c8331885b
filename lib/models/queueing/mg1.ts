/**
 * M/G/1: one server, Poisson arrivals, any service, first come first served.
 *
 * Source: Pollaczek (1930), Khinchine (1932); Kleinrock, Queueing Systems I (1975), §5.6–5.7; Harchol-Balter (2013),
 * ch. 23. The mean wait needs two moments of service, E[W] = λE[S²]/(2(1 − ρ)), its variance three:
 * E[W]² + λE[S³]/(3(1 − ρ)) (Takács). For any mix of operations at one processor, disk or port.
 */
import { defineModel } from "../../core/model.ts";

/**
 * M/G/1 queue (Pollaczek–Khinchine): mean values and standard deviations of waiting and response time.
 *
 * @throws DomainError for a third moment that no service time with this mean and scv has: E[S]·E[S³] ≥ E[S²]²
 * @example
 * models.mg1({ arrivalRate: 0.8, serviceTime: 1, serviceScv: 4 }).waitingTime; // => 10
 * models.mg1({ arrivalRate: 0.8, serviceTime: 1, serviceScv: 1 }).responseDeviation; // => 5
 * models.mg1({ arrivalRate: 800, serviceTime: ms(1), serviceScv: 0 }).waitingTime; // => 0.002
 */
export const mg1 = defineModel({
  id: "mg1",
  title: "M/G/1 queue (Pollaczek–Khinchine)",
  cites: ["Pollaczek 1930", "Khinchine 1932", "Kleinrock 1975, §5.6–5.7", "Harchol-Balter 2013, ch. 23"],
  assumes: [
    "arrivals are Poisson and independent of service",
    "service times are independent and alike, with finite second (third) moment",
    "one server, unlimited queue, first come first served",
    "steady state",
  ],
  inputs: {
    arrivalRate: { tex: "\\lambda", dimension: "rate", above: 0, meaning: "mean arrivals per second" },
    serviceTime: { tex: "S", dimension: "time", above: 0, meaning: "mean service time" },
    serviceScv: {
      tex: "C_S^2",
      dimension: "one",
      min: 0,
      meaning: "squared coefficient of variation of service",
    },
    thirdMomentRatio: {
      tex: "m_3",
      dimension: "one",
      min: 0,
      default: 0,
      meaning:
        "E[S³]/E[S]³, read by the deviations only; 0 takes that of a gamma law with the same scv, (1 + C²)(1 + 2C²)",
    },
  },
  between: {
    third: { tex: "m_3'", dimension: "one", meaning: "third moment ratio in force" },
    waitingVariance: { tex: "\\sigma_W^2", dimension: "s^2", meaning: "variance of the time in queue" },
  },
  outputs: {
    utilisation: { tex: "\\rho", dimension: "one", meaning: "share of time the server is busy" },
    waitingTime: { tex: "W_q", dimension: "time", meaning: "mean time in queue, service excluded" },
    responseTime: { tex: "T", dimension: "time", meaning: "mean time in system" },
    inQueue: { tex: "L_q", dimension: "one", meaning: "mean number waiting" },
    inSystem: { tex: "L", dimension: "one", meaning: "mean number in system" },
    waitingDeviation: {
      tex: "\\sigma_W",
      dimension: "time",
      meaning: "standard deviation of the time in queue",
    },
    responseDeviation: {
      tex: "\\sigma_T",
      dimension: "time",
      meaning: "standard deviation of the time in system",
    },
  },
  equations: [
    "utilisation = arrivalRate * serviceTime",
    "waitingTime = utilisation / (1 - utilisation) * (1 + serviceScv) / 2 * serviceTime",
    "responseTime = waitingTime + serviceTime",
    "inQueue = arrivalRate * waitingTime",
    "inSystem = arrivalRate * responseTime",
    "third = thirdMomentRatio > 0 ? thirdMomentRatio : (1 + serviceScv) * (1 + 2 * serviceScv)",
    "waitingVariance = waitingTime^2 + utilisation * third / (3 * (1 - utilisation)) * serviceTime^2",
    "waitingDeviation = sqrt(waitingVariance)",
    "responseDeviation = sqrt(waitingVariance + serviceScv * serviceTime^2)",
  ],
  // E[S]·E[S³] ≥ E[S²]² (Cauchy–Schwarz), of a ratio that is stated; that of the gamma law keeps it anyway.
  requires: ["thirdMomentRatio >= (1 + serviceScv)^2 * (thirdMomentRatio > 0 ? 1 - 1e-12 : 0)"],
  stable: ["utilisation < 1"],
});
