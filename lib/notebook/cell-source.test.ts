import assert from "node:assert/strict";
import { test } from "node:test";
import { prepareCell } from "./cell-source.ts";

test("writes shorthand properties out, and nothing else", () => {
  const same = (code: string): void => assert.equal(prepareCell(code).code, code);
  assert.equal(prepareCell("f({ a, b: 1, c })").code, "f({ a: a, b: 1, c: c })");
  assert.equal(prepareCell("({ a } = { a })").code, "({ a: a } = { a: a })");
  assert.equal(prepareCell("x = [{ ñ }]; // { a }").code, "x = [{ ñ: ñ }]; // { a }");
  assert.equal(prepareCell("f(() => ({ a,\n  b }))").code, "f(() => ({ a: a,\n  b: b }))");
  same("const { a, b = 1 } = f(); function g({ c }) {} import { d } from 'e';");
  same("({ a = 1 } = f())");
  same("const s = '{ a }'; /* { a } */ type T = { a };");
  same("const = ;;; {{{");
  same("");
});

test("leads columns back to the text as it was written", () => {
  const cell = prepareCell("a;\nf({ ab, c }, d); e\n{ }");
  assert.equal(cell.code, "a;\nf({ ab: ab, c: c }, d); e\n{ }");
  const line = cell.code.split("\n")[1]!;
  const written = "f({ ab, c }, d); e";
  for (const word of ["f", "ab", "c", "d", "e"]) {
    const at = word === "e" ? line.lastIndexOf("e") : line.indexOf(word);
    const expected = word === "e" ? written.lastIndexOf("e") : written.indexOf(word);
    assert.equal(cell.column(2, at + 1), expected + 1, word);
  }
  // A place inside what was inserted is the end of the name it belongs to.
  assert.equal(cell.column(2, line.indexOf(": ab") + 3), written.indexOf("ab") + 3);
  assert.equal(cell.column(1, 1), 1);
  assert.equal(cell.column(3, 3), 3);
});

test("knows an assignment at the end", () => {
  const ends = (code: string): boolean => prepareCell(code).endsInAssignment;
  assert.deepEqual(["a = 1", "f(); a += 1;", "[a, b] = [b, a]", "a ??= 1 // c"].map(ends), [
    true,
    true,
    true,
    true,
  ]);
  assert.deepEqual(["a == 1", "a = 1; a", "let a = 1", "f(a = 1)", "a++", ""].map(ends), [
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
});
