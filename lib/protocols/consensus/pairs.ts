/**
 * Invariants of pairs of nodes, which walks ask after every action: only pairs whose answer may be another are asked.
 */

/**
 * Whether something holds of every pair of nodes; it must not matter which of the two comes first.
 *
 * @param changed the only node that is not as it was when all pairs last held; undefined for any
 */
export function everyPair<Node>(
  nodes: readonly Node[],
  changed: Node | undefined,
  holds: (a: Node, b: Node) => boolean,
): boolean {
  if (changed !== undefined) return everyOther(nodes, changed, 0, holds);
  for (let i = 0; i < nodes.length; i++) if (!everyOther(nodes, nodes[i], i + 1, holds)) return false;
  return true;
}

function everyOther<Node>(
  nodes: readonly Node[],
  one: Node,
  from: number,
  holds: (a: Node, b: Node) => boolean,
): boolean {
  for (let i = from; i < nodes.length; i++) if (nodes[i] !== one && !holds(one, nodes[i])) return false;
  return true;
}
