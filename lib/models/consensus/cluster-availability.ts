/**
 * Availability of a replicated service whose nodes crash and are repaired, and whose leader must be replaced.
 *
 * A Markov chain over (nodes down, leader or not): nodes crash at 1/MTTF each, are repaired at 1/MTTR by so many
 * crews, and while a quorum is up without a leader one is elected at the rate 1/failover. Source of the birth-death
 * part: Trivedi, "Probability and Statistics with Reliability, Queuing, and Computer Science Applications" (2nd ed.
 * 2002), §8.2; of the solution, which subtracts nothing and so keeps the digits of many nines: Grassmann, Taksar and
 * Heyman, "Regenerative analysis and steady state distributions for Markov chains" (Operations Research 33(5), 1985).
 */
import { defineModel } from "../../core/model.ts";
import { steadyState } from "./steady-state.ts";

/** Shares of time and rates of the chain. */
interface Chain {
  readonly leaderless: number;
  readonly quorumLost: number;
  readonly lossRate: number;
  readonly failoverRate: number;
}

function chainOf(n: number, q: number, mttf: number, mttr: number, crews: number, failover: number): Chain {
  const spare = n - q;
  // So short a failover that its rate is no number takes no time.
  const instant = !Number.isFinite(1 / failover);
  // State k: k down and led, for k ≤ n − q; state spare + 1 + k: k down and not led.
  const states = spare + 1 + n + 1;
  const open = (down: number): number => spare + 1 + down;
  const rates = Array.from({ length: states }, () => new Float64Array(states));
  const busy = (down: number): number => (crews > 0 ? Math.min(down, crews) : down);
  for (let down = 0; down <= n; down++) {
    if (down < n) rates[open(down)][open(down + 1)] += (n - down) / mttf;
    if (down > 0) rates[open(down)][open(down - 1)] += busy(down) / mttr;
    if (down > spare) continue;
    if (!instant) rates[open(down)][down] += 1 / failover;
    rates[down][open(down + 1)] += 1 / mttf;
    // The last spare gone, the leader cannot commit and steps down.
    if (n > 1) rates[down][down < spare ? down + 1 : open(down + 1)] += (n - down - 1) / mttf;
    if (down > 0) rates[down][down - 1] += busy(down) / mttr;
  }
  // An election that takes no time: whoever is open with a quorum is led at once.
  if (instant) for (const row of rates) lead(row, spare, open);
  const kept = instant ? rates.map((row, i) => (i > spare && i <= open(spare) ? row.fill(0) : row)) : rates;
  const share = steadyState(kept);
  let [leaderless, quorumLost] = [0, 0];
  for (let down = n; down >= 0; down--) {
    leaderless += share[open(down)];
    if (down > spare) quorumLost += share[open(down)];
  }
  const edge = share[spare] + share[open(spare)];
  let led = 0;
  for (let down = 0; down < spare; down++) led += share[down];
  return { leaderless, quorumLost, lossRate: (edge * q) / mttf, failoverRate: led / mttf };
}

function lead(row: Float64Array, spare: number, open: (down: number) => number): void {
  for (let down = 0; down <= spare; down++) {
    row[down] += row[open(down)];
    row[open(down)] = 0;
  }
}

/** One chain serves several outputs. */
const part = (name: keyof Chain, tex: string, result: string, meaning: string) => ({
  tex,
  arguments: ["chain"],
  result,
  meaning,
  compute: (chain: Chain) => chain[name],
});

/**
 * Availability, its two causes of loss, and how often each strikes.
 *
 * @example
 * models.clusterAvailability({ nodes: 1, mttf: 99, mttr: 1, failover: 0 }).availability; // => 0.99
 */
export const clusterAvailability = defineModel({
  id: "clusterAvailability",
  title: "Availability of a replicated service with a leader",
  cites: ["Trivedi 2002, §8.2", "Grassmann, Taksar, Heyman 1985"],
  assumes: [
    "nodes crash independently, at exponential times",
    "repairs and failovers are exponential; a repaired node has caught up",
    "without a quorum there is no leader, and with it again one must be elected",
  ],
  inputs: {
    nodes: { tex: "n", dimension: "one", integer: true, min: 1, max: 150, meaning: "nodes" },
    quorum: {
      tex: "q",
      dimension: "one",
      integer: true,
      min: 0,
      default: 0,
      meaning: "nodes that must be up; 0 is a majority",
    },
    mttf: {
      tex: "\\mathit{MTTF}",
      dimension: "time",
      above: 0,
      meaning: "mean time of a node to its failure",
    },
    mttr: { tex: "\\mathit{MTTR}", dimension: "time", above: 0, meaning: "mean time to its repair" },
    crews: {
      tex: "c",
      dimension: "one",
      integer: true,
      min: 0,
      default: 0,
      meaning: "repairs at a time; 0 is no limit",
    },
    failover: {
      tex: "F",
      dimension: "time",
      min: 0,
      meaning: "time without a leader per failover: detect, elect, recover",
    },
  },
  between: {
    needed: { tex: "q'", dimension: "one", meaning: "quorum in force" },
    chain: { tex: "\\pi", type: "chain", meaning: "steady state" },
  },
  outputs: {
    availability: { tex: "A", dimension: "one", meaning: "share of time with a quorum and a leader" },
    unavailability: { tex: "U", dimension: "one", meaning: "share of time without" },
    quorumUnavailability: { tex: "U_q", dimension: "one", meaning: "share of time without a quorum" },
    failoverUnavailability: {
      tex: "U_F",
      dimension: "one",
      meaning: "share of time with a quorum and no leader",
    },
    quorumLossRate: { tex: "f_q", dimension: "rate", meaning: "losses of the quorum per second" },
    failoverRate: {
      tex: "f_F",
      dimension: "rate",
      meaning: "crashes of a leader that leave a quorum, per second",
    },
    failoversPerYear: { tex: "f_y", dimension: "one", meaning: "such crashes in a year of 365.25 days" },
    downPerYear: { tex: "d", dimension: "time", meaning: "time without service in a year" },
  },
  functions: {
    solve: {
      tex: "\\pi",
      arguments: ["one", "one", "time", "time", "one", "time"],
      result: "chain",
      meaning: "steady state of the chain, by elimination without subtraction",
      compute: chainOf,
    },
    leaderless: part("leaderless", "\\pi_{\\mathrm{open}}", "one", "share of time without a leader"),
    quorumLost: part("quorumLost", "\\pi_{<q}", "one", "share of time without a quorum"),
    lossRate: part("lossRate", "f_{<q}", "rate", "rate at which the last spare node is lost"),
    leaderLoss: part("failoverRate", "f_l", "rate", "rate of leader crashes that leave a quorum"),
    year: {
      tex: "\\mathrm{year}",
      arguments: ["one"],
      result: "time",
      meaning: "so many years of 365.25 days",
      compute: (count: number) => count * 365.25 * 86_400,
    },
  },
  equations: [
    "needed = quorum > 0 ? quorum : floor(nodes / 2) + 1",
    "chain = solve(nodes, needed, mttf, mttr, crews, failover)",
    "unavailability = leaderless(chain)",
    "availability = max(0, 1 - unavailability)",
    "quorumUnavailability = quorumLost(chain)",
    "failoverUnavailability = max(0, unavailability - quorumUnavailability)",
    "quorumLossRate = lossRate(chain)",
    "failoverRate = leaderLoss(chain)",
    "failoversPerYear = failoverRate * year(1)",
    "downPerYear = year(unavailability)",
  ],
  requires: ["quorum <= nodes"],
});
