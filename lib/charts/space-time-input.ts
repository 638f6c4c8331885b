/** Checks the window of a run that a space-time diagram is to show, and works out what its drawings share. */
import { DomainError, refuseUnknown, show } from "../core/errors.ts";
import type { SpaceTime, TraceCut, TraceMark, TraceMessage, TraceSpan } from "../core/trace.ts";
import { shortened, tickText } from "./axis.ts";
import { finite } from "./checks.ts";
import { checkInput, type FigureText } from "./figure.ts";
import { timeScale } from "./space-time-axis.ts";
import { type KindStyles, kindStyles } from "./space-time-style.ts";

/** What may differ from the trace's own window and words. */
export interface SpaceTimeOptions extends Partial<FigureText> {
  /** Seconds: a narrower window, inside the trace's own. */
  readonly from?: number;
  readonly to?: number;
  /** Kinds of message to show; all unless given. */
  readonly kinds?: readonly string[];
}

/** A message that touches the window. */
export interface ViewMessage extends TraceMessage {
  /** Its position in the trace. */
  readonly index: number;
  /** Where its flight ends; for one that never arrived, where it would have by what its link does otherwise. */
  readonly end: number;
  /** Its arrival completed a quorum. */
  readonly quorum: boolean;
}

/** A checked window: everything in it touches it. */
export interface SpaceTimeView {
  /** How kinds are drawn, and who leads in turn: of the whole trace, so that two windows of it look alike. */
  readonly kinds: KindStyles;
  readonly leaders: readonly string[];
  readonly text: FigureText;
  readonly processes: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly messages: readonly ViewMessage[];
  readonly spans: readonly TraceSpan[];
  readonly marks: readonly TraceMark[];
  readonly cuts: readonly TraceCut[];
}

const WHERE = "spaceTime";
const FATES = [undefined, "lost", "cut", "receiver down", "copy"];
const SPANS = ["down", "paused", "slow", "leads", "writes", "isolated"];
const MARKS = ["timer", "commit", "invoke", "answer", "crash", "restart", "command", "violation"];

/** Whether the message never reached its receiver's handler. */
export function isLost(message: { readonly fate?: TraceMessage["fate"] | undefined }): boolean {
  return message.fate !== undefined && message.fate !== "copy";
}

/** When a message was last heard of; infinite while it is under way. */
function lastHeard(message: TraceMessage): number {
  if (message.handled !== null) return message.handled;
  if (isLost(message)) return message.arrived ?? message.left;
  return Number.POSITIVE_INFINITY;
}

/**
 * Checks a trace and cuts it to the window.
 *
 * @throws DomainError for a reversed window, an unknown process, a time that is not one or stands outside the trace's
 * window; UsageError for unknown options
 */
export function viewOfTrace(trace: SpaceTime, options: SpaceTimeOptions = {}): SpaceTimeView {
  if (trace === null || typeof trace !== "object")
    throw new DomainError(`${WHERE}: trace must be a window of a run, got ${show(trace)}`);
  checkWindow("trace", trace.from, trace.to);
  checkProcesses(trace.processes);
  checkParts(trace);
  const { from = trace.from, to = trace.to, kinds, ...words } = options;
  checkWindow("window", from, to);
  if (from < trace.from || to > trace.to)
    throw new DomainError(
      `${WHERE}: window must lie in the trace's, ${trace.from} to ${trace.to} s, got ${show([from, to])}`,
    );
  checkKinds(kinds, trace.messages);
  const quorum = new Set(trace.quorumEdges);
  const endOf = flightEnds(trace);
  const messages = trace.messages
    .map((message, index) => ({ ...message, index, end: endOf(message), quorum: quorum.has(index) }))
    .filter((m) => m.sent <= to && lastHeard(m) >= from && (kinds?.includes(m.kind) ?? true));
  // What only touches an end of the window would be a sliver; what has no length is a moment.
  const within = (span: TraceSpan | TraceCut) =>
    span.from === span.to ? span.from >= from && span.to <= to : span.from < to && span.to > from;
  const shown = {
    kinds: kindStyles(trace.messages),
    leaders: leadersOf(trace.spans),
    processes: trace.processes,
    from,
    to,
    messages,
    spans: trace.spans.filter(within),
    marks: trace.marks.filter((mark) => mark.time >= from && mark.time <= to),
    cuts: trace.cuts.filter(within),
  };
  return { ...shown, text: textOf(trace, words, shown) };
}

/** The labels of those who lead, in order of time. */
function leadersOf(spans: readonly TraceSpan[]): string[] {
  const led = spans.filter((span) => span.kind === "leads").sort((a, b) => a.from - b.from);
  return [...new Set(led.map((span) => span.label))];
}

function textOf(
  trace: SpaceTime,
  words: Partial<FigureText>,
  shown: Omit<SpaceTimeView, "text">,
): FigureText {
  const text = {
    ...(trace.note === undefined ? {} : { note: trace.note }),
    ...(trace.warning === undefined ? {} : { warning: trace.warning }),
    subtitle: summary(shown),
    ...words,
    title: words.title ?? trace.title,
  };
  checkInput(WHERE, text, []);
  return text;
}

/** What is in the window, in one line. */
function summary({ messages, spans, marks, from, to }: Omit<SpaceTimeView, "text">): string {
  const scale = timeScale(from, to);
  const bytes = messages.reduce((sum, message) => sum + message.bytes, 0);
  const count = (n: number, one: string, many = `${one}s`) => (n === 0 ? "" : `${n} ${n === 1 ? one : many}`);
  const of = (kind: TraceMark["kind"]) => marks.filter((mark) => mark.kind === kind).length;
  return [
    scale.lengthText,
    `${messages.length === 0 ? "no messages" : count(messages.length, "message")}${bytes > 0 ? `, ${bytesText(bytes)}` : ""}`,
    count(messages.filter(isLost).length, "never handled", "never handled"),
    count(leadersOf(spans).length, "leader"),
    count(of("crash"), "crash", "crashes"),
    count(of("violation"), "violation"),
  ]
    .filter((part) => part !== "")
    .join(" · ");
}

/** An amount of bytes for people. */
export function bytesText(bytes: number): string {
  const [unit, factor] =
    bytes >= 1e6 ? (["MB", 1e6] as const) : bytes >= 1e4 ? (["kB", 1e3] as const) : (["B", 1] as const);
  return `${tickText(shortened(bytes / factor))} ${unit}`;
}

function checkWindow(what: string, from: number, to: number): void {
  const [start, end] = [finite(WHERE, `${what} from`, from), finite(WHERE, `${what} to`, to)];
  if (!(start < end))
    throw new DomainError(`${WHERE}: ${what} from must be before to, got ${show(start)} to ${show(end)}`);
}

function checkProcesses(processes: readonly string[]): void {
  if (!Array.isArray(processes) || processes.length === 0)
    throw new DomainError(`${WHERE}: processes must hold at least one name, got ${show(processes)}`);
  processes.forEach((name, i) => {
    if (typeof name !== "string" || name.trim() === "")
      throw new DomainError(`${WHERE}: processes[${i}] must be a name, got ${show(name)}`);
  });
}

function checkKinds(kinds: readonly string[] | undefined, messages: readonly TraceMessage[]): void {
  if (kinds === undefined) return;
  if (!Array.isArray(kinds) || kinds.length === 0)
    throw new DomainError(`${WHERE}: kinds must name at least one kind of message, got ${show(kinds)}`);
  refuseUnknown(WHERE, "kind of message", kinds, [...new Set(messages.map((message) => message.kind))]);
}

function checkParts(trace: SpaceTime): void {
  const n = trace.processes.length;
  const process = (name: string, value: number) => {
    if (!Number.isInteger(value) || value < 0 || value >= n)
      throw new DomainError(`${WHERE}: ${name} must be a process, 0 to ${n - 1}, got ${show(value)}`);
  };
  const touches = (name: string, from: number, to: number) => {
    if (!(from <= trace.to && to >= trace.from))
      throw new DomainError(
        `${WHERE}: ${name} must touch the window ${trace.from} to ${trace.to} s, got ${show(from)}${from === to ? "" : ` to ${show(to)}`}`,
      );
  };
  const word = (name: string, value: string, known: readonly (string | undefined)[]) => {
    if (!known.includes(value)) throw new DomainError(`${WHERE}: ${name} is not known, got ${show(value)}`);
  };
  const lasting = (name: string, { from, to }: { readonly from: number; readonly to: number }) => {
    if (!(finite(WHERE, `${name}.from`, from) <= finite(WHERE, `${name}.to`, to)))
      throw new DomainError(`${WHERE}: ${name} must not end before it begins, got ${from} to ${to}`);
    touches(name, from, to);
  };
  trace.messages.forEach((message, i) => {
    // Most are sound, and there may be 100,000: the words of an error are made only for one that is not.
    if (isSound(message, trace)) return;
    process(`messages[${i}].from`, message.from);
    process(`messages[${i}].to`, message.to);
    if (!FATES.includes(message.fate)) word(`messages[${i}].fate`, String(message.fate), []);
    checkMessage(`messages[${i}]`, message);
    touches(`messages[${i}]`, message.sent, lastHeard(message));
  });
  trace.spans.forEach((span, i) => {
    process(`spans[${i}].process`, span.process);
    word(`spans[${i}].kind`, span.kind, SPANS);
    lasting(`spans[${i}]`, span);
  });
  trace.marks.forEach((mark, i) => {
    process(`marks[${i}].process`, mark.process);
    word(`marks[${i}].kind`, mark.kind, MARKS);
    touches(`marks[${i}].time`, finite(WHERE, `marks[${i}].time`, mark.time), mark.time);
  });
  trace.cuts.forEach((cut, i) => {
    lasting(`cuts[${i}]`, cut);
    for (const link of cut.links) for (const end of link) process(`cuts[${i}].links`, end);
  });
  for (const edge of trace.quorumEdges) {
    if (trace.messages[edge]?.arrived == null)
      throw new DomainError(`${WHERE}: quorumEdges must be positions of arrived messages, got ${show(edge)}`);
  }
}

function checkMessage(name: string, message: TraceMessage): void {
  const { kind, bytes, sent, left, arrived, handled } = message;
  if (typeof kind !== "string" || kind === "")
    throw new DomainError(`${WHERE}: ${name}.kind must be a name, got ${show(kind)}`);
  if (!(bytes >= 0 && Number.isFinite(bytes)))
    throw new DomainError(`${WHERE}: ${name}.bytes must be >= 0, got ${show(bytes)}`);
  if (arrived === null && handled !== null)
    throw new DomainError(
      `${WHERE}: ${name}.handled must be null for one that never arrived, got ${handled}`,
    );
  const times = Object.entries({ sent, left, arrived, handled });
  let before = Number.NEGATIVE_INFINITY;
  for (const [key, time] of times) {
    if (time === null && (key === "arrived" || key === "handled")) continue;
    if (finite(WHERE, `${name}.${key}`, time) < before)
      throw new DomainError(
        `${WHERE}: ${name} must have sent <= left <= arrived <= handled, got ${show(times.map(([, t]) => t))}`,
      );
    before = time ?? before;
  }
}

/** Whether a message needs no closer look: the same rules as below, without words. */
function isSound(message: TraceMessage, trace: SpaceTime): boolean {
  const { from, to, kind, bytes, sent, left } = message;
  const arrived = message.arrived ?? left;
  const handled = message.handled ?? arrived;
  const n = trace.processes.length;
  return (
    Number.isInteger(from) &&
    from >= 0 &&
    from < n &&
    Number.isInteger(to) &&
    to >= 0 &&
    to < n &&
    typeof kind === "string" &&
    kind !== "" &&
    bytes >= 0 &&
    bytes < Number.POSITIVE_INFINITY &&
    Number.NEGATIVE_INFINITY < sent &&
    sent <= left &&
    left <= arrived &&
    arrived <= handled &&
    handled < Number.POSITIVE_INFINITY &&
    (message.arrived !== null || message.handled === null) &&
    FATES.includes(message.fate) &&
    sent <= trace.to &&
    lastHeard(message) >= trace.from
  );
}

/**
 * Where flights end. A message that never arrived has no such time: it is drawn as if it had taken the median of its
 * link (else of all links). One still under way is aimed past the window's end, since it arrives after that.
 */
function flightEnds(trace: SpaceTime): (message: TraceMessage) => number {
  const byLink = new Map<number, number[]>();
  const all: number[] = [];
  const link = (message: TraceMessage) => message.from * trace.processes.length + message.to;
  for (const message of trace.messages) {
    if (message.arrived === null || message.from === message.to) continue;
    const list = byLink.get(link(message)) ?? [];
    byLink.set(link(message), list);
    list.push(message.arrived - message.left);
    all.push(message.arrived - message.left);
  }
  const usual = new Map([...byLink].map(([key, list]) => [key, median(list)]));
  const span = trace.to - trace.from;
  const otherwise = all.length === 0 ? 0.05 * span : median(all);
  return (message) => {
    if (message.arrived !== null) return message.arrived;
    const guess = message.left + (usual.get(link(message)) ?? otherwise);
    return isLost(message) ? guess : Math.max(guess, trace.to + 0.02 * span);
  };
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)];
}
