/**
 * From a protocol and what a user states about its machines to a complete `SystemSpec`.
 */
import { distributionFrom } from "../core/distributions.ts";
import { DomainError, refuseUnknown, show, UsageError, unknownName } from "../core/errors.ts";
import type { FaultSpec } from "../core/fault-types.ts";
import { FREE_CPU } from "../core/machines.ts";
import { type GivenFor, type ParameterTable, readParameters, type ValuesOf } from "../core/parameters.ts";
import type { CpuSpec, DiskSpec, NetworkSpec, SystemSpec } from "../core/system.ts";
import { checkFaults } from "../simulation/fault-check.ts";
import {
  type AnyProtocol,
  erased,
  type MessageShape,
  type Protocol,
  type SystemFacts,
} from "../simulation/protocol.ts";

/** The machines a protocol runs on. */
export interface Machines {
  readonly network: NetworkSpec;
  /** Default: costs nothing. */
  readonly cpu?: CpuSpec;
  /** Default: nothing is written. */
  readonly disk?: DiskSpec | null;
  /** What goes wrong, built by `fault`; default: nothing. */
  readonly faults?: readonly FaultSpec[];
  /** Site whose first node stands for leader first; the same as setting `initialLeader`. */
  readonly leaderIn?: string;
}

const MACHINE_KEYS = ["network", "cpu", "disk", "faults", "leaderIn"] as const;

/** Builder of systems that run one protocol: `raft({ network, disk, quorum: 3 })`. */
export type SystemBuilder<Table extends ParameterTable> = (given: Machines & GivenFor<Table>) => SystemSpec;

/** Makes the builder of a protocol. */
export function systemBuilder<
  Table extends ParameterTable,
  Node extends object,
  Message extends MessageShape,
>(protocol: Protocol<Table, Node, Message>): SystemBuilder<Table> {
  return (given) => buildSystem(erased(protocol), given);
}

/**
 * Fills and checks every setting of a protocol on its machines.
 *
 * @param text true when the settings come from a command line as text
 * @throws UsageError on unknown settings, DomainError on values or relations that cannot be
 */
export function buildSystem(
  protocol: AnyProtocol,
  given: Machines & Readonly<Record<string, unknown>>,
  text = false,
): SystemSpec {
  const where = protocol.name;
  if (given === null || typeof given !== "object")
    throw new UsageError(`${where}: settings must be an object, got ${show(given)}`);
  const { network, cpu, disk, faults, leaderIn, ...settingsGiven } = given;
  refuseUnknown(where, "parameter", Object.getOwnPropertyNames(settingsGiven), [
    ...Object.keys(protocol.parameters),
    ...MACHINE_KEYS,
  ]);
  if (network === undefined) throw new DomainError(`${where}: network must be given, got undefined`);
  const settings: Record<string, unknown> = { ...settingsGiven };
  if (leaderIn !== undefined) settings.initialLeader = firstNodeAt(where, network, leaderIn);
  const nodes = network.placement.length;
  const read = readParameters(where, protocol.parameters, settings, { text });
  const facts: SystemFacts = { nodes, longestRtt: longestRtt(network) };
  const filled = protocol.derive?.(read as ValuesOf<ParameterTable>, facts) ?? read;
  protocol.check?.(filled as ValuesOf<ParameterTable>, nodes);
  const machines = { network, cpu: cpu ?? FREE_CPU, disk: disk ?? null };
  if (faults === undefined || faults.length === 0)
    return { protocol: protocol.name, settings: filled, ...machines };
  checkFaults(protocol, faults, nodes, filled as ValuesOf<ParameterTable>);
  return { protocol: protocol.name, settings: filled, ...machines, faults };
}

function firstNodeAt(where: string, network: NetworkSpec, site: string): number {
  const index = network.sites.indexOf(site);
  if (index < 0) throw unknownName(where, "site", site, network.sites);
  const node = network.placement.indexOf(index);
  if (node < 0)
    throw new DomainError(`${where}: leaderIn must be a site with a node, got "${site}" with none`);
  return node;
}

/** Largest mean round trip between two nodes, in seconds. */
function longestRtt(network: NetworkSpec): number {
  const means = network.oneWay.map((row) => row.map((link) => distributionFrom(link).mean));
  const perSite = network.sites.map((_, site) => network.placement.filter((at) => at === site).length);
  let longest = 0;
  means.forEach((row, i) => {
    row.forEach((mean, j) => {
      const present = perSite[i] > 0 && perSite[j] > 0 && (i !== j || perSite[i] > 1);
      if (present) longest = Math.max(longest, mean + means[j][i]);
    });
  });
  return longest;
}
