/**
 * Zab with one rule broken at a time.
 *
 * Source: the rules are Junqueira, Reed & Serafini's (DSN 2011, §V). Z4 and Z5 were real: an epoch on the disk before
 * the history it stands for (ZOOKEEPER-4643), and an acknowledgement before the history is on the disk (ZOOKEEPER-4646),
 * both found by checking models against the code: Ouyang et al., "Leveraging TLA+ Specifications to Improve the
 * Reliability of the ZooKeeper Coordination Service", 2023. Z12 is how ZooKeeper's sync works (ZOOKEEPER-1675).
 */
import type { Mutant } from "../../simulation/mutant.ts";
import { erased } from "../../simulation/protocol.ts";
import { zab, zabWith } from "./zab.ts";
import { type ZabRules, zabRules } from "./zab-rules.ts";
import { stretchFrom, type ZabNode, type ZabRecord } from "./zab-state.ts";

const SOURCE = "Junqueira, Reed & Serafini, Zab, DSN 2011, §V-A";

function mutant(
  id: string,
  name: string,
  patch: Partial<ZabRules>,
  more: Partial<Pick<Mutant, "kind" | "reason" | "nodes" | "source" | "settings" | "scenario">> = {},
): Mutant {
  return {
    id,
    name,
    source: SOURCE,
    kind: "safety",
    ...more,
    protocol: erased(zabWith({ ...zabRules, ...patch })),
  };
}

const nothing = (): void => {};

const record = (node: ZabNode, from: number): ZabRecord => {
  const { promised, current, held } = node;
  return { promised, current, held, from, txns: from < 0 ? [] : stretchFrom(node, from).txns };
};

export const zabMutants: readonly Mutant[] = [
  mutant("Z1", "promise-not-persisted", { savePromise: nothing }),
  mutant("Z2", "promise-any-epoch", { mayPromise: () => true }),
  mutant("Z3", "own-history-in-discovery", { isNewer: () => false }, { scenario: "zab-own-history" }),
  mutant(
    "Z4",
    "epoch-on-disk-before-history",
    {
      saveHistory(node, from, ctx) {
        ctx.persist(record(node, -1));
        ctx.persist(record(node, from));
      },
    },
    { source: "ZOOKEEPER-4643; Ouyang et al. 2023" },
  ),
  mutant(
    "Z5",
    "history-not-persisted-before-ack",
    { saveHistory: (node, _from, ctx) => ctx.persist(record(node, -1)) },
    { source: "ZOOKEEPER-4646; Ouyang et al. 2023" },
  ),
  mutant("Z6", "transaction-not-persisted-before-ack", { saveTxn: nothing }),
  mutant("Z7", "longest-history-wins", { isNewer: (follower, best) => follower.last > best.last }),
  mutant("Z8", "old-suffix-kept", {
    takeHistory(node, epoch, from, txns) {
      const end = Math.max(node.log.end, from + txns.length);
      const own = stretchFrom(node, from + txns.length).txns;
      return zabRules.takeHistory(node, epoch, from, end > from + txns.length ? [...txns, ...own] : txns);
    },
  }),
  mutant("Z9", "broadcast-before-synchronisation", { isSynchronised: () => true }),
  mutant("Z10", "proposals-of-an-older-leader-taken", { mayTake: (node, epoch) => epoch === node.current }),
  mutant("Z11", "gaps-taken", { isNext: (node, index) => index >= node.log.end }),
  mutant(
    "Z12",
    "sync-without-a-quorum",
    { confirmationsNeeded: () => 1 },
    { source: "ZOOKEEPER-1675; Hunt et al., ZooKeeper, USENIX ATC 2010, §4.4" },
  ),
  mutant("Z13", "commit-of-another-epoch", { mayDeliver: () => true }),
  mutant("Z14", "minority-quorum", {
    quorum: (settings) => settings.quorum - 1,
    isSynchronised: () => true,
  }),
  mutant(
    "Z15",
    "retry-applied-twice",
    { apply: (node, { operation }) => node.store.set(operation.key, operation.id) },
    { source: "Ongaro, Consensus: Bridging Theory and Practice, 2014, §6.3" },
  ),
  {
    id: "Z16",
    name: "local-reads-called-linearizable",
    source: "Hunt et al., ZooKeeper, USENIX ATC 2010, §2.3: reads are local, writes alone are linearizable",
    kind: "safety",
    settings: { reads: "local" },
    protocol: erased({ ...zab, answers: "register" }),
  },
  mutant(
    "Z17",
    "server-answers-who-has-seen-more",
    { isFarEnough: () => true },
    {
      source: "Hunt et al., ZooKeeper, USENIX ATC 2010, §4.4: the last zxid a client has seen is checked",
      settings: { reads: "local" },
      scenario: "zab-seen-more",
    },
  ),
];
