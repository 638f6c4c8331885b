/** What is measured of balancing, placement and the recursions of queueing formulas. */
import { cpp, ours } from "./engines.ts";
import type { Workload } from "./workloads.ts";

export const balancing: Workload = {
  name: "W2-balancing",
  title: "two choices among 100 servers at 80 % load",
  unit: "customers/s",
  size: 100,
  mean: { of: "times in system, in services", expected: null },
  engines: [
    { engine: "C++ std::priority_queue", tool: cpp("balancing.cpp"), first: ["standard"], pace: 5e6 },
    { engine: "C++ 4-ary heap", tool: cpp("balancing.cpp"), first: ["four-ary"], pace: 5e6 },
    ours("protolab", "balancing.ts", "study", 4e5),
    ours("protolab, histories off", "balancing.ts", "bare", 6e5),
    ours("protolab queues", "queues.ts", "balancing", 4e6),
  ],
};

export const memoryBalancing: Workload = {
  name: "memory-balancing",
  title: "resident memory at its largest of 10^7 requests to 10,000 servers in one run",
  unit: "MB",
  size: 10_000,
  operations: 1e7,
  mean: { of: "times in system, in services", expected: null },
  engines: [ours("protolab", "balancing.ts", "bare", 4e5), ours("protolab queues", "queues.ts", "one", 4e6)],
  reading: "peak",
  limit: { name: "limit of 600 MB", value: 600 },
};

/** Every policy. A decision must cost O(1) or O(d), of the least loaded and of turns by weight O(log n). */
const DECIDING = [
  "random",
  "round-robin",
  "static-split",
  "idle-queue",
  "least-connections",
  "shortest-queue",
  "least-loaded",
  "controller",
  "d-choices",
  "peak-ewma",
  "weighted-round-robin",
  "hash-affinity",
];

export const decisions: Workload = {
  name: "decisions",
  title: "decisions of balancing policies among 10, 10^3 and 10^5 servers",
  unit: "decisions/s",
  size: 10,
  mean: { of: "servers chosen, scaled", expected: 1 },
  engines: DECIDING.flatMap((policy) =>
    [10, 1000, 100_000].map((servers) => ({
      ...ours(`${policy}, ${servers}`, "decisions.ts", `${policy}:${servers}`, 1e7),
      length: 1,
    })),
  ),
};

export const placement: Workload = {
  name: "placement",
  title: "look-ups of keys among 100 nodes",
  unit: "look-ups/s",
  size: 100,
  mean: { of: "answers that can be", expected: 1 },
  engines: [
    ours("xxHash32 alone", "placement.ts", "hash", 2e7),
    ...["modulo", "jump", "maglev", "ring", "bounded loads"].map((name) =>
      ours(name, "placement.ts", name, 1e7),
    ),
    ours("rendezvous", "placement.ts", "rendezvous", 2e5),
  ],
};

export const placementBuild: Workload = {
  name: "placement-build",
  title: "placements built for 10,000 nodes",
  unit: "placements/s",
  size: 10_000,
  operations: 8,
  mean: { of: "placements of all nodes", expected: 1 },
  engines: [
    ours("maglev, 1,000,003 entries", "placement.ts", "build-maglev", 4),
    ours("ring, 100 points a node", "placement.ts", "build-ring", 4),
  ],
  limit: { name: "one a second", value: 1 },
};

export const recursions: Workload = {
  name: "recursions",
  title: "steps of recursions up to 10^3, 10^4 and 10^5",
  unit: "steps/s",
  size: 1,
  mean: { of: "finite answers", expected: 1 },
  engines: ["erlang-b", "erlang-c", "mva"].flatMap((formula) =>
    [1000, 10_000, 100_000].map((n) =>
      ours(`${formula}, ${n}`, "recursions.ts", `${formula}:${n}`, formula === "mva" ? 4e6 : 4e7),
    ),
  ),
};
