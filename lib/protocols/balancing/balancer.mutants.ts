/**
 * The balancer with one rule broken at a time.
 *
 * The first two decide nothing wrong and are slow or useless under load: only a comparison of times shows them (as it does a
 * closed loop that is called open, which is a mistake of the experiment). They are hunted by their own test.
 */
import type { Mutant } from "../../simulation/mutant.ts";
import { erased, type Protocol } from "../../simulation/protocol.ts";
import { type BalancerNode, balancer } from "./balancer.ts";
import type { BalancerMessage } from "./balancer-messages.ts";
import type { BalancerSettings, BalancerTable } from "./balancer-settings.ts";
import type { BalancerContext } from "./server-node.ts";

type Balancer = Protocol<BalancerTable, BalancerNode, BalancerMessage>;

function mutant(
  id: string,
  name: string,
  source: string,
  kind: Mutant["kind"],
  patch: Partial<Balancer>,
): Mutant {
  return { id, name, source, kind, protocol: erased({ ...balancer, ...patch }) };
}

/** Boots nodes that take a setting for another than it is. */
const believing =
  (wrong: Partial<BalancerSettings>): Balancer["boot"] =>
  (context, durable) => {
    const settings = { ...context.settings, ...wrong };
    const told = Object.create(context, { settings: { value: settings } }) as BalancerContext;
    return balancer.boot(told, durable);
  };

/** Known mistakes of balancers. */
export const balancerMutants: readonly Mutant[] = [
  mutant("L1", "herd-on-stale-load", "Mitzenmacher 2000, §3", "liveness", {
    boot: believing({ countOwn: false }),
  }),
  mutant("L2", "retry-without-budget", "Beyer et al. 2016, ch. 22", "liveness", {
    boot: believing({ retryBudget: 1e9 }),
  }),
  mutant("L3", "given-up-attempts-stay-counted", "own list", "safety", {
    timers: {
      ...balancer.timers,
      patience(node, context) {
        if (node.role === "dispatcher") {
          const before = node.counts.gaveUp;
          node.giveUp(context);
          for (let i = before; i < node.counts.gaveUp; i++) node.know.sent(0);
        }
      },
    },
  }),
  mutant("L4", "two-at-a-time", "own list", "safety", {
    messages: {
      ...balancer.messages,
      job(node, message, from, context) {
        if (node.role !== "server") return;
        node.serving = null;
        balancer.messages.job(node, message, from, context);
      },
    },
  }),
  mutant("L5", "last-come-first-served", "own list", "safety", {
    timers: {
      ...balancer.timers,
      served(node, context) {
        if (node.role !== "server") return;
        const others: ReturnType<typeof node.waiting.shift>[] = [];
        while (node.waiting.length > 1) others.push(node.waiting.shift());
        const last = node.waiting.length > 0 ? [node.waiting.shift()] : [];
        for (const job of [...last, ...others]) node.waiting.push(job);
        node.finish(context);
      },
    },
  }),
];
