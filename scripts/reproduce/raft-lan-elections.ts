/**
 * Elections of LogCabin on a LAN, by formula and by the engine's own Raft (Ongaro 2014, ch. 9, both benchmark figures).
 *
 * As the files state it: five servers, the leader crashes at a random time of its heartbeat interval (half the shortest
 * timeout), the timers of all others start together, the logs differ in length so that two of the four survivors cannot
 * win, and the time counts until the others hear the new leader. A broadcast (round trip and disk write) takes 15 ms.
 *
 * What the files leave open: a gigabit link is taken to need 0.1 ms one way, so a write takes the rest, always the same;
 * and the candidate writes its own vote while it asks, as the thesis assumes in its formula.
 *
 * Where the misses come from. The set-up above is the files', word for word; but their own fastest elections leave only 9
 * to 18 ms after the shortest timer less a heartbeat's interval, and their votes split far more often than requests of
 * 0.1 ms explain: a candidate's write comes before its request. Two writes of 4.9 ms, 10 ms with the links, would miss 23 of
 * the 80 quantiles by formula where 15 ms in one write miss 35: 0 of 8 for 150-175 and 50-100 ms. That was found by looking
 * at the table, so it explains the misses and does not replace the set-up. Ranges of 1 and 5 ms, no wider than a write,
 * no fixed write can explain: there the spread of real writes decides who comes first, and the files do not give it.
 */
import { deterministic } from "../../lib/core/distributions.ts";
import { disk } from "../../lib/core/machines.ts";
import { networks } from "../../lib/core/networks.ts";
import { electionTimeLaw } from "../../lib/models/consensus/election-time-law.ts";
import { models } from "../../lib/models/index.ts";
import { raft as raftProtocol } from "../../lib/protocols/consensus/raft.ts";
import type { Ctx } from "../../lib/protocols/consensus/raft-state.ts";
import { systemBuilder } from "../../lib/protocols/system.ts";
import { erased } from "../../lib/simulation/protocol.ts";
import type { Interval } from "../../lib/statistics/interval.ts";
import { verdict } from "../../lib/statistics/verdict.ts";
import { type ElectionResult, elections } from "../../lib/study/elections.ts";
import { Cases, type ReproduceContext, type ReproducedCase, type Reproduction, shifted } from "./case.ts";

const ELECTIONS = 2000;
export const ONE_WAY = 1e-4;
const BROADCAST = 0.015;
const WRITE = BROADCAST - 2 * ONE_WAY;
export const QUANTILES = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];

const NOTHING = (): void => {};

/** The same, but nothing sent waits for the disk. */
const withoutDisk = (ctx: Ctx): Ctx =>
  new Proxy(ctx, {
    get(target, name) {
      if (name === "persist" || name === "barrier") return NOTHING;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });

/** Raft as benchmarked: each node's log is longer than that of the next, and a candidate's write delays nobody. */
const benchmarked: typeof raftProtocol = {
  ...raftProtocol,
  timers: {
    ...raftProtocol.timers,
    election: (node, ctx) => raftProtocol.timers.election(node, withoutDisk(ctx)),
  },
  messages: {
    ...raftProtocol.messages,
    requestVote(node, m, from, ctx) {
      const shorter = from > node.id;
      raftProtocol.messages.requestVote(node, shorter ? { ...m, lastTerm: -1 } : m, from, ctx);
    },
  },
};
const build = systemBuilder(benchmarked);

function simulate(min: number, max: number, { seed, effort }: ReproduceContext): ElectionResult {
  const system = build({
    network: networks.lan({ nodes: 5, oneWay: ONE_WAY }),
    disk: disk.fsync(WRITE),
    electionTimeoutMin: min,
    electionTimeoutMax: max,
    heartbeatInterval: min / 2,
  });
  // Late enough for the first leader to have come out of any trouble that slow writes make with short timeouts.
  const after = Math.max(2 * min, 0.5);
  return elections({ system, protocol: erased(benchmarked), elections: ELECTIONS * effort, seed, after });
}

/** The law of an election of the benchmark, by default with the whole write before a vote. */
export function lawOf(min: number, max: number, askWrite = 0, voteWrite = WRITE) {
  const inputs = {
    nodes: 5,
    available: 4,
    eligible: 2,
    timeoutMin: min,
    timeoutMax: max,
    heartbeatInterval: min / 2,
    latency: deterministic(ONE_WAY),
    askWrite,
    voteWrite,
  };
  return { law: electionTimeLaw(inputs), mean: () => models.electionTime(inputs).electionTime };
}

/** The other reading: one write before asking and one before answering, 10 ms in all with the links. */
export const HALF = 0.0049;

/**
 * Why a number is missed. Too slow: the file's least time leaves less than 15 ms for the broadcast. Too fast: LogCabin
 * split more votes, so that a candidate's write came before its request; the formula then says what two writes give.
 */
function noteFor(min: number, max: number, p: number | null, tooSlow: boolean, least: number): string {
  if (tooSlow) {
    const left = (least - 500 * min).toFixed(1);
    return `15 ms are too long here: the file's least time, ${least} ms, leaves ${left} ms after a timer that has at least ${500 * min} ms to go`;
  }
  const other =
    "too few split votes: requests of 0.1 ms hardly cross; with one write of 4.9 ms before asking and one before answering";
  if (max - min < 1.2 * HALF)
    return `${other} hardly a vote would not be split; the spread of real writes, which the files do not give, decides`;
  const { law, mean } = lawOf(min, max, HALF, HALF);
  const value = 1e3 * ((p === null ? mean() : law.quantile(p)) + ONE_WAY);
  return `${other} the formula would give ${value.toPrecision(3)}`;
}

/** One table: every quantile of every range by formula and simulated. */
async function run(cases: Cases, words: string, context: ReproduceContext): Promise<ReproducedCase[]> {
  const tolerance = cases.tolerance(words);
  const rows = cases.table.rows.filter(({ timeout_ms: range }) => range !== "150-150");
  for (const [i, row] of rows.entries()) {
    context.signal.throwIfAborted();
    const name = `${row.timeout_ms} ms`;
    const [min, max] = String(row.timeout_ms)
      .split("-")
      .map((ms) => Number(ms) / 1e3);
    const { law, mean } = lawOf(min, max);
    // Timeouts below the broadcast: the simulated group hardly ever has a leader to crash.
    const simulated = min < BROADCAST ? null : simulate(min, max, context).electionTime;
    const add = (column: string, formula: number, interval: Interval | undefined, p: number | null): void => {
      const published = Number(row[column]);
      const ours = 1e3 * (formula + ONE_WAY);
      const note = (value: number) =>
        verdict({ low: value, high: value }, published, tolerance) === "agrees"
          ? undefined
          : noteFor(min, max, p, value > published, Number(row.min));
      cases.formula(name, `${column}, formula [ms]`, published, ours, tolerance, note(ours));
      if (interval === undefined) return;
      const measured = shifted(interval, 1e3 * ONE_WAY, 1e3);
      const why = note(measured.mean);
      cases.simulated(name, `${column}, Raft simulated [ms]`, published, measured, tolerance, why);
    };
    if (row.mean !== undefined) add("mean", mean(), simulated?.mean(), null);
    for (const p of QUANTILES)
      add(`p${String(Math.round(100 * p)).padStart(2, "0")}`, law.quantile(p), simulated?.quantile(p), p);
    context.progress((i + 1) / rows.length);
    await new Promise(setImmediate); // so that Ctrl-C is heard
  }
  return cases.list;
}

export const raftLanElectionRandomness: Reproduction = {
  table: "raft_lan_election_randomness_cdf",
  tried:
    "5 of 6 ranges, 8 quantiles each, by formula and by 2000 elections of the engine's Raft; 150-150 not: equal timers on equal machines split every vote for ever, in LogCabin the machines' own noise ends it",
  run(context) {
    return run(new Cases(this.table), "+-15% on quantiles", context);
  },
};

export const raftLanElectionScale: Reproduction = {
  table: "raft_lan_election_scale_cdf",
  tried:
    "all 5 ranges by formula, mean and 8 quantiles each; 4 by 2000 elections of the engine's Raft: with timeouts of 12-24 ms and writes of 15 ms, always the same, it hardly ever has a leader",
  run(context) {
    return run(new Cases(this.table), "+-15%", context);
  },
};
