/** What a list of faults may ask of a protocol and a group; refused before a run begins. */
import { DomainError, unknownName } from "../core/errors.ts";
import type { FaultSpec } from "../core/fault-types.ts";
import type { ParameterTable, ValuesOf } from "../core/parameters.ts";
import type { AnyProtocol } from "./protocol.ts";

/**
 * Checks faults against the protocol, its settings and the number of nodes.
 *
 * @throws DomainError on nodes that are not there, on crashes of a protocol that cannot recover and on clocks that drift
 * beyond what the settings assume; UsageError on an unknown command
 */
export function checkFaults(
  protocol: AnyProtocol,
  faults: readonly FaultSpec[],
  nodes: number,
  settings: ValuesOf<ParameterTable>,
): void {
  const bound = protocol.driftBound?.(settings) ?? Number.POSITIVE_INFINITY;
  for (const spec of faults) {
    const where = `${protocol.name}: ${spec.fault}`;
    if ("node" in spec && typeof spec.node === "number") checkNode(where, spec.node, nodes);
    if ("node" in spec && spec.node === "leader" && protocol.leads === undefined)
      throw new DomainError(
        `${where}: node must be a number, random or each (${protocol.name} has no leader), got leader`,
      );
    if ("links" in spec && spec.links !== null) {
      for (const [from, to] of spec.links) {
        checkNode(where, from, nodes);
        checkNode(where, to, nodes);
      }
    }
    if (spec.fault === "partition") checkGroups(where, spec.groups, nodes);
    const stops = spec.fault === "crash" || spec.fault === "failing disk";
    if (stops && protocol.durable === undefined)
      throw new DomainError(
        `${where}: protocol must be able to recover from its disk, got ${protocol.name}, which cannot`,
      );
    if (spec.fault === "clock" && Math.abs(spec.drift) > bound)
      throw new DomainError(
        `${where}: drift must be within ±${bound}, on which leases rest (unsafe allows more), got ${spec.drift}`,
      );
    if (spec.fault === "command" && !Object.hasOwn(protocol.commands ?? {}, spec.command))
      throw unknownName(where, "command", spec.command, Object.keys(protocol.commands ?? {}));
  }
}

function checkNode(where: string, node: unknown, nodes: number): void {
  if (typeof node === "number" && Number.isInteger(node) && node >= 0 && node < nodes) return;
  throw new DomainError(`${where}: node must be from 0 to ${nodes - 1}, got ${String(node)}`);
}

function checkGroups(where: string, groups: readonly (readonly number[])[], nodes: number): void {
  const seen = new Set<number>();
  for (const node of groups.flat()) {
    checkNode(where, node, nodes);
    if (seen.has(node)) throw new DomainError(`${where}: node ${node} must be in one group, got it twice`);
    seen.add(node);
  }
}
