/** Builders of systems, one per protocol: `raft({ network, disk, quorum: 3 })`. */
import { balancer as balancerProtocol } from "./balancing/balancer.ts";
import { station as stationProtocol } from "./balancing/station.ts";
import { epaxos as epaxosProtocol } from "./consensus/epaxos.ts";
import { fastPaxos as fastPaxosProtocol } from "./consensus/fast-paxos.ts";
import { flexiblePaxos as flexiblePaxosProtocol } from "./consensus/flexible-paxos.ts";
import { mencius as menciusProtocol } from "./consensus/mencius.ts";
import { multiPaxos as multiPaxosProtocol } from "./consensus/multi-paxos.ts";
import { paxos as paxosProtocol } from "./consensus/paxos.ts";
import { pigPaxos as pigPaxosProtocol } from "./consensus/pig-paxos.ts";
import { raft as raftProtocol } from "./consensus/raft.ts";
import { zab as zabProtocol } from "./consensus/zab.ts";
import { shardedStore as shardedStoreProtocol } from "./sharding/sharded-store.ts";
import { systemBuilder } from "./system.ts";

/**
 * A group that runs Raft.
 * @example raft({ network: network.lan({ nodes: 5, rtt: ms(1) }) }).settings.quorum; // => 3
 */
export const raft = systemBuilder(raftProtocol);

/**
 * A group that runs Multi-Paxos with a stable leader.
 * @example multiPaxos({ network: network.lan({ nodes: 3, rtt: ms(1) }) }).protocol; // => "multi-paxos"
 */
export const multiPaxos = systemBuilder(multiPaxosProtocol);

/**
 * A group that runs single-decree Paxos; every client's node proposes.
 * @example paxos({ network: network.lan({ nodes: 3, rtt: ms(1) }), quorum: 2 }).settings.quorum; // => 2
 */
export const paxos = systemBuilder(paxosProtocol);

/**
 * Nodes that serve what they are asked: queues with several servers, priorities, shared processors, a bound on the places.
 * @example station({ network: network.lan({ nodes: 1, rtt: 0 }), cpu: cpu({ receive: exponential(ms(1)) }) }).cpu.cores; // => 1
 */
export const station = systemBuilder(stationProtocol);

/**
 * Dispatchers and servers: load balancing by one of the policies of `balancingPolicies`.
 * @example balancer({ network: network.lan({ nodes: 11, rtt: 0 }), policy: "d-choices" }).settings.servers; // => 10
 */
export const balancer = systemBuilder(balancerProtocol);

/**
 * A group that runs EPaxos: every node leads the commands of its own clients.
 * @example epaxos({ network: network.lan({ nodes: 5, rtt: ms(1) }) }).settings.fastQuorum; // => 3
 */
export const epaxos = systemBuilder(epaxosProtocol);

/**
 * A group that runs Zab, ZooKeeper's atomic broadcast: any server takes requests, the leader orders the writes.
 * @example zab({ network: network.lan({ nodes: 3, rtt: ms(1) }) }).settings.reads; // => "sync"
 */
export const zab = systemBuilder(zabProtocol);

/**
 * A group that runs Mencius: the slots of the log belong to the servers in turn.
 * @example mencius({ network: network.lan({ nodes: 5, rtt: ms(1) }) }).settings.quorum; // => 3
 */
export const mencius = systemBuilder(menciusProtocol);

/**
 * A group that runs Flexible Paxos: a leader needs `prepareQuorum` promises once, and `quorum` votes for every slot.
 * @example flexiblePaxos({ network: network.lan({ nodes: 5, rtt: ms(1) }), quorum: 2 }).settings.prepareQuorum; // => 4
 */
export const flexiblePaxos = systemBuilder(flexiblePaxosProtocol);

/**
 * A group that runs PigPaxos: a leader that talks to its followers by relays.
 * @example pigPaxos({ network: network.lan({ nodes: 10, rtt: ms(1) }) }).settings.groups; // => 3
 */
export const pigPaxos = systemBuilder(pigPaxosProtocol);

/**
 * A group that runs Fast Paxos: clients' nodes propose to the acceptors themselves, and collide where they meet.
 * @example fastPaxos({ network: network.lan({ nodes: 5, rtt: ms(1) }) }).settings.fastQuorum; // => 4
 */
export const fastPaxos = systemBuilder(fastPaxosProtocol);

/**
 * Routers, servers that own ranges or slots of keys, and a monitor that moves what is hot.
 * @example shardedStore({ network: network.lan({ nodes: 5, rtt: ms(1) }), keySpace: 1000 }).settings.servers; // => 4
 */
export const shardedStore = systemBuilder(shardedStoreProtocol);
