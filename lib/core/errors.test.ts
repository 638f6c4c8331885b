import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest, refuseUnknown, show } from "./errors.ts";

test("the nearest known name is found across case, one slip or two neighbours swapped, and not further", () => {
  assert.equal(nearest("lamda", ["lambda", "mu"]), "lambda");
  assert.equal(nearest("Raft", ["raft", "paxos"]), "raft");
  assert.equal(nearest("papyload", ["payload", "rate"]), "payload");
  assert.equal(nearest("ndoes", ["nodes", "modes"]), "nodes");
  assert.equal(nearest("zzzzzz", ["raft", "paxos"]), undefined);
  assert.equal(nearest("x", []), undefined);
});

test("unknown names are refused with the known ones", () => {
  assert.throws(() => refuseUnknown("mm1", "parameter", ["lamda"], ["lambda", "mu"]), {
    name: "UsageError",
    message: 'mm1: unknown parameter "lamda" (known: lambda, mu; did you mean lambda?)',
  });
  assert.throws(() => refuseUnknown("mm1", "parameter", ["__proto__"], ["lambda"]), {
    message: 'mm1: unknown parameter "__proto__" (known: lambda)',
  });
  refuseUnknown("mm1", "parameter", ["lambda"], ["lambda"]);
});

test("values show as a user would write them", () => {
  assert.equal(show("a"), '"a"');
  assert.equal(show(-0), "-0");
  assert.equal(show(5n), "5n");
  assert.equal(show(undefined), "undefined");
  assert.equal(show(null), "null");
  assert.equal(show({ a: 1 }), '{"a":1}');
  assert.equal(show([1, 2]), "[1,2]");
  assert.ok(show("x".repeat(1000)).length < 70);
});
