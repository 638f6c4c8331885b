/** Nodes at some distances and clients beside them, for tests of formulas between regions. */
/** One-way delays between nodes that are all equally far from one another. */
export const equal = (nodes: number, delay: number): number[][] =>
  Array.from({ length: nodes }, (_, i) => Array.from({ length: nodes }, (__, j) => (i === j ? 0 : delay)));

/** Clients beside some nodes, as many at each. */
export const beside = (...replicas: number[]) =>
  replicas.map((replica) => ({ replica, share: 1 / replicas.length, roundTrip: null }));
