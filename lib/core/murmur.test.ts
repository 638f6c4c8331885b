import assert from "node:assert/strict";
import { test } from "node:test";
import { hash128 } from "./murmur.ts";

const MASK = 0xffffffffn;
const rotl = (x: bigint, r: bigint): bigint => ((x << r) | (x >> (32n - r))) & MASK;
const mul = (x: bigint, y: bigint): bigint => (x * y) & MASK;

/** MurmurHash3_x86_128 over bytes in big integers, written from its description, tail included. */
function reference(bytes: Uint8Array, seed: bigint): bigint[] {
  const [c1, c2, c3, c4] = [0x239b961bn, 0xab0e9789n, 0x38b34ae5n, 0xa1e38b93n];
  let [h1, h2, h3, h4] = [seed, seed, seed, seed];
  const byte = (i: number): bigint => BigInt(bytes[i] ?? 0);
  const word = (at: number): bigint =>
    byte(at) | (byte(at + 1) << 8n) | (byte(at + 2) << 16n) | (byte(at + 3) << 24n);
  const k1 = (at: number): bigint => mul(rotl(mul(word(at), c1), 15n), c2);
  const k2 = (at: number): bigint => mul(rotl(mul(word(at), c2), 16n), c3);
  const k3 = (at: number): bigint => mul(rotl(mul(word(at), c3), 17n), c4);
  const k4 = (at: number): bigint => mul(rotl(mul(word(at), c4), 18n), c1);
  const whole = bytes.length - (bytes.length % 16);
  for (let at = 0; at < whole; at += 16) {
    h1 = (mul((rotl(h1 ^ k1(at), 19n) + h2) & MASK, 5n) + 0x561ccd1bn) & MASK;
    h2 = (mul((rotl(h2 ^ k2(at + 4), 17n) + h3) & MASK, 5n) + 0x0bcaa747n) & MASK;
    h3 = (mul((rotl(h3 ^ k3(at + 8), 15n) + h4) & MASK, 5n) + 0x96cd1c35n) & MASK;
    h4 = (mul((rotl(h4 ^ k4(at + 12), 13n) + h1) & MASK, 5n) + 0x32ac3b17n) & MASK;
  }
  // Bytes past the end read as 0, and a zero word mixes to zero: the tail needs no cases.
  h1 ^= k1(whole);
  h2 ^= k2(whole + 4);
  h3 ^= k3(whole + 8);
  h4 ^= k4(whole + 12);
  let h = [h1, h2, h3, h4].map((x) => x ^ BigInt(bytes.length));
  const stir = (x: bigint[]): bigint[] => {
    const first = (x[0] + x[1] + x[2] + x[3]) & MASK;
    return [first, ...x.slice(1).map((y) => (y + first) & MASK)];
  };
  h = stir(h).map((x) => {
    const a = mul(x ^ (x >> 16n), 0x85ebca6bn);
    const b = mul(a ^ (a >> 13n), 0xc2b2ae35n);
    return b ^ (b >> 16n);
  });
  return stir(h);
}

function toBytes(words: readonly bigint[]): Uint8Array {
  return Uint8Array.from(words.flatMap((w) => [0n, 8n, 16n, 24n].map((s) => Number((w >> s) & 0xffn))));
}

test("the test's own reference has the author's verification value 0xB3ECE62A", () => {
  // SMHasher: hash the keys 0, 01, 012 … of length 0 to 255 with seed 256 − length, then hash the hashes.
  const all: number[] = [];
  for (let length = 0; length < 256; length++) {
    const key = Uint8Array.from({ length }, (_, i) => i);
    all.push(...toBytes(reference(key, BigInt(256 - length))));
  }
  assert.equal(reference(Uint8Array.from(all), 0n)[0].toString(16), "b3ece62a");
});

test("whole blocks hash as the published function", () => {
  for (let blocks = 0; blocks < 8; blocks++) {
    for (let salt = 0; salt < 20; salt++) {
      const words = Array.from({ length: 4 * blocks }, (_, i) =>
        Math.imul(i + 1 + 97 * salt, 0x9e3779b1 ^ (salt << 13)),
      );
      const bytes = toBytes(words.map((w) => BigInt(w >>> 0)));
      assert.deepEqual(
        Array.from(hash128(words), (h) => BigInt(h >>> 0)),
        reference(bytes, 0n),
      );
    }
  }
});
