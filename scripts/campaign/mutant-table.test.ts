/**
 * The committed table of mutants: every known bug has its row, none that can show itself was missed, and a check that grows
 * weak is noticed. Its seeds and rates are those of the commit that wrote it; a protocol that changes since has others.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { mutantIndex } from "../../lib/protocols/mutants.ts";
import { fallen, type MutantRow, mutantTable, parseMutantTable } from "./mutant-table.ts";

const path = fileURLToPath(new URL("../../data/golden/mutants.csv", import.meta.url));
const text = readFileSync(path, "utf8");
const rows = parseMutantTable(text, path);

test("the committed table has a row for every known bug, and no other", () => {
  const protocols = new Set(rows.map(({ protocol }) => protocol));
  const known = [...mutantIndex]
    .filter(([protocol]) => protocols.has(protocol))
    .flatMap(([protocol, list]) => list.map(({ id, name, kind }) => `${protocol} ${id} ${name} ${kind}`));
  assert.deepEqual(
    rows.map(({ protocol, id, name, class: kind }) => `${protocol} ${id} ${name} ${kind}`).sort(byText),
    known.sort(byText),
  );
  for (const protocol of ["raft", "paxos", "multi-paxos", "epaxos", "mencius", "zab", "fast-paxos"])
    assert.ok(protocols.has(protocol), protocol);
  assert.equal(mutantTable(rows), text); // what is read is all that there is
});

test("every bug against safety was caught, and nothing was found of those said to be equivalent", () => {
  for (const row of rows) {
    const name = `${row.protocol} ${row.id}`;
    const caught = row.walkRate > 0 || row.scheduleRate > 0;
    assert.ok(row.walks >= 200_000 && row.schedules >= 2000, name);
    if (row.class === "safety") assert.ok(caught, `${name} was not caught`);
    if (row.class === "equivalent") assert.ok(!caught && row.stuckRate === 0, `${name} is not equivalent`);
    if (row.class === "liveness") assert.ok(!caught && row.stuckRate > 0, `${name} leaves nobody unserved`);
  }
});

test("a rate that is halved fails, by walks, by schedules and by whom nobody serves; chance does not", () => {
  const before: MutantRow = {
    ...{ protocol: "raft", id: "R2", name: "vote-not-persisted", class: "safety" },
    ...{ walks: 200_000, walkFirst: 0, walkRate: 0.01 },
    ...{ schedules: 20_000, scheduleFirst: 0, scheduleRate: 0.05, stuckRate: 0.1 },
  };
  assert.deepEqual(fallen([before], [before]), []);
  assert.deepEqual(fallen([before], [{ ...before, walkRate: 0.0051 }]), []);
  assert.deepEqual(fallen([before], [{ ...before, walkRate: 0.004 }]), [
    "raft R2: rate of walks must be >= half of 0.01, got 0.004 in 200000",
  ]);
  assert.match(fallen([before], [{ ...before, scheduleRate: 0.02 }])[0], /rate of schedules must be/);
  assert.match(fallen([before], [{ ...before, stuckRate: 0 }])[0], /rate of schedules stuck must be/);
  // 20 walks tell nothing of a rate of one in a hundred.
  assert.deepEqual(fallen([before], [{ ...before, walks: 20, walkRate: 0 }]), []);
  // A bug that the table does not know has no rate to fall from.
  assert.deepEqual(fallen([], [before]), []);
});

test("a table that is no table is refused with file and line", () => {
  const refuse = (lines: string, message: RegExp): void =>
    assert.throws(() => parseMutantTable(lines, "a.csv"), { message });
  refuse("protocol,id\n", /^a\.csv:1: header must be protocol,id,name,class/);
  refuse(`${text.split("\n")[0]}\nraft,R1\n`, /^a\.csv:2: row must have 13 cells, got 2$/);
});

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
