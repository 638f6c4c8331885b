/** Exponential draws: the ziggurat of our random streams against the logarithm of a uniform draw. */
import { type RandomStream, randomStreams } from "../../../lib/core/random.ts";
import { childArguments, report } from "../child.ts";

function ziggurat(stream: RandomStream, draws: number): number {
  let sum = 0;
  for (let i = 0; i < draws; i++) sum += stream.exponential();
  return sum;
}

function inversion(stream: RandomStream, draws: number): number {
  let sum = 0;
  for (let i = 0; i < draws; i++) sum -= Math.log(1 - stream.uniform());
  return sum;
}

const { variant, operations, seed } = childArguments();
const run = variant === "ziggurat" ? ziggurat : inversion;
const stream = randomStreams(seed).stream("bench");
run(stream, Math.ceil(operations / 10));
const begun = performance.now();
const sum = run(stream, operations);
report("random", variant, operations, (performance.now() - begun) / 1e3, sum / operations);
