/** What a space-time diagram refuses: each fault in a trace by itself, with its exact message. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SpaceTime, TraceMessage } from "../core/trace.ts";
import { type SpaceTimeOptions, viewOfTrace } from "./space-time-input.ts";

const MESSAGE: TraceMessage = {
  from: 0,
  to: 1,
  kind: "append",
  bytes: 100,
  sent: 1.1,
  left: 1.2,
  arrived: 1.3,
  handled: 1.4,
};
const TRACE: SpaceTime = {
  title: "T",
  processes: ["a", "b"],
  from: 1,
  to: 2,
  messages: [MESSAGE, MESSAGE],
  spans: [{ process: 0, kind: "down", from: 1.2, to: 1.6, label: "" }],
  marks: [{ process: 1, time: 1.5, kind: "timer", label: "" }],
  cuts: [{ from: 1, to: 1.5, links: [[0, 1]], label: "" }],
  quorumEdges: [1],
};

/** Faults a caller without types can make, too. */
type Loose = { readonly [K in keyof SpaceTime]?: unknown };

function refused(change: Loose, message: string, options: SpaceTimeOptions = {}): void {
  assert.throws(
    () => viewOfTrace({ ...TRACE, ...change } as SpaceTime, options),
    (error: Error) => {
      assert.equal(`${error.name}: ${error.message}`, message);
      return true;
    },
  );
}

const withMessage = (change: Record<string, unknown>): Loose => ({
  messages: [MESSAGE, { ...MESSAGE, ...change }],
});

test("windows", () => {
  refused({ from: 3 }, "DomainError: spaceTime: trace from must be before to, got 3 to 2");
  refused({ from: 2 }, "DomainError: spaceTime: trace from must be before to, got 2 to 2");
  refused({ to: Number.NaN }, "DomainError: spaceTime: trace to must be finite, got NaN");
  refused({}, "DomainError: spaceTime: window from must be before to, got 1.8 to 1.2", {
    from: 1.8,
    to: 1.2,
  });
  refused({}, "DomainError: spaceTime: window must lie in the trace's, 1 to 2 s, got [0.5,2]", { from: 0.5 });
});

test("processes and words", () => {
  refused({ processes: [] }, "DomainError: spaceTime: processes must hold at least one name, got []");
  refused({ processes: ["a", " "] }, 'DomainError: spaceTime: processes[1] must be a name, got " "');
  refused({ title: "" }, 'DomainError: spaceTime: title must state the finding, got ""');
  refused({}, "DomainError: spaceTime: width must be whole pixels, 320 to 8000, got 10", { width: 10 });
  const known = "known: title, subtitle, note, warning, width, height";
  refused({}, `UsageError: spaceTime: unknown option "colour" (${known})`, { colour: 1 } as SpaceTimeOptions);
  refused(
    {},
    'UsageError: spaceTime: unknown kind of message "apend" (known: append; did you mean append?)',
    {
      kinds: ["apend"],
    },
  );
});

test("messages", () => {
  const process = "must be a process, 0 to 1, got";
  refused(withMessage({ from: 2 }), `DomainError: spaceTime: messages[1].from ${process} 2`);
  refused(withMessage({ from: -1 }), `DomainError: spaceTime: messages[1].from ${process} -1`);
  refused(withMessage({ to: 2 }), `DomainError: spaceTime: messages[1].to ${process} 2`);
  refused(withMessage({ to: 0.5 }), `DomainError: spaceTime: messages[1].to ${process} 0.5`);
  refused(withMessage({ kind: "" }), 'DomainError: spaceTime: messages[1].kind must be a name, got ""');
  refused(withMessage({ bytes: -1 }), "DomainError: spaceTime: messages[1].bytes must be >= 0, got -1");
  refused(
    withMessage({ bytes: Infinity }),
    "DomainError: spaceTime: messages[1].bytes must be >= 0, got Infinity",
  );
  refused(withMessage({ fate: "gone" }), 'DomainError: spaceTime: messages[1].fate is not known, got "gone"');
  refused(
    withMessage({ sent: Number.NaN }),
    "DomainError: spaceTime: messages[1].sent must be finite, got NaN",
  );
  refused(withMessage({ left: null }), "DomainError: spaceTime: messages[1].left must be finite, got null");
  refused(
    withMessage({ handled: Infinity }),
    "DomainError: spaceTime: messages[1].handled must be finite, got Infinity",
  );
  const order = "DomainError: spaceTime: messages[1] must have sent <= left <= arrived <= handled, got";
  refused(withMessage({ left: 1 }), `${order} [1.1,1,1.3,1.4]`);
  refused(withMessage({ arrived: 1.15 }), `${order} [1.1,1.2,1.15,1.4]`);
  refused(withMessage({ handled: 1.25 }), `${order} [1.1,1.2,1.3,1.25]`);
  refused(
    withMessage({ arrived: null }),
    "DomainError: spaceTime: messages[1].handled must be null for one that never arrived, got 1.4",
  );
  const touch = "DomainError: spaceTime: messages[1] must touch the window 1 to 2 s, got";
  refused(withMessage({ sent: 0.1, left: 0.2, arrived: 0.3, handled: 0.4 }), `${touch} 0.1 to 0.4`);
  refused(withMessage({ sent: 2.1, left: 2.1, arrived: 2.3, handled: 2.4 }), `${touch} 2.1 to 2.4`);
  refused(
    withMessage({ sent: 0.1, left: 0.2, arrived: null, handled: null, fate: "lost" }),
    `${touch} 0.1 to 0.2`,
  );
});

test("spans, marks, cuts and quorum edges", () => {
  const span = (change: object) => ({ spans: [{ ...TRACE.spans[0], ...change }] });
  refused(span({ process: 7 }), "DomainError: spaceTime: spans[0].process must be a process, 0 to 1, got 7");
  refused(span({ kind: "asleep" }), 'DomainError: spaceTime: spans[0].kind is not known, got "asleep"');
  refused(
    span({ to: 1.1 }),
    "DomainError: spaceTime: spans[0] must not end before it begins, got 1.2 to 1.1",
  );
  refused(
    span({ from: 3, to: 4 }),
    "DomainError: spaceTime: spans[0] must touch the window 1 to 2 s, got 3 to 4",
  );
  const mark = (change: object) => ({ marks: [{ ...TRACE.marks[0], ...change }] });
  refused(
    mark({ time: 2.5 }),
    "DomainError: spaceTime: marks[0].time must touch the window 1 to 2 s, got 2.5",
  );
  refused(mark({ process: 2 }), "DomainError: spaceTime: marks[0].process must be a process, 0 to 1, got 2");
  refused(mark({ kind: "?" }), 'DomainError: spaceTime: marks[0].kind is not known, got "?"');
  const cut = (change: object) => ({ cuts: [{ ...TRACE.cuts[0], ...change }] });
  refused(cut({ links: [[0, 5]] }), "DomainError: spaceTime: cuts[0].links must be a process, 0 to 1, got 5");
  refused(
    cut({ from: 1.6 }),
    "DomainError: spaceTime: cuts[0] must not end before it begins, got 1.6 to 1.5",
  );
  const edge = "DomainError: spaceTime: quorumEdges must be positions of arrived messages, got";
  refused({ quorumEdges: [2] }, `${edge} 2`);
  const lost = { ...MESSAGE, arrived: null, handled: null, fate: "lost" };
  refused({ messages: [lost], quorumEdges: [0] }, `${edge} 0`);
});

test("a narrower window keeps what touches it, and each message its position", () => {
  const later = { ...MESSAGE, kind: "reply", sent: 1.6, left: 1.6, arrived: 1.7, handled: 1.9 };
  const trace = { ...TRACE, messages: [MESSAGE, later], quorumEdges: [1] };
  const late = viewOfTrace(trace, { from: 1.65, to: 1.8 });
  assert.deepEqual(
    late.messages.map((m) => [m.index, m.quorum]),
    [[1, true]],
  );
  assert.deepEqual([late.spans, late.marks, late.cuts], [[], [], []]);
  assert.equal(viewOfTrace(trace, { kinds: ["reply"] }).messages.length, 1);
  assert.equal(viewOfTrace(trace).messages.length, 2);
  // Lost, it is no longer heard of after it left; under way, it is there to the end.
  const lost = { ...MESSAGE, arrived: null, handled: null, fate: "lost" } as const;
  const underWay = { ...MESSAGE, arrived: null, handled: null };
  const both = { ...TRACE, messages: [lost, underWay], quorumEdges: [] };
  assert.deepEqual(
    viewOfTrace(both, { from: 1.5 }).messages.map((m) => m.index),
    [1],
  );
});

test("where a message would have arrived: the median of its link, else of all", () => {
  const took = (seconds: number) => ({
    ...MESSAGE,
    sent: 1.1,
    left: 1.1,
    arrived: 1.1 + seconds,
    handled: 1.1 + seconds,
  });
  const lost = { ...MESSAGE, sent: 1.5, left: 1.5, arrived: null, handled: null, fate: "lost" } as const;
  const trace = {
    ...TRACE,
    quorumEdges: [],
    messages: [took(0.1), took(0.5), took(0.2), lost, { ...lost, from: 1, to: 0 }],
  };
  const ends = viewOfTrace(trace).messages.map((m) => m.end);
  assert.ok(Math.abs(ends[3] - 1.7) < 1e-12 && Math.abs(ends[4] - 1.7) < 1e-12, `${ends}`);
});
