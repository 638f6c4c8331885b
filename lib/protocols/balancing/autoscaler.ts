/**
 * An autoscaler: as many servers as bring the utilisation seen to its target, some time after they were ordered.
 *
 * The rule of Kubernetes' Horizontal Pod Autoscaler (Kubernetes documentation, "Algorithm details"): wanted = ⌈in use ·
 * seen/target⌉, nothing while within a tenth of the target. More servers come `scaleDelay` after the order; fewer at once, and
 * they finish what they have. One order at a time.
 */
import type { BalancerSettings } from "./balancer-settings.ts";
import type { Knowledge } from "./knowledge.ts";

const TOLERANCE = 0.1;

export class Autoscaler {
  /** Servers in use, or ordered. */
  target: number;
  /** Servers in use times seconds. */
  serverSeconds = 0;
  private busy = 0;
  private since = 0;
  private readonly settings: BalancerSettings;

  constructor(settings: BalancerSettings) {
    this.settings = settings;
    this.target = settings.scaleFrom === 0 ? settings.servers : settings.scaleFrom;
  }

  served(seconds: number): void {
    this.busy += seconds;
  }

  /** Looks at the interval that ends; true when servers were ordered that come after the delay. */
  look(know: Knowledge): boolean {
    const { servers, scaleTarget } = this.settings;
    const inUse = know.members.length;
    const seconds = know.time - this.since;
    this.serverSeconds += inUse * seconds;
    const seen = this.busy / (inUse * seconds);
    this.busy = 0;
    this.since = know.time;
    if (this.target > inUse || Math.abs(seen / scaleTarget - 1) <= TOLERANCE) return false;
    this.target = Math.min(servers, Math.max(1, Math.ceil((inUse * seen) / scaleTarget)));
    if (this.target > inUse) return true;
    for (let server = servers - 1; server >= 0 && know.members.length > this.target; server--)
      know.leave(server);
    return false;
  }

  /** What was ordered has come. */
  arrive(know: Knowledge): void {
    for (let server = 0; server < this.settings.servers && know.members.length < this.target; server++)
      know.join(server);
  }
}
