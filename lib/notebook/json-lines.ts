/**
 * Where in a JSON text something stands: the line of a value, or of the first mistake.
 *
 * `JSON.parse` names a character position at best, and not the same one in every version of Node. This scanner runs
 * only when an error has to be worded.
 */

/** A mistake in a JSON text; lines count from 1. */
export interface JsonMistake {
  readonly line: number;
  readonly message: string;
}

export type JsonPath = readonly (string | number)[];

/** The lines of a JSON text's values, up to its first mistake. */
export interface JsonLines {
  readonly mistake?: JsonMistake;
  /** The line of the value at a path, or of the nearest value around it that exists. */
  lineOf(path: JsonPath): number;
}

class Scanner {
  readonly #text: string;
  readonly lines = new Map<string, number>();
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  run(): JsonMistake | undefined {
    try {
      this.#value([]);
      this.#space();
      if (this.#at < this.#text.length) this.#fail("the end of the file");
      return undefined;
    } catch (error) {
      if (error instanceof Expected) return { line: this.#line, message: error.message };
      throw error;
    }
  }

  #fail(expected: string): never {
    const rest = this.#text.slice(this.#at, this.#at + 12).split("\n")[0] ?? "";
    const ended = this.#at >= this.#text.length;
    const open = rest.startsWith('"') && !this.#text.slice(this.#at + 1).includes('"');
    const got = ended ? "the end of the file" : open ? "a text that does not end" : JSON.stringify(rest);
    throw new Expected(`${expected}, got ${got}`);
  }

  #space(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const c = this.#text[this.#at];
      if (c === "\n") this.#line++;
      else if (c !== " " && c !== "\t" && c !== "\r") return;
    }
  }

  /** Reads a token at the place, or fails. */
  #token(pattern: RegExp, expected: string): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) this.#fail(expected);
    this.#at += match[0].length;
    return match[0];
  }

  #value(path: JsonPath): void {
    this.#space();
    this.lines.set(JSON.stringify(path), this.#line);
    const c = this.#text[this.#at];
    if (c === "{") this.#object(path);
    else if (c === "[") this.#array(path);
    else if (c === '"') this.#string("a text");
    else this.#token(/true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y, "a value");
  }

  #string(expected: string): string {
    // A line break inside quotes is the usual sign of a missing quote: JSON forbids it.
    const start = this.#at;
    const raw = this.#token(/"(?:[^"\\\n]|\\.)*"/y, expected);
    try {
      return JSON.parse(raw) as string;
    } catch {
      this.#at = start;
      return this.#fail(expected);
    }
  }

  #object(path: JsonPath): void {
    this.#items("}", () => {
      const name = this.#string("a name in quotes");
      this.#space();
      this.#token(/:/y, "a colon");
      this.#value([...path, name]);
    });
  }

  #array(path: JsonPath): void {
    let index = 0;
    this.#items("]", () => this.#value([...path, index++]));
  }

  #items(close: "}" | "]", item: () => void): void {
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === close) {
      this.#at++;
      return;
    }
    for (;;) {
      this.#space();
      item();
      this.#space();
      const c = this.#text[this.#at];
      if (c !== "," && c !== close) this.#fail(`a comma or ${close}`);
      this.#at++;
      if (c === close) return;
    }
  }
}

class Expected extends Error {}

/**
 * Scans a JSON text.
 */
export function jsonLines(text: string): JsonLines {
  const scanner = new Scanner(text);
  const mistake = scanner.run();
  const lineOf = (path: JsonPath): number =>
    scanner.lines.get(JSON.stringify(path)) ?? (path.length === 0 ? 1 : lineOf(path.slice(0, -1)));
  return mistake === undefined ? { lineOf } : { mistake, lineOf };
}
