/** Settings under which Raft is tried: each feature alone, and all that go together. */

export interface RaftVariant {
  readonly name: string;
  readonly settings: Readonly<Record<string, number | boolean | string>>;
  /** Walks count actions as seconds: timeouts that mean something there are nonsense in a timed run. */
  readonly steps?: boolean;
}

/** Timeouts in actions of a walk. */
const STEPS = { heartbeatInterval: 3, electionTimeoutMin: 25, electionTimeoutMax: 50 } as const;

export const raftVariants: readonly RaftVariant[] = [
  { name: "as it is", settings: {} },
  { name: "leader by timeouts", settings: { initialLeader: -1 } },
  { name: "batches", settings: { batchMax: 4, batchDelay: 0.002, pipeline: 1 } },
  { name: "pre-vote and check-quorum", settings: { preVote: true, checkQuorum: true } },
  { name: "snapshots", settings: { snapshotAfter: 3 } },
  { name: "reads by rounds", settings: { reads: "readIndex" } },
  {
    name: "all",
    settings: {
      preVote: true,
      checkQuorum: true,
      snapshotAfter: 4,
      reads: "readIndex",
      batchMax: 8,
      batchDelay: 0.001,
      pipeline: 2,
    },
  },
  { name: "leases", settings: { reads: "lease" } },
  { name: "leases, in steps", settings: { reads: "lease", ...STEPS }, steps: true },
  {
    name: "loyal, in steps",
    settings: { preVote: true, checkQuorum: true, snapshotAfter: 3, reads: "lease", ...STEPS },
    steps: true,
  },
];
