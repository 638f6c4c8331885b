/**
 * How long a Raft group is without a leader: mean, quantiles and the whole distribution of an election.
 *
 * Source: Ongaro, "Consensus: Bridging Theory and Practice" (2014), ch. 9: E[E_s] = (1 + 1/(s + 1) + E[L])/(1 − p) +
 * E[L] + E[W] − 1/4 for timeouts over [1, 2] and heartbeats every 1/2; here for any timeouts and heartbeats, the
 * votes as the order statistic that they are. AvailSim and ch. 9's split votes start all timers together
 * (`timers: "together"`, no heartbeats); a real crash leaves them at the times the last heartbeat came.
 */
import type { Distribution } from "../../core/distributions.ts";
import { defineModel, type NumberInput } from "../../core/model.ts";
import { collecting, type ElectionLaw, electionLaw } from "./election-law.ts";
import { type Term, TermLaw } from "./election-split.ts";
import { firstTimeout, termOf, votesOf } from "./election-time-law.ts";
import { delayInput, ENOUGH, RIVALS, SERVERS } from "./split-vote-variable.ts";

const timed = (tex: string, meaning: string) =>
  ({ tex, dimension: "time", min: 0, default: 0, meaning }) as const satisfies NumberInput;

/**
 * Length of an election after the leader's crash.
 *
 * @example
 * models.electionTime({ nodes: 5, available: 4, timeoutMin: ms(150), timeoutMax: ms(300), heartbeatInterval: ms(75), latency: 0, timers: "together" }).electionTime; // => 0.1425
 */
export const electionTime = defineModel({
  id: "electionTime",
  title: "Length of a Raft election",
  cites: ["Ongaro 2014, ch. 9"],
  assumes: [
    "the leader crashes at a random time between two heartbeats; all live servers had the last one",
    "one-way latencies are independent and of one law; writes take a fixed time",
    "after a split vote all timers start afresh a mean latency after the first timeout, as in the thesis; a candidate's own starts when it stands, so the mean is slow: with 3 servers by 1.5 % where the range is 8.6 latencies, by 0.5 % at 14",
    "no pre-vote; who is not eligible delays nobody but does split votes",
  ],
  inputs: {
    ...SERVERS,
    eligible: {
      tex: "e",
      dimension: "one",
      integer: true,
      min: 0,
      default: 0,
      meaning: "servers whose logs let them win; 0 is all that are up",
    },
    timeoutMin: { tex: "a", dimension: "time", above: 0, meaning: "shortest election timeout" },
    timeoutMax: { tex: "b", dimension: "time", above: 0, meaning: "longest election timeout" },
    heartbeatInterval: timed("h", "time between heartbeats; 0 when the crash comes right after one"),
    latency: delayInput("L", "one-way latency between two servers"),
    askWrite: timed("W_c", "candidate's write of term and vote before it asks"),
    voteWrite: timed("W", "voter's write before it answers"),
    timers: {
      kind: "choice",
      choices: ["heartbeat", "together"],
      default: "heartbeat",
      tex: "\\mathit{timers}",
      meaning: "timers start at the last heartbeat's arrivals, or all together",
    },
    probability: {
      tex: "\\pi",
      dimension: "one",
      above: 0,
      max: 0.999999,
      default: 0.99,
      meaning: "level of the quantile",
    },
  },
  between: {
    rivals: { tex: "k", dimension: "one", meaning: "most candidates among whom somebody may still win" },
    standing: { tex: "e'", dimension: "one", meaning: "servers that may win" },
    first: { tex: "\\mathcal{T}_1", type: "term", meaning: "first term: timers and requests" },
    later: { tex: "\\mathcal{T}", type: "term", meaning: "later terms, all timers together" },
    firstSplit: { tex: "p_1", dimension: "one", meaning: "chance that the first term is split" },
    meanLatency: { tex: "E[L]", dimension: "time", meaning: "mean one-way latency" },
    votes: { tex: "\\mathcal{V}", type: "distribution", meaning: "delay of a vote, write included" },
    law: { tex: "\\mathcal{E}", type: "law", meaning: "law of the election" },
  },
  outputs: {
    splitVote: { tex: "p", dimension: "one", meaning: "chance that a later term is split" },
    expectedTerms: { tex: "E[t]", dimension: "one", meaning: "terms until a leader is elected" },
    detection: { tex: "D", dimension: "time", meaning: "mean time from the crash to the first timeout" },
    collection: { tex: "V", dimension: "time", meaning: "mean time from timeout to a majority of votes" },
    electionTime: {
      tex: "E",
      dimension: "time",
      meaning: "mean time from the crash until a leader is elected",
    },
    electionQuantile: {
      tex: "E^{(\\pi)}",
      dimension: "time",
      meaning: "quantile of the same, by renewal on a grid",
    },
  },
  functions: {
    term: {
      tex: "\\mathrm{term}",
      arguments: ["choice", "one", "one", "time", "distribution", "time"],
      result: "term",
      meaning: "servers, quorum, law of the timers, delay of requests",
      compute: termOf,
    },
    together: {
      tex: "\\mathrm{term}_0",
      arguments: ["one", "one", "time", "distribution", "time"],
      result: "term",
      meaning: "the same with all timers started together",
      compute: (n: number, s: number, range: number, latency: Distribution, ask: number) =>
        termOf("together", n, s, range, latency, ask),
    },
    split: {
      tex: "P_{\\mathrm{split}}",
      arguments: ["term"],
      result: "one",
      meaning: "chance that nobody wins, by quadrature (election-split.ts)",
      compute: (term: Term) => new TermLaw(term).split(),
    },
    firstTimeout: {
      tex: "E[M_e]",
      arguments: ["term", "one"],
      result: "time",
      meaning: "mean of the first of e timers beyond the shortest timeout: r/(e + 1) when all start together",
      compute: firstTimeout,
    },
    mean: {
      tex: "E",
      arguments: ["distribution"],
      result: "time",
      meaning: "mean of a delay",
      compute: (delay: Distribution) => delay.mean,
    },
    voteDelay: {
      tex: "L + W",
      arguments: ["distribution", "time"],
      result: "distribution",
      meaning: "a voter's write and the way back",
      compute: votesOf,
    },
    collect: {
      tex: "E_{(q-1)}",
      arguments: ["term", "distribution"],
      result: "time",
      meaning: "mean of the (q − 1)-th of s − 1 votes asked for at once",
      compute: (term: Term, vote: Distribution) =>
        collecting(term, vote).reduce((sum, { time, weight }) => sum + time * weight, 0),
    },
    lawOf: {
      tex: "\\mathrm{renewal}",
      arguments: ["term", "term", "one", "time", "time", "time", "distribution", "one", "one"],
      result: "law",
      meaning: "law of the election by a renewal equation on a grid (election-law.ts)",
      compute: (
        first: Term,
        later: Term,
        eligible: number,
        timeoutMin: number,
        heartbeatInterval: number,
        restart: number,
        vote: Distribution,
        p1: number,
        p: number,
      ) => electionLaw({ first, later, eligible, timeoutMin, heartbeatInterval, restart, vote }, [p1, p]),
    },
    quantile: {
      tex: "Q",
      arguments: ["law", "one"],
      result: "time",
      meaning: "quantile of the law, by bisection",
      compute: (law: ElectionLaw, p: number) => law.quantile(p),
    },
  },
  equations: [
    RIVALS,
    "standing = eligible > 0 ? eligible : available",
    "first = term(timers, nodes, available, timeoutMax - timeoutMin, latency, askWrite)",
    "later = together(nodes, available, timeoutMax - timeoutMin, latency, askWrite)",
    "firstSplit = split(first)",
    "splitVote = split(later)",
    "expectedTerms = 1 + firstSplit / (1 - splitVote)",
    "meanLatency = mean(latency)",
    "votes = voteDelay(latency, voteWrite)",
    "detection = timeoutMin + firstTimeout(first, standing) - heartbeatInterval / 2",
    "collection = collect(first, votes)",
    "electionTime = detection + (expectedTerms - 1) * (timeoutMin + firstTimeout(later, standing) + meanLatency + askWrite) + collection",
    "law = lawOf(first, later, standing, timeoutMin, heartbeatInterval, meanLatency + askWrite, votes, firstSplit, splitVote)",
    "electionQuantile = quantile(law, probability)",
  ],
  requires: [
    ...ENOUGH,
    "timeoutMin < timeoutMax",
    "heartbeatInterval <= timeoutMin",
    "eligible <= available",
  ],
  stable: ["splitVote < 0.99"],
});
