/**
 * Erlang B: c servers and no queue; who finds them all busy is lost. Its inverses are in
 * `erlang-b-planning.ts`.
 *
 * Source: Erlang (1917); insensitivity to the service law: Sevastyanov (1957), Kleinrock, Queueing Systems I (1975),
 * §3.6 and Harchol-Balter (2013), §15.4. Blocking rises with load and falls with servers. For connection pools, admission limits and worker slots without a queue.
 */
import { defineModel } from "../../core/model.ts";
import { boundedQueue } from "./mmck.ts";
import { ARRIVAL_RATE, SERVERS, SERVICE_TIME, UTILISATION } from "./queue-symbols.ts";

/** Share of a load of `load` servers that c servers turn away: Erlang's recursion, positive terms only. */
export function erlangBlocking(servers: number, load: number): number {
  return boundedQueue(servers, servers, load).blocked;
}

export const ERLANG_ASSUMES = [
  "arrivals are Poisson and independent of service; who finds all servers busy is lost and does not come back",
  "service times are independent and alike, of any law",
  "steady state",
] as const;
export const ERLANG_CITES = ["Erlang 1917", "Kleinrock 1975, §3.6", "Harchol-Balter 2013, §15.4"] as const;
export const LOAD = { tex: "a", dimension: "one", meaning: "offered load in servers (Erlang)" } as const;
export const CARRIED = { tex: "a(1-B)", dimension: "one", meaning: "mean number of busy servers" } as const;
const LOST = { tex: "B", dimension: "one", meaning: "chance that an arrival is lost" } as const;
const passing = {
  tex: "\\bar{\\mathrm{B}}",
  arguments: ["one", "one"],
  result: "one",
  meaning: "1 − B with its own digits, where nearly all are lost",
  compute: (servers: number, load: number) => boundedQueue(servers, servers, load).taken,
} as const;
export const erlang = {
  tex: "\\mathrm{B}",
  arguments: ["one", "one"],
  result: "one",
  meaning: "Erlang's B by his recursion B(n) = aB(n−1)/(n + aB(n−1)); relative error below 1e-11",
  compute: erlangBlocking,
} as const;

/**
 * Erlang's loss system M/G/c/c: the share of arrivals lost.
 *
 * @example
 * models.erlangB({ arrivalRate: 3, serviceTime: 0.5, servers: 2 }).blocking; // => 9 / 29
 */
export const erlangB = defineModel({
  id: "erlangB",
  title: "M/G/c/c loss system (Erlang B)",
  cites: ERLANG_CITES,
  assumes: ERLANG_ASSUMES,
  inputs: { arrivalRate: ARRIVAL_RATE, serviceTime: SERVICE_TIME, servers: SERVERS },
  outputs: {
    load: LOAD,
    blocking: LOST,
    inSystem: CARRIED,
    throughput: { tex: "X", dimension: "rate", meaning: "arrivals served per second" },
    utilisation: UTILISATION,
  },
  functions: { erlang, passing },
  equations: [
    "load = arrivalRate * serviceTime",
    "blocking = erlang(servers, load)",
    "throughput = arrivalRate * passing(servers, load)",
    "inSystem = throughput * serviceTime",
    "utilisation = inSystem / servers",
  ],
});
