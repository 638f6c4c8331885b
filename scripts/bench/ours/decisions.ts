/**
 * What a decision of a balancing policy costs, with the bookkeeping that it needs: choose, note the request sent, note the
 * oldest of as many as there are servers answered. The variant is the policy, `size` the number of servers.
 *
 * The mean is of the chosen servers' numbers, scaled to 1: equal servers are chosen alike.
 */
import { networks } from "../../../lib/core/networks.ts";
import { randomStreams } from "../../../lib/core/random.ts";
import type { BalancerSettings } from "../../../lib/protocols/balancing/balancer-settings.ts";
import { Knowledge } from "../../../lib/protocols/balancing/knowledge.ts";
import { balancer } from "../../../lib/protocols/builders.ts";
import { childArguments, report } from "../child.ts";

const KEYS = 2 ** 30;

class Dispatcher {
  private readonly know: Knowledge;
  private readonly told: boolean;
  private readonly open: Int32Array;
  private readonly asked = { id: 0, kind: "write", key: 0, bytes: 0, client: 0, handle: 0 } as const;
  private next = 0;

  constructor(settings: BalancerSettings, seed: number) {
    this.know = new Knowledge(settings, randomStreams(seed).stream("policy"), settings.servers);
    this.told = settings.information === "reported";
    this.open = new Int32Array(settings.servers).fill(-1);
    for (let server = 0; server < settings.servers; server++) this.know.policy.idle?.(server);
  }

  /** Makes so many decisions; returns the sum of the servers chosen. */
  decide(count: number): number {
    const { know, open, told, asked } = this;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      (asked as { key: number }).key = (i * 0x9e3779b1) % KEYS;
      know.time += 1e-3;
      const server = know.policy.choose(asked);
      know.sent(server);
      if (told) know.report(server, know.outstanding[server]);
      this.answer(open[this.next]);
      open[this.next] = server;
      if (++this.next === open.length) this.next = 0;
      sum += server;
    }
    return sum;
  }

  private answer(server: number): void {
    if (server < 0) return;
    const { know } = this;
    know.over(server);
    know.policy.answered?.(server, 1, 1);
    if (know.outstanding[server] === 0) know.policy.idle?.(server);
    if (this.told) know.report(server, know.outstanding[server]);
  }
}

const { variant, size, operations, seed } = childArguments();
const [policy, count] = variant.includes(":") ? variant.split(":") : [variant, String(size)];
const servers = Number(count);
// Settings of a small group, for as many servers as asked: no network is laid out for a hundred thousand.
const small = balancer({
  network: networks.lan({ nodes: 11, rtt: 0 }),
  serviceTime: 1,
  policy: policy as BalancerSettings["policy"],
  ...(policy === "static-split" ? { plannedRate: 8 } : {}),
  // What is reported is told in decide(), after each request: the interval is only asked for.
  ...(policy === "least-loaded" ? { reportInterval: 1 } : {}),
}).settings as unknown as BalancerSettings;
const planned = policy === "static-split" ? 0.8 * servers : small.plannedRate;
const settings = { ...small, servers, plannedRate: planned };
const dispatcher = new Dispatcher(settings, seed);
dispatcher.decide(Math.max(3 * servers, Math.ceil(operations / 10)));
const begun = performance.now();
const sum = dispatcher.decide(operations);
const elapsed = (performance.now() - begun) / 1e3;
report("decisions", variant, operations, elapsed, (2 * sum) / operations / (servers - 1));
