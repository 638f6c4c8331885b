/**
 * Mencius: revoking the slots of a server that is suspected, many at a time.
 *
 * Source: Mao, Junqueira & Marzullo, OSDI 2008, §4.3 (Rule 3), §4.4 (Optimization 3). A round of Paxos in a higher ballot:
 * what somebody accepted is kept, the rest become no-ops. A wrong suspicion costs time and nothing else.
 */
import type { NodeId, Operation } from "../../simulation/protocol.ts";
import { choose, proceed } from "./mencius-execution.ts";
import type { MenciusRules } from "./mencius-rules.ts";
import {
  CHOSEN,
  type Ctx,
  firstOf,
  isSettled,
  type MenciusMessage,
  type MenciusNode,
  slotAt,
  type Vote,
} from "./mencius-state.ts";
import { countVotes } from "./settings.ts";

type Of<K extends MenciusMessage["kind"]> = Extract<MenciusMessage, { kind: K }>;

/** Begins a round on the slots of an owner from `from` on and before `to`. */
export function revoke(
  node: MenciusNode,
  owner: NodeId,
  from: number,
  to: number,
  rules: MenciusRules,
  ctx: Ctx,
): void {
  const ballot = (Math.floor(node.highestBallot / node.group) + 1) * node.group + node.id;
  node.highestBallot = ballot;
  node.revocation = { ballot, owner, from, to, phase: "prepare", answers: 0, best: new Map() };
  rules.saveBallot(node, ctx);
  const prepare = { kind: "prepare", ballot, owner, from, to } as const;
  ctx.broadcast(prepare);
  ctx.send(node.id, prepare);
}

/** The slots of a range that are not settled here; null, and an answer, when one is promised to a higher ballot. */
function openSlots(
  node: MenciusNode,
  { owner, from, to, ballot }: Of<"prepare"> | Of<"accept">,
  sender: NodeId,
  rules: MenciusRules,
  ctx: Ctx,
): number[] | null {
  node.highestBallot = Math.max(node.highestBallot, ballot);
  const open: number[] = [];
  for (let slot = firstOf(node, owner, Math.max(from, node.slots.first)); slot < to; slot += node.group) {
    if (isSettled(node, slot)) continue;
    const known = slotAt(node, slot);
    if (!rules.mayVote(known, ballot)) {
      ctx.send(sender, { kind: "refused", ballot: known.promised });
      return null;
    }
    open.push(slot);
  }
  return open;
}

export function onPrepare(
  node: MenciusNode,
  m: Of<"prepare">,
  sender: NodeId,
  rules: MenciusRules,
  ctx: Ctx,
): void {
  if (m.owner === node.id) rules.passRevoked(node, m.to);
  const open = openSlots(node, m, sender, rules, ctx);
  if (open === null) return;
  for (const slot of open) slotAt(node, slot).promised = m.ballot;
  const { owner, from, to, ballot } = m;
  const votes: Vote[] = [];
  for (let slot = firstOf(node, owner, Math.max(from, node.slots.first)); slot < to; slot += node.group) {
    const known = node.slots.get(slot);
    if (known !== undefined && known.ballot >= 0)
      votes.push({ slot, ballot: known.ballot, operation: known.operation });
  }
  rules.savePromises(node, open, ctx);
  ctx.send(sender, { kind: "promise", ballot, owner, from, to, votes });
}

export function onPromise(
  node: MenciusNode,
  m: Of<"promise">,
  sender: NodeId,
  rules: MenciusRules,
  ctx: Ctx,
): void {
  const { revocation } = node;
  if (revocation === null || revocation.ballot !== m.ballot || revocation.phase !== "prepare") return;
  const { best, ballot, owner, from, to } = revocation;
  for (const vote of m.votes) if (rules.outranks(vote, best.get(vote.slot))) best.set(vote.slot, vote);
  revocation.answers |= 1 << sender;
  if (countVotes(revocation.answers) < rules.quorum(ctx.settings)) return;
  revocation.phase = "accept";
  revocation.answers = 0;
  const votes: Vote[] = [];
  for (const [slot, vote] of best) {
    const operation = rules.valueToPropose(vote);
    votes.push({ slot, ballot, operation });
    if (operation !== null && vote.ballot < CHOSEN) node.recovered++;
  }
  const accept = { kind: "accept", ballot, owner, from, to, votes } as const;
  ctx.broadcast(accept);
  ctx.send(node.id, accept);
}

export function onAccept(
  node: MenciusNode,
  m: Of<"accept">,
  sender: NodeId,
  rules: MenciusRules,
  ctx: Ctx,
): void {
  if (m.owner === node.id) rules.passRevoked(node, m.to);
  const open = openSlots(node, m, sender, rules, ctx);
  if (open === null) return;
  const values = m.votes.length === 0 ? NO_VALUES : valuesOf(m.votes);
  const others = chosenOtherwise(node, m, values);
  if (others.length > 0) {
    ctx.send(sender, { kind: "chosen", votes: others, more: false });
    return;
  }
  for (const slot of open) {
    const known = slotAt(node, slot);
    known.promised = m.ballot;
    known.ballot = m.ballot;
    known.operation = values.get(slot) ?? null;
  }
  const { ballot, owner, from, to } = m;
  rules.saveVotes(node, open, ctx);
  ctx.send(sender, { kind: "acceptedRange", ballot, owner, from, to });
}

const NO_VALUES: ReadonlyMap<number, Operation | null> = new Map();

function valuesOf(votes: readonly Vote[]): ReadonlyMap<number, Operation | null> {
  const values = new Map<number, Operation | null>();
  for (const { slot, operation } of votes) values.set(slot, operation);
  return values;
}

/** What is chosen here in a range and is not what a proposer, behind a higher ballot without knowing, proposes. */
function chosenOtherwise(
  node: MenciusNode,
  { owner, from, to }: Of<"accept">,
  values: ReadonlyMap<number, Operation | null>,
): Vote[] {
  const others: Vote[] = [];
  for (let slot = firstOf(node, owner, Math.max(from, node.slots.first)); slot < to; slot += node.group) {
    const known = node.slots.get(slot);
    if (known?.ballot === CHOSEN && known.operation?.id !== values.get(slot)?.id)
      others.push({ slot, ballot: CHOSEN, operation: known.operation });
  }
  return others;
}

export function onAcceptedRange(
  node: MenciusNode,
  m: Of<"acceptedRange">,
  sender: NodeId,
  rules: MenciusRules,
  ctx: Ctx,
): void {
  const { revocation } = node;
  if (revocation === null || revocation.ballot !== m.ballot || revocation.phase !== "accept") return;
  revocation.answers |= 1 << sender;
  if (countVotes(revocation.answers) < rules.quorum(ctx.settings)) return;
  node.revocation = null;
  node.revocations++;
  const { owner, from, to, best } = revocation;
  const votes: Vote[] = [];
  for (let slot = firstOf(node, owner, Math.max(from, node.slots.first)); slot < to; slot += node.group)
    votes.push({ slot, ballot: CHOSEN, operation: rules.valueToPropose(best.get(slot)) });
  ctx.broadcast({ kind: "chosen", votes, more: false });
  takeChosen(node, votes, rules, ctx);
}

/** Takes in what others know to be chosen. */
export function takeChosen(node: MenciusNode, votes: readonly Vote[], rules: MenciusRules, ctx: Ctx): void {
  const changed: number[] = [];
  for (const { slot, operation } of votes) if (choose(node, slot, operation, rules, ctx)) changed.push(slot);
  if (changed.length > 0) rules.saveVotes(node, changed, ctx);
  proceed(node, rules, ctx);
}
