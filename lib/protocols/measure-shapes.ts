/** Measures that several protocols have, said in the same words. */
import { largestShare, type OwnMeasure, perOther, shareOf, total } from "../simulation/own-measures.ts";

/** Of protocols with one leader, whose nodes count `timesLed`. */
export const leaderMeasures: Readonly<Record<string, OwnMeasure>> = {
  leaderChanges: {
    dimension: "one",
    title: "changes of leader",
    meaning: "how often a node began to lead",
    of: total("timesLed"),
  },
};

/** Of protocols with a fast path, whose nodes count `fastCommits` and `slowCommits`. */
export const fastPathMeasures: Readonly<Record<string, OwnMeasure>> = {
  fastPathShare: {
    dimension: "one",
    title: "share of the fast path",
    meaning: "share of the commands that were committed on the fast path, of those committed by either",
    of: shareOf("fastCommits", "slowCommits"),
  },
};

/** The share of the requests `asked` that were `refused`. */
export const refusedShare = (refused: string, asked: string): OwnMeasure => ({
  dimension: "one",
  title: "requests refused",
  meaning: "share of the requests that were turned away",
  of: perOther(refused, asked),
});

/** The share of what all servers `served` that one of them did. */
export const busiestShare = (served: string): OwnMeasure => ({
  dimension: "one",
  title: "share of the busiest server",
  meaning: "largest share of the work, counted in requests, that one server did",
  of: largestShare(served),
});
