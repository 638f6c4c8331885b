/**
 * Who may import whom: the rooms of the library and their one-way doors, in one table.
 *
 * `models` and `simulation` never meet: a formula and a simulator that share a helper can share its bug, and their
 * agreement would be no evidence.
 */
import assert from "node:assert/strict";
import { dirname, posix } from "node:path";
import { test } from "node:test";
import { codeOnly, type Source, sources } from "./sources.ts";

/** Room → rooms it may import besides itself. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  simulation: ["core"],
  protocols: ["core", "simulation"],
  models: ["core"],
  statistics: ["core"],
  checkers: ["core"],
  charts: ["core"],
  study: ["core", "simulation", "protocols", "models", "statistics", "checkers", "charts"],
  notebook: ["core", "study", "charts"],
};

/** Rooms that run in a browser too: nothing of Node. */
const PURE = ["core", "simulation", "protocols", "models", "statistics", "checkers"];
const OUTSIDE = [
  [/\bMath\.random\b/, "Math.random (use a named random stream)"],
  [/\bnew Date\b|\bDate\.now\b|\bperformance\b/, "the wall clock (time is virtual here)"],
  [/\bsetTimeout\b|\bsetInterval\b|\bsetImmediate\b/, "timers (use the event queue)"],
  [/\bprocess\.|\bglobalThis\b/, "the process"],
] as const;

function importsOf(source: Source): string[] {
  return [...source.text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]);
}

const roomOf = (path: string): string => path.split("/")[1];

test("imports between rooms go one way, as in the table", () => {
  for (const source of sources("lib")) {
    if (source.path.endsWith(".test.ts") || source.path.split("/").length < 3) continue;
    for (const specifier of importsOf(source)) {
      if (!specifier.startsWith(".")) continue;
      const target = posix.normalize(`${dirname(source.path)}/${specifier}`);
      assert.ok(
        target.startsWith("lib/"),
        `${source.path} imports ${specifier}: nothing outside lib may be imported`,
      );
      assert.ok(
        target.endsWith(".ts") || target.endsWith(".cjs"),
        `${source.path}: write the extension in ${specifier}`,
      );
      const [from, to] = [roomOf(source.path), roomOf(target)];
      assert.ok(from in DOORS, `${source.path}: room ${from} is not in the table`);
      const allowed = from === to || DOORS[from].includes(to);
      assert.ok(allowed, `${source.path} imports ${specifier}: ${from} may not import ${to}`);
    }
  }
});

test("no import cycles inside a room or between files", () => {
  const graph = new Map<string, string[]>();
  for (const source of sources("lib")) {
    const targets = [...source.text.matchAll(/^(?:import|export) (?!type )[^;]*?from "(\.[^"]+)"/gm)].map(
      (match) => posix.normalize(`${dirname(source.path)}/${match[1]}`),
    );
    graph.set(source.path, targets);
  }
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    assert.ok(!trail.includes(path), `cycle: ${[...trail, path].join(" -> ")}`);
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
});

test("rooms below study use no clock, no process, no outside randomness, no Node", () => {
  for (const source of sources(...PURE.map((room) => `lib/${room}`))) {
    if (source.path.endsWith(".test.ts")) continue;
    const code = codeOnly(source.text);
    for (const [pattern, what] of OUTSIDE) assert.doesNotMatch(code, pattern, `${source.path} uses ${what}`);
    for (const specifier of importsOf(source)) {
      assert.ok(!specifier.startsWith("node:"), `${source.path} imports ${specifier}`);
    }
  }
});

test("no sort without a comparator, no default export, no any, no enum", () => {
  for (const source of sources("lib", "scripts")) {
    const code = codeOnly(source.text);
    assert.doesNotMatch(
      code,
      /\.sort\(\s*\)/,
      `${source.path}: sort() without a comparator orders numbers as texts`,
    );
    assert.doesNotMatch(code, /\bexport default\b/, `${source.path}: default export`);
    assert.doesNotMatch(code, /(?::|\bas|<)\s*any\b/, `${source.path}: any`);
    assert.doesNotMatch(code, /^\s*(?:export\s+)?(?:const\s+)?enum\s/m, `${source.path}: enum`);
  }
});

test("files are kebab-case and short enough to read from top to bottom", () => {
  for (const source of sources("lib", "scripts")) {
    const name = source.path.split("/").at(-1) ?? "";
    assert.match(
      name,
      /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:campaign\.test|mutants\.test|test|fixture|mutants|d))?\.ts$/,
      `${source.path}: not kebab-case`,
    );
    if (source.path.endsWith(".test.ts")) continue;
    const lines = source.text.split("\n").length;
    assert.ok(lines <= 420, `${source.path} has ${lines} lines: it is two things`);
  }
});

test("a protocol stands in all three indices: protocols, builders, and mutants where it has known bugs", () => {
  const files = sources("lib/protocols");
  const imported = (index: string): string[] => {
    const { text } = files.find(({ path }) => path === `lib/protocols/${index}.ts`) as (typeof files)[number];
    return [...text.matchAll(/from "\.\/(\w+\/[^"]+)"/g)]
      .map(([, file]) => `lib/protocols/${file}`)
      .sort(byName);
  };
  assert.deepEqual(imported("builders"), imported("index"));
  const bugs = files.map(({ path }) => path).filter((path) => path.endsWith(".mutants.ts"));
  // Those of the balancer are slow and not wrong: a test of their own compares times.
  assert.deepEqual(
    imported("mutants"),
    bugs.filter((path) => !path.endsWith("/balancer.mutants.ts")).sort(byName),
  );
});

const byName = (a: string, b: string): number => (a < b ? -1 : 1);
