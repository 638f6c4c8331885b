/** The page's modules without a browser: what is unpacked is what was packed, and both drawings agree. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type { SpaceTime, TraceMessage } from "../core/trace.ts";
import { linearTicks } from "./axis.ts";
import { largeTrace, raftStory } from "./space-time.fixture.ts";
import { spaceTime } from "./space-time.ts";
import { durationText, timeScale } from "./space-time-axis.ts";
import { arrowsOf } from "./space-time-bundles.ts";
import { strokesOf } from "./space-time-geometry.ts";
import { bytesText, viewOfTrace } from "./space-time-input.ts";
import { type PackedTrace, packTrace } from "./space-time-pack.ts";

type Point = readonly [number, number];

/** The page's modules are plain JavaScript: what the tests use of them, typed here. */
interface Columns {
  readonly count: number;
  readonly [name: string]: unknown;
}
interface PageArrow {
  readonly first: number;
  readonly count: number;
  readonly flags: number;
  readonly sent: number;
}
interface Page {
  readonly unpack: (packed: PackedTrace) => {
    readonly columns: Columns &
      Record<"sent" | "left" | "end" | "last" | "from" | "to" | "bytes" | "flags", ArrayLike<number>>;
    readonly spans: SpaceTime["spans"];
    readonly marks: SpaceTime["marks"];
  };
  readonly range: (columns: Columns, from: number, to: number) => [number, number];
  readonly arrowsIn: (
    columns: Columns,
    window: { from: number; to: number },
    shown: (i: number) => boolean,
    least: number,
  ) => { readonly arrows: readonly PageArrow[]; readonly slot: number; readonly count: number };
  readonly strokesOf: (
    arrow: PageArrow,
    place: object,
  ) => {
    readonly path: readonly Point[];
    readonly wait: readonly Point[];
    readonly tip?: Point;
    readonly cross?: Point;
    readonly angle: number;
  };
  readonly timeAxis: (
    from: number,
    to: number,
    most: number,
  ) => { readonly ticks: readonly { time: number; text: string }[]; readonly title: string };
  readonly duration: (seconds: number) => string;
  readonly size: (bytes: number) => string;
}

const FOLDER = new URL("./space-time-page/", import.meta.url);
const load = async (name: string): Promise<object> => import(new URL(`${name}.js`, FOLDER).href);
const page = Object.assign(
  {},
  await load("columns"),
  await load("arrows"),
  await load("words"),
) as unknown as Page;

test("what is unpacked is what was packed, to a billionth of the window", () => {
  const trace = raftStory();
  const view = viewOfTrace(trace);
  const packed = packTrace(view);
  const step = packed.quantum;
  assert.ok(step <= (trace.to - trace.from) * 1e-9);
  const { columns, spans, marks } = page.unpack(JSON.parse(JSON.stringify(packed)));
  const inOrder = [...view.messages].sort((a, b) => a.sent - b.sent);
  assert.equal(columns.count, inOrder.length);
  const near = (a: number, b: number, what: string) =>
    assert.ok(Math.abs(a - b) <= step, `${what}: ${a} ${b}`);
  inOrder.forEach((message, i) => {
    near(columns.sent[i], message.sent, "sent");
    near(columns.left[i], message.left, "left");
    near(columns.end[i], message.end, "end");
    near(columns.last[i], message.handled ?? message.end, "last");
    assert.deepEqual(
      [columns.from[i], columns.to[i], columns.bytes[i]],
      [message.from, message.to, message.bytes],
    );
    const flags = [message.handled !== null, message.arrived !== null, message.quorum];
    assert.deepEqual(
      [1, 2, 4].map((bit) => (columns.flags[i] & bit) !== 0),
      flags,
    );
    assert.equal(packed.fates[columns.flags[i] >> 3], message.fate ?? "");
  });
  const byTime = [...trace.spans].sort((a, b) => a.from - b.from);
  spans.forEach((span, i) => {
    near(span.from, byTime[i].from, "from");
    near(span.to, byTime[i].to, "to");
    assert.deepEqual(
      [span.process, span.kind, span.label],
      [byTime[i].process, byTime[i].kind, byTime[i].label],
    );
  });
  assert.deepEqual(
    marks.map((mark) => mark.label),
    [...trace.marks].sort((a, b) => a.time - b.time).map((mark) => mark.label),
  );
});

test("times and sizes beyond 2^32 steps survive", () => {
  const message: TraceMessage = {
    from: 0,
    to: 1,
    kind: "k",
    bytes: 2 ** 40,
    sent: -5e4,
    left: 0,
    arrived: 0.5,
    handled: 1,
  };
  const trace = {
    ...raftStory(),
    processes: ["a", "b"],
    from: 0,
    to: 1,
    messages: [message],
    spans: [],
    marks: [],
    cuts: [],
    quorumEdges: [],
  };
  const { columns } = page.unpack(packTrace(viewOfTrace(trace)));
  assert.equal(columns.bytes[0], 2 ** 40);
  assert.ok(
    Math.abs(columns.sent[0] + 5e4) < 1e-6 && Math.abs(columns.last[0] - 1) < 1e-6,
    `${columns.sent[0]}`,
  );
});

test("both drawings place every stroke alike", () => {
  const trace = raftStory();
  // Kinds of message the story has not: to oneself, a copy.
  const own = { ...trace.messages[0], to: trace.messages[0].from };
  const view = viewOfTrace({
    ...trace,
    messages: [...trace.messages, own, { ...trace.messages[1], fate: "copy" }],
  });
  // Wide enough that the picture's edges cut nothing: the page cuts by its canvas.
  const place = { x: (t: number) => 3000 * t, y: (p: number) => 70 * p, left: -1e6, right: 1e6 };
  const { columns } = page.unpack(packTrace(view));
  const { arrows } = page.arrowsIn(columns, view, () => true, 1e-3);
  const ours = [...arrowsOf(view.messages, 1000, 1).arrows].sort((a, b) => a.sent - b.sent);
  assert.equal(arrows.length, ours.length);
  const close = (a: readonly Point[], b: readonly Point[], i: number) => {
    assert.equal(a.length, b.length, `message ${i}: ${JSON.stringify([a, b])}`);
    for (const [k, [x, y]] of a.entries())
      assert.ok(Math.hypot(x - b[k][0], y - b[k][1]) < 1e-3, `message ${i}, point ${k}: ${[x, y]} ${b[k]}`);
  };
  ours.forEach((arrow, i) => {
    const [here, there] = [strokesOf(arrow, place), page.strokesOf(arrows[i], place)];
    close(there.path, here.path, i);
    close(there.wait, here.wait, i);
    close(there.tip === undefined ? [] : [there.tip], here.tip === undefined ? [] : [here.tip.at], i);
    close(there.cross === undefined ? [] : [there.cross], here.cross === undefined ? [] : [here.cross], i);
    if (here.tip !== undefined) assert.ok(Math.abs((there.angle * 180) / Math.PI - here.tip.angle) < 1e-3);
  });
});

test("a window finds exactly the messages that touch it, and drawing together loses none", () => {
  const view = viewOfTrace(largeTrace(6000));
  const { columns } = page.unpack(packTrace(view));
  const touching = (from: number, to: number) =>
    Array.from({ length: columns.count }, (_, i) => i).filter(
      (i) => columns.sent[i] <= to && columns.last[i] >= from,
    ).length;
  for (const [from, to] of [
    [0, view.to],
    [0.2, 0.21],
    [0.5, 0.5],
    [view.to - 1e-3, view.to],
    [0.1, 0.6],
  ]) {
    const { arrows, slot, count } = page.arrowsIn(columns, { from, to }, () => true, (to - from) / 250);
    assert.equal(count, touching(from, to), `${from} to ${to}`);
    assert.equal(
      arrows.reduce((sum, arrow) => sum + arrow.count, 0),
      count,
    );
    assert.equal(slot > 0, count > 1500);
    const [first, end] = page.range(columns, from, to);
    assert.ok(end - first >= count);
  }
  const lost = page.arrowsIn(columns, view, (i) => (columns.flags[i] & 3) === 0, 0.01);
  assert.equal(lost.count, view.messages.filter((message) => message.arrived === null).length);
});

test("the page names times, sizes and ticks as the picture does", () => {
  for (const seconds of [3e-9, 4.5e-6, 0.001, 0.0123, 0.9994, 1, 59, 125])
    assert.equal(page.duration(seconds), durationText(seconds));
  for (const bytes of [0, 48, 1500, 131_072, 2.5e6])
    assert.equal(page.size(bytes).replace(",", ""), bytesText(bytes).replace(",", ""));
  for (const [from, to] of [
    [0, 0.295],
    [12.0005, 12.0405],
    [0.1, 0.12],
    [3, 9],
  ]) {
    const [there, here] = [page.timeAxis(from, to, 10), timeScale(from, to, 10)];
    assert.equal(there.title, here.title);
    assert.deepEqual(
      there.ticks.map((tick) => tick.text),
      here.ticks.map((tick) => tick.text),
    );
  }
  assert.deepEqual(
    page.timeAxis(0, 10, 10).ticks.map((tick) => tick.time),
    linearTicks([0, 10], 10),
  );
});

test("100,000 messages fit in three megabytes, and every module is in the page", () => {
  const html = spaceTime(largeTrace(100_000)).html();
  assert.ok(html.length < 3e6, `${html.length}`);
  assert.ok(!/^(import|export) /m.test(html));
  const functions = [...html.matchAll(/^(?:async )?function\*? (\w+)/gm)].map((match) => match[1]);
  assert.equal(new Set(functions).size, functions.length, "two modules have a function of one name");
  for (const file of readdirSync(FOLDER)) {
    const [, name] = /^export function (\w+)/m.exec(readFileSync(new URL(file, FOLDER), "utf8")) ?? [];
    assert.ok(functions.includes(name), `${file}: ${name} is not in the page`);
  }
});
