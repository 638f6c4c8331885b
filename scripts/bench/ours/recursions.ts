/**
 * Formulas that are recursions in a population: Erlang B and C in the number of servers, exact mean value analysis in the
 * customers. `VARIANT:POPULATION`; an operation is a step of the recursion, so that a rate which does not fall with the
 * population says that the time is linear in it. Through the public models. The mean is 1 where the answer is finite.
 */
import { closedMva } from "../../../lib/models/queueing/closed-network.ts";
import { erlangB } from "../../../lib/models/queueing/erlang-b.ts";
import { mmc } from "../../../lib/models/queueing/mmc.ts";
import { childArguments, report } from "../child.ts";

const FORMULAS: Readonly<Record<string, (n: number) => number>> = {
  "erlang-b": (n) => erlangB({ arrivalRate: n, serviceTime: 1, servers: n }).blocking,
  "erlang-c": (n) => mmc({ arrivalRate: 0.999 * n, serviceTime: 1, servers: n }).waitingTime,
  mva: (n) => closedMva({ demands: [1e-3, 2e-3, 5e-4], thinkTime: 1, customers: n }).responseTime,
};

const NEIGHBOURS = 10;

const { variant, operations } = childArguments();
const [name, words] = variant.split(":");
const population = Number(words);
const formula = FORMULAS[name];
const times = Math.max(1, Math.round(operations / population));
formula(population);
let finite = 0;
const begun = performance.now();
let steps = 0;
for (let i = 0; i < times; i++) {
  // Never the same point twice in a row: it could be remembered.
  const n = population + (i % NEIGHBOURS);
  steps += n;
  if (formula(n) > 0) finite++;
}
const elapsed = (performance.now() - begun) / 1e3;
report("recursions", variant, steps, elapsed, finite / times);
