/** Open and closed networks against published examples, single queues, bounds, a solved chain, and all states counted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Jump, meanOver, stationary } from "./chain.fixture.ts";
import { holds, near, within } from "./checks.fixture.ts";
import { closedBounds } from "./closed-bounds.ts";
import { closedClasses } from "./closed-classes.ts";
import { closedMva, closedSchweitzer } from "./closed-network.ts";
import { jackson, jacksonStations } from "./jackson.ts";
import { mmc } from "./mmc.ts";
import { approximateMva, exactMva, exactMvaClasses } from "./mva.ts";

test("published: open and closed networks of six books and a paper", () => {
  // Bolch, Greiner, de Meer and Trivedi 1998, Example 7.4, p. 287.
  const routing = [
    [0, 0.5, 0.5, 0],
    [1, 0, 0, 0],
    [0.6, 0, 0, 0],
    [1, 0, 0, 0],
  ];
  const [external, times] = [
    [0, 0, 0, 4],
    [0.04, 0.03, 0.06, 0.05],
  ];
  const stations = jacksonStations(external, times, [1, 1, 1, 1], routing);
  stations.forEach((station, i) => {
    near(station.arrivalRate, [20, 10, 10, 4][i], 1e-12);
    within(station.utilisation, [0.8, 0.3, 0.6, 0.2][i], 1e-12);
    within(station.responseTime, [0.2, 0.043, 0.15, 0.0625][i], 5e-4);
    within(station.inSystem, [4, 0.429, 1.5, 0.25][i], 5e-4);
  });
  const whole = jackson({ externalRates: external, serviceTimes: times, servers: [1, 1, 1, 1], routing });
  within(whole.responseTime, (4 + 0.429 + 1.5 + 0.25) / 4, 5e-4);
  // Jain 1991, Example 34.2, p. 577: 20 customers think 4 s and visit three devices 16, 10 and 5 times.
  const jain = exactMva([16 * 0.125, 10 * 0.3, 5 * 0.2], 4, 20);
  [1.991, 16.177, 0.5].forEach((queue, i) => {
    within(jain.inQueue[i], queue, 1e-3);
  });
  // Rossetti, Simulation Modeling and Arena (open text), Table C.3: five machines that run 10 h and are mended in 4 h.
  const mended = closedMva({ demands: [4], thinkTime: 10, customers: 5 });
  within(mended.longestQueue, 2.674, 5e-4);
  within(mended.utilisation, 0.93, 5e-4);
  // Lazowska et al. 1984, p. 117: three customers, approximate.
  const three = { demands: [0.605, 2.1, 1.35], thinkTime: 15, customers: 3 };
  within(closedSchweitzer(three).throughput, 0.151, 1e-3);
  within(closedSchweitzer(three).responseTime, 4.87, 1e-2);
  // The same, p. 142: two classes exactly, in nineteenths.
  const two = {
    demands: [
      [1, 3],
      [2, 4],
    ],
    thinkTimes: [0, 0],
    customers: [1, 1],
  };
  near(closedClasses(two).throughput, 3 / 19, 1e-13);
  near(closedClasses({ ...two, rank: 2 }).throughput, 2 / 19, 1e-13);
  near(closedClasses(two).longestQueue, 29 / 19, 1e-13);
  // §7.4.2.2 there: the same network by approximation.
  within(closedClasses({ ...two, method: "approximate" }).throughput, 0.154, 5e-4);
  within(closedClasses({ ...two, rank: 2, method: "approximate" }).throughput, 0.104, 5e-4);
  // Schwetman 1982 (Purdue CSD-TR-355), Table 5, p. 23: 15 and 5 customers that think 1 and 15 s.
  const mixed = { demands: [[0.025], [0.5]], thinkTimes: [1, 15], customers: [15, 5] };
  within(closedClasses(mixed).throughput, 14.3, 0.05);
  within(closedClasses({ ...mixed, rank: 2 }).throughput, 0.314, 1e-3);
  within(closedClasses({ ...mixed, rank: 2 }).responseTime, 0.934, 1e-3);
  // Bolch et al., Example 9.6 (bounds): 20 terminals that think 120 s.
  const bounds = closedBounds({ demands: [9.2, 8], thinkTime: 120, customers: 20 });
  within(bounds.throughputMax, 0.109, 5e-4);
  near(bounds.responseMin, 64);
});

test("a network of one station is M/M/c, with feedback at the raised rate; stations in a row add up", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 0.98, noNaN: true }),
      fc.integer({ min: 1, max: 30 }),
      fc.double({ min: 0, max: 0.9, noNaN: true }),
      (rho, servers, back) => {
        const rate = rho * servers;
        const one = mmc({ arrivalRate: rate, serviceTime: 1, servers });
        const given = { serviceTimes: [1], servers: [servers] };
        near(jackson({ ...given, externalRates: [rate], routing: [[0]] }).responseTime, one.responseTime);
        const fed = jackson({ ...given, externalRates: [rate * (1 - back)], routing: [[back]] });
        near(fed.inSystem, one.inSystem, 1e-9 / (1 - rho));
        near(fed.visits, 1 / (1 - back));
        const row = {
          externalRates: [rate, 0],
          serviceTimes: [1, 1],
          servers: [servers, servers],
          routing: [
            [0, 1],
            [0, 0],
          ],
        };
        near(jackson(row).responseTime, 2 * one.responseTime);
      },
    ),
    { numRuns: 300, seed: 51 },
  );
});

test("traffic is conserved: what comes in goes out, on 1,000 random networks", () => {
  const network = fc.integer({ min: 1, max: 6 }).chain((n) =>
    fc.record({
      external: fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: n, maxLength: n }),
      routing: fc.array(
        fc.array(fc.double({ min: 0, max: 0.9 / n, noNaN: true }), { minLength: n, maxLength: n }),
        { minLength: n, maxLength: n },
      ),
    }),
  );
  fc.assert(
    fc.property(network, ({ external, routing }) => {
      const n = external.length;
      const ones = external.map(() => 1);
      const stations = jacksonStations(
        external,
        ones.map(() => 0.01),
        ones,
        routing,
      );
      const leaving = stations.reduce(
        (sum, s, i) => sum + s.arrivalRate * (1 - routing[i].reduce((a, b) => a + b, 0)),
        0,
      );
      near(
        leaving,
        external.reduce((a, b) => a + b, 0),
      );
      holds(
        stations.every((s, i) => s.arrivalRate >= external[i] * (1 - 1e-12)),
        "less than comes from outside",
      );
      holds(stations.length === n, "one station each");
    }),
    { numRuns: 1000, seed: 52 },
  );
});

test("an open network with feedback is its Markov chain: two stations, one with two servers", () => {
  const SIDE = 45;
  const [external, times] = [
    [0.25, 0.1],
    [1, 1.5],
  ];
  const routing = [
    [0.1, 0.5],
    [0.3, 0],
  ];
  const chain = stationary(SIDE * SIDE, SIDE, (state): readonly Jump[] => {
    const [a, b] = [Math.floor(state / SIDE), state % SIDE];
    const [out, over] = [Math.min(a, 1) / times[0], Math.min(b, 2) / times[1]];
    const right = b + 1 < SIDE ? routing[0][1] : 0;
    const left = a + 1 < SIDE ? routing[1][0] : 0;
    return [
      ...(a + 1 < SIDE ? [[state + SIDE, external[0]] as const] : []),
      ...(b + 1 < SIDE ? [[state + 1, external[1]] as const] : []),
      ...(a > 0
        ? [
            [state - SIDE, out * (1 - routing[0][0] - right)] as const,
            ...(right > 0 ? [[state - SIDE + 1, out * right] as const] : []),
          ]
        : []),
      ...(b > 0
        ? [
            [state - 1, over * (1 - left)] as const,
            ...(left > 0 ? [[state - 1 + SIDE, over * left] as const] : []),
          ]
        : []),
    ];
  });
  const [first, second] = jacksonStations(external, times, [1, 2], routing);
  near(
    first.inSystem,
    meanOver(chain, (s) => Math.floor(s / SIDE)),
  );
  near(
    second.inSystem,
    meanOver(chain, (s) => s % SIDE),
  );
});

/** Throughput and queues of one or two classes from all states, each with its product-form weight. */
function counted(demands: readonly number[][], thinks: readonly number[], customers: readonly number[]) {
  const stations = demands[0].length;
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  const weigh = (population: readonly number[]): { readonly total: number; readonly queues: number[] } => {
    let total = 0;
    const queues = demands[0].map(() => 0);
    // The last place is thinking.
    const place = (k: number, left: readonly number[], weight: number, held: readonly number[]): void => {
      if (k === stations) {
        const all = left.reduce((w, n, r) => (w * thinks[r] ** n) / factorial(n), weight);
        total += all;
        held.forEach((n, i) => {
          queues[i] += n * all;
        });
        return;
      }
      for (let a = 0; a <= left[0]; a++)
        for (let b = 0; b <= (left[1] ?? 0); b++) {
          const here =
            (factorial(a + b) / factorial(a) / factorial(b)) *
            demands[0][k] ** a *
            (demands[1]?.[k] ?? 1) ** b;
          place(k + 1, [left[0] - a, ...(left.length > 1 ? [left[1] - b] : [])], weight * here, [
            ...held,
            a + b,
          ]);
        }
    };
    place(0, population, 1, []);
    return { total, queues: queues.map((q) => q / total) };
  };
  const full = weigh(customers);
  const throughput = customers.map(
    (_, r) => weigh(customers.map((n, s) => n - (s === r ? 1 : 0))).total / full.total,
  );
  return { throughput, queues: full.queues };
}

test("exact MVA is what all states counted give, for one class and for two", () => {
  const cases: [number[][], number[], number[]][] = [
    [[[0.4, 1.1, 0.7]], [2], [7]],
    [[[3, 0.1]], [0], [12]],
    [
      [
        [1, 3, 0.2],
        [2, 0.5, 1.5],
      ],
      [0.5, 4],
      [4, 3],
    ],
    [
      [
        [0.3, 0.9],
        [1.2, 0],
      ],
      [0, 1],
      [5, 6],
    ],
  ];
  for (const [demands, thinks, customers] of cases) {
    const ours = exactMvaClasses(demands, thinks, customers);
    const truth = counted(demands, thinks, customers);
    ours.throughput.forEach((x, r) => {
      near(x, truth.throughput[r], 1e-12);
    });
    ours.inQueue.forEach((q, k) => {
      near(q, truth.queues[k], 1e-12);
    });
    if (customers.length === 1)
      assert.deepEqual(exactMva(demands[0], thinks[0], customers[0]).throughput, ours.throughput);
  }
});

test("reductions: one customer does not wait; alike classes are one; one station without thinking is always busy", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 5, noNaN: true }), { minLength: 1, maxLength: 5 }),
      fc.double({ min: 0, max: 20, noNaN: true }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 8 }),
      (demands, thinkTime, a, b) => {
        const alone = closedMva({ demands, thinkTime, customers: 1 });
        const sum = demands.reduce((x, y) => x + y, 0);
        near(alone.throughput, 1 / (sum + thinkTime), 1e-12);
        near(closedSchweitzer({ demands, thinkTime, customers: 1 }).throughput, alone.throughput, 1e-12);
        const together = closedMva({ demands, thinkTime, customers: a + b });
        const apart = { demands: [demands, demands], thinkTimes: [thinkTime, thinkTime], customers: [a, b] };
        near(closedClasses(apart).throughput / a, together.throughput / (a + b), 1e-10);
        near(closedClasses(apart).longestQueue, together.longestQueue, 1e-10);
        near(closedMva({ demands: [demands[0]], customers: a }).throughput, 1 / demands[0], 1e-12);
        const empty = { ...apart, customers: [a, 0] };
        near(
          closedClasses(empty).throughput,
          closedMva({ demands, thinkTime, customers: a }).throughput,
          1e-12,
        );
      },
    ),
    { numRuns: 300, seed: 53 },
  );
});

test("properties: between the bounds, more customers more throughput; Schweitzer is within 6 % here", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 5, noNaN: true }), { minLength: 2, maxLength: 6 }),
      fc.double({ min: 0, max: 20, noNaN: true }),
      fc.integer({ min: 1, max: 60 }),
      (demands, thinkTime, customers) => {
        const given = { demands, thinkTime, customers };
        const [exact, bounds, near1] = [closedMva(given), closedBounds(given), closedSchweitzer(given)];
        holds(exact.throughput <= bounds.throughputMax * (1 + 1e-12), "above its bound");
        holds(exact.throughput >= bounds.throughputMin * (1 - 1e-12), "below its bound");
        holds(exact.responseTime >= bounds.responseMin * (1 - 1e-9), "quicker than possible");
        holds(exact.responseTime <= bounds.responseMax * (1 + 1e-9), "slower than one by one");
        holds(
          closedMva({ ...given, customers: customers + 1 }).throughput >= exact.throughput * (1 - 1e-12),
          "one more customer slows",
        );
        within(near1.throughput / exact.throughput, 1, 0.06);
        // The knee is where the two upper bounds meet.
        near(bounds.knee / (demands.reduce((a, b) => a + b, 0) + thinkTime), 1 / Math.max(...demands), 1e-12);
      },
    ),
    { numRuns: 1000, seed: 54 },
  );
});

test("Schweitzer's fixed point is one, whatever the way there; finite at the edge; bad input refused", () => {
  const { throughput, inQueue } = approximateMva(
    [
      [1, 2],
      [0.5, 0.1],
    ],
    [1, 3],
    [40, 7],
  );
  // Little at both stations, with the queues it gives back.
  const total = throughput[0] + 3 * throughput[1];
  near(inQueue[0] + inQueue[1] + total, 47, 1e-10);
  const many = closedMva({ demands: [0.2, 0.1], thinkTime: 1, customers: 100_000 });
  near(many.throughput, 5, 1e-9);
  near(
    closedSchweitzer({ demands: [0.2, 0.1], thinkTime: 1, customers: 100_000 }).longestQueue,
    many.longestQueue,
    1e-4,
  );
  const edge = { externalRates: [1 - 1e-6], serviceTimes: [1], servers: [1], routing: [[0]] };
  near(jackson(edge).responseTime, 1e6, 1e-6);
  const over = jackson.evaluate({ ...edge, externalRates: [2] });
  assert.equal(!over.stable && over.reason, "unstable: busiest 2.000 must be < 1");
  const refused = (call: () => unknown, message: string): void => {
    assert.throws(call, (error) => error instanceof Error && error.message === message);
  };
  refused(
    () => jackson({ ...edge, routing: [[1]] }),
    "jackson: routing must let every job leave, got stations that none leaves",
  );
  refused(
    () => jackson({ ...edge, routing: [[0.5, 0.6]] }),
    "jackson: routing[0] of length 2 must be as long as externalRates, 1",
  );
  refused(() => jackson({ ...edge, externalRates: [0] }), "jackson: throughput 0 must be > 0");
  refused(
    () => closedClasses({ demands: [[1], [1], [1]], thinkTimes: [0, 0, 0], customers: [200, 200, 200] }),
    "mva: populations times stations must be <= 2000000, got 8120601 (take the approximation)",
  );
  refused(
    () => closedClasses({ demands: [[1]], thinkTimes: [0], customers: [0] }),
    "closedClasses: customers[0] must be > 0, got 0",
  );
  refused(() => closedMva({ demands: [0], customers: 3 }), "closedMva: largest(demands) 0 must be > 0");
});
