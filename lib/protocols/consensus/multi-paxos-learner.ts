/**
 * Learners of Multi-Paxos: chosen slots are applied in order, and whoever fell behind asks for what it lacks.
 *
 * Source: Lamport, "Paxos Made Simple", 2001, §2.3 and §3; Chandra, Griesemer & Redstone, "Paxos Made Live", PODC 2007,
 * §5.5 (a node that needs slots nobody keeps gets the state instead).
 */
import { SlidingLog } from "../../core/sliding-log.ts";
import type { NodeId, Operation } from "../../simulation/protocol.ts";
import { type MultiPaxosRules, regrouped } from "./multi-paxos-rules.ts";
import type { Accept, Ctx, Learned, MultiPaxosNode, StateTransfer } from "./multi-paxos-state.ts";
import * as state from "./multi-paxos-state.ts";

const { CAUGHT_UP, CHOSEN, fingerprint, GOT_STATE, REGROUPED, REPEATED } = state;

/** Slots told in one answer to a node that fell behind. */
const AT_ONCE = 256;

export interface MultiPaxosLearner {
  /** Applies what is chosen before `upTo`, as the leader of `ballot` says, as far as this node has the values. */
  applyUpTo(node: MultiPaxosNode, upTo: number, ballot: number, held: number, ctx: Ctx): void;
  /** Drops what nobody needs from this node any more. */
  drop(node: MultiPaxosNode, held: number, ctx: Ctx): void;
  /** A node asks for chosen slots from one on. */
  teach(node: MultiPaxosNode, from: number, to: NodeId, ctx: Ctx): void;
  learned(node: MultiPaxosNode, m: Learned, from: NodeId, ctx: Ctx): void;
  takeState(node: MultiPaxosNode, m: StateTransfer, ctx: Ctx): void;
}

export function learnerBy(rules: MultiPaxosRules): MultiPaxosLearner {
  const apply = (node: MultiPaxosNode, operation: Operation, answers: boolean, ctx: Ctx): void => {
    const { machine } = node;
    if (operation.kind === "read") {
      if (answers) ctx.reply(operation, machine.values.get(operation.key));
      return;
    }
    if (!rules.isRepeated(machine, operation)) {
      machine.applied.add(operation.id);
      machine.write(operation);
    } else {
      node.happened |= REPEATED;
      if (!machine.applied.has(operation.id)) return; // too old: nobody knows
    }
    if (answers && ctx.settings.answerWhen === "applied") ctx.reply(operation, operation.id);
  };

  const applyUpTo: MultiPaxosLearner["applyUpTo"] = (node, upTo, ballot, held, ctx) => {
    while (node.chosen < upTo) {
      const accept = node.accepted.get(node.chosen);
      if (accept === undefined || !rules.isChosen(accept, ballot, held)) break;
      ctx.claim("chosen", accept.slot, fingerprint(accept));
      node.chosen++;
      const answers = node.role === "leader";
      const { operations } = accept;
      for (let i = 0; i < operations.length; i++) apply(node, operations[i], answers, ctx);
      if (accept.members === 0) continue;
      node.configs = regrouped(node.configs, accept, ctx.settings, rules);
      node.happened |= REGROUPED;
    }
  };

  return {
    applyUpTo,
    drop(node, held, ctx) {
      if (held > node.held) node.held = held;
      const { keep } = ctx.settings;
      const { chosen } = node;
      const needed = keep === 0 ? node.held : Math.max(node.held, chosen - keep);
      node.accepted.dropBefore(needed < chosen ? needed : chosen);
    },
    teach(node, from, to, ctx) {
      const { accepted, chosen, machine, configs } = node;
      if (from < accepted.first && from < chosen) {
        ctx.send(to, { kind: "state", chosen, machine: machine.copy(), configs });
        return;
      }
      const entries: Accept[] = [];
      const upTo = Math.min(chosen, from + AT_ONCE);
      for (let slot = from; slot < upTo; slot++)
        entries.push({ ...(accepted.get(slot) as Accept), ballot: CHOSEN });
      if (entries.length > 0) ctx.send(to, { kind: "learned", entries, chosen });
    },
    learned(node, m, from, ctx) {
      if (node.role === "leader") return; // it settles what it lacks itself
      const before = node.chosen;
      for (const entry of m.entries)
        if (entry.slot >= node.accepted.first) node.accepted.set(entry.slot, entry);
      ctx.persist(m);
      applyUpTo(node, node.accepted.end, CHOSEN, 0, ctx);
      if (node.chosen === before) return;
      node.happened |= CAUGHT_UP;
      if (m.chosen > node.chosen) ctx.send(from, { kind: "learn", from: node.chosen });
    },
    takeState(node, m, ctx) {
      if (node.role === "leader" || m.chosen <= node.chosen) return;
      node.machine = m.machine.copy();
      node.configs = m.configs;
      node.chosen = m.chosen;
      if (node.accepted.end <= m.chosen) node.accepted = new SlidingLog<Accept>(m.chosen);
      else node.accepted.dropBefore(m.chosen);
      node.happened |= GOT_STATE;
      ctx.persist(m);
    },
  };
}
