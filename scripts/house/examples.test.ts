/**
 * Every example in a docstring is executed: `expression; // => value`, with everything public in scope.
 *
 * An example that was never run is a claim that nobody checked.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as protolab from "../../lib/index.ts";
import { type Source, sources } from "./sources.ts";

interface Example {
  readonly where: string;
  readonly code: string;
  readonly expected: string;
}

function examplesOf(source: Source): Example[] {
  const found: Example[] = [];
  for (const comment of source.text.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    if (!comment[0].includes("@example")) continue;
    const first = source.text.slice(0, comment.index).split("\n").length;
    const lines = comment[0].split("\n");
    const from = lines.findIndex((line) => line.includes("@example"));
    const body = lines.slice(from).map((line) =>
      line
        .replace(/^\s*\/?\*+\/?\s?/, "")
        .replace("@example", "")
        .replace(/\*\/\s*$/, "")
        .trim(),
    );
    let count = 0;
    body.forEach((line, i) => {
      const match = /^(.*?);?\s*\/\/ => (.*)$/.exec(line);
      if (match === null) return;
      count++;
      found.push({ where: `${source.path}:${first + from + i}`, code: match[1], expected: match[2] });
    });
    assert.ok(
      count > 0,
      `${source.path}:${first + from}: an example must have a line "expression; // => value"`,
    );
  }
  return found;
}

/** Deep equality with 1e-9 relative tolerance for numbers. */
function assertNear(actual: unknown, expected: unknown, where: string): void {
  if (typeof actual === "number" && typeof expected === "number") {
    const near =
      Object.is(actual, expected) ||
      Math.abs(actual - expected) <= 1e-9 * Math.max(1e-300, Math.abs(expected));
    assert.ok(near, `${where}: got ${actual}, the example says ${expected}`);
  } else if (
    typeof actual === "object" &&
    actual !== null &&
    typeof expected === "object" &&
    expected !== null
  ) {
    assert.deepEqual(Object.keys(actual), Object.keys(expected), where);
    for (const key of Object.keys(expected)) {
      assertNear((actual as Record<string, unknown>)[key], (expected as Record<string, unknown>)[key], where);
    }
  } else {
    assert.deepEqual(actual, expected, where);
  }
}

const names = Object.keys(protolab);
const evaluate = (code: string): unknown =>
  new Function(...names, `"use strict"; return (${code});`)(...Object.values(protolab));

test("every example in a docstring does what it says", () => {
  const examples = sources("lib")
    .filter((source) => !source.path.endsWith(".test.ts"))
    .flatMap(examplesOf);
  assert.ok(examples.length >= 20, `only ${examples.length} examples found`);
  for (const { where, code, expected } of examples) {
    let actual: unknown;
    try {
      actual = evaluate(code);
    } catch (error) {
      assert.fail(`${where}: ${code} threw ${error}`);
    }
    assertNear(actual, evaluate(expected), where);
  }
});
