/**
 * A window of a run packed for a page: 100,000 messages in about one megabyte.
 *
 * Messages in order of sending, each as differences to what came before, in whole steps of a quantum, as
 * variable-length integers (seven bits a byte, low ones first), the whole as base64. The quantum is a power of ten at
 * most a billionth of the window: finer than any screen, and the same on every machine.
 */
import type { TraceMark, TraceMessage, TraceSpan } from "../core/trace.ts";
import { sidesOf } from "./space-time-ground.ts";
import type { SpaceTimeView, ViewMessage } from "./space-time-input.ts";
import { CROSS, CUT, type KindStyle, LEADER_BANDS, MARKS, QUORUM, SPANS } from "./space-time-style.ts";

/** What the page reads: JSON throughout. */
export interface PackedTrace {
  readonly title: string;
  readonly subtitle: string;
  readonly note: string;
  readonly warning: string;
  readonly processes: readonly string[];
  readonly from: number;
  readonly to: number;
  /** Seconds from which steps are counted, and seconds in one step. */
  readonly origin: number;
  readonly quantum: number;
  /** How many messages, spans and marks `data` holds, in this order. */
  readonly counts: readonly [messages: number, spans: number, marks: number];
  readonly kinds: readonly KindStyle[];
  readonly fates: readonly string[];
  readonly spanKinds: readonly TraceSpan["kind"][];
  readonly markKinds: readonly TraceMark["kind"][];
  /** Labels of spans that lead, in turn: their bands differ from one to the next. */
  readonly leaders: readonly string[];
  readonly labels: readonly string[];
  readonly cuts: readonly {
    readonly from: number;
    readonly to: number;
    readonly label: string;
    readonly concerned: readonly number[];
    readonly smaller: readonly number[];
  }[];
  readonly look: object;
  readonly data: string;
}

/** Fates by number; none is 0. */
const FATES: readonly (NonNullable<TraceMessage["fate"]> | "")[] = [
  "",
  "lost",
  "cut",
  "receiver down",
  "copy",
];
const SPAN_KINDS = Object.keys(SPANS) as TraceSpan["kind"][];
const MARK_KINDS = Object.keys(MARKS) as TraceMark["kind"][];

/** Bits of a message's flags; its fate stands above them. */
const HANDLED = 1;
const ARRIVED = 2;
const QUORUM_EDGE = 4;
const FATE = 8;

/** Whole numbers from 0 to 2^53 as bytes. */
class Varints {
  #bytes = new Uint8Array(1 << 16);
  #length = 0;

  push(value: number): void {
    let rest = value;
    if (this.#length + 8 > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  base64(): string {
    return Buffer.from(this.#bytes.subarray(0, this.#length)).toString("base64");
  }
}

/** Packs a checked window. */
export function packTrace(view: SpaceTimeView): PackedTrace {
  const { messages, spans, marks, text } = view;
  const quantum = 10 ** Math.floor(Math.log10((view.to - view.from) * 1e-9));
  const origin = [...spans, view].reduce(
    (least, { from }) => Math.min(least, from),
    messages.reduce((least, { sent }) => Math.min(least, sent), view.from),
  );
  const step = (time: number) => Math.round((time - origin) / quantum);
  const labels = new Map<string, number>();
  const label = (word: string) => {
    if (!labels.has(word)) labels.set(word, labels.size);
    return labels.get(word) as number;
  };
  const { styles, indexOf } = view.kinds;
  const out = new Varints();
  packMessages(messages, out, step, (message) => [indexOf(message.kind), label(message.kind)]);
  for (const { process, kind, from, to, label: word } of [...spans].sort((a, b) => a.from - b.from)) {
    const [start, end] = [step(from), step(to)];
    for (const value of [process, SPAN_KINDS.indexOf(kind), label(word), start, end - start]) out.push(value);
  }
  for (const { process, kind, time, label: word } of [...marks].sort((a, b) => a.time - b.time))
    for (const value of [process, MARK_KINDS.indexOf(kind), label(word), step(time)]) out.push(value);
  const warnings = typeof text.warning === "string" ? [text.warning] : (text.warning ?? []);
  return {
    title: text.title,
    subtitle: text.subtitle ?? "",
    note: text.note ?? "",
    warning: warnings.filter((line) => line !== "").join(" · "),
    processes: view.processes,
    from: view.from,
    to: view.to,
    origin,
    quantum,
    counts: [messages.length, spans.length, marks.length],
    kinds: styles,
    fates: FATES,
    spanKinds: SPAN_KINDS,
    markKinds: MARK_KINDS,
    leaders: view.leaders,
    labels: [...labels.keys()],
    cuts: view.cuts.map((cut) => {
      const { concerned, smaller } = sidesOf(cut);
      return { from: cut.from, to: cut.to, label: cut.label, concerned, smaller: [...smaller] };
    }),
    look: { marks: MARKS, spans: SPANS, leaders: LEADER_BANDS, cut: CUT, quorum: QUORUM, cross: CROSS },
    data: out.base64(),
  };
}

function packMessages(
  messages: readonly ViewMessage[],
  out: Varints,
  step: (time: number) => number,
  kindOf: (message: ViewMessage) => readonly [style: number, label: number],
): void {
  let before = 0;
  for (const message of [...messages].sort((a, b) => a.sent - b.sent)) {
    const [sent, left, end] = [message.sent, message.left, message.end].map(step);
    const flags =
      (message.handled === null ? 0 : HANDLED) +
      (message.arrived === null ? 0 : ARRIVED) +
      (message.quorum ? QUORUM_EDGE : 0) +
      FATE * FATES.indexOf(message.fate ?? "");
    out.push(sent - before);
    out.push(message.from);
    out.push(message.to);
    for (const part of kindOf(message)) out.push(part);
    out.push(flags);
    out.push(Math.round(message.bytes));
    out.push(left - sent);
    out.push(end - left);
    if (message.handled !== null) out.push(step(message.handled) - end);
    before = sent;
  }
}
