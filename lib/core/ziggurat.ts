/**
 * Tables and rare paths of the ziggurat method for the exponential and the normal distribution.
 *
 * Source: Marsaglia & Tsang (2000), "The ziggurat method for generating random variables", J. Stat. Software 5(8),
 * with the remedy of Doornik (2005), "An improved ziggurat method to generate normal random samples": the bits that
 * choose the layer are not used again in the value.
 *
 * The area under a decreasing density is cut into 256 horizontal layers of equal area; layer 0 also holds the tail
 * beyond r. A point in a layer that lies left of the next layer's edge is under the curve (98.9 % of all draws) and
 * needs two table loads and one product. The tables are computed when the module loads, none is pasted.
 */
import { millsRatio } from "./normal.ts";

/** What the rare paths need of a stream. */
interface Source {
  uniform(): number;
  exponential(): number;
}

/** One decreasing density on [0, ∞) with f(0) = 1, not normalised. */
interface Curve {
  density(x: number): number;
  inverse(y: number): number;
  /** The integral of the density over (x, ∞). */
  tail(x: number): number;
}

const LAYERS = 256;
const TWO_53 = 2 ** 53;

const EXPONENTIAL: Curve = {
  density: (x) => Math.exp(-x),
  inverse: (y) => -Math.log(y),
  tail: (x) => Math.exp(-x),
};

const NORMAL: Curve = {
  density: (x) => Math.exp(-0.5 * x * x),
  inverse: (y) => Math.sqrt(-2 * Math.log(y)),
  tail: (x) => Math.exp(-0.5 * x * x) * millsRatio(x),
};

/** The right edges x₀ … x₂₅₆ for a tail starting at r, and the height reached: 1 when r is right. */
function edgesFor(curve: Curve, r: number): { edges: Float64Array; height: number } {
  const area = r * curve.density(r) + curve.tail(r);
  const edges = new Float64Array(LAYERS + 1);
  // Layer 0 is drawn as a rectangle of its area; what falls beyond r is replaced by a draw from the tail.
  edges[0] = area / curve.density(r);
  edges[1] = r;
  let height = curve.density(r);
  for (let i = 1; i < LAYERS; i++) {
    height += area / edges[i];
    if (height >= 1 && i < LAYERS - 1) return { edges, height: Number.POSITIVE_INFINITY };
    edges[i + 1] = i === LAYERS - 1 ? 0 : curve.inverse(height);
  }
  return { edges, height };
}

/** Finds the r whose 256 layers just reach the top, by bisection down to neighbouring doubles. */
function solveEdges(curve: Curve): Float64Array {
  let low = 1;
  let high = 16;
  for (let mid = 8.5; mid > low && mid < high; mid = 0.5 * (low + high)) {
    if (edgesFor(curve, mid).height > 1) low = mid;
    else high = mid;
  }
  return edgesFor(curve, high).edges;
}

/** For each layer: its width over 2^53, the next layer's edge, the density at its own edge, and at the next edge. */
function layout(curve: Curve, edges: Float64Array): Float64Array {
  const table = new Float64Array(4 * LAYERS);
  for (let i = 0; i < LAYERS; i++) {
    table[4 * i] = edges[i] / TWO_53;
    table[4 * i + 1] = edges[i + 1];
    table[4 * i + 2] = curve.density(edges[i]);
    table[4 * i + 3] = curve.density(edges[i + 1]);
  }
  return table;
}

const exponentialEdges = solveEdges(EXPONENTIAL);
const normalEdges = solveEdges(NORMAL);

/** Four numbers a layer: width/2^53, next edge, density at the edge, density at the next edge. */
export const exponentialTable: Float64Array = layout(EXPONENTIAL, exponentialEdges);
/** The same for the right half of the normal distribution. */
export const normalTable: Float64Array = layout(NORMAL, normalEdges);
/** Where the exponential tail begins: 7.69711747013105 (Marsaglia & Tsang 2000, section 4). */
export const exponentialTailStart: number = exponentialEdges[1];
/** Where the normal tail begins: 3.6541528853610088 (the same). */
export const normalTailStart: number = normalEdges[1];

/**
 * Decides a point of the exponential ziggurat that is not left of the next edge.
 *
 * @returns the draw, or −1 when the point lies above the curve and a new one is needed
 */
export function exponentialRare(source: Source, layer: number, x: number): number {
  // The exponential distribution has no memory: beyond r it starts again.
  if (layer === 0) return exponentialTailStart + source.exponential();
  const low = exponentialTable[4 * layer + 2];
  const high = exponentialTable[4 * layer + 3];
  return low + source.uniform() * (high - low) < Math.exp(-x) ? x : -1;
}

/**
 * Decides a point of the normal ziggurat that is not left of the next edge.
 *
 * @returns the absolute value of the draw, or −1 when a new point is needed
 */
export function normalRare(source: Source, layer: number, x: number): number {
  if (layer === 0) return normalTail(source);
  const low = normalTable[4 * layer + 2];
  const high = normalTable[4 * layer + 3];
  return low + source.uniform() * (high - low) < Math.exp(-0.5 * x * x) ? x : -1;
}

/** A normal draw beyond r: Marsaglia (1964), "Generating a variable from the tail of the normal distribution". */
function normalTail(source: Source): number {
  for (;;) {
    const excess = source.exponential() / normalTailStart;
    if (2 * source.exponential() >= excess * excess) return normalTailStart + excess;
  }
}
