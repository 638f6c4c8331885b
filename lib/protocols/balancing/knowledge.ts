/** What a dispatcher knows of its servers: loads, who may be chosen, who came back lately. */
import type { RandomStream } from "../../core/random.ts";
import type { BalancerSettings } from "./balancer-settings.ts";
import { policyNamed } from "./policies/index.ts";
import type { Policy, View } from "./policies/policy.ts";
import { speedOf } from "./server-node.ts";

/** Draws after which a server in its slow start is taken all the same. */
const SLOW_START_TRIES = 8;

export class Knowledge implements View {
  readonly settings: BalancerSettings;
  readonly random: RandomStream;
  readonly servers: number;
  readonly members: number[] = [];
  readonly load: Int32Array;
  readonly outstanding: Int32Array;
  readonly policy: Policy;
  /** The dispatcher's clock; set before every use. */
  time = 0;
  private readonly place: Int32Array;
  /** Since when a server has been a member; −∞ from the start. */
  private readonly since: Float64Array;
  private readonly told: Int32Array;
  private readonly sentSince: Int32Array;
  private readonly own: boolean;
  private readonly countOwn: boolean;

  constructor(settings: BalancerSettings, random: RandomStream, members: number) {
    const { servers } = settings;
    this.settings = settings;
    this.random = random;
    this.servers = servers;
    this.outstanding = new Int32Array(servers);
    this.own = settings.information === "own";
    this.countOwn = settings.countOwn;
    this.load = this.own ? this.outstanding : new Int32Array(servers);
    this.told = new Int32Array(servers);
    this.sentSince = new Int32Array(servers);
    this.since = new Float64Array(servers).fill(Number.NEGATIVE_INFINITY);
    this.place = new Int32Array(servers).fill(-1);
    for (let server = 0; server < members; server++) this.enter(server);
    this.policy = policyNamed(settings.policy).create(this);
  }

  now(): number {
    return this.time;
  }

  speed(server: number): number {
    return speedOf(server, this.settings);
  }

  isMember(server: number): boolean {
    return this.place[server] >= 0;
  }

  join(server: number): void {
    if (this.isMember(server)) return;
    this.enter(server);
    this.since[server] = this.time;
    this.policy.membersChanged?.();
  }

  leave(server: number): void {
    const at = this.place[server];
    if (at < 0) return;
    const last = this.members.pop() as number;
    if (last !== server) {
      this.members[at] = last;
      this.place[last] = at;
    }
    this.place[server] = -1;
    if (this.members.length > 0) this.policy.membersChanged?.();
  }

  /** An attempt goes to a server. */
  sent(server: number): void {
    this.outstanding[server]++;
    if (this.own) this.policy.loaded?.(server);
    else if (this.countOwn) {
      this.sentSince[server]++;
      this.renew(server);
    }
  }

  /** An attempt at a server is over, or nobody waits for it any more. */
  over(server: number): void {
    this.outstanding[server]--;
    if (this.own) this.policy.loaded?.(server);
  }

  report(server: number, length: number): void {
    this.told[server] = length;
    this.sentSince[server] = 0;
    this.renew(server);
  }

  private renew(server: number): void {
    if (this.own) return;
    this.load[server] = this.told[server] + this.sentSince[server];
    this.policy.loaded?.(server);
  }

  private enter(server: number): void {
    this.place[server] = this.members.length;
    this.members.push(server);
  }

  /** True for a server that is to be given this request; in its slow start it is with a growing chance. */
  accepts(server: number, attempt: number): boolean {
    const { slowStart } = this.settings;
    if (slowStart === 0 || attempt >= SLOW_START_TRIES) return true;
    const share = (this.time - this.since[server]) / slowStart;
    return share >= 1 || this.random.uniform() < share;
  }
}
