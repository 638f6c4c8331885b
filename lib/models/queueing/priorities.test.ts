/** M/G/1 with priorities against a published example, the queue without classes, conservation, and solved chains. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Jump, meanOver, stationary } from "./chain.fixture.ts";
import { holds, near, within } from "./checks.fixture.ts";
import { mg1 } from "./mg1.ts";
import { mg1Preemptive, mg1Priority } from "./mg1-priority.ts";

interface Classes {
  readonly arrivalRates: number[];
  readonly serviceTimes: number[];
  readonly serviceScvs: number[];
}

const classes: fc.Arbitrary<Classes> = fc
  .tuple(
    fc.array(
      fc.record({
        load: fc.double({ min: 0.01, max: 1, noNaN: true }),
        time: fc.double({ min: 0.01, max: 100, noNaN: true }),
        scv: fc.double({ min: 0, max: 9, noNaN: true }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
    fc.double({ min: 0.05, max: 0.98, noNaN: true }),
  )
  .map(([list, rho]) => {
    const total = list.reduce((sum, { load }) => sum + load, 0);
    return {
      arrivalRates: list.map(({ load, time }) => (rho * load) / total / time),
      serviceTimes: list.map(({ time }) => time),
      serviceScvs: list.map(({ scv }) => scv),
    };
  });

test("published: two classes of lots at one machine, in minutes", () => {
  // A worked example on the formula of Prabhu (1981), Table 4.4, read in a secondary text: a workstation with 1 urgent
  // and 9 usual lots an hour, 12 served an hour, takes 9.545 and 32.27 minutes. The book itself was not seen.
  const given = { arrivalRates: [1 / 60, 9 / 60], serviceTimes: [5, 5], serviceScvs: [1, 1] };
  within(mg1Priority(given).responseTime, 9.545, 1e-3);
  within(mg1Priority({ ...given, rank: 2 }).responseTime, 32.27, 5e-3);
  // No number for interruption was found that could be checked: the first class, which sees M/M/1, with the half hour of
  // Rossetti's pharmacy (open text, Example C.1), whoever else comes.
  const window = { arrivalRates: [10, 1], serviceTimes: [1 / 12, 1 / 12], serviceScvs: [1, 1] };
  within(mg1Preemptive(window).responseTime, 0.5, 1e-12);
});

test("one class is M/G/1; the first of several that may interrupt sees M/G/1 of its own", () => {
  fc.assert(
    fc.property(classes, ({ arrivalRates, serviceTimes, serviceScvs }) => {
      const own = mg1({
        arrivalRate: arrivalRates[0],
        serviceTime: serviceTimes[0],
        serviceScv: serviceScvs[0],
      });
      const all = { arrivalRates, serviceTimes, serviceScvs };
      near(mg1Preemptive(all).responseTime, own.responseTime, 1e-11);
      const first = {
        arrivalRates: [arrivalRates[0]],
        serviceTimes: [serviceTimes[0]],
        serviceScvs: [serviceScvs[0]],
      };
      near(mg1Priority(first).waitingTime, own.waitingTime, 1e-11);
      near(
        mg1Preemptive(first).waitingTime,
        own.waitingTime,
        1e-11 * (1 + own.responseTime / own.waitingTime),
      );
    }),
    { numRuns: 1000, seed: 21 },
  );
});

test("ranks move waiting about and do not change its work (Kleinrock's conservation law); lower ranks wait longer", () => {
  fc.assert(
    fc.property(classes, (given) => {
      const { arrivalRates, serviceTimes, serviceScvs } = given;
      const ranks = arrivalRates.map((_, i) => mg1Priority({ ...given, rank: i + 1 }));
      const rho = ranks[0].utilisation;
      const rest = arrivalRates.reduce(
        (sum, x, i) => sum + (x * serviceTimes[i] ** 2 * (1 + serviceScvs[i])) / 2,
        0,
      );
      const work = ranks.reduce(
        (sum, { waitingTime }, i) => sum + arrivalRates[i] * serviceTimes[i] * waitingTime,
        0,
      );
      near(work, (rho * rest) / (1 - rho), 1e-10);
      for (let i = 1; i < ranks.length; i++)
        holds(ranks[i].waitingTime >= ranks[i - 1].waitingTime, "a lower rank waits longer");
      const stretched = arrivalRates.map((_, i) => mg1Preemptive({ ...given, rank: i + 1 }));
      holds(stretched[0].responseTime <= ranks[0].responseTime * (1 + 1e-12), "interrupting helps the first");
      near(stretched[0].inSystem, arrivalRates[0] * stretched[0].responseTime, 1e-12);
    }),
    { numRuns: 1000, seed: 22 },
  );
});

/** Numbers of both classes in a truncated chain: states (n1, n2) or, without interruption, with who is in service. */
const SIDE = 36;

test("two exponential classes are their Markov chains, with and without interruption", () => {
  const [first, second, fast, slow] = [0.2, 0.15, 1, 0.8];
  const given = { arrivalRates: [first, second], serviceTimes: [1 / fast, 1 / slow], serviceScvs: [1, 1] };
  const index = (a: number, b: number): number => a * SIDE + b;
  const interrupting = stationary(SIDE * SIDE, SIDE, (state): readonly Jump[] => {
    const [a, b] = [Math.floor(state / SIDE), state % SIDE];
    return [
      ...(a + 1 < SIDE ? [[index(a + 1, b), first] as const] : []),
      ...(b + 1 < SIDE ? [[index(a, b + 1), second] as const] : []),
      ...(a > 0 ? [[index(a - 1, b), fast] as const] : b > 0 ? [[index(a, b - 1), slow] as const] : []),
    ];
  });
  near(
    mg1Preemptive(given).inSystem,
    meanOver(interrupting, (s) => Math.floor(s / SIDE)),
  );
  near(
    mg1Preemptive({ ...given, rank: 2 }).inSystem,
    meanOver(interrupting, (s) => s % SIDE),
  );
  // Without interruption: (n1, n2, who); who is 0 for the first class and for the empty system.
  const place = (a: number, b: number, who: number): number => 2 * index(a, b) + (a + b === 0 ? 0 : who);
  const waiting = stationary(2 * SIDE * SIDE, 2 * SIDE + 1, (state): readonly Jump[] => {
    const [a, b, who] = [Math.floor(state / 2 / SIDE), Math.floor(state / 2) % SIDE, state % 2];
    // Combinations that cannot be leave at once and are never entered.
    if (a + b === 0)
      return who === 1
        ? [[0, 1]]
        : [
            [place(1, 0, 0), first],
            [place(0, 1, 1), second],
          ];
    if ((who === 0 && a === 0) || (who === 1 && b === 0)) return [[place(a, b, 1 - who), 1]];
    const [left, right] = who === 0 ? [a - 1, b] : [a, b - 1];
    return [
      ...(a + 1 < SIDE ? [[place(a + 1, b, who), first] as const] : []),
      ...(b + 1 < SIDE ? [[place(a, b + 1, who), second] as const] : []),
      [place(left, right, left > 0 ? 0 : 1), who === 0 ? fast : slow],
    ];
  });
  near(
    mg1Priority(given).inSystem,
    meanOver(waiting, (s) => Math.floor(s / 2 / SIDE)),
  );
  near(
    mg1Priority({ ...given, rank: 2 }).inSystem,
    meanOver(waiting, (s) => Math.floor(s / 2) % SIDE),
  );
});

test("finite at the edge; a class that can interrupt stays stable under overload below it; bad lists are refused", () => {
  const given = { arrivalRates: [0.5, 0.5 - 1e-6], serviceTimes: [1, 1], serviceScvs: [4, 0] };
  near(mg1Priority({ ...given, rank: 2 }).waitingTime, 1.5 / 0.5 / 1e-6, 1e-5);
  const over = { ...given, arrivalRates: [0.5, 3] };
  near(mg1Preemptive(over).responseTime, 1 + (0.5 * 2.5) / 0.5);
  const low = mg1Preemptive.evaluate({ ...over, rank: 2 });
  assert.equal(!low.stable && low.reason, "unstable: upTo 3.500 must be < 1");
  const none = mg1Priority.evaluate(over);
  assert.equal(!none.stable && none.reason, "unstable: utilisation 3.500 must be < 1");
  const many = Array.from({ length: 10_000 }, () => 1);
  holds(
    Number.isFinite(
      mg1Priority({
        arrivalRates: many.map(() => 9.9e-5),
        serviceTimes: many,
        serviceScvs: many,
        rank: 10_000,
      }).waitingTime,
    ),
    "10,000 classes",
  );
  const refused = (input: object, message: string): void => {
    assert.throws(
      () => mg1Priority({ ...given, ...input }),
      (e) => e instanceof Error && e.message === message,
    );
  };
  refused({ arrivalRates: [0.5, -1] }, "mg1Priority: arrivalRates[1] must be > 0 1/s, got -1");
  refused({ serviceScvs: [1] }, "mg1Priority: serviceScvs of length 1 must be as long as arrivalRates, 2");
  refused({ rank: 3 }, "mg1Priority: rank must be at most the number of classes, 2, got 3");
  assert.throws(() => mg1Preemptive({ ...given, rank: 3 }), {
    message: "mg1Preemptive: rank must be at most the number of classes, 2, got 3",
  });
  refused({ serviceTimes: [] }, "mg1Priority: serviceTimes must be a list of 1 to 10000 numbers, got []");
});
