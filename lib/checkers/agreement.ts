/**
 * Agreement: did processes that decide the same question decide alike, and on something that was proposed?
 *
 * Source: L. Lamport, "Paxos made simple", ACM SIGACT News 32(4), 2001, §2: only a proposed value may be chosen
 * (validity), only one is chosen (agreement), and a process that learns one never learns another (integrity). For a
 * replicated log each position is a question; state-machine safety is agreement on what each position holds.
 */
import { DomainError } from "../core/errors.ts";

/** A process has decided a question, or applied a log's position; time in seconds. */
export interface Decision {
  readonly process: number;
  readonly question: number;
  readonly value: number;
  readonly time: number;
}

/** What was decided wrongly, by the decisions that show it. */
export interface Disagreement {
  readonly broken: "agreement" | "integrity" | "validity";
  readonly decisions: readonly Decision[];
  readonly message: string;
}

/**
 * The first wrong decision in order of time, or null.
 *
 * @param decisions in any order
 * @param proposed the values somebody proposed; not judged without it
 * @throws DomainError when there are no decisions: that is no evidence of anything
 * @example
 * disagreement([{ process: 0, question: 7, value: 1, time: 2 }, { process: 1, question: 7, value: 2, time: 3 }])?.broken; // => "agreement"
 */
export function disagreement(
  decisions: readonly Decision[],
  proposed?: ReadonlySet<number>,
): Disagreement | null {
  if (decisions.length === 0) throw new DomainError("agreement: decisions must be at least 1, got 0");
  const first = new Map<number, Decision>();
  const own = new Map<string, Decision>();
  for (const decision of [...decisions].sort((a, b) => a.time - b.time)) {
    const { process, question, value, time } = decision;
    const said = `process ${process} decided ${value} for ${question} at ${time} s`;
    if (proposed !== undefined && !proposed.has(value)) {
      return { broken: "validity", decisions: [decision], message: `${said}, which nobody proposed` };
    }
    const before = own.get(`${process} ${question}`) ?? first.get(question);
    if (before !== undefined && before.value !== value) {
      const broken = before.process === process ? "integrity" : "agreement";
      const other = `process ${before.process} had decided ${before.value} at ${before.time} s`;
      return { broken, decisions: [before, decision], message: `${said}; ${other}` };
    }
    if (!first.has(question)) first.set(question, decision);
    own.set(`${process} ${question}`, decision);
  }
  return null;
}
