/**
 * Erlang B: c servers and no queue; who finds them all busy is lost. And its inverses, for planning.
 *
 * Source: Erlang (1917); insensitivity to the service law: Sevastyanov (1957), Kleinrock, Queueing Systems I (1975),
 * §3.6 and Harchol-Balter (2013), §15.4. Blocking rises with load and falls with servers, so that both inverses are
 * unique. For connection pools, admission limits and worker slots without a queue.
 */
import { defineModel } from "../../core/model.ts";
import { boundedQueue } from "./mmck.ts";
import { ARRIVAL_RATE, SERVERS, SERVICE_TIME, UTILISATION } from "./queue-symbols.ts";

/** Share of a load of `load` servers that c servers turn away: Erlang's recursion, positive terms only. */
export function erlangBlocking(servers: number, load: number): number {
  return boundedQueue(servers, servers, load).blocked;
}

/** The load at which c servers turn away a share: doubled or halved into a bracket, then bisected to the last digit. */
export function loadForBlocking(servers: number, blocking: number): number {
  const lost = (load: number): boolean => erlangBlocking(servers, load) >= blocking;
  let high = servers;
  while (!lost(high)) high *= 2;
  while (lost(high / 2)) high /= 2;
  let low = high / 2;
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return high;
    if (lost(middle)) high = middle;
    else low = middle;
  }
}

/** Most servers that are counted one by one. */
const MOST = 10_000_000;

/** The fewest servers that turn away at most a share of a load. */
export function serversForBlocking(load: number, blocking: number): number {
  let blocked = 1;
  let servers = 0;
  while (blocked > blocking && servers < MOST) {
    servers++;
    blocked = (load * blocked) / (servers + load * blocked);
  }
  return servers;
}

const ASSUMES = [
  "arrivals are Poisson and independent of service; who finds all servers busy is lost and does not come back",
  "service times are independent and alike, of any law",
  "steady state",
] as const;
const CITES = ["Erlang 1917", "Kleinrock 1975, §3.6", "Harchol-Balter 2013, §15.4"] as const;
const BLOCKING = {
  tex: "B",
  dimension: "one",
  above: 0,
  below: 1,
  meaning: "share of arrivals that may be lost",
} as const;
const LOAD = { tex: "a", dimension: "one", meaning: "offered load in servers (Erlang)" } as const;
const CARRIED = { tex: "a(1-B)", dimension: "one", meaning: "mean number of busy servers" } as const;
const LOST = { tex: "B", dimension: "one", meaning: "chance that an arrival is lost" } as const;
const passing = {
  tex: "\\bar{\\mathrm{B}}",
  arguments: ["one", "one"],
  result: "one",
  meaning: "1 − B with its own digits, where nearly all are lost",
  compute: (servers: number, load: number) => boundedQueue(servers, servers, load).taken,
} as const;
const erlang = {
  tex: "\\mathrm{B}",
  arguments: ["one", "one"],
  result: "one",
  meaning: "Erlang's B by his recursion B(n) = aB(n−1)/(n + aB(n−1)); relative error below 1e-11",
  compute: erlangBlocking,
} as const;

/** Erlang's loss system M/G/c/c: the share of arrivals lost. */
export const erlangB = defineModel({
  id: "erlangB",
  title: "M/G/c/c loss system (Erlang B)",
  cites: CITES,
  assumes: ASSUMES,
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

/** The load that c servers carry at a tolerated loss. */
export const erlangBCapacity = defineModel({
  id: "erlangBCapacity",
  title: "Erlang B: load for a tolerated loss",
  cites: CITES,
  assumes: ASSUMES,
  inputs: { servers: SERVERS, serviceTime: SERVICE_TIME, blocking: BLOCKING },
  outputs: {
    load: LOAD,
    arrivalRate: { tex: "\\lambda", dimension: "rate", meaning: "arrivals per second that may be offered" },
    inSystem: CARRIED,
    utilisation: UTILISATION,
  },
  functions: {
    loadFor: {
      tex: "\\mathrm{B}^{-1}",
      arguments: ["one", "one"],
      result: "one",
      meaning: "the load with a given Erlang B, by bisection; relative error below 1e-11",
      compute: loadForBlocking,
    },
  },
  equations: [
    "load = loadFor(servers, blocking)",
    "arrivalRate = load / serviceTime",
    "inSystem = load * (1 - blocking)",
    "utilisation = inSystem / servers",
  ],
});

/** The servers that a load needs at a tolerated loss. */
export const erlangBServers = defineModel({
  id: "erlangBServers",
  title: "Erlang B: servers for a tolerated loss",
  cites: CITES,
  assumes: ASSUMES,
  inputs: {
    arrivalRate: ARRIVAL_RATE,
    serviceTime: SERVICE_TIME,
    blocking: BLOCKING,
  },
  outputs: {
    load: LOAD,
    servers: { tex: "c", dimension: "one", meaning: "fewest servers that keep the loss" },
    achieved: { tex: "B(c)", dimension: "one", meaning: "share lost with them" },
    utilisation: UTILISATION,
  },
  functions: {
    erlang,
    serversFor: {
      tex: "c",
      arguments: ["one", "one"],
      result: "one",
      meaning: "the fewest servers whose Erlang B is at most the target, counted up",
      compute: serversForBlocking,
    },
  },
  equations: [
    "load = arrivalRate * serviceTime",
    "servers = serversFor(load, blocking)",
    "achieved = erlang(servers, load)",
    "utilisation = load * (1 - achieved) / servers",
  ],
  requires: ["load <= 1000000"],
});
