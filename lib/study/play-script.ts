/**
 * Scripts: actions of the untimed world one a line, played on a protocol and judged like a walk.
 *
 * The same lines are played on a protocol and on a bug of it, so that a picture shows where the two part.
 */
import { DataError, unknownName } from "../core/errors.ts";
import type { SpaceTime } from "../core/trace.ts";
import type { AnyProtocol } from "../simulation/protocol.ts";
import { replay } from "../simulation/shrink.ts";
import { formatAction, parseAction, type WalkAction } from "../simulation/walk-action.ts";
import { traceOfActions } from "../simulation/walk-trace.ts";
import { type Violation, WalkWorld } from "../simulation/walk-world.ts";
import { type CampaignOptions, campaignSystem, walkJudge } from "./campaign.ts";

/** What a script did. */
export interface PlayedScript {
  /** What went wrong first, or null. */
  readonly violation: Violation | null;
  /** Lines that were not possible where they stood: messages that this protocol did not send, say. */
  readonly skipped: readonly string[];
  /** What every node says of itself at the end. */
  readonly states: readonly string[];
  /** `spaceTime(played.trace)` draws it. */
  readonly trace: SpaceTime;
}

/**
 * Plays a script: a line an action, in the words of a failing walk (`deliver 0>1 append`, `fire 2 election`); what
 * follows a `#` at the start of a line is for people, and several actions may share a line with `;` between them.
 *
 * Writes reach the disk at once, unless the script says when (`store 1`). It ends with the first violation; histories are judged linearizable.
 *
 * @throws DataError on a line that is no action or names a node that is not there, UsageError on commands and timers that
 * the protocol does not have
 * @example playScript(protocolNamed("paxos"), "write 0; deliver 0>1 prepare; crash 0").states[1].startsWith("idle"); // => true
 */
export function playScript(
  protocol: AnyProtocol,
  script: string,
  options: Pick<CampaignOptions, "nodes" | "settings"> & { readonly title?: string } = {},
): PlayedScript {
  const { nodes = 3, settings, title = protocol.name } = options;
  const actions = linesOf(script).map(({ text, line }) => parseAction(text, `script:${line}`));
  if (actions.length === 0) throw new DataError("script: must hold an action, got none");
  for (const action of actions) checkAction(protocol, action, nodes);
  const shape = { nodes, settings: campaignSystem(protocol, nodes, settings).settings };
  const world = new WalkWorld(protocol, nodes, shape.settings);
  const slowDisk = actions.some(({ verb }) => verb === "store");
  const { done, violation } = replay(world, actions, {
    seed: 0,
    slowDisk,
    judge: walkJudge(protocol, shape.settings),
  });
  const drawn = settled(traceOfActions(protocol, shape, done, { slowDisk, title }));
  return {
    violation,
    skipped: violation === null ? actions.filter((one) => !done.includes(one)).map(formatAction) : [],
    states: world.states.map((state, node) =>
      world.isUp[node] ? (protocol.describe?.(state) ?? "up") : "down",
    ),
    trace: violation === null ? drawn : { ...drawn, warning: sentenceOf(violation) },
  };
}

/** Without the messages that the script leaves under way: they would cross the picture and mean nothing. */
function settled(trace: SpaceTime): SpaceTime {
  const keep = trace.messages.map(({ arrived, fate }) => arrived !== null || fate !== undefined);
  const place = new Map<number, number>();
  for (const [i, kept] of keep.entries()) if (kept) place.set(i, place.size);
  return {
    ...trace,
    messages: trace.messages.filter((_, i) => keep[i]),
    quorumEdges: trace.quorumEdges.flatMap((edge) => place.get(edge) ?? []),
    note: "no clock: one second is one action; messages that nobody got are not drawn",
  };
}

function sentenceOf({ kind, name, detail }: Violation): string {
  return kind === "invariant" ? `${name} ${detail}` : detail.split("\n")[0];
}

/** What can be possible at no moment is a mistake of the script. */
function checkAction(protocol: AnyProtocol, action: WalkAction, nodes: number): void {
  const named = "node" in action ? [action.node] : [action.from, action.to];
  for (const node of named)
    if (node >= nodes)
      throw new DataError(`script: "${formatAction(action)}" must name nodes from 0 to ${nodes - 1}`);
  if (action.verb === "command" && protocol.commands?.[action.name] === undefined)
    throw unknownName("script", "command", action.name, Object.keys(protocol.commands ?? {}));
  if (action.verb === "fire" && protocol.timers[action.timer] === undefined)
    throw unknownName("script", "timer", action.timer, Object.keys(protocol.timers));
}

function linesOf(script: string): { text: string; line: number }[] {
  return script.split("\n").flatMap((whole, i) =>
    whole.trim().startsWith("#")
      ? []
      : whole
          .split(";")
          .map((text) => ({ text: text.trim(), line: i + 1 }))
          .filter(({ text }) => text !== ""),
  );
}
