/**
 * The sharded store with one rule broken at a time.
 *
 * What a bad placement costs is no wrong decision: modulo that moves n/(n + 1) of the keys is compared with its formula in
 * the study of re-sharding.
 */
import type { Mutant } from "../../simulation/mutant.ts";
import { erased } from "../../simulation/protocol.ts";
import { shardedStoreWith } from "./sharded-store.ts";
import { nothingApplied, type ShardRules, shardRules } from "./sharded-store-rules.ts";

const SLICER = "Adya et al., Slicer, OSDI 2016, §4.5";
const BIGTABLE = "Chang et al., Bigtable, OSDI 2006, §5.2";
const MIGRATION = "Clark et al., Live migration of virtual machines, NSDI 2005, §3";
const SESSIONS = "Ongaro, Consensus: Bridging Theory and Practice, 2014, §6.3";

const MEMCACHE = "Nishtala et al., Scaling Memcache at Facebook, NSDI 2013, §3.2.1";
const SMALL_CACHE = "Fan et al., Small cache, big effect, SoCC 2011, §3";

type More = Partial<Pick<Mutant, "kind" | "reason" | "scenario" | "settings">>;

function mutant(
  id: string,
  name: string,
  source: string,
  patch: Partial<ShardRules>,
  more: More = {},
): Mutant {
  const protocol = erased(shardedStoreWith({ ...shardRules, ...patch }));
  return { id, name, source, kind: "safety", ...more, protocol };
}

const nothing = (): void => {};
const complete = { parts: [], keys: [] } as const;
const inFront: More = { settings: { frontKeys: 2, keySpace: 4, serviceTime: 0 } };
const scripted = (scenario: string, reason: string): More => ({ kind: "scripted", scenario, reason });

export const shardedStoreMutants: readonly Mutant[] = [
  mutant("S1", "no-epoch-check", SLICER, { serves: () => true }),
  mutant("S2", "migration-reads-the-old-owner", BIGTABLE, {
    serves: (server, position, ask) =>
      ask.operation.kind === "read" || shardRules.serves(server, position, ask),
  }),
  mutant("S3", "serves-during-the-hand-over", MIGRATION, { stopServing: nothing }),
  mutant("S4", "giving-not-durable", SLICER, { saveGave: nothing }),
  mutant("S5", "taking-not-durable", SLICER, { saveTook: nothing }),
  mutant("S18", "copied-data-not-durable", BIGTABLE, {
    saveTook: (record, context) => shardRules.saveTook({ ...record, cells: [] }, context),
  }),
  mutant("S6", "forgets-writes-during-the-copy", MIGRATION, {
    noteWrite: nothing,
    lacks: () => complete,
  }),
  mutant(
    "S7",
    "takes-over-before-all-has-come",
    MIGRATION,
    { lacks: () => complete },
    scripted("sharded-store-lost-copy", "the target must crash between two messages of one move"),
  ),
  mutant("S8", "looks-at-ownership-on-arrival-only", "own list: check, then act", {
    looksWhenServing: false,
  }),
  mutant("S9", "retry-applied-twice-after-a-move", SESSIONS, { appliedOf: nothingApplied }),
  mutant("S10", "retry-applied-twice", SESSIONS, { isRepeated: () => false }),
  mutant(
    "S11",
    "late-confirmation-drops-what-came-back",
    "own list",
    { mayDrop: () => true },
    scripted(
      "sharded-store-late-confirmation",
      "one message must be later than a whole move back, and nothing written meanwhile",
    ),
  ),
  mutant(
    "S12",
    "old-order-obeyed",
    SLICER,
    { mayGive: ({ self, map }, { first, end }) => map.ownsAll(self, first, end) },
    {
      kind: "equivalent",
      reason: "an old epoch changes no map: the source goes on serving, and the target has had that epoch",
    },
  ),
  mutant(
    "S13",
    "old-hand-over-taken",
    SLICER,
    { mayTake: () => true },
    scripted("sharded-store-old-hand-over", "copies of two messages of one move must come late, in order"),
  ),
  mutant("S14", "plan-not-durable", SLICER, { savePlan: nothing }),
  mutant("S15", "write-answered-before-durable", "Gray, Reuter, Transaction Processing, 1993, §9.4", {
    saveWrite: nothing,
  }),
  mutant(
    "S16",
    "reads-what-a-crash-takes-back",
    "Gray, Reuter, Transaction Processing, 1993, §7.6",
    { beforeAnswer: nothing },
    scripted("sharded-store-dirty-read", "a read must be answered between a write and its way to the disk"),
  ),
  mutant(
    "S17",
    "retry-to-the-stale-owner",
    BIGTABLE,
    { followsMap: false },
    {
      kind: "liveness",
    },
  ),
  mutant("S19", "write-leaves-the-front-cache-as-it-is", MEMCACHE, { dropWritten: nothing }, inFront),
  mutant("S20", "late-answer-fills-the-front-cache", MEMCACHE, { mayFill: () => true }, inFront),
  mutant("S21", "hit-loads-a-server-too", SMALL_CACHE, { hitsEndInFront: false }, inFront),
];
