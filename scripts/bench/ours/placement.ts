/**
 * Placements of keys on `size` nodes. Variants: `hash`, the raw hash of the same keys; an algorithm, whose look-ups are
 * counted; `build-maglev` and `build-ring`, where an operation is one placement built.
 *
 * The mean is the share of answers that can be: hashes below 2^32, owners among the nodes, placements of all nodes.
 */
import { hashKey } from "../../../lib/protocols/sharding/placement/key-hash.ts";
import type { Placement } from "../../../lib/protocols/sharding/placement/placement.ts";
import { placements } from "../../../lib/protocols/sharding/placements.ts";
import { childArguments, report } from "../child.ts";

const TWO_32 = 2 ** 32;
/** The first prime above 100 entries a node for 10,000 nodes (Eisenbud et al. 2016, §5.3: M > 100 n). */
const ENTRIES = 1_000_003;
const POINTS = 100;

const { variant, size, operations, seed } = childArguments();
const nodes = Array.from({ length: size }, (_, i) => i);

const BUILD: Readonly<Record<string, (seed: number) => Placement>> = {
  modulo: () => placements.modulo({ nodes, seed }),
  ring: (s) => placements.ring({ nodes, points: POINTS, seed: s }),
  rendezvous: () => placements.rendezvous({ nodes, seed }),
  jump: () => placements.jump({ nodes, seed }),
  maglev: (s) => placements.maglev({ nodes, size: ENTRIES, seed: s }),
  "bounded loads": (s) => placements.boundedLoads({ nodes, keys: 1_000_000, seed: s }),
};

/** Looks keys up; how many answers can be. */
function lookUps(placement: Placement, count: number): number {
  let right = 0;
  for (let i = 0; i < count; i++) {
    const owner = placement.owner(i % 1_000_000);
    if (owner >= 0 && owner < size) right++;
  }
  return right;
}

function hashes(count: number): number {
  let right = 0;
  for (let i = 0; i < count; i++) if (hashKey(i % 1_000_000, seed) < TWO_32) right++;
  return right;
}

function builds(build: (seed: number) => Placement, count: number): number {
  let right = 0;
  for (let i = 0; i < count; i++) if (build(seed + i).nodes.length === size) right++;
  return right;
}

function work(count: number): () => number {
  if (variant === "hash") return () => hashes(count);
  if (variant.startsWith("build-")) return () => builds(BUILD[variant.slice(6)], count);
  const placement = BUILD[variant](seed);
  lookUps(placement, Math.ceil(count / 10));
  return () => lookUps(placement, count);
}

const run = work(operations);
const begun = performance.now();
const right = run();
report("placement", variant, operations, (performance.now() - begun) / 1e3, right / operations);
