/**
 * Shrinking: from a long sequence of actions that breaks a protocol to a short one that breaks it the same way.
 *
 * Source: Zeller & Hildebrandt, "Simplifying and isolating failure-inducing input", IEEE TSE 28(2), 2002 (ddmin): leave
 * out ever smaller parts as long as the same thing still goes wrong. Actions that are no longer possible are skipped.
 */
import type { AnyProtocol } from "./protocol.ts";
import type { HistoryJudge, RecordedWalk } from "./walk.ts";
import { perform, type WalkAction } from "./walk-action.ts";
import { type Violation, WalkWorld } from "./walk-world.ts";

/** What a sequence of actions did. */
export interface Replay {
  /** Actions that were possible, up to the violation. */
  readonly done: readonly WalkAction[];
  readonly violation: Violation | null;
}

/** Does actions one after the other, skipping what is not possible, until something goes wrong. */
export function replay(
  world: WalkWorld,
  actions: readonly WalkAction[],
  options: { readonly seed: number; readonly slowDisk: boolean; readonly judge?: HistoryJudge | null },
): Replay {
  const done: WalkAction[] = [];
  world.slowDisk = options.slowDisk;
  try {
    world.reset(options.seed);
    for (const action of actions) {
      if (perform(world, action)) done.push(action);
      if (!world.checkAll()) break;
    }
  } catch (error) {
    const name = error instanceof Error ? error.name : "error";
    world.violation ??= { kind: "exception", name, detail: String(error) };
  }
  if (world.violation === null && options.judge) {
    const wrong = options.judge(world.operations);
    if (wrong !== null) world.violation = { kind: "history", name: "history", detail: wrong };
  }
  return { done, violation: world.violation };
}

/** Replays allowed while shrinking; each takes well under a millisecond. */
const MOST_REPLAYS = 20_000;

/**
 * The shortest sequence found that goes wrong in the same way (same kind, same name) as the walk did; no single action
 * of it can be left out.
 */
export function shrink(
  protocol: AnyProtocol,
  system: { readonly nodes: number; readonly settings: WalkWorld["settings"] },
  walk: RecordedWalk,
  judge: HistoryJudge | null = null,
): Replay {
  const world = new WalkWorld(protocol, system.nodes, system.settings);
  const { seed, slowDisk, violation } = walk;
  let replays = 0;
  const tried = (actions: readonly WalkAction[]): Replay | null => {
    replays++;
    const result = replay(world, actions, { seed, slowDisk, judge });
    const same = result.violation?.kind === violation?.kind && result.violation?.name === violation?.name;
    return same ? result : null;
  };
  let best = tried(walk.actions) ?? { done: walk.actions, violation };
  let parts = 2;
  while (best.done.length > 1 && replays < MOST_REPLAYS) {
    const length = Math.ceil(best.done.length / parts);
    let shorter: Replay | null = null;
    for (let start = 0; start < best.done.length && shorter === null; start += length)
      shorter = tried([...best.done.slice(0, start), ...best.done.slice(start + length)]);
    if (shorter !== null) {
      best = shorter;
      parts = Math.max(2, parts - 1);
    } else if (length === 1) {
      break;
    } else {
      parts = Math.min(best.done.length, 2 * parts);
    }
  }
  return best;
}
