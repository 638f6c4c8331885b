/**
 * Messages drawn together when there are too many to tell apart.
 *
 * One arrow then stands for all messages of one kind and one fate on one link that were sent in the same slot of
 * time; slots are round (1, 2 or 5 times a power of ten seconds) and as narrow as the number of arrows allows.
 */
import type { ViewMessage } from "./space-time-input.ts";

/** One arrow: a single message, or several with their mean times. */
export interface Arrow {
  /** Positions in the trace. */
  readonly members: readonly number[];
  readonly from: number;
  readonly to: number;
  readonly kind: string;
  readonly bytes: number;
  readonly fate: ViewMessage["fate"];
  readonly quorum: boolean;
  readonly sent: number;
  readonly left: number;
  readonly end: number;
  /** It reached its receiver: handled or not. */
  readonly arrived: boolean;
  readonly handled: number | null;
}

/** The arrows of a picture. */
export interface Arrows {
  readonly arrows: readonly Arrow[];
  /** Width of a slot in seconds; 0 when each arrow is one message. */
  readonly slot: number;
  /** Even with the whole window as one slot there are too many. */
  readonly tooMany: boolean;
}

/** One arrow a message if they are at most `most`, else as few slots as that takes. */
export function arrowsOf(messages: readonly ViewMessage[], most: number, span: number): Arrows {
  if (messages.length <= most)
    return { arrows: messages.map((message) => together([message])), slot: 0, tooMany: false };
  for (let slot = roundUp(span / most); slot < 4 * span; slot = roundUp(slot * 1.01)) {
    const groups = grouped(messages, slot, most);
    if (groups !== undefined) return { arrows: groups.map(together), slot, tooMany: false };
  }
  return { arrows: [], slot: span, tooMany: true };
}

/** The next of 1, 2, 5, 10 … at or above. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return Number((power * ([1, 2, 5].find((m) => m * power >= value) ?? 10)).toPrecision(3));
}

/** Messages by slot, link, kind and fate; nothing if there are more than `most` groups. */
function grouped(messages: readonly ViewMessage[], slot: number, most: number): ViewMessage[][] | undefined {
  const groups = new Map<string, ViewMessage[]>();
  for (const message of messages) {
    const { from, to, kind, fate = "", arrived } = message;
    const key = `${Math.floor(message.sent / slot)} ${from} ${to} ${fate} ${arrived === null} ${kind}`;
    const group = groups.get(key);
    if (group !== undefined) group.push(message);
    else if (groups.set(key, [message]).size > most) return undefined;
  }
  return [...groups.values()];
}

function together(group: readonly ViewMessage[]): Arrow {
  const [first] = group;
  const mean = (of: (message: ViewMessage) => number) =>
    group.reduce((sum, message) => sum + of(message), 0) / group.length;
  return {
    members: group.map((message) => message.index),
    from: first.from,
    to: first.to,
    kind: first.kind,
    bytes: mean((message) => message.bytes),
    fate: first.fate,
    // Among many drawn together nobody could tell which one it was.
    quorum: group.length === 1 && first.quorum,
    sent: mean((message) => message.sent),
    left: mean((message) => message.left),
    end: mean((message) => message.end),
    arrived: first.arrived !== null,
    handled: group.some((message) => message.handled === null)
      ? null
      : mean((message) => message.handled as number),
  };
}
