/**
 * Formula mutants: each model of queueing, balancing and sharding with one small error in one equation must fail at its
 * reference points.
 *
 * Errors: + and − swapped, * and / swapped, a side of a sum or product dropped, a number off by one, a comparison or the
 * two answers of a choice turned round. A mutant is killed when it does not load (its dimensions are wrong, or something
 * in it has lost its effect), or when it does not give a reference point. What survives is listed with its reason.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readEquation } from "../core/equation.ts";
import type { Arithmetic, Expression } from "../core/expression.ts";
import { type AnyModel, defineModel } from "../core/model.ts";
import { ballsInBins } from "./balancing/balls-in-bins.ts";
import { dChoicesFluid } from "./balancing/d-choices-fluid.ts";
import { fanOutLatency, fanOutSlow } from "./balancing/fan-out.ts";
import { hedgedLatency } from "./balancing/hedged-latency.ts";
import { hedgedQueue } from "./balancing/hedged-queue.ts";
import { joinIdleQueue } from "./balancing/join-idle-queue.ts";
import { joinShortestQueue } from "./balancing/join-shortest-queue.ts";
import { retryAmplification } from "./balancing/retry-amplification.ts";
import { retryRecovery } from "./balancing/retry-recovery.ts";
import { staticSplit } from "./balancing/static-split.ts";
import { supermarket } from "./balancing/supermarket.ts";
import { allenCunneen } from "./queueing/allen-cunneen.ts";
import { closedBounds } from "./queueing/closed-bounds.ts";
import { closedClasses } from "./queueing/closed-classes.ts";
import { closedMva, closedSchweitzer } from "./queueing/closed-network.ts";
import { dM1, ekM1 } from "./queueing/ek-m1.ts";
import { erlangB } from "./queueing/erlang-b.ts";
import { erlangBCapacity, erlangBServers } from "./queueing/erlang-b-planning.ts";
import { forkJoin } from "./queueing/fork-join.ts";
import { kingman, kraemerLangenbachBelz, marchal } from "./queueing/gg1.ts";
import { giM1 } from "./queueing/gi-m1.ts";
import { jackson } from "./queueing/jackson.ts";
import { md1 } from "./queueing/md1.ts";
import { mg1 } from "./queueing/mg1.ts";
import { mg1Preemptive, mg1Priority } from "./queueing/mg1-priority.ts";
import { mg1Ps } from "./queueing/mg1-ps.ts";
import { mg1GammaQuantile, mg1Quantiles } from "./queueing/mg1-quantiles.ts";
import { mmInf } from "./queueing/mm-inf.ts";
import { mm1 } from "./queueing/mm1.ts";
import { mm1Transient } from "./queueing/mm1-transient.ts";
import { mmc } from "./queueing/mmc.ts";
import { mm1k, mmck } from "./queueing/mmck.ts";
import { amdahl, little, usl } from "./queueing/scalability.ts";
import { QUEUEING_POINTS, type ReferencePoint } from "./reference-points.fixture.ts";
import { BALANCING_POINTS } from "./reference-points-balancing.fixture.ts";
import { PLACEMENT_POINTS } from "./reference-points-placement.fixture.ts";
import { boundedLoad } from "./sharding/bounded-load.ts";
import { hotShard } from "./sharding/hot-shard.ts";
import { keyShares } from "./sharding/key-shares.ts";
import { keysMoved } from "./sharding/keys-moved.ts";
import { lruHitShare } from "./sharding/lru-hit-share.ts";
import { resharding } from "./sharding/resharding.ts";
import { ringHeirs } from "./sharding/ring-heirs.ts";
import { scanFanOut } from "./sharding/scan-fan-out.ts";
import { smallCache } from "./sharding/small-cache.ts";

const REFERENCE_POINTS: Readonly<Record<string, readonly ReferencePoint[]>> = {
  ...QUEUEING_POINTS,
  ...BALANCING_POINTS,
  ...PLACEMENT_POINTS,
};

const MODELS: readonly AnyModel[] = [
  mm1,
  mmc,
  md1,
  mg1,
  mg1Ps,
  kingman,
  marchal,
  kraemerLangenbachBelz,
  allenCunneen,
  mmck,
  mm1k,
  mmInf,
  erlangB,
  erlangBCapacity,
  erlangBServers,
  mg1Priority,
  mg1Preemptive,
  giM1,
  ekM1,
  dM1,
  forkJoin,
  jackson,
  closedBounds,
  closedMva,
  closedSchweitzer,
  closedClasses,
  little,
  amdahl,
  usl,
  mm1Transient,
  mg1Quantiles,
  mg1GammaQuantile,
  supermarket,
  joinShortestQueue,
  joinIdleQueue,
  staticSplit,
  fanOutSlow,
  fanOutLatency,
  hedgedLatency,
  hedgedQueue,
  retryAmplification,
  retryRecovery,
  ballsInBins,
  dChoicesFluid,
  keyShares,
  keysMoved,
  ringHeirs,
  boundedLoad,
  hotShard,
  scanFanOut,
  smallCache,
  lruHitShare,
  resharding,
].map((model) => model as unknown as AnyModel);

/** Mutants that are not killed, as `model: equation`, each with why that is no gap. */
const KLB =
  "((arrivalScv < 1) ? ((((-2) * (1 - utilisation)) * ((1 - arrivalScv) ^ 2)) / ((3 * utilisation) * spread)) : (((-(1 - utilisation)) * (arrivalScv - 1)) / (arrivalScv + (4 * serviceScv)))))";
const SURVIVORS: Readonly<Record<string, string>> = {
  "ballsInBins: emptyShare = ((bins > 0) ? exp((balls * log1p(((-1) / bins)))) : 0)":
    "with one bin the logarithm is −∞ and e to it is 0 all the same: the choice guards against a derivative there",
  [`kraemerLangenbachBelz: exponent = ((spread == 0) ? 1 : ${KLB}`]:
    "without any spread the wait is 0 times e to the exponent, whatever that is",
  [`kraemerLangenbachBelz: exponent = ((spread == 0) ? (-1) : ${KLB}`]: "as before",
  [`kraemerLangenbachBelz: exponent = ((spread == (-1)) ? 0 : ${KLB}`]:
    "without any spread the exponent becomes −∞, and the wait 0 times 0: the choice guards against a derivative there",
  "mg1: third = ((thirdMomentRatio > 1) ? thirdMomentRatio : ((1 + serviceScv) * (1 + (2 * serviceScv))))":
    "a ratio given is at least (1 + C²)² >= 1, and at 1 the gamma law's is 1 too",
};

const replaced = <T>(list: readonly T[], at: number, by: T): T[] =>
  list.map((old, i) => (i === at ? by : old));

/** Equation text of an expression, every bracket written. */
function textOf(e: Expression): string {
  switch (e.kind) {
    case "number":
      return e.value < 0 ? `(${e.value})` : String(e.value);
    case "symbol":
      return e.name;
    case "negate":
      return `(-${textOf(e.of)})`;
    case "not":
      return `(not ${textOf(e.of)})`;
    case "choose":
      return `(${textOf(e.when)} ? ${textOf(e.yes)} : ${textOf(e.no)})`;
    case "call":
      return `${e.name}(${e.args.map(textOf).join(", ")})`;
    default:
      return `(${textOf(e.left)} ${e.op} ${textOf(e.right)})`;
  }
}

const SWAPPED: Readonly<Record<Arithmetic, Arithmetic | null>> = {
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "^": null,
};
const TURNED = { "<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "==" } as const;

/** The expression itself made wrong. */
function wrong(e: Expression): Expression[] {
  switch (e.kind) {
    case "number":
      return [
        { ...e, value: e.value + 1 },
        { ...e, value: e.value - 1 },
      ];
    case "arithmetic": {
      const op = SWAPPED[e.op];
      return [...(op === null ? [] : [{ ...e, op }]), e.left, ...(e.op === "^" ? [] : [e.right])];
    }
    case "negate":
      return [e.of];
    case "choose":
      return [{ ...e, yes: e.no, no: e.yes }];
    case "compare":
      return [{ ...e, op: TURNED[e.op] }];
    default:
      return [];
  }
}

/** Every expression with one error. */
function mutantsOf(e: Expression): Expression[] {
  const inside = (part: Expression, put: (mutant: Expression) => Expression): Expression[] =>
    mutantsOf(part).map(put);
  const here = wrong(e);
  switch (e.kind) {
    case "arithmetic":
    case "compare":
    case "logic":
      return [
        ...here,
        ...inside(e.left, (left) => ({ ...e, left })),
        ...inside(e.right, (right) => ({ ...e, right })),
      ];
    case "negate":
    case "not":
      return [...here, ...inside(e.of, (of) => ({ ...e, of }))];
    case "choose":
      return [
        ...here,
        ...inside(e.when, (when) => ({ ...e, when })),
        ...inside(e.yes, (yes) => ({ ...e, yes })),
        ...inside(e.no, (no) => ({ ...e, no })),
      ];
    case "call":
      return [
        ...here,
        ...e.args.flatMap((arg, i) => inside(arg, (mutant) => ({ ...e, args: replaced(e.args, i, mutant) }))),
      ];
    default:
      return here;
  }
}

/** Whether a model gives a reference point. */
function gives(model: AnyModel, { given, gives: expected }: ReferencePoint): boolean {
  try {
    const outputs = model(given);
    return Object.entries(expected).every(([name, value]) => {
      const [truth, within] = typeof value === "number" ? [value, 1e-9 * Math.abs(value) + 1e-12] : value;
      return Math.abs(outputs[name] - truth) <= within;
    });
  } catch {
    return false;
  }
}

function killed(model: AnyModel, equations: readonly string[]): boolean {
  let mutant: AnyModel;
  try {
    mutant = defineModel({ ...model, equations } as Parameters<typeof defineModel>[0]) as unknown as AnyModel;
  } catch {
    return true;
  }
  return !REFERENCE_POINTS[model.id].every((point) => gives(mutant, point));
}

test("every model gives its reference points, which cover all of its outputs", () => {
  assert.deepEqual(
    MODELS.map(({ id }) => id).sort((a, b) => (a < b ? -1 : 1)),
    Object.keys(REFERENCE_POINTS).sort((a, b) => (a < b ? -1 : 1)),
  );
  for (const model of MODELS) {
    const points = REFERENCE_POINTS[model.id];
    for (const point of points)
      if (!gives(model, point))
        assert.fail(`${model.id} at ${JSON.stringify(point)}: ${JSON.stringify(model(point.given))}`);
    const covered = new Set(points.flatMap((point) => Object.keys(point.gives)));
    assert.deepEqual(
      Object.keys(model.outputs).filter((name) => !covered.has(name)),
      [],
      `${model.id}: outputs without a reference`,
    );
  }
});

test("one small error in an equation is seen: at least 95 % of mutants die, and each that lives has its reason", (context) => {
  let total = 0;
  const lives: string[] = [];
  for (const model of MODELS) {
    for (const [i, text] of model.equations.entries()) {
      const { target, expression } = readEquation(model.id, text);
      for (const mutant of mutantsOf(expression)) {
        total++;
        const wrongText = `${target} = ${textOf(mutant)}`;
        if (!killed(model, replaced(model.equations, i, wrongText))) lives.push(`${model.id}: ${wrongText}`);
      }
    }
  }
  assert.ok(total > 1000, `${total} mutants`);
  assert.deepEqual(
    lives.sort((a, b) => (a < b ? -1 : 1)),
    Object.keys(SURVIVORS).sort((a, b) => (a < b ? -1 : 1)),
  );
  const dead = `${total - lives.length} of ${total} die`;
  assert.ok(lives.length <= 0.05 * total, dead);
  context.diagnostic(dead);
});
