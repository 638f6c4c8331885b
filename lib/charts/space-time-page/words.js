/** Times and sizes for people, the ticks of the axis, and what is said of the thing under the pointer. */
import { ARRIVED, fateOf, HANDLED, isLost, QUORUM } from "./columns.js";

const UNITS = [
  ["h", 3600],
  ["min", 60],
  ["s", 1],
  ["ms", 1e-3],
  ["µs", 1e-6],
  ["ns", 1e-9],
];

function plain(value, digits = 6) {
  return String(Number(value.toPrecision(digits))).replace("-", "−");
}

/** The unit for a duration: seconds up to 100 minutes. */
function unitFor(seconds) {
  const size = Math.abs(seconds) * (1 + 1e-9);
  if (size >= 36000) return UNITS[0];
  if (size >= 6000) return UNITS[1];
  return UNITS.slice(2).find(([, least]) => size >= least) ?? UNITS[5];
}

export function duration(seconds) {
  const [name, factor] = seconds === 0 ? UNITS[2] : unitFor(seconds);
  return `${plain(seconds / factor, 3)} ${name}`;
}

export function size(bytes) {
  if (bytes >= 1e6) return `${plain(bytes / 1e6, 3)} MB`;
  return bytes >= 1e4 ? `${plain(bytes / 1e3, 3)} kB` : `${plain(bytes, 4)} B`;
}

/** Base, unit and ticks of a window, as in space-time-axis.ts. */
export function timeAxis(from, to, most) {
  const span = to - from;
  const grid = 10 ** Math.ceil(Math.log10(span));
  const base = from >= 10 * span ? Number((Math.floor(from / grid + 1e-9) * grid).toPrecision(12)) : 0;
  const [unit, factor] = unitFor(base === 0 ? Math.max(Math.abs(from), to) : to - base);
  const [low, high] = [(from - base) / factor, (to - base) / factor];
  const power = 10 ** Math.floor(Math.log10((high - low) / most));
  const step = power * ([1, 2, 5].find((m) => m * power >= (high - low) / most) ?? 10);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++)
    ticks.push({ time: base + i * step * factor, text: plain(i * step) });
  return { ticks, unit, title: base === 0 ? `time [${unit}]` : `time after ${plain(base, 12)} s [${unit}]` };
}

/** A moment with enough digits to tell it from its neighbours in the window. */
export function moment(time, span) {
  const [unit, factor] = unitFor(Math.max(Math.abs(time), span));
  const digits = Math.max(0, Math.min(9, Math.ceil(Math.log10(factor / span)) + 3));
  return `${(time / factor).toFixed(digits)} ${unit}`;
}

/** What is known of an arrow, in one line. */
export function ofArrow(arrow, packed, columns, span) {
  const link = `${packed.processes[arrow.from]} → ${packed.processes[arrow.to]}`;
  const { flags, count } = arrow;
  const kind = count === 1 ? packed.labels[columns.label[arrow.first]] : packed.kinds[arrow.style].name;
  const mean = count === 1 ? "" : "mean ";
  const parts = [
    `${count === 1 ? "" : `${count} × `}${kind}`,
    link,
    `${mean}${size(arrow.bytes)}`,
    `${mean}sent at ${moment(arrow.sent, span)}`,
    arrow.left > arrow.sent ? `queued and sent out in ${duration(arrow.left - arrow.sent)}` : "",
    flags & ARRIVED ? `flew ${duration(arrow.end - arrow.left)}` : "",
    flags & HANDLED && arrow.last > arrow.end ? `waited ${duration(arrow.last - arrow.end)}` : "",
    isLost(flags) ? `never handled: ${packed.fates[fateOf(flags)]}` : "",
    fateOf(flags) === 4 ? "copy made by the network" : "",
    !isLost(flags) && !(flags & HANDLED) ? (flags & ARRIVED ? "not handled yet" : "still under way") : "",
    flags & QUORUM ? "completed a quorum" : "",
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

export function ofSpan(span, packed, length) {
  const name = packed.look.spans[span.kind].name;
  const label = span.label === "" || span.label === name ? "" : ` · ${span.label}`;
  return `${packed.processes[span.process]}: ${name}${label} · from ${moment(span.from, length)} for ${duration(span.to - span.from)}`;
}

export function ofMark(mark, packed, length) {
  const label = mark.label === "" ? "" : ` · ${mark.label}`;
  return `${packed.processes[mark.process]}: ${packed.look.marks[mark.kind].name}${label} · at ${moment(mark.time, length)}`;
}
