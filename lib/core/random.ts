/**
 * Random streams: xoshiro128++ with named, independent streams from one seed.
 *
 * Source: Blackman & Vigna (2021), "Scrambled linear pseudorandom number generators", ACM Transactions on
 * Mathematical Software 47(4), article 36: xoshiro128++ 1.0, period 2^128 − 1. Only 32-bit operations are used, so
 * that nothing is boxed and no BigInt stands on the hot path.
 *
 * Each purpose (arrivals, sizes, links, faults, a node's protocol) draws from a stream of its own name. A stream's
 * start is a hash of the seed and the path of names, so adding a stream, or a draw in one, changes no other: two
 * designs can be compared on common random numbers.
 */
import { DomainError, show } from "./errors.ts";
import { hash128 } from "./murmur.ts";
import { exponentialRare, exponentialTable, normalRare, normalTable } from "./ziggurat.ts";

// Copies: reading an imported binding in the hot methods below would cost three times the draw.
const EXPONENTIAL = exponentialTable;
const NORMAL = normalTable;

const TWO_32 = 4294967296;
const TWO_26 = 67108864;
const TWO_MINUS_53 = 1 / 9007199254740992;
/** The polynomial of the authors' reference code that advances xoshiro128 by 2^64 steps. */
const JUMP = [0x8764000b, 0xf542d2d3, 0x6fa035c3, 0x77f2db5b] as const;

/**
 * One stream of random numbers. Hot methods allocate nothing.
 *
 * @example
 * new RandomStream(1, 2, 3, 4).nextUint32(); // => 641
 */
export class RandomStream {
  private s0: number;
  private s1: number;
  private s2: number;
  private s3: number;

  /**
   * A generator in the given state of four 32-bit words; streams are normally made by `randomStreams`.
   * @throws DomainError when all four words are 0, the one state the generator never leaves
   */
  constructor(s0: number, s1: number, s2: number, s3: number) {
    this.s0 = s0 | 0;
    this.s1 = s1 | 0;
    this.s2 = s2 | 0;
    this.s3 = s3 | 0;
    if ((this.s0 | this.s1 | this.s2 | this.s3) === 0)
      throw new DomainError(
        "RandomStream: state must be four 32-bit words that are not all 0, got 0, 0, 0, 0",
      );
  }

  /** The next word as a signed 32-bit integer; every other draw is made of these. */
  nextInt32(): number {
    const s0 = this.s0;
    const s1 = this.s1;
    const s3 = this.s3;
    const sum = (s0 + s3) | 0;
    const mixed2 = this.s2 ^ s0;
    const mixed3 = s3 ^ s1;
    this.s1 = s1 ^ mixed2;
    this.s0 = s0 ^ mixed3;
    this.s2 = mixed2 ^ (s1 << 9);
    this.s3 = (mixed3 << 11) | (mixed3 >>> 21);
    return (((sum << 7) | (sum >>> 25)) + s0) | 0;
  }

  /** An integer from 0 to 2^32 − 1. */
  nextUint32(): number {
    return this.nextInt32() >>> 0;
  }

  /** A number in [0, 1): a multiple of 2^−53, each equally likely. */
  uniform(): number {
    const high = this.nextInt32() >>> 5;
    return (high * TWO_26 + (this.nextInt32() >>> 6)) * TWO_MINUS_53;
  }

  /** An exponential draw of mean 1. */
  exponential(): number {
    for (;;) {
      const low = this.nextInt32() >>> 0;
      const word = this.nextInt32();
      // Layer: bits 0 to 7. Value: bits 11 to 31 above the 32 bits of the other word. None is shared.
      const entry = (word & 255) << 2;
      const x = ((word >>> 11) * TWO_32 + low) * EXPONENTIAL[entry];
      if (x < EXPONENTIAL[entry + 1]) return x;
      const decided = exponentialRare(this, word & 255, x);
      if (decided >= 0) return decided;
    }
  }

  /** A normal draw of mean 0 and standard deviation 1. */
  normal(): number {
    for (;;) {
      const low = this.nextInt32() >>> 0;
      const word = this.nextInt32();
      const entry = (word & 255) << 2;
      const x = ((word >>> 11) * TWO_32 + low) * NORMAL[entry];
      // Bit 8 is the sign, as a factor: a branch on it would be mispredicted half the time.
      const sign = 1 - ((word & 256) >>> 7);
      if (x < NORMAL[entry + 1]) return sign * x;
      const decided = normalRare(this, word & 255, x);
      if (decided >= 0) return sign * decided;
    }
  }

  /**
   * An integer from 0 to n − 1, each exactly equally likely.
   *
   * Source: Lemire (2019), "Fast random integer generation in an interval", with exact products in doubles for
   * n ≤ 2^21; rejection under a bit mask above.
   *
   * @throws DomainError when n is not an integer from 1 to 2^53 − 1
   * @example
   * randomStreams(1).stream("dice").integer(1); // => 0
   */
  integer(n: number): number {
    if (!(n >= 1 && n <= 2097152) || Math.floor(n) !== n) return this.largeInteger(n);
    for (;;) {
      const product = (this.nextInt32() >>> 0) * n;
      const value = Math.floor(product / TWO_32);
      const rest = product - value * TWO_32;
      // Of the 2^32 words, 2^32 mod n must be refused for equal shares; only a small rest can be among them.
      if (rest >= n || rest >= TWO_32 % n) return value;
    }
  }

  private largeInteger(n: number): number {
    if (!Number.isSafeInteger(n) || n < 1) {
      throw new DomainError(
        `RandomStream.integer: n must be an integer >= 1 and <= ${Number.MAX_SAFE_INTEGER}, got ${show(n)}`,
      );
    }
    const top = Math.floor((n - 1) / TWO_32);
    const highBits = 32 - Math.clz32(top);
    const lowMask = top > 0 ? -1 : -1 >>> Math.clz32(n - 1);
    for (;;) {
      const high = highBits === 0 ? 0 : this.nextInt32() >>> (32 - highBits);
      const value = high * TWO_32 + ((this.nextInt32() & lowMask) >>> 0);
      if (value < n) return value;
    }
  }

  /** Advances by 2^64 steps, by the authors' jump polynomial: up to 2^64 streams that cannot overlap. */
  jump(): void {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (const word of JUMP) {
      for (let bit = 0; bit < 32; bit++) {
        if (((word >>> bit) & 1) === 1) {
          s0 ^= this.s0;
          s1 ^= this.s1;
          s2 ^= this.s2;
          s3 ^= this.s3;
        }
        this.nextInt32();
      }
    }
    this.s0 = s0;
    this.s1 = s1;
    this.s2 = s2;
    this.s3 = s3;
  }

  /**
   * Begins anew from a small integer: for the many short runs of a campaign, where making streams by name would cost
   * more than the run. Streams restarted with different numbers start at hashed, not at neighbouring, states.
   */
  restart(seed: number): void {
    this.s0 = scrambled(seed);
    this.s1 = scrambled(this.s0 + 1);
    this.s2 = scrambled(this.s1 + 1);
    this.s3 = scrambled(this.s2 + 1) | 1; // never all zero
  }

  /** The four words of the state, each from 0 to 2^32 − 1: for traces and for a copy that continues alike. */
  state(): [number, number, number, number] {
    return [this.s0 >>> 0, this.s1 >>> 0, this.s2 >>> 0, this.s3 >>> 0];
  }
}

/** Appleby's finaliser of MurmurHash3: every bit of the number moves every bit of the word. */
function scrambled(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** A tree of named streams; `stream` of the same name gives the same stream from its start. */
export interface RandomStreams {
  /** The stream of this name. Take it once and keep it: a second call starts the same numbers again. */
  stream(name: string): RandomStream;
  /** A subtree of its own, for instance one for each replication (a number) or node (a name). */
  child(name: string | number): RandomStreams;
}

/** First word of a name in the hashed path: what kind of name it is. */
const STREAM = 1;
const CHILD_NAME = 2;
const CHILD_NUMBER = 3;

/** Appends kind, length and content, padded to whole blocks: no two different paths give the same words. */
function appended(path: readonly number[], kind: number, content: readonly number[]): number[] {
  const words = [...path, kind, content.length, ...content];
  while (words.length % 4 !== 0) words.push(0);
  return words;
}

function unitsOf(where: string, name: string): number[] {
  if (typeof name !== "string") throw new DomainError(`${where}: name must be a text, got ${show(name)}`);
  return Array.from({ length: name.length }, (_, i) => name.charCodeAt(i));
}

/** Low and high 32 bits of a safe integer. */
function halves(value: number): [number, number] {
  return [(value % TWO_32) | 0, Math.floor(value / TWO_32)];
}

class NamedStreams implements RandomStreams {
  private readonly path: readonly number[];

  constructor(path: readonly number[]) {
    this.path = path;
  }

  stream(name: string): RandomStream {
    const h = hash128(appended(this.path, STREAM, unitsOf("RandomStreams.stream", name)));
    // The all-zero state is the one that is not allowed; any other word makes it a good one.
    const s0 = (h[0] | h[1] | h[2] | h[3]) === 0 ? 1 : h[0];
    return new RandomStream(s0, h[1], h[2], h[3]);
  }

  child(name: string | number): RandomStreams {
    if (typeof name !== "number") {
      return new NamedStreams(appended(this.path, CHILD_NAME, unitsOf("RandomStreams.child", name)));
    }
    if (!Number.isSafeInteger(name) || name < 0) {
      throw new DomainError(
        `RandomStreams.child: name must be a text or an integer >= 0 and <= ${Number.MAX_SAFE_INTEGER}, got ${show(name)}`,
      );
    }
    return new NamedStreams(appended(this.path, CHILD_NUMBER, halves(name)));
  }
}

/**
 * The streams of one seed.
 *
 * @param seed an integer from 0 to 2^53 − 1
 * @throws DomainError for any other seed, also a missing one: a run must say what it drew from
 * @example
 * randomStreams(7).stream("arrivals").uniform() === randomStreams(7).stream("arrivals").uniform(); // => true
 * @example
 * randomStreams(7).stream("arrivals").uniform() === randomStreams(7).stream("sizes").uniform(); // => false
 */
export function randomStreams(seed: number): RandomStreams {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new DomainError(
      `randomStreams: seed must be an integer >= 0 and <= ${Number.MAX_SAFE_INTEGER}, got ${show(seed)}`,
    );
  }
  return new NamedStreams([...halves(seed), 0, 0]);
}
