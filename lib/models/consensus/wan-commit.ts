/**
 * Commit latency between regions, from the matrix of round trips alone.
 *
 * Sources: Multi-Paxos: client to leader and back, leader to its nearest majority. EPaxos: Moraru, Andersen and
 * Kaminsky, SOSP 2013, §4.3 and §7: the client's own replica and the nearest F + ⌊(F + 1)/2⌋ − 1 others, F = ⌊(n − 1)/2⌋;
 * with three sites that is the nearest peer. The farthest peer bounds Mencius and three-site Generalized Paxos.
 */
import { DomainError, show } from "../../core/errors.ts";
import { defineModel, type StructuredInput } from "../../core/model.ts";
import { parseQuantity } from "../../core/units.ts";

type Matrix = readonly (readonly number[])[];

const matrix: StructuredInput<Matrix, readonly (readonly (number | string)[])[]> = {
  kind: "structured",
  type: "matrix",
  tex: "R_{ij}",
  meaning: "round trip between each two sites, one replica a site; the diagonal is within a site",
  unit: "s",
  read(where, given) {
    if (!Array.isArray(given) || given.length === 0)
      throw new DomainError(`${where} must be a square matrix of times, got ${show(given)}`);
    return given.map((row: readonly (number | string)[], i) => {
      if (!Array.isArray(row) || row.length !== given.length)
        throw new DomainError(`${where}[${i}] must have ${given.length} times, got ${show(row)}`);
      return row.map((one, j) => {
        const time = parseQuantity(`${where}[${i}][${j}]`, one, "time");
        if (!(time >= 0) || !Number.isFinite(time))
          throw new DomainError(`${where}[${i}][${j}] must be >= 0 s, got ${show(one)}`);
        return time;
      });
    });
  },
};

/** Round trip from a site to its k-th nearest other; 0 for k = 0. */
function nearest(times: Matrix, site: number, k: number): number {
  if (k < 1) return 0;
  return times[site].filter((_, other) => other !== site).sort((a, b) => a - b)[k - 1];
}

const site = (tex: string, meaning: string) =>
  ({ tex, dimension: "one", integer: true, min: 0, meaning }) as const;

/**
 * Commit latency of a client's site under a leader, EPaxos, and wait-for-all.
 *
 * @example
 * models.wanCommit({ roundTrips: [["0 ms", "85 ms", "156 ms"], ["85 ms", "0 ms", "90 ms"], ["156 ms", "90 ms", "0 ms"]], client: 2, leader: 1 }).leaderLatency; // => 0.175
 */
export const wanCommit = defineModel({
  id: "wanCommit",
  title: "Commit latency between regions",
  cites: ["Moraru, Andersen, Kaminsky 2013, §7"],
  assumes: ["one replica a site", "propagation only: no load, no disk, no jitter", "no conflicts"],
  inputs: {
    roundTrips: matrix,
    client: site("i", "site of the client, counted from 0"),
    leader: site("l", "site of the leader, counted from 0"),
  },
  between: {
    sites: { tex: "n", dimension: "one", meaning: "number of sites" },
    faults: { tex: "F", dimension: "one", meaning: "sites that may fail" },
    fastPeers: { tex: "k", dimension: "one", meaning: "others in EPaxos' fast quorum" },
  },
  outputs: {
    leaderLatency: { tex: "T_l", dimension: "time", meaning: "through the leader (Multi-Paxos, Raft)" },
    leaderlessLatency: { tex: "T_e", dimension: "time", meaning: "EPaxos' fast path from the client's site" },
    farthestLatency: { tex: "T_f", dimension: "time", meaning: "when all sites must answer the client's" },
  },
  functions: {
    size: {
      tex: "\\#",
      arguments: ["matrix"],
      result: "one",
      meaning: "number of sites",
      compute: (times: Matrix) => times.length,
    },
    between: {
      tex: "R",
      arguments: ["matrix", "one", "one"],
      result: "time",
      meaning: "round trip between two sites; 0 within one",
      compute: (times: Matrix, a: number, b: number) => (a === b ? 0 : times[a][b]),
    },
    nearest: {
      tex: "R_{(k)}",
      arguments: ["matrix", "one", "one"],
      result: "time",
      meaning: "round trip to the k-th nearest other site",
      compute: nearest,
    },
  },
  equations: [
    "sites = size(roundTrips)",
    "faults = floor((sites - 1) / 2)",
    "fastPeers = max(0, faults + floor((faults + 1) / 2) - 1)",
    "leaderLatency = between(roundTrips, client, leader) + nearest(roundTrips, leader, floor(sites / 2))",
    "leaderlessLatency = nearest(roundTrips, client, max(fastPeers, floor(sites / 2)))",
    "farthestLatency = nearest(roundTrips, client, sites - 1)",
  ],
  requires: ["client < size(roundTrips)", "leader < size(roundTrips)"],
});
