/** The index of protocols: one line each. */
import { unknownName } from "../core/errors.ts";
import { type AnyProtocol, erased } from "../simulation/protocol.ts";
import { balancer } from "./balancing/balancer.ts";
import { station } from "./balancing/station.ts";
import { epaxos } from "./consensus/epaxos.ts";
import { fastPaxos } from "./consensus/fast-paxos.ts";
import { flexiblePaxos } from "./consensus/flexible-paxos.ts";
import { mencius } from "./consensus/mencius.ts";
import { multiPaxos } from "./consensus/multi-paxos.ts";
import { paxos } from "./consensus/paxos.ts";
import { pigPaxos } from "./consensus/pig-paxos.ts";
import { raft } from "./consensus/raft.ts";
import { zab } from "./consensus/zab.ts";
import { shardedStore } from "./sharding/sharded-store.ts";

const all: readonly AnyProtocol[] = [
  erased(raft), //
  erased(multiPaxos),
  erased(flexiblePaxos),
  erased(fastPaxos),
  erased(paxos),
  erased(epaxos),
  erased(zab),
  erased(mencius),
  erased(pigPaxos),
  erased(station),
  erased(balancer),
  erased(shardedStore),
];

/** Every protocol by name. */
export const protocolIndex: ReadonlyMap<string, AnyProtocol> = new Map(all.map((p) => [p.name, p]));

/** The protocol of a name; an unknown name is an error with the nearest known one. */
export function protocolNamed(name: string): AnyProtocol {
  const found = protocolIndex.get(name);
  if (found === undefined) throw unknownName("protocols", "protocol", name, [...protocolIndex.keys()]);
  return found;
}
