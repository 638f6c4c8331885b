/**
 * Judging histories: the monitor that reads along with a run, and the judge of a whole history.
 *
 * The history is made beforehand, of closed-loop clients on a store where each operation takes effect somewhere
 * between its invocation and its end, half of them reads. `size` is the number of keys. Variants:
 *
 * - `monitor`: reads chunks as a run hands them on; `writes`: the same without reads, as in W3;
 * - `judge`: the judge of a whole history, by zones; `search`: the same by search.
 */
import { LinearizabilityMonitor } from "../../../lib/checkers/linearizability-monitor.ts";
import { linearizable } from "../../../lib/checkers/linearizable.ts";
import { columnsOf, longHistory } from "../../../lib/checkers/random-history.fixture.ts";
import type { CheckedOperation, OperationColumns } from "../../../lib/core/history-types.ts";
import { randomStreams } from "../../../lib/core/random.ts";
import { childArguments, report } from "../child.ts";

const CHUNK = 16_384;
const { variant, size, operations, seed } = childArguments();
const stream = randomStreams(seed).stream("bench");
const reads = variant === "writes" ? 0 : 0.5;
const history = longHistory(stream, { operations, keys: size, clients: 100, unknown: 0, reads });

/** Chunks as a run hands them on, each with the earliest invocation of all that follow. */
function chunksOf(rows: readonly CheckedOperation[]): { chunk: OperationColumns; openSince: number }[] {
  const chunks: { chunk: OperationColumns; openSince: number }[] = [];
  let openSince = rows[rows.length - 1].completed;
  for (let from = Math.floor((rows.length - 1) / CHUNK) * CHUNK; from >= 0; from -= CHUNK) {
    const slice = rows.slice(from, from + CHUNK);
    chunks.unshift({ chunk: columnsOf(slice), openSince });
    for (const { invoked } of slice) if (invoked < openSince) openSince = invoked;
  }
  return chunks;
}

const streams = variant === "monitor" || variant === "writes";
const chunks = streams ? chunksOf(history) : [];
const begun = performance.now();
let right: boolean;
if (streams) {
  const monitor = new LinearizabilityMonitor();
  for (const { chunk, openSince } of chunks) monitor.add(chunk, openSince);
  right = monitor.finish().verdict === "linearizable";
} else {
  right = linearizable(history, variant === "search" ? { method: "search" } : {}).verdict === "linearizable";
}
report("checker", variant, operations, (performance.now() - begun) / 1e3, right ? 1 : 0);
