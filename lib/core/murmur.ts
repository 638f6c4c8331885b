/**
 * A 128-bit hash of 32-bit words: MurmurHash3_x86_128 (Appleby 2011, public domain) for whole 16-byte blocks, seed 0.
 *
 * Not cryptographic: it spreads seeds and stream names over the generator's states, nothing else.
 */

/** The multipliers of the four lanes, how far each word and each lane is rotated, and what is added to a lane. */
const FACTORS = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93] as const;
const WORD_TURNS = [15, 16, 17, 18] as const;
const LANE_TURNS = [19, 17, 15, 13] as const;
const ADDENDS = [0x561ccd1b, 0x0bcaa747, 0x96cd1c35, 0x32ac3b17] as const;

function turn(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

/** Makes every bit of a word depend on every other. */
function avalanche(word: number): number {
  let h = word ^ (word >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Adds the lanes into the first, and the first into the others. */
function stir(h: Int32Array): void {
  h[0] += h[1] + h[2] + h[3];
  for (let i = 1; i < 4; i++) h[i] += h[0];
}

/**
 * Hashes words, of which there must be a multiple of four, to four signed 32-bit words.
 *
 * Taken as little-endian bytes, the words give the published function's own value.
 */
export function hash128(words: readonly number[]): Int32Array {
  const h = new Int32Array(4);
  for (let block = 0; block < words.length; block += 4) {
    for (let i = 0; i < 4; i++) {
      const next = (i + 1) & 3;
      const word = Math.imul(turn(Math.imul(words[block + i], FACTORS[i]), WORD_TURNS[i]), FACTORS[next]);
      h[i] = turn(h[i] ^ word, LANE_TURNS[i]) + h[next];
      h[i] = Math.imul(h[i], 5) + ADDENDS[i];
    }
  }
  for (let i = 0; i < 4; i++) h[i] ^= words.length * 4;
  stir(h);
  for (let i = 0; i < 4; i++) h[i] = avalanche(h[i]);
  stir(h);
  return h;
}
