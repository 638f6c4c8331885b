/** The static picture of a space-time diagram: what stands where, measured against its own axis. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SpaceTime, TraceMessage } from "../core/trace.ts";
import { largeTrace, raftStory } from "./space-time.fixture.ts";
import { spaceTime } from "./space-time.ts";
import { LEADER_BANDS, QUORUM } from "./space-time-style.ts";
import { SINGLE_MESSAGES } from "./space-time-svg.ts";
import { illFormed } from "./xml.fixture.ts";

const MESSAGE: TraceMessage = {
  from: 0,
  to: 1,
  kind: "append",
  bytes: 100,
  sent: 0.1,
  left: 0.1,
  arrived: 0.7,
  handled: 0.7,
};

/** A window of one second with two processes. */
function window(messages: readonly TraceMessage[], rest: Partial<SpaceTime> = {}): SpaceTime {
  return {
    title: "A finding",
    processes: ["a", "b"],
    from: 0,
    to: 1,
    messages,
    spans: [],
    marks: [],
    cuts: [],
    quorumEdges: [],
    ...rest,
  };
}

type Pair = readonly [number, number];

/** The scales of a picture, read off its tick numbers and its process names. */
function scalesOf(svg: string, names: readonly string[]): { x: (t: number) => number; y: number[] } {
  const at = (text: string): Pair => {
    const found = new RegExp(`<text x="([\\d.]+)" y="([\\d.]+)"[^>]*>${text}</text>`).exec(svg);
    assert.ok(found, `no text ${text}`);
    return [Number(found[1]), Number(found[2])];
  };
  const [[x0], [x1]] = [at("0.2"), at("0.8")];
  return {
    x: (time) => x0 + ((time - 0.2) / 0.6) * (x1 - x0),
    // A name's baseline stands 0.35 of its size below its line.
    y: names.map((name) => at(name)[1] - 0.35 * 12),
  };
}

/** The groups of messages with their paths, in order. */
function messagesOf(svg: string): { id: string; title: string; body: string; paths: Pair[][] }[] {
  return [...svg.matchAll(/<g data-message="(\d+)"><title>([^<]*)<\/title>(.*?)<\/g>/g)].map(
    ([, id, title, body]) => ({
      id,
      title,
      body,
      paths: [
        ...body.matchAll(
          /d="(M[^"]*)" fill="none" stroke-linejoin|d="(M[^"]*)" fill="none" stroke="#\w+" stroke-width="[\d.]+"\/>/g,
        ),
      ].map((m) =>
        [...(m[1] ?? m[2]).matchAll(/[ML](-?[\d.]+),(-?[\d.]+)/g)].map(
          (p): Pair => [Number(p[1]), Number(p[2])],
        ),
      ),
    }),
  );
}

function near(actual: readonly Pair[], expected: readonly Pair[]): void {
  assert.equal(actual.length, expected.length, JSON.stringify([actual, expected]));
  actual.forEach(([x, y], i) => {
    const far = Math.max(Math.abs(x - expected[i][0]), Math.abs(y - expected[i][1]));
    assert.ok(far < 0.02, `point ${i}: ${[x, y]} is not ${expected[i]}`);
  });
}

test("a message without queueing is one straight line from sending to arrival", () => {
  const svg = spaceTime(window([MESSAGE])).svg();
  const { x, y } = scalesOf(svg, ["a", "b"]);
  const [message] = messagesOf(svg);
  near(message.paths[0], [
    [x(0.1), y[0]],
    [x(0.7), y[1]],
  ]);
  const head = Number(/translate\(([\d.]+) /.exec(message.body)?.[1]);
  assert.ok(Math.abs(head - x(0.7)) < 0.1, `the head stands at ${head}, the arrival at ${x(0.7)}`);
});

test("queueing runs beside the sender's line, waiting beside the receiver's", () => {
  const svg = spaceTime(window([{ ...MESSAGE, left: 0.3, handled: 0.9 }])).svg();
  const { x, y } = scalesOf(svg, ["a", "b"]);
  const [{ paths, title }] = messagesOf(svg);
  near(paths[0], [
    [x(0.1), y[0]],
    [x(0.1), y[0] + 5],
    [x(0.3), y[0] + 5],
    [x(0.7), y[1] - 5],
  ]);
  near(paths[1], [
    [x(0.7), y[1] - 5],
    [x(0.9), y[1] - 5],
    [x(0.9), y[1]],
  ]);
  assert.equal(title, "append · a → b · 100 B · sent 100 ms · queued 200 ms · flew 400 ms · waited 200 ms");
});

test("an arrow upwards, one to oneself, and arrows cut at the window's edges", () => {
  const up = { ...MESSAGE, from: 1, to: 0 };
  const before = { ...MESSAGE, sent: -0.2, left: -0.2, arrived: 0.2, handled: 0.2 };
  const after = { ...MESSAGE, sent: 0.6, left: 0.6, arrived: 1.4, handled: 1.4 };
  const own = { ...MESSAGE, to: 0 };
  const svg = spaceTime(window([up, before, after, own])).svg();
  const { x, y } = scalesOf(svg, ["a", "b"]);
  const [upwards, first, last, bow] = messagesOf(svg);
  near(upwards.paths[0], [
    [x(0.1), y[1]],
    [x(0.7), y[0]],
  ]);
  const middle = (y[0] + y[1]) / 2;
  near(first.paths[0], [
    [x(0), middle],
    [x(0.2), y[1]],
  ]);
  near(last.paths[0], [
    [x(0.6), y[0]],
    [x(1), middle],
  ]);
  assert.ok(!last.body.includes("translate"), "no head outside the window");
  assert.deepEqual(
    [bow.paths[0][0], bow.paths[0][8]].map(([px]) => Math.round(px)),
    [x(0.1), x(0.7)].map(Math.round),
  );
  assert.ok(Math.min(...bow.paths[0].map(([, py]) => py)) < y[0] - 10);
});

test("lost messages end in a cross: on their way, or at the receiver that was down", () => {
  const lost = { ...MESSAGE, arrived: null, handled: null, fate: "lost" } as const;
  const svg = spaceTime(
    window([
      ...[MESSAGE, lost, { ...MESSAGE, handled: null, fate: "receiver down" } as const],
      ...[{ ...lost, fate: "cut" } as const, { ...lost, fate: "receiver down" } as const],
    ]),
  ).svg();
  const { x, y } = scalesOf(svg, ["a", "b"]);
  const crosses = messagesOf(svg).map(({ body }) => {
    const found = /d="M-4\.2,-4\.2[^"]*" transform="translate\(([\d.]+) ([\d.]+)\)"/.exec(body);
    return found === null ? undefined : [Number(found[1]), Number(found[2])];
  });
  assert.equal(crosses[0], undefined);
  // As long as the one that arrived took, and 60 % of that way.
  near(
    [crosses[1] as unknown as Pair, crosses[2] as unknown as Pair],
    [
      [x(0.1 + 0.6 * 0.6), y[0] + 0.6 * (y[1] - y[0])],
      [x(0.7), y[1]],
    ],
  );
  assert.deepEqual(crosses.slice(3), crosses.slice(1, 3));
  const heads = messagesOf(svg).map(({ body }) => body.includes("L-8.5"));
  assert.deepEqual(
    heads,
    [true, false, false, false, false],
    "only what arrived at a live process has a head",
  );
});

test("a message still under way is dashed and reaches the edge of the window", () => {
  const svg = spaceTime(
    window([MESSAGE, { ...MESSAGE, sent: 0.9, left: 0.9, arrived: null, handled: null }]),
  ).svg();
  const { x } = scalesOf(svg, ["a", "b"]);
  const [, { body, paths }] = messagesOf(svg);
  assert.match(body, /stroke-dasharray="2,3"/);
  assert.ok(Math.abs(paths[0][1][0] - x(1)) < 0.02);
  assert.ok(!body.includes("translate"));
});

test("the story: every message once, every loss crossed, every quorum ringed, well formed, the same bytes again", () => {
  const trace = raftStory();
  const svg = spaceTime(trace).svg();
  assert.equal(illFormed(svg), undefined);
  assert.equal(spaceTime(structuredClone(trace)).svg(), svg);
  const drawn = messagesOf(svg);
  assert.deepEqual(
    drawn.map(({ id }) => Number(id)),
    trace.messages.map((_, i) => i),
  );
  const lost = trace.messages.filter((m) => m.fate !== undefined && m.fate !== "copy").length;
  assert.ok(lost > 5);
  assert.equal(drawn.filter(({ body }) => body.includes("M-4.2,-4.2")).length, lost);
  const ringed = drawn.filter(({ body }) => body.includes("<circle") && body.includes(QUORUM.halo));
  assert.deepEqual(
    ringed.map(({ id }) => Number(id)),
    [...trace.quorumEdges].sort((a, b) => a - b),
  );
  for (const word of [
    "time [ms]",
    "term 2",
    "term 3",
    "term 4",
    "partition: nodes 0, 1 | nodes 2, 3, 4",
    "node 0 is down",
  ])
    assert.ok(svg.includes(`>${word}</text>`), word);
});

test("the story's title says what its data say", () => {
  const { title, spans, messages } = raftStory();
  const [third, fourth] = ["term 3", "term 4"].map((label) =>
    spans.find((span) => span.kind === "leads" && span.label === label),
  );
  const both = (third?.to ?? 0) - (fourth?.from ?? 0);
  assert.ok(title.startsWith(`Two leaders for ${Math.round(both * 1000)} ms:`), `${title} ${both}`);
  const heard = messages.filter((m) => m.from === 2 && m.to === 1).pop()?.handled ?? 0;
  assert.ok(Math.abs(heard - (third?.to ?? 0)) < 1e-12, `${heard}`);
});

test("the line of a process is broken while it is down, and only then", () => {
  const down = { process: 0, kind: "down", from: 0.3, to: 0.6, label: "" } as const;
  const svg = spaceTime(window([], { spans: [down, { ...down, from: 0.4, to: 0.5 }] })).svg();
  const { x, y } = scalesOf(svg, ["a", "b"]);
  const lines = [...svg.matchAll(/d="((?:M[\d.]+,[\d.]+H[\d.]+)+)" stroke="#222222"/g)].map((m) =>
    [...m[1].matchAll(/M([\d.]+),([\d.]+)H([\d.]+)/g)].map((part) => part.slice(1).map(Number)),
  );
  assert.equal(lines.length, 2);
  const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 0.02, `${a} ${b}`);
  assert.equal(lines[0].length, 2, "being down twice at once changes nothing");
  close(lines[0][0][2], x(0.3));
  close(lines[0][1][0], x(0.6));
  close(lines[0][0][1], y[0]);
  assert.equal(lines[1].length, 1);
});

/** Rectangles behind labels. */
function tagsOf(svg: string): { left: number; right: number; top: number; bottom: number; text: string }[] {
  const tag =
    /<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"[^>]*fill-opacity="0.88"\/><text[^>]*>([^<]*)</g;
  return [...svg.matchAll(tag)].map((m) => {
    const [left, top, width, height] = m.slice(1, 5).map(Number);
    return { left, right: left + width, top, bottom: top + height, text: m[5] };
  });
}

test("labels keep off each other, off the axis and inside the picture", () => {
  const busy = Array.from(
    { length: 30 },
    (_, i) =>
      ({
        process: i % 2,
        time: i / 29,
        kind: "timer",
        label: `election timeout ${i}`,
      }) as const,
  );
  for (const trace of [raftStory(), window([MESSAGE], { marks: busy })]) {
    const svg = spaceTime(trace).svg();
    const axis =
      Math.max(...[...svg.matchAll(/<text[^>]* y="([\d.]+)"[^>]*>time \[/g)].map((m) => Number(m[1]))) - 36;
    const tags = tagsOf(svg);
    assert.ok(tags.length > 8, `${tags.length} labels`);
    for (const [i, a] of tags.entries()) {
      assert.ok(a.left >= 0 && a.right <= 960 && a.bottom <= axis, `${a.text} ${a.bottom} ${axis}`);
      for (const b of tags.slice(0, i)) {
        const apart =
          a.left >= b.right - 0.02 ||
          a.right <= b.left + 0.02 ||
          a.top >= b.bottom - 0.02 ||
          a.bottom <= b.top + 0.02;
        assert.ok(apart, `${a.text} covers ${b.text}`);
      }
    }
  }
  const marks = tagsOf(spaceTime(window([], { marks: busy })).svg()).length;
  assert.ok(
    spaceTime(window([], { marks: busy }))
      .svg()
      .includes(`${30 - marks} labels left out for want of room`),
  );
});

test("texts of a user cannot become markup", () => {
  const evil = `<script>alert("1")</script>&\u0001`;
  const trace = window([{ ...MESSAGE, kind: evil }], {
    title: evil,
    processes: [evil, "b"],
    marks: [{ process: 0, time: 0.5, kind: "timer", label: evil }],
    spans: [{ process: 0, kind: "leads", from: 0, to: 1, label: evil }],
    cuts: [{ from: 0.2, to: 0.9, links: [[0, 1]], label: evil }],
    note: evil,
    warning: evil,
  });
  const svg = spaceTime(trace).svg();
  assert.equal(illFormed(svg), undefined);
  assert.ok(!svg.includes("<script"));
  assert.ok(svg.includes("&lt;script&gt;"));
  const page = spaceTime(trace).html();
  assert.equal(page.match(/<script/g)?.length, 1, "the page has its own script and no other");
  assert.equal(page.match(/<\/script/g)?.length, 1);
});

test("more than 400 messages are drawn together, none is lost in that, and the picture says so", () => {
  const trace = largeTrace(3000);
  const svg = spaceTime(trace).svg();
  const together = [...svg.matchAll(/<g data-messages="(\d+)"/g)].map((m) => Number(m[1]));
  const single = messagesOf(svg).length;
  assert.ok(together.length + single <= SINGLE_MESSAGES);
  assert.equal(together.reduce((a, b) => a + b, 0) + single, trace.messages.length);
  assert.match(
    svg,
    new RegExp(`${trace.messages.length} messages: each arrow stands for all of one kind on one link`),
  );
  const narrow = spaceTime(trace, { from: 0.1, to: 0.12 }).svg();
  assert.ok(!narrow.includes("data-messages"));
});

test("too many links for any picture: it asks for a narrower window instead of drawing some", () => {
  const processes = Array.from({ length: 30 }, (_, i) => `n${i}`);
  const messages = processes.flatMap((_, from) =>
    processes.map((_, to) => ({ ...MESSAGE, from, to, sent: 0.1 + from / 100, left: 0.5 })),
  );
  const svg = spaceTime(window(messages, { processes })).svg();
  assert.match(
    svg,
    /900 messages of too many kinds and links to draw: choose a narrower window or fewer kinds/,
  );
  assert.ok(!svg.includes("data-message"));
});

test("two windows of one trace draw a kind and a leader alike; a legend names what is there", () => {
  const [whole, part] = [{}, { from: 0.11, to: 0.2 }].map((window) => spaceTime(raftStory(), window).svg());
  const colours = (svg: string, kind: string) =>
    new Set(
      [...svg.matchAll(new RegExp(`<title>${kind} .*?stroke="(#\\w+)" stroke-width="[\\d.]+"/>`, "g"))].map(
        (m) => m[1],
      ),
    );
  for (const kind of ["requestVote", "appendReply"]) {
    assert.ok(colours(whole, kind).size > 0, kind);
    assert.deepEqual(colours(part, kind), colours(whole, kind));
  }
  const term3 = LEADER_BANDS[1][0];
  assert.ok(whole.includes(term3) && part.includes(term3) && !part.includes(LEADER_BANDS[2][0]));
  const votes = spaceTime(raftStory(), { kinds: ["vote"] }).svg();
  assert.ok(votes.includes(">vote</text>") && !votes.includes(">append</text>"));
});

test("a window far into a run counts from a round moment", () => {
  const late = window([{ ...MESSAGE, sent: 12.001, left: 12.001, arrived: 12.02, handled: 12.02 }], {
    from: 12.0005,
    to: 12.0405,
  });
  assert.ok(spaceTime(late).svg().includes(">time after 12 s [ms]</text>"));
});

test("words, banner, size: options before the trace's own", () => {
  const trace = window([MESSAGE], { warning: ["unsafe: x", "audit failed"], note: "seed 7" });
  const own = spaceTime(trace).svg();
  assert.ok(own.includes("unsafe: x · audit failed") && own.includes("seed 7"));
  assert.ok(own.includes("window of 1 s · 1 message, 100 B"));
  const other = spaceTime(trace, { title: "Another", note: "n", width: 700, height: 640 }).svg();
  assert.match(other, /width="700" height="640"/);
  assert.ok(other.includes(">Another</text>") && !other.includes("seed 7"));
});

test("a notebook shows the page where scripts run and the picture elsewhere", () => {
  const diagram = spaceTime(raftStory());
  const bundle = (diagram as unknown as Record<symbol, () => Record<string, string>>)[
    Symbol.for("Jupyter.display")
  ]();
  assert.deepEqual(Object.keys(bundle), ["text/html", "image/svg+xml", "text/plain"]);
  assert.equal(bundle["image/svg+xml"], diagram.svg());
  assert.match(bundle["text/html"], /<div data-still><img [^>]*src="data:image\/svg\+xml;base64,/);
  assert.match(bundle["text/plain"], /^Space-time diagram: Two leaders/);
  assert.equal(diagram.html(), spaceTime(raftStory()).html(), "the same bytes again");
});
