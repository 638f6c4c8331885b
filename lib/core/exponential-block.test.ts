import assert from "node:assert/strict";
import { test } from "node:test";
import { ExponentialBlock } from "./exponential-block.ts";
import { randomStreams } from "./random.ts";

test("draws the numbers of its stream in their order, over many blocks", () => {
  const single = randomStreams(11).stream("links");
  const block = new ExponentialBlock(randomStreams(11).stream("links"));
  for (let i = 0; i < 1000; i++) assert.equal(block.draw(), single.exponential(), `draw ${i}`);
});
