/**
 * Open Jackson networks: stations between which jobs are routed at random; each behaves as an M/M/c of its own.
 *
 * Source: Jackson, "Networks of waiting lines" (Operations Research 5, 1957); Kleinrock, Queueing Systems I (1975),
 * §4.8; Harchol-Balter (2013), ch. 17–18. The rates solve the traffic equations λ = γ + λP; given them, the numbers at
 * the stations are independent at any one time, although with feedback the flows between them are not Poisson.
 */
import { DomainError } from "../../core/errors.ts";
import { defineModel } from "../../core/model.ts";
import { solveLinear } from "./linear-system.ts";
import { listInput, matrixInput, type Numbers, sameLength } from "./queue-symbols.ts";
import { erlangC } from "./station-wait.ts";

/** One station of an open network. */
export interface NetworkStation {
  readonly arrivalRate: number;
  readonly utilisation: number;
  /** Mean time in queue of one visit, s; Infinity when the station is not stable. */
  readonly waitingTime: number;
  readonly responseTime: number;
  readonly inSystem: number;
}

/** Arrivals per second at each station, λ = γ + λP. @throws DomainError when some job never leaves */
export function trafficRates(external: Numbers, routing: readonly Numbers[]): number[] {
  const n = external.length;
  sameLength("jackson", { externalRates: external, routing });
  sameLength("jackson", { externalRates: external, "routing[0]": routing[0] });
  for (const [i, row] of routing.entries()) {
    const sum = row.reduce((a, b) => a + b, 0);
    if (sum > 1 + 1e-9) throw new DomainError(`jackson: routing[${i}] must sum to at most 1, got ${sum}`);
  }
  const matrix = Array.from({ length: n }, (_, i) => routing.map((row, j) => (i === j ? 1 : 0) - row[i]));
  const rates = solveLinear(matrix, external);
  if (rates === null)
    throw new DomainError("jackson: routing must let every job leave, got stations that none leaves");
  return rates.map((rate) => Math.max(0, rate));
}

/** Every station of an open Jackson network; `servers` is one number for each. */
export function jacksonStations(
  external: Numbers,
  times: Numbers,
  servers: Numbers,
  routing: readonly Numbers[],
): NetworkStation[] {
  sameLength("jackson", { externalRates: external, serviceTimes: times, servers });
  return trafficRates(external, routing).map((arrivalRate, i): NetworkStation => {
    const load = arrivalRate * times[i];
    const utilisation = load / servers[i];
    const waitingTime =
      utilisation < 1
        ? (erlangC(servers[i], load) * times[i]) / (servers[i] - load)
        : Number.POSITIVE_INFINITY;
    const responseTime = waitingTime + times[i];
    return { arrivalRate, utilisation, waitingTime, responseTime, inSystem: arrivalRate * responseTime };
  });
}

type Stations = readonly NetworkStation[];

const total = (numbers: Numbers): number => numbers.reduce((a, b) => a + b, 0);

/**
 * Open Jackson network: mean time from entry to exit, number inside, the busiest station.
 *
 * @example
 * models.jackson({ externalRates: [0.4, 0], serviceTimes: [1, 2], servers: [1, 2], routing: [[0, 0.5], [0, 0]] }).visits; // => 1.5
 */
export const jackson = defineModel({
  id: "jackson",
  title: "Open Jackson network",
  cites: ["Jackson 1957", "Kleinrock 1975, §4.8", "Harchol-Balter 2013, ch. 17–18"],
  assumes: [
    "arrivals from outside are Poisson",
    "service times are exponential, independent at each visit",
    "where a job goes next depends on where it is and on nothing else",
    "every station is first come first served without bound",
    "steady state",
  ],
  inputs: {
    externalRates: listInput("rates", "\\gamma", "1/s", {
      dimension: "rate",
      min: 0,
      meaning: "arrivals from outside at each station",
    }),
    serviceTimes: listInput("times", "S", "s", {
      dimension: "time",
      above: 0,
      meaning: "mean service time of a visit to each station",
    }),
    servers: listInput("counts", "c", "1", {
      dimension: "one",
      integer: true,
      min: 1,
      max: 1e6,
      meaning: "servers of each station",
    }),
    routing: matrixInput("matrix", "P", "1", {
      dimension: "one",
      min: 0,
      max: 1,
      meaning: "chance that a job goes from the station of the row to that of the column; the rest leaves",
    }),
  },
  between: { stations: { tex: "\\Lambda", type: "stations", meaning: "every station in steady state" } },
  outputs: {
    throughput: { tex: "X", dimension: "rate", meaning: "jobs entering, and leaving, per second" },
    busiest: { tex: "\\rho_{\\max}", dimension: "one", meaning: "utilisation of the busiest station" },
    visits: { tex: "V", dimension: "one", meaning: "mean visits of a job to all stations together" },
    inSystem: { tex: "L", dimension: "one", meaning: "mean number of jobs in the network" },
    responseTime: { tex: "T", dimension: "time", meaning: "mean time from entry to exit" },
  },
  functions: {
    sum: { tex: "\\Sigma", arguments: ["rates"], result: "rate", meaning: "sum of rates", compute: total },
    solve: {
      tex: "\\mathrm{J}",
      arguments: ["rates", "times", "counts", "matrix"],
      result: "stations",
      meaning: "traffic equations by elimination, then M/M/c at each station",
      compute: jacksonStations,
    },
    busy: {
      tex: "\\max\\rho",
      arguments: ["stations"],
      result: "one",
      meaning: "utilisation of the busiest station",
      compute: (stations: Stations) => Math.max(...stations.map((station) => station.utilisation)),
    },
    flow: {
      tex: "\\Sigma\\lambda",
      arguments: ["stations"],
      result: "rate",
      meaning: "arrivals at all stations together",
      compute: (stations: Stations) => total(stations.map((station) => station.arrivalRate)),
    },
    numbers: {
      tex: "\\Sigma L",
      arguments: ["stations"],
      result: "one",
      meaning: "mean number at all stations together",
      compute: (stations: Stations) => total(stations.map((station) => station.inSystem)),
    },
  },
  equations: [
    "throughput = sum(externalRates)",
    "stations = solve(externalRates, serviceTimes, servers, routing)",
    "busiest = busy(stations)",
    "visits = flow(stations) / throughput",
    "inSystem = numbers(stations)",
    "responseTime = inSystem / throughput",
  ],
  requires: ["throughput > 0"],
  stable: ["busiest < 1"],
});
