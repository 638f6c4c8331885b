/**
 * One small history for each anomaly, and its neighbours that are in order.
 *
 * Written as lines: client, what, from, to, then how it ended when not ok. `w5` writes 5, `r5` returned 5, `r-`
 * returned nothing. The id of a write is its value.
 */
import type { CheckedOperation } from "../core/history-types.ts";
import type { Anomaly } from "./anomalies.ts";

/** Reads lines such as `c1 w5 0 2 unknown`, on key 0 or the key after `@`: `w5@3`. */
export function historyOf(text: string): CheckedOperation[] {
  return text
    .trim()
    .split("\n")
    .map((line, row): CheckedOperation => {
      const [client, what, from, to, outcome = "ok"] = line.trim().split(/\s+/);
      const [, kind, value, key = "0"] = /^([rw])(-|\d+)(?:@(\d+))?$/.exec(what) ?? [];
      const number = value === "-" ? -1 : Number(value);
      return {
        id: kind === "w" ? number : 1000 + row,
        client: Number(client.slice(1)),
        kind: kind === "w" ? "write" : "read",
        key: Number(key),
        value: number,
        invoked: Number(from),
        completed: Number(to),
        outcome: outcome as CheckedOperation["outcome"],
      };
    });
}

export interface AnomalyFixture {
  readonly story: string;
  /** Null for a history that is in order. */
  readonly anomaly: Anomaly | null;
  readonly history: readonly CheckedOperation[];
  /** Ids of the smallest witness. */
  readonly witness?: readonly number[];
}

function fixture(
  anomaly: Anomaly | null,
  story: string,
  text: string,
  witness?: readonly number[],
): AnomalyFixture {
  return { anomaly, story, history: historyOf(text), ...(witness === undefined ? {} : { witness }) };
}

export const ANOMALY_FIXTURES: readonly AnomalyFixture[] = [
  fixture(
    "stale read",
    "a deposed leader answers from its own state: one old answer, then new ones again",
    `c1 w1 0 1
     c1 w2 2 3
     c2 r1 4 5
     c3 r2 6 7`,
    [1, 2, 1002],
  ),
  fixture(
    "stale read",
    "a lease outlived by drift: nothing, after a write was acknowledged",
    `c1 w1 0 1
     c2 r- 2 3`,
    [1, 1001],
  ),
  fixture(
    "stale read",
    "two old answers, and the new one after all: a replica that lags",
    `c1 w1 0 1
     c1 w2 2 3
     c2 r1 4 5
     c2 r1 6 7
     c3 r2 8 9`,
    [1, 2, 1003],
  ),
  fixture(
    "lost write",
    "an acknowledged write is truncated with the log of its leader",
    `c1 w1 0 1
     c1 w2 2 3
     c2 r1 4 5
     c3 r1 6 7`,
    [1, 2, 1003],
  ),
  fixture(
    "lost write",
    "a write was acknowledged and even read, and is gone after all nodes restarted without their disks",
    `c1 w1 0 1
     c2 r1 2 3
     c2 r- 4 5
     c3 r- 6 7`,
    [1, 1003],
  ),
  fixture(
    "new-old inversion",
    "a quorum read without write-back: the new value on one replica of three",
    `c1 w1 0 1
     c1 w2 2 9
     c2 r2 3 4
     c3 r1 5 6`,
    [1, 2, 1002, 1003],
  ),
  fixture(
    "new-old inversion",
    "two readers see two open writes in different orders",
    `c1 w1 0 9
     c2 w2 0 9
     c3 r1 1 2
     c4 r2 1 2
     c3 r2 3 4
     c4 r1 3 4`,
  ),
  fixture(
    "read from the future",
    "a value is returned before anyone asked to write it",
    `c1 r7 0 1
     c2 w7 2 3`,
    [1000, 7],
  ),
  fixture(
    "phantom value",
    "a value that nobody wrote",
    `c1 w1 0 1
     c2 r9 2 3`,
    [1001],
  ),
  fixture(
    "phantom value",
    "a value written to another key",
    `c1 w1@5 0 1
     c2 r1@6 2 3`,
    [1001],
  ),
  fixture(
    "read of a failed write",
    "a write was refused and yet done",
    `c1 w1 0 1
     c1 w2 2 3 failed
     c2 r2 4 5`,
    [2, 1002],
  ),
  fixture(
    "double apply",
    "a write without an answer is retried until it has one, and applied twice, with another in between",
    `c1 w5 0 20
     c2 r5 2 3
     c2 w6 4 5
     c3 r6 6 7
     c3 r5 8 9
     c3 r5 21 22`,
    [5, 1001, 6, 1005],
  ),
  fixture(
    "double apply",
    "two open writes, each value there twice; the one whose write is still open came back last",
    `c1 w5 0 3.5
     c2 w6 0 20
     c3 r5 1 2
     c3 r6 2.1 3
     c3 r5 4 4.5
     c3 r6 5 6`,
  ),
  fixture(
    "double apply",
    "the client gave up, the retry did not",
    `c1 w5 0 1 unknown
     c2 r5 2 3
     c2 w6 4 5
     c3 r5 8 9`,
    [5, 1001, 6, 1003],
  ),
  fixture(
    null,
    "the client gave up, and much later its write takes effect, once",
    `c1 w5 0 1 unknown
     c2 w6 4 5
     c3 r6 6 7
     c3 r5 8 9
     c2 r5 10 11`,
  ),
  fixture(
    null,
    "while a write is open, one read may miss it and a later one see it; both may be open",
    `c1 w1 0 1
     c1 w2 2 9
     c2 r1 3 4
     c3 r2 4 6
     c4 r1 4 6
     c2 r2 7 8`,
  ),
  fixture(
    null,
    "a read that began before the newer write had ended may return the older value",
    `c1 w1 0 1
     c1 w2 2 5
     c2 r1 5 8`,
  ),
];
