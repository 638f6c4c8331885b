import assert from "node:assert/strict";
import { test } from "node:test";
import { xxHash32 } from "js-xxhash";
import { DomainError } from "../../../core/errors.ts";
import { hashKey, hashNode } from "./key-hash.ts";

const PRIME = 2654435761;

/** The buffer of the reference implementation's own sanity check: the top bytes of successive squares. */
function sanityBuffer(): Uint8Array {
  const bytes = new Uint8Array(101);
  let square = BigInt(PRIME);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = Number(square >> 24n);
    square = (square * square) & 0xffffffffn;
  }
  return bytes;
}

/** xxHash32 in big integers, written from its specification. */
function reference(bytes: Uint8Array, seed: number): number {
  const [p1, p2, p3, p4, p5] = [0x9e3779b1n, 0x85ebca77n, 0xc2b2ae3dn, 0x27d4eb2fn, 0x165667b1n];
  const word = (x: bigint): bigint => x & 0xffffffffn;
  const turn = (x: bigint, by: bigint): bigint => word((x << by) | (x >> (32n - by)));
  const read = (at: number): bigint =>
    [0, 1, 2, 3].reduce((x, i) => x | (BigInt(bytes[at + i]) << BigInt(8 * i)), 0n);
  const s = BigInt(seed);
  let at = 0;
  let h = word(s + p5);
  if (bytes.length >= 16) {
    const lanes = [word(s + p1 + p2), word(s + p2), s, word(s - p1)];
    for (; at + 16 <= bytes.length; at += 16)
      for (let i = 0; i < 4; i++) lanes[i] = word(turn(word(lanes[i] + read(at + 4 * i) * p2), 13n) * p1);
    h = word(turn(lanes[0], 1n) + turn(lanes[1], 7n) + turn(lanes[2], 12n) + turn(lanes[3], 18n));
  }
  h = word(h + BigInt(bytes.length));
  for (; at + 4 <= bytes.length; at += 4) h = word(turn(word(h + read(at) * p3), 17n) * p4);
  for (; at < bytes.length; at++) h = word(turn(word(h + BigInt(bytes[at]) * p5), 11n) * p1);
  h = word((h ^ (h >> 15n)) * p2);
  h = word((h ^ (h >> 13n)) * p3);
  return Number(h ^ (h >> 16n));
}

test("xxHash32 gives the reference vectors of its author's sanity check (Cyan4973/xxHash, xxhsum.c)", () => {
  const buffer = sanityBuffer();
  const vectors = [
    [0, 0, 0x02cc5d05],
    [0, PRIME, 0x36b78ae7],
    [1, 0, 0xb85cbee5],
    [1, PRIME, 0xd5845d64],
    [14, 0, 0xe5aa0ab4],
    [14, PRIME, 0x4481951d],
    [101, 0, 0x1f1aa412],
    [101, PRIME, 0x498ec8e2],
  ];
  for (const [length, seed, hash] of vectors) {
    assert.equal(xxHash32(buffer.subarray(0, length), seed), hash);
    assert.equal(reference(buffer.subarray(0, length), seed), hash);
  }
});

test("keys hash as their bytes: numbers as 8 little-endian bytes, texts as UTF-8; nodes with a salt", () => {
  const asBytes = (value: bigint): Uint8Array =>
    Uint8Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
  for (const seed of [0, 1, 12345, 0xffffffff]) {
    for (const key of [
      0,
      1,
      255,
      256,
      65537,
      2 ** 31,
      2 ** 32 - 1,
      2 ** 32,
      2 ** 45 + 77,
      Number.MAX_SAFE_INTEGER,
    ])
      assert.equal(hashKey(key, seed), reference(asBytes(BigInt(key)), seed), `key ${key}`);
    for (const key of [
      "",
      "a",
      "user4711",
      "sixteen letters.",
      "Größe, 速度, 🚀 and more than sixteen bytes",
    ])
      assert.equal(hashKey(key, seed), reference(new TextEncoder().encode(key), seed), key);
    for (const [node, index] of [
      [0, 0],
      [7, 3],
      [2 ** 31 - 1, 99_999],
    ])
      assert.equal(
        hashNode(node, index, seed),
        reference(asBytes(BigInt(node) + (BigInt(index) << 32n)), (seed ^ 0x9e3779b9) >>> 0),
      );
  }
  // Otherwise key 5 would always lie at the first point of node 5.
  assert.notEqual(hashKey(5, 0), hashNode(5, 0, 0));
});

test("what is no key is refused", () => {
  for (const key of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])
    assert.throws(
      () => hashKey(key),
      (error) =>
        error instanceof DomainError &&
        error.message === `placement: key must be a text or an integer >= 0, got ${key}`,
    );
});
