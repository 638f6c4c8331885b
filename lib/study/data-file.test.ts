import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { distributionFrom } from "../core/distributions.ts";
import { ms } from "../core/units.ts";
import { publishedNames, publishedTable } from "./published-table.ts";
import { network } from "./rtt-matrix.ts";

const folder = mkdtempSync(join(tmpdir(), "protolab-data-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const REGIONS = "data/rtt/ibm-cloud-regions-2026.csv";
const ZONES = "data/rtt/ibm-cloud-zones-2026.csv";
const HEAD = "# comment\nfrom,to,rtt_ms\n";

/** Reads the network A, B from a file of this content; `FILE` in a message stands for its path. */
function read(content: string | Uint8Array, message?: string): void {
  const path = join(folder, "rtt.csv");
  writeFileSync(path, content);
  const call = () => network.fromRttMatrix(path, { place: { A: 1, B: 1 } });
  if (message === undefined) call();
  else assert.throws(call, { name: "DataError", message: message.replaceAll("FILE", path) });
}

test("a well-formed file is read, with LF or CRLF", () => {
  read(`${HEAD}A,B,10\nB,A,12\n`);
  read("from,to,rtt_ms\r\nA,B,10\r\n");
});

test("every malformed file is refused with its line", () => {
  read(new Uint8Array(), "FILE:1: file must not be empty, got 0 bytes");
  read(`\uFEFF${HEAD}A,B,1\n`, "FILE:1: file must begin without a byte order mark, got EF BB BF");
  read(new Uint8Array([0x66, 0xff, 0x0a]), "FILE: file must be UTF-8");
  read(`${HEAD}A,B,1\nB,A,1`, 'FILE:4: last line must end with a newline, got "B,A,1" (file cut short?)');
  read(`${HEAD}A,B\r,1\n`, "FILE:3: carriage return must stand before a newline");
  read("# only\n", "FILE:2: header is missing");
  read(HEAD, "FILE:3: table must have at least 1 row, got none");
  read("from,to,rtt\nA,B,1\n", 'FILE:1: column "rtt_ms" is missing (columns: from, to, rtt)');
  read(
    "from,to,rtt_m\nA,B,1\n",
    'FILE:1: column "rtt_ms" is missing (columns: from, to, rtt_m; did you mean "rtt_m"?)',
  );
  read("from,to,to,rtt_ms\nA,B,B,1\n", 'FILE:1: column "to" must occur once, got it twice');
  read(`${HEAD}A,B\n`, "FILE:3: row must have 3 fields, got 2");
  read(`${HEAD}A,B,1\n\nB,A,1\n`, "FILE:4: row must have 3 fields, got an empty line");
  read(`${HEAD}A,B,0,5\n`, "FILE:3: row must have 3 fields, got 4 (a decimal comma?)");
  read(`${HEAD}A,B,"0,5"\n`, 'FILE:3: column "rtt_ms" must be a number >= 0, got "0,5"');
  read(`${HEAD}A,B,\n`, 'FILE:3: column "rtt_ms" must be a number >= 0, got ""');
  read(`${HEAD}A,B,-1\n`, 'FILE:3: column "rtt_ms" must be a number >= 0, got "-1"');
  read(`${HEAD}A,B,NaN\n`, 'FILE:3: column "rtt_ms" must be a number >= 0, got "NaN"');
  read(`${HEAD}A,B,1e999\n`, 'FILE:3: column "rtt_ms" must be a number >= 0, got "1e999"');
  read(`${HEAD}A,B,1\n,A,1\n`, 'FILE:4: column "from" must be a text, got ""');
  read(`${HEAD}A,B,1\nA,"B,1\n`, "FILE:4: quote must be closed before the end of the file");
  read(`${HEAD}A,"B"x,1\n`, "FILE:3: quote must end its field");
  read(
    `${HEAD}A,B,1\nB,A,2\nA,B,3\n`,
    'FILE:5: column "from" to "to": "A", "B" must occur once, got it again after line 3',
  );
  read(`${HEAD}A,C,1\nB,C,1\n`, 'FILE: round trip between "A" and "B" is missing');
});

test("a file that is not there is named", () => {
  assert.throws(() => network.fromRttMatrix("nowhere.csv", { place: { A: 1 } }), {
    name: "DataError",
    message: "nowhere.csv: cannot be read (ENOENT: no such file or directory)",
  });
  assert.throws(() => network.fromRttMatrix(folder, { place: { A: 1 } }), {
    name: "DataError",
    message: `${folder}: cannot be read (EISDIR: illegal operation on a directory)`,
  });
});

test("a pair's two measurements are averaged and halved into one-way delays", () => {
  const path = join(folder, "pair.csv");
  writeFileSync(path, `${HEAD}A,B,10\nB,A,12\n`);
  const spec = network.fromRttMatrix(path, { place: { A: 1, B: 1 } });
  const mean = (i: number, j: number): number => distributionFrom(spec.oneWay[i][j]).mean;
  assert.equal(mean(0, 1), 0.0055);
  assert.equal(mean(1, 0), 0.0055);
  assert.equal(mean(0, 0), 0);
});

test("the latest window is read unless another is named", () => {
  const path = join(folder, "windows.csv");
  writeFileSync(path, "window_end,from,to,rtt_ms\n2026-02-01,A,B,20\n2026-01-01,A,B,10\n");
  const rtt = (options: { window?: string }): number => {
    const spec = network.fromRttMatrix(path, { place: { A: 1, B: 1 }, ...options });
    return 2 * distributionFrom(spec.oneWay[0][1]).mean;
  };
  assert.equal(rtt({}), 0.02);
  assert.equal(rtt({ window: "2026-01-01" }), 0.01);
  assert.throws(() => rtt({ window: "2026-01-02" }), {
    name: "UsageError",
    message:
      'network.fromRttMatrix: unknown window "2026-01-02" (known: 2026-02-01, 2026-01-01; did you mean 2026-01-01?)',
  });
});

test("measured regions and zones make a network", () => {
  const spec = network.fromRttMatrix(REGIONS, {
    place: { Frankfurt: 2, "Washington DC": 1, Mumbai: 0 },
    within: ZONES,
    egress: "1 Gbit/s",
  });
  assert.deepEqual(spec.placement, [0, 0, 1]);
  assert.equal(spec.egress, 1e9);
  // Zones of Frankfurt on 2026-08-16: 0.75, 0.68 and 0.46 ms, each way the same.
  const within = 2 * distributionFrom(spec.oneWay[0][0]).mean;
  assert.ok(Math.abs(within - ((0.75 + 0.68 + 0.46) / 3) * 1e-3) < 1e-15, `${within}`);
});

test("nodes that share a place need to be told how far apart they are", () => {
  assert.throws(() => network.fromRttMatrix(REGIONS, { place: { Frankfurt: 2, Tokyo: 1 } }), {
    name: "DomainError",
    message:
      'network.fromRttMatrix: within must be given where nodes share a place (Frankfurt: 2): a time such as "0.8 ms", or the path of a file of zones',
  });
  const spec = network.fromRttMatrix(REGIONS, { place: { Frankfurt: 2 }, within: ms(1) });
  assert.equal(distributionFrom(spec.oneWay[0][0]).mean, 0.0005);
  assert.throws(() => network.fromRttMatrix(REGIONS, { place: { Frankfurt: 2 }, within: "1" }), {
    message: 'network.fromRttMatrix: within needs a unit (s, ms, us, µs, μs, ns), got "1"',
  });
});

test("places and options that do not exist are named", () => {
  assert.throws(() => network.fromRttMatrix(REGIONS, { place: { Frankfurd: 1 } }), {
    name: "UsageError",
    message: /^network\.fromRttMatrix: unknown place "Frankfurd" \(known: .*; did you mean Frankfurt\?\)$/,
  });
  const wrong = { place: { Frankfurt: 1 }, speed: 1 } as unknown as { place: Record<string, number> };
  assert.throws(() => network.fromRttMatrix(REGIONS, wrong), {
    name: "UsageError",
    message: /unknown option "speed"/,
  });
});

test("every published table loads with its source, status and tolerance", () => {
  const names = publishedNames();
  assert.ok(names.length >= 50, `${names.length}`);
  for (const name of names) {
    const table = publishedTable(name);
    assert.ok(table.source.length > 0 && table.status.length > 0 && table.tolerance.length > 0, name);
    assert.ok(table.rows.length > 0, name);
  }
  const erlang = publishedTable("queue_erlang_c");
  assert.deepEqual(erlang.rows[0], { c: 1, rho: 0.5, p_wait: 0.5, Wq_over_service_time: 1 });
  assert.equal(erlang.status, "recalled formula, values recomputed");
  assert.throws(() => publishedTable("queue_erlang_d"), {
    name: "UsageError",
    message: /unknown table "queue_erlang_d" \(known: .*; did you mean queue_erlang_c\?\)$/,
  });
});
