/** Reference points of fork-join, networks and laws of scale; what they are is said in `reference-points.fixture.ts`. */

/** What a model must give at a point: a value, or a printed one with its half unit. */
export type Expected = number | readonly [value: number, within: number];

export interface ReferencePoint {
  readonly given: Readonly<Record<string, unknown>>;
  readonly gives: Readonly<Record<string, Expected>>;
  readonly source: string;
}

const { sqrt } = Math;
const hand = "by hand from the definition";
/** Rows n = 8 of queue_forkjoin_nelson_tantawi. */
const FORKED = [
  [0.3, 3.6005],
  [0.6, 5.8238],
  [0.9, 21.4534],
] as const;

export const NETWORK_POINTS: Readonly<Record<string, readonly ReferencePoint[]>> = {
  forkJoin: [
    {
      given: { arrivalRate: 0.4, serviceTime: 2, servers: 2 },
      gives: { utilisation: 0.8, responseTime: 14, lowerBound: 10, upperBound: 15, inSystem: 5.6 },
      source: "Flatto and Hahn's exact T₂, by hand",
    },
    {
      given: { arrivalRate: 0.4, serviceTime: 2, servers: 1 },
      gives: { responseTime: 10, upperBound: 10 },
      source: "M/M/1",
    },
    {
      given: { arrivalRate: 0.05, serviceTime: 2, servers: 4 },
      gives: { lowerBound: 25 / 6, upperBound: 25 / 5.4 },
      source: "H(4) = 25/12",
    },
    ...FORKED.map(([arrivalRate, printed]) => ({
      given: { arrivalRate, serviceTime: 1, servers: 8 },
      gives: { responseTime: [printed, 6e-5] as const },
      source: "queue_forkjoin_nelson_tantawi",
    })),
  ],
  jackson: [
    {
      given: {
        externalRates: [0, 0, 0, 4],
        serviceTimes: [0.04, 0.03, 0.06, 0.05],
        servers: [1, 1, 1, 1],
        routing: [
          [0, 0.5, 0.5, 0],
          [1, 0, 0, 0],
          [0.6, 0, 0, 0],
          [1, 0, 0, 0],
        ],
      },
      gives: {
        throughput: 4,
        busiest: 0.8,
        visits: 11,
        inSystem: 4 + 3 / 7 + 1.5 + 0.25,
        responseTime: 1 + 3 / 28 + 0.375 + 0.0625,
      },
      source: "Bolch et al. 1998, Example 7.4, p. 287",
    },
  ],
  closedBounds: [
    {
      given: { demands: [2, 3, 1], thinkTime: 4, customers: 20 },
      gives: {
        throughputMax: 1 / 3,
        throughputMin: 20 / 124,
        responseMin: 56,
        responseMax: 120,
        knee: 10 / 3,
      },
      source: hand,
    },
    {
      given: { demands: [2, 3, 1], thinkTime: 4, customers: 2 },
      gives: { throughputMax: 0.2, throughputMin: 0.125, responseMin: 6, responseMax: 12 },
      source: hand,
    },
  ],
  closedMva: [
    {
      given: { demands: [1, 2], thinkTime: 1, customers: 2 },
      gives: { throughput: 8 / 21, responseTime: 4.25, utilisation: 16 / 21, longestQueue: 8 / 7 },
      source: "two steps of the recursion, by hand",
    },
  ],
  closedSchweitzer: [
    {
      given: { demands: [2], thinkTime: 2, customers: 2 },
      gives: {
        throughput: 2 / (3 + sqrt(5)),
        responseTime: 1 + sqrt(5),
        utilisation: 4 / (3 + sqrt(5)),
        longestQueue: sqrt(5) - 1,
      },
      source: "Q² + 2Q − 4 = 0",
    },
  ],
  closedClasses: [
    {
      given: {
        demands: [
          [1, 3],
          [2, 4],
        ],
        thinkTimes: [0, 0],
        customers: [1, 1],
        rank: 2,
      },
      gives: { throughput: 2 / 19, responseTime: 9.5, longestQueue: 29 / 19 },
      source: "Lazowska et al. 1984, p. 142",
    },
    {
      given: { demands: [[2]], thinkTimes: [2], customers: [2] },
      gives: { throughput: 0.4, responseTime: 3, longestQueue: 1.2 },
      source: "two steps of the recursion, by hand",
    },
  ],
  little: [
    {
      given: { arrivalRate: 8, responseTime: 20 },
      gives: { inSystem: 160 },
      source: "Little and Graves 2008, §5.1",
    },
  ],
  amdahl: [
    {
      given: { nodes: 10, contention: 0.6 },
      gives: { speedup: 1.5625, efficiency: 0.15625, limit: 5 / 3 },
      source: "Hennessy and Patterson 2012, §1.9",
    },
  ],
  usl: [
    {
      given: { nodes: 4, single: 3, contention: 0.1, coherency: 0.05 },
      gives: {
        throughput: 12 / 1.9,
        speedup: 4 / 1.9,
        peakNodes: sqrt(18),
        peakThroughput: (3 * sqrt(18)) / (1.8 + 0.05 * sqrt(18)),
      },
      source: hand,
    },
    {
      given: { nodes: 4, single: 3, contention: 0.1, coherency: 10 },
      gives: { peakNodes: 1, peakThroughput: 3 },
      source: hand,
    },
  ],
};
