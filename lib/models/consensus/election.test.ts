import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type Distribution,
  deterministic,
  exponential,
  lognormal,
  uniform,
} from "../../core/distributions.ts";
import { RandomStream } from "../../core/random.ts";
import { publishedTable } from "../../study/published-table.ts";
import { electionTime } from "./election-time.ts";
import { electionTimeLaw } from "./election-time-law.ts";
import { splitVote } from "./split-vote.ts";
import { splitVoteVariable } from "./split-vote-variable.ts";

const near = (actual: number, expected: number, relative = 1e-9): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected),
    `got ${actual}, expected ${expected} within ${relative}`,
  );

/** One term by its rules, event by event: the time of the first timeout, and whether somebody wins. */
function playTerm(
  stream: RandomStream,
  servers: number,
  quorum: number,
  timeout: () => number,
  request: Distribution,
): { readonly first: number; readonly won: boolean } {
  const timers = Array.from({ length: servers }, timeout);
  const order = timers.map((_, i) => i).sort((a, b) => timers[a] - timers[b]);
  const reached = new Array<number>(servers).fill(Number.POSITIVE_INFINITY);
  const vote = new Array<number>(servers).fill(-1);
  for (const i of order) {
    if (reached[i] < timers[i]) continue;
    vote[i] = i;
    reached[i] = Number.NEGATIVE_INFINITY;
    for (let v = 0; v < servers; v++) {
      if (reached[v] === Number.NEGATIVE_INFINITY) continue;
      const at = timers[i] + request.sample(stream);
      if (at < reached[v]) {
        reached[v] = at;
        vote[v] = i;
      }
    }
  }
  const counts = new Array<number>(servers).fill(0);
  for (const to of vote) counts[to]++;
  return { first: timers[order[0]], won: Math.max(...counts) >= quorum };
}

test("splitVoteVariable gives the two rates Ongaro reads off his figure, and his bare-majority rule", () => {
  // Ch. 9, caption of the contour figure: about 16 % and nearly 40 %.
  const request = uniform(0.1, 0.2);
  const rate = (nodes: number, available: number): number =>
    splitVoteVariable({ nodes, available, request, timeoutRange: 1 }).splitVote;
  assert.ok(Math.abs(rate(5, 4) - 0.16) < 0.005, `${rate(5, 4)}`);
  assert.ok(rate(5, 3) > 0.37 && rate(5, 3) < 0.4, `${rate(5, 3)}`);
  // With a bare majority the mean latency decides: he compares [0.1, 0.2] with 0.15 for nine servers, five up.
  const fixed = splitVote({ nodes: 9, available: 5, latency: 0.15, timeoutRange: 1 }).splitVote;
  assert.ok(Math.abs(rate(9, 5) - fixed) < 0.005, `${rate(9, 5)} and ${fixed}`);
});

test("splitVoteVariable with a constant latency is the fixed formula, at 1,000 random inputs", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 7 }),
      fc.nat(3),
      fc.double({ min: 1e-4, max: 0.9, noNaN: true }),
      (nodes, missing, l) => {
        const available = Math.max(Math.floor(nodes / 2) + 1, nodes - missing);
        const given = { nodes, available, timeoutRange: 2 };
        const fixed = splitVote.evaluate({ ...given, latency: 2 * l });
        if (!fixed.stable || available - Math.floor(nodes / 2) > 3) return;
        const answer = splitVoteVariable({ ...given, request: deterministic(2 * l) });
        assert.ok(Math.abs(answer.splitVote - fixed.outputs.splitVote) < 1e-11);
        near(answer.expectedTerms * (1 - answer.splitVote), 1);
      },
    ),
    { numRuns: 1000, seed: 1 },
  );
});

test("one server elects itself: nothing to split, whatever the latency, by both formulas", () => {
  for (const latency of [0, 0.3, 5]) {
    const alone = { nodes: 1, available: 1, timeoutRange: 1 };
    assert.equal(splitVote({ ...alone, latency }).splitVote, 0);
    near(splitVoteVariable({ ...alone, request: latency }).expectedTerms, 1, 1e-12);
  }
});

test("a latency without an upper end that is short beside the timeouts has an election time", () => {
  // Requests later than the last timer have a level so near 1 that their quantile is infinite.
  const latency = lognormal({ mean: 2e-4, scv: 0.25 });
  const given = {
    nodes: 3,
    available: 2,
    timeoutMin: 0.15,
    timeoutMax: 0.3,
    heartbeatInterval: 0.075,
    latency,
  };
  const { electionTime: mean, splitVote: p } = electionTime(given);
  // To first order in the latency: the first of two timers, half a heartbeat interval, three latencies, split votes.
  near(mean, 0.15 + 0.05 - 0.0375 + 0.0002 + 0.0004 + p * (0.15 + 0.05), 1e-4);
  near(p, 2 * (0.0002 / 0.15), 0.02);
});

test("splitVoteVariable: two servers have a closed form, and time may be counted in any unit", () => {
  // Both of two must vote alike: split unless the first request arrives before the other timer ends.
  // P(D ≥ gap) for an exponential D of mean m over a gap of density 2(1 − g): by parts.
  for (const m of [0.02, 0.1, 0.7]) {
    const exact = 2 * (m - m * m * (1 - Math.exp(-1 / m)));
    const given = { nodes: 2, available: 2, timeoutRange: 1, request: exponential(m) };
    near(splitVoteVariable(given).splitVote, exact, 1e-7);
    near(
      splitVoteVariable({ ...given, timeoutRange: 7, request: exponential(7 * m) }).splitVote,
      exact,
      1e-7,
    );
  }
  near(splitVoteVariable({ nodes: 5, available: 5, timeoutRange: 1, request: 0 }).expectedTerms, 1, 1e-14);
});

test("splitVoteVariable agrees with playing the rules, overtaking included", () => {
  const laws = [uniform(0.1, 0.2), exponential(0.1), lognormal({ p50: 0.1, p99: 0.3 })];
  const runs = 40_000;
  for (const [nodes, available] of [
    [3, 3],
    [5, 4],
    [5, 5],
    [7, 6],
    [9, 9],
  ]) {
    for (const [i, request] of laws.entries()) {
      const { splitVote: p } = splitVoteVariable({ nodes, available, request, timeoutRange: 1 });
      const stream = new RandomStream(nodes, available, i, 5);
      const quorum = Math.floor(nodes / 2) + 1;
      let split = 0;
      for (let run = 0; run < runs; run++)
        if (!playTerm(stream, available, quorum, () => stream.uniform(), request).won) split++;
      const error = Math.sqrt((p * (1 - p)) / runs);
      assert.ok(
        Math.abs(split / runs - p) < 4 * error,
        `${nodes}/${available} ${request.describe()}: played ${split / runs}, integrated ${p}`,
      );
    }
  }
});

test("splitVoteVariable at the edges: certain split is unstable, too many rivals are refused", () => {
  const never = splitVoteVariable.evaluate({ nodes: 3, available: 3, timeoutRange: 1, request: 5 });
  assert.equal(!never.stable && never.reason, "unstable: splitVote 1.000 must be < 1");
  assert.throws(
    () => splitVoteVariable({ nodes: 11, available: 11, timeoutRange: 1, request: 0.1 }),
    /splitVoteVariable: rivals 6 must be <= 5/,
  );
  const large = { nodes: 25, available: 13, timeoutRange: 1 };
  near(
    splitVoteVariable({ ...large, request: 1e-6 }).splitVote,
    splitVote({ ...large, latency: 1e-6 }).splitVote,
    1e-6,
  );
});

test("electionTime is Ongaro's formula where latency is fixed and timers start together", () => {
  fc.assert(
    fc.property(
      fc.constantFrom([3, 2], [3, 3], [5, 3], [5, 4], [7, 4], [7, 5]),
      fc.double({ min: 0.005, max: 0.3, noNaN: true }),
      fc.double({ min: 0, max: 0.1, noNaN: true }),
      ([nodes, available], latency, voteWrite) => {
        const { splitVote: p, expectedTerms } = splitVote({ nodes, available, latency, timeoutRange: 1 });
        if (p > 0.9) return;
        const answer = electionTime({
          nodes,
          available,
          timeoutMin: 1,
          timeoutMax: 2,
          heartbeatInterval: 0.5,
          latency,
          voteWrite,
          timers: "together",
        });
        const published = expectedTerms * (1 + 1 / (available + 1) + latency) + latency + voteWrite - 0.25;
        near(answer.electionTime, published, 1e-9);
      },
    ),
    { numRuns: 60, seed: 2 },
  );
});

test("electionTime: what a candidate writes before it asks delays the request, and so splits votes", () => {
  const group = { nodes: 5, available: 4, timeoutMin: 1, timeoutMax: 2, timers: "together" } as const;
  const [latency, askWrite, voteWrite] = [0.03, 0.05, 0.02];
  const { splitVote: p, expectedTerms } = splitVote({
    nodes: 5,
    available: 4,
    latency: latency + askWrite,
    timeoutRange: 1,
  });
  const answer = electionTime({ ...group, latency, askWrite, voteWrite });
  near(answer.splitVote, p, 1e-9);
  near(answer.collection, 2 * latency + askWrite + voteWrite);
  const lost = 1 + 1 / 5 + latency + askWrite;
  near(answer.electionTime, 1.2 + (expectedTerms - 1) * lost + answer.collection, 1e-9);
  // Without heartbeats the first term's law is known: P(M ≤ t) of four uniform timers, votes 0.13 later.
  const law = electionTimeLaw({ ...group, latency: deterministic(latency), askWrite, voteWrite });
  const sure = electionTimeLaw({ ...group, latency: deterministic(1e-9) });
  for (const t of [0.1, 0.3, 0.6]) near(sure.cdf(1 + t), 1 - (1 - t) ** 4, 2e-3);
  near(sure.quantile(0.5), 2 - 0.5 ** 0.25, 1e-3);
  assert.ok(law.cdf(1.129) < 5e-3 && law.cdf(1.2) > 0.2);
});

test("electionTime meets AvailSim's means and tails over a WAN (Ongaro 2014, ch. 9)", () => {
  // 30 to 40 ms one way, timeouts 300 to 600 ms, fresh timers, no disk: the text's 475 and 650 ms, 1.5 and 3 s.
  const wan = {
    nodes: 5,
    timeoutMin: 0.3,
    timeoutMax: 0.6,
    latency: uniform(0.03, 0.04),
    timers: "together",
    probability: 0.999,
  } as const;
  const one = electionTime({ ...wan, available: 4 });
  near(one.electionTime, 0.475, 0.03);
  near(one.electionQuantile, 1.5, 0.05);
  const two = electionTime({ ...wan, available: 3 });
  near(two.electionTime, 0.65, 0.03);
  near(two.electionQuantile, 3, 0.07);
});

test("electionTimeLaw agrees with elections played term by term, quantile by quantile", () => {
  const [nodes, available, least, range, beat] = [5, 4, 0.15, 0.05, 0.075];
  const latency = uniform(0.004, 0.012);
  const inputs = {
    nodes,
    available,
    timeoutMin: least,
    timeoutMax: least + range,
    heartbeatInterval: beat,
    latency,
  };
  const law = electionTimeLaw(inputs);
  const stream = new RandomStream(3, 1, 4, 1);
  const runs = 40_000;
  const times = new Float64Array(runs);
  for (let run = 0; run < runs; run++) {
    let at = -beat * stream.uniform();
    let timer = (): number => least + latency.sample(stream) + range * stream.uniform();
    for (;;) {
      const { first, won } = playTerm(stream, available, 3, timer, latency);
      timer = () => least + range * stream.uniform();
      if (won) {
        const trips = Array.from(
          { length: available - 1 },
          () => latency.sample(stream) + latency.sample(stream),
        );
        at += first + trips.sort((a, b) => a - b)[1];
        break;
      }
      at += first + latency.mean;
    }
    times[run] = at;
  }
  times.sort((a, b) => a - b);
  for (const p of [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99]) {
    const share = law.cdf(times[Math.floor(p * runs)]);
    const error = Math.sqrt((p * (1 - p)) / runs);
    assert.ok(Math.abs(share - p) < 4 * error + 1e-3, `at ${p}: ${share}`);
    near(law.cdf(law.quantile(p)), p, 1e-6);
  }
  const mean = times.reduce((sum, t) => sum + t, 0) / runs;
  const spread = Math.sqrt(times.reduce((sum, t) => sum + (t - mean) ** 2, 0) / runs);
  const answer = electionTime(inputs);
  assert.ok(
    Math.abs(answer.electionTime - mean) < (4 * spread) / Math.sqrt(runs),
    `${answer.electionTime} ${mean}`,
  );
  // The mean of the law is the area above it.
  let area = 0;
  for (let t = 0; t < 6; t += 1e-3) area += (1 - law.cdf(t + 5e-4)) * 1e-3;
  near(area, answer.electionTime, 2e-3);
});

test("electionTime on the measured LAN: medians of the wide ranges within 15 %, two of four eligible", () => {
  // One-way latencies under 1 ms and a broadcast time of about 15 ms, most of it the voter's disk (ch. 9).
  for (const row of publishedTable("raft_lan_election_scale_cdf").rows) {
    const [least, most] = String(row.timeout_ms)
      .split("-")
      .map((ms) => Number(ms) / 1000);
    if (least < 0.1) continue;
    const law = electionTimeLaw({
      nodes: 5,
      available: 4,
      eligible: 2,
      timeoutMin: least,
      timeoutMax: most,
      heartbeatInterval: least / 2,
      latency: uniform(0.0002, 0.001),
      voteWrite: 0.014,
    });
    for (const [p, name] of [
      [0.25, "p25"],
      [0.5, "p50"],
      [0.75, "p75"],
      [0.9, "p90"],
    ] as const)
      near(law.quantile(p), Number(row[name]) / 1000, 0.15);
  }
});

test("electionTime at the edges: narrow ranges are slow or unstable, bad timeouts are refused", () => {
  const group = { nodes: 3, available: 2, timeoutMin: 0.15, latency: 0.001 };
  const hard = electionTime({ ...group, timeoutMax: 0.152 });
  assert.ok(Number.isFinite(hard.electionTime) && hard.electionQuantile > hard.electionTime);
  const stuck = electionTime.evaluate({ ...group, timeoutMax: 0.1505 });
  assert.equal(!stuck.stable && stuck.reason, "unstable: splitVote 1.000 must be < 0.99");
  assert.throws(
    () => electionTime({ ...group, timeoutMax: 0.15 }),
    /electionTime: timeoutMin 0.15 must be < timeoutMax 0.15/,
  );
  assert.throws(
    () => electionTime({ ...group, timeoutMax: 0.3, heartbeatInterval: 0.2 }),
    /heartbeatInterval 0.2 must be <= timeoutMin 0.15/,
  );
  // A single server waits for itself only.
  const alone = electionTime({ nodes: 1, available: 1, timeoutMin: 1, timeoutMax: 2, latency: 0 });
  near(alone.electionTime, 1.5);
  near(alone.electionQuantile, 1.99, 5e-3);
});

test("timeouts that differ by many orders of magnitude cost no more than others, and are refused where no grid holds them", () => {
  // Nothing of the law lies between a microsecond and a millisecond: as good as the same.
  const [fine, coarse] = [1e-3, 1e-6].map((timeoutMin) =>
    electionTime({ nodes: 3, available: 2, timeoutMin, timeoutMax: 1, latency: 0.1 }),
  );
  near(coarse.electionQuantile, fine.electionQuantile, 0.002);
  // A round trip of a day between timeouts of a microsecond: it once asked for 10^12 points.
  const slow = electionTime({ nodes: 1, available: 1, timeoutMin: 1e-6, timeoutMax: 1, latency: 1e5 });
  near(slow.electionQuantile, 1e5 + 1, 1e-6);
  assert.throws(
    () => electionTime({ nodes: 3, available: 2, timeoutMin: 1e-12, timeoutMax: 1, latency: 0 }),
    {
      name: "DomainError",
      message: /^electionTime: timeoutMin must be >= \S+ s beside a range of 1\.0 s, got 1e-12$/,
    },
  );
});
