/** The index of mutants: one line a protocol. */
import { unknownName } from "../core/errors.ts";
import type { Mutant } from "../simulation/mutant.ts";
import { epaxosMutants } from "./consensus/epaxos.mutants.ts";
import { fastPaxosMutants } from "./consensus/fast-paxos.mutants.ts";
import { flexiblePaxosMutants } from "./consensus/flexible-paxos.mutants.ts";
import { menciusMutants } from "./consensus/mencius.mutants.ts";
import { multiPaxosMutants } from "./consensus/multi-paxos.mutants.ts";
import { paxosMutants } from "./consensus/paxos.mutants.ts";
import { pigPaxosMutants } from "./consensus/pig-paxos.mutants.ts";
import { raftMutants } from "./consensus/raft.mutants.ts";
import { zabMutants } from "./consensus/zab.mutants.ts";
import { shardedStoreMutants } from "./sharding/sharded-store.mutants.ts";

/** Known bugs by the name of the protocol they are bugs of. */
export const mutantIndex: ReadonlyMap<string, readonly Mutant[]> = new Map([
  ["raft", raftMutants],
  ["multi-paxos", multiPaxosMutants],
  ["flexible-paxos", flexiblePaxosMutants],
  ["fast-paxos", fastPaxosMutants],
  ["paxos", paxosMutants],
  ["epaxos", epaxosMutants],
  ["pig-paxos", pigPaxosMutants],
  ["zab", zabMutants],
  ["mencius", menciusMutants],
  ["sharded-store", shardedStoreMutants],
]);

/** A protocol's mutant by its id; an unknown one is an error with the known ones. */
export function mutantNamed(protocol: string, id: string): Mutant {
  const mutants = mutantIndex.get(protocol) ?? [];
  const found = mutants.find((mutant) => mutant.id === id);
  if (found !== undefined) return found;
  throw unknownName(
    protocol,
    "mutant",
    id,
    mutants.map((mutant) => mutant.id),
  );
}
