/**
 * Erlang B turned round: the load that c servers may be offered, and the servers that a load needs, at a tolerated loss.
 *
 * Source: Erlang (1917); Harchol-Balter (2013), §15.4. Blocking rises with load and falls with servers, so both are unique.
 */
import { defineModel } from "../../core/model.ts";
import { CARRIED, ERLANG_ASSUMES, ERLANG_CITES, erlang, erlangBlocking, LOAD } from "./erlang-b.ts";
import { ARRIVAL_RATE, SERVERS, SERVICE_TIME, UTILISATION } from "./queue-symbols.ts";

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

const BLOCKING = {
  tex: "B",
  dimension: "one",
  above: 0,
  below: 1,
  meaning: "share of arrivals that may be lost",
} as const;

/**
 * The load that c servers carry at a tolerated loss.
 *
 * @example
 * models.erlangBCapacity({ servers: 1, serviceTime: ms(10), blocking: 0.2 }).arrivalRate; // => 25
 */
export const erlangBCapacity = defineModel({
  id: "erlangBCapacity",
  title: "Erlang B: load for a tolerated loss",
  cites: ERLANG_CITES,
  assumes: ERLANG_ASSUMES,
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

/**
 * The servers that a load needs at a tolerated loss.
 *
 * @example
 * models.erlangBServers({ arrivalRate: 3, serviceTime: 0.5, blocking: 0.2 }).servers; // => 3
 */
export const erlangBServers = defineModel({
  id: "erlangBServers",
  title: "Erlang B: servers for a tolerated loss",
  cites: ERLANG_CITES,
  assumes: ERLANG_ASSUMES,
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
