/**
 * Known ways to misread a history, each a patch of the rules. Tests must find every one of them out.
 *
 * Not among them, since it changes no verdict: letting every unknown write take effect at the very end. After all
 * reads that is as good as never.
 */
import { REGISTER_RULES, type RegisterRules } from "./register-rules.ts";

const INF = Number.POSITIVE_INFINITY;
const { counts, ends, register } = REGISTER_RULES;

/** A mutant, and which of the two methods it can be seen in. */
export interface RuleMutant {
  readonly name: string;
  readonly patch: Partial<RegisterRules>;
  readonly methods: readonly ("auto" | "search")[];
}

const BOTH = ["auto", "search"] as const;

export const RULE_MUTANTS: readonly RuleMutant[] = [
  { name: "ignores the order of time", patch: { begins: () => -INF, ends: () => INF }, methods: BOTH },
  { name: "an operation takes effect when it begins", patch: { ends: (row) => row.invoked }, methods: BOTH },
  {
    name: "an operation takes effect when it ends",
    patch: { begins: (row) => row.completed },
    methods: BOTH,
  },
  {
    name: "unknown is failed",
    patch: { counts: (row) => row.outcome === "ok" },
    methods: BOTH,
  },
  {
    name: "unknown is done",
    patch: { ends: (row) => row.completed },
    methods: BOTH,
  },
  {
    name: "an unknown read saw nothing written",
    patch: {
      counts: (row) => row.outcome !== "failed",
      ends: (row) => (row.kind === "read" ? row.completed : ends(row)),
    },
    methods: BOTH,
  },
  {
    name: "failed is done",
    patch: { counts: (row) => row.outcome === "failed" || counts(row) },
    methods: BOTH,
  },
  {
    name: "reads of failed writes are accepted",
    patch: {
      counts: (row) => counts(row) || row.kind === "write",
      ends: (row) => (row.outcome === "failed" ? INF : ends(row)),
    },
    methods: BOTH,
  },
  { name: "all keys are one register", patch: { register: () => 0 }, methods: BOTH },
  {
    name: "each client has a register",
    patch: { register: (row) => register(row) + 10 * row.client },
    methods: BOTH,
  },
  {
    name: "reads of nothing are always right",
    patch: { counts: (row) => counts(row) && !(row.kind === "read" && row.value === -1) },
    methods: BOTH,
  },
  { name: "a register begins with 0", patch: { initial: 0 }, methods: BOTH },
  {
    name: "reads are not looked at",
    patch: { counts: (row) => counts(row) && row.kind === "write" },
    methods: BOTH,
  },
  { name: "any answer to a read will do", patch: { answers: () => true }, methods: ["search"] },
  {
    name: "a read may miss what was written last",
    patch: { answers: (state, answer) => state >= answer },
    methods: ["search"],
  },
  {
    name: "what the register holds is not remembered",
    patch: { memo: (_, linearized) => `${linearized}` },
    methods: ["search"],
  },
  {
    name: "who has taken effect is not remembered",
    patch: { memo: (state) => `${state}` },
    methods: ["search"],
  },
  {
    name: "what touches is in order",
    patch: {
      begins: (row) => row.invoked + 0.25,
      ends: (row) => Math.max(row.invoked + 0.25, ends(row) - 0.25),
    },
    methods: BOTH,
  },
];
