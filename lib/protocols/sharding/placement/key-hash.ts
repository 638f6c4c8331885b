/**
 * The hash of keys and nodes: xxHash32 (Collet 2012, specification 0.2.0 in Cyan4973/xxHash/doc), from js-xxhash.
 *
 * A published function with reference vectors, and not the random streams' own: where a key lies must not depend on
 * how this project draws its random numbers, and anybody must be able to compute it again. A whole number is hashed
 * as its 8 little-endian bytes, a text as its UTF-8 bytes.
 */
import { xxHash32 } from "js-xxhash";
import { DomainError, show } from "../../../core/errors.ts";

/** What is placed: a number from 0 to 2^53 − 1, or a text. */
export type Key = number | string;

// A copy: reading an imported binding in a hot loop costs as much as the hash of a short key.
const hash = xxHash32;
const TWO_32 = 4294967296;
/** Keeps positions of nodes from being the positions of the keys of the same numbers. */
const NODE_SALT = 0x9e3779b9;
const bytes = new Uint8Array(8);

function writeWord(at: number, word: number): void {
  bytes[at] = word;
  bytes[at + 1] = word >>> 8;
  bytes[at + 2] = word >>> 16;
  bytes[at + 3] = word >>> 24;
}

/**
 * The hash of a key: a whole number from 0 to 2^32 − 1.
 *
 * @param seed a whole number from 0 to 2^32 − 1; other seeds are other hash functions
 * @throws DomainError for a key that is neither a whole number >= 0 nor a text
 * @example
 * hashKey("", 0); // => 0x02cc5d05
 */
export function hashKey(key: Key, seed = 0): number {
  if (typeof key === "string") return hash(key, seed);
  if (!(key >= 0 && key <= Number.MAX_SAFE_INTEGER) || Math.floor(key) !== key)
    throw new DomainError(`placement: key must be a text or an integer >= 0, got ${show(key)}`);
  writeWord(0, key | 0);
  writeWord(4, key < TWO_32 ? 0 : Math.floor(key / TWO_32));
  return hash(bytes, seed);
}

/** The hash of a node's i-th point, from 0 to 2^32 − 1. */
export function hashNode(node: number, index: number, seed: number): number {
  writeWord(0, node);
  writeWord(4, index);
  return hash(bytes, (seed ^ NODE_SALT) >>> 0);
}
