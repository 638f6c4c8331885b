/**
 * Reads a packed trace (space-time-pack.ts) into columns, and finds what a window of time touches.
 *
 * @typedef {object} Columns one entry a message, in order of sending; times in seconds
 * @property {number} count
 * @property {Float64Array} sent
 * @property {Float64Array} left
 * @property {Float64Array} end where its flight ends
 * @property {Float64Array} last when it was last heard of
 * @property {Float64Array} reach the greatest `last` so far: rises, so it can be searched
 */

export const HANDLED = 1;
export const ARRIVED = 2;
export const QUORUM = 4;
/** What the flags hold above their bits. */
export const fateOf = (flags) => flags >> 3;
/** The network's copy is no loss; every other fate is. */
export const isLost = (flags) => fateOf(flags) !== 0 && fateOf(flags) !== 4;

/** The bytes of a base64 text. */
export function bytesOf(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/** Reads variable-length integers one after the other; by multiplication, since they may pass 2^32. */
export function reader(bytes) {
  let at = 0;
  return () => {
    let value = 0;
    let unit = 1;
    let byte = bytes[at++];
    while (byte >= 128) {
      value += (byte - 128) * unit;
      unit *= 128;
      byte = bytes[at++];
    }
    return value + byte * unit;
  };
}

/** Unpacks messages, spans and marks. */
export function unpack(packed) {
  const next = reader(bytesOf(packed.data));
  const [count, spanCount, markCount] = packed.counts;
  const time = (step) => packed.origin + step * packed.quantum;
  const columns = {
    count,
    from: new Uint16Array(count),
    to: new Uint16Array(count),
    style: new Uint8Array(count),
    label: new Uint16Array(count),
    flags: new Uint8Array(count),
    bytes: new Float64Array(count),
    sent: new Float64Array(count),
    left: new Float64Array(count),
    end: new Float64Array(count),
    last: new Float64Array(count),
    reach: new Float64Array(count),
  };
  let sent = 0;
  let reach = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    sent += next();
    columns.from[i] = next();
    columns.to[i] = next();
    columns.style[i] = next();
    columns.label[i] = next();
    columns.flags[i] = next();
    columns.bytes[i] = next();
    const left = sent + next();
    const end = left + next();
    columns.sent[i] = time(sent);
    columns.left[i] = time(left);
    columns.end[i] = time(end);
    columns.last[i] = columns.flags[i] & HANDLED ? time(end + next()) : columns.end[i];
    reach = Math.max(reach, columns.last[i]);
    columns.reach[i] = reach;
  }
  const spans = Array.from({ length: spanCount }, () => {
    const [process, kind, label, from, lasts] = [next(), next(), next(), next(), next()];
    const word = packed.labels[label];
    return { process, kind: packed.spanKinds[kind], label: word, from: time(from), to: time(from + lasts) };
  });
  const marks = Array.from({ length: markCount }, () => {
    const [process, kind, label, at] = [next(), next(), next(), next()];
    return { process, kind: packed.markKinds[kind], label: packed.labels[label], time: time(at) };
  });
  return { columns, spans, marks };
}

/** The first position from which `holds` is true: it must be false before and true from there on. */
export function firstWhere(count, holds) {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Positions [first, end) among which all messages lie that touch a window. */
export function range(columns, from, to) {
  return [
    firstWhere(columns.count, (i) => columns.reach[i] >= from),
    firstWhere(columns.count, (i) => columns.sent[i] > to),
  ];
}
