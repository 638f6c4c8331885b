/** Journals: what is written down is not simulated again, and the study ends with the same bytes. */
import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ms } from "../core/units.ts";
import { workload } from "../core/workloads.ts";
import { raft } from "../protocols/builders.ts";
import { type Executor, inThisThread } from "./execution.ts";
import { network } from "./rtt-matrix.ts";
import { study } from "./study.ts";

const folder = mkdtempSync(join(tmpdir(), "protolab journal "));
after(() => rmSync(folder, { recursive: true }));

const load = study<{ rate: number }>({
  name: "journalled",
  system: raft({ network: network.lan({ nodes: 3, rtt: ms(10) }) }),
  workload: (p) => workload.poisson(p.rate),
}).sweep({ rate: [10, 20, 40] });

/** The rows as text, and how many replications were simulated for them. */
async function ran(journal: string | undefined, seed = 1) {
  let simulated = 0;
  const counting: Executor = {
    workers: 1,
    run(task, signal) {
      simulated += task.seeds.length;
      return inThisThread.run(task, signal);
    },
  };
  const options = { seed, minReplications: 5, maxReplications: 8, operations: 200, precision: 0.001 };
  const result = await load.runOn(
    { ...options, progress: false, ...(journal === undefined ? {} : { journal }) },
    counting,
  );
  return { rows: JSON.stringify(result.rows), simulated };
}

test("what was cut anywhere, also in a line, goes on to the same bytes; what is whole is not simulated again", async () => {
  const plain = await ran(undefined);
  const journal = join(folder, "deep", "a.journal");
  const first = await ran(journal);
  assert.deepEqual(first, plain);
  assert.deepEqual(await ran(journal), { rows: plain.rows, simulated: 0 });
  const whole = readFileSync(journal);
  const lines = whole.toString("utf8").split("\n");
  assert.equal(lines.length - 2, plain.simulated); // the header, and nothing after the last line's end
  for (const share of [0.0005, 0.05, 0.3, 0.62, 0.999]) {
    writeFileSync(journal, whole);
    truncateSync(journal, Math.floor(share * whole.length));
    const again = await ran(journal);
    assert.equal(again.rows, plain.rows);
    assert.ok(again.simulated > 0 && again.simulated < plain.simulated + (share < 0.1 ? 1 : 0));
    assert.deepEqual(await ran(journal), { rows: plain.rows, simulated: 0 });
  }
  // Another seed finds nothing, and spoils nothing.
  assert.equal((await ran(journal, 2)).simulated, (await ran(undefined, 2)).simulated);
  assert.equal((await ran(journal)).simulated, 0);
});

test("a file that is no journal, of other code, or with a line that is none, is refused and left alone", async () => {
  const refuse = async (text: string, message: RegExp): Promise<void> => {
    const path = join(folder, "b.journal");
    writeFileSync(path, text);
    await assert.rejects(ran(path), { name: "DataError", message });
    assert.equal(readFileSync(path, "utf8"), text);
  };
  await refuse(
    "rate,latency\n",
    /b\.journal:1: journal must be a journal of a study; name another file, or delete it$/,
  );
  await refuse(
    "protolab journal 1, code worker-0\n",
    /b\.journal:1: journal must be of this code \(protolab journal 1, code worker-\w+\), got protolab journal 1, code worker-0;/,
  );
  // Files named by mistake keep their last line too, and their only one.
  await refuse("rate,latency\n1,2", /b\.journal:1: journal must be a journal of a study/);
  await refuse("all of my notes", /b\.journal:1: journal must be a journal of a study/);
  const path = join(folder, "c.journal");
  await ran(path);
  appendFileSync(path, "abc def\n");
  await assert.rejects(ran(path), {
    name: "DataError",
    message: /c\.journal:\d+: line must be a replication, got "abc def"$/,
  });
  await assert.rejects(ran(""), {
    name: "DomainError",
    message: 'study: journal must be the path of a file, got ""',
  });
});
