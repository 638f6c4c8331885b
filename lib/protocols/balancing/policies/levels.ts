/**
 * Servers sorted by load, where loads are small whole numbers: a step up or down in O(1), one of the least in O(1).
 *
 * Servers of one load stand together; a server that goes one up changes places with the last of its level and moves
 * the border. Ties are broken at random: by number would fill the first servers (and a herd would always meet there).
 */
import type { RandomStream } from "../../../core/random.ts";
import type { Policy, View } from "./policy.ts";

class Levels {
  private order = new Int32Array(0);
  private readonly place: Int32Array;
  private readonly level: Int32Array;
  /** Where the first server of at least each level stands. */
  private start: number[] = [];

  constructor(servers: number) {
    this.place = new Int32Array(servers).fill(-1);
    this.level = new Int32Array(servers);
  }

  rebuild(members: readonly number[], load: Int32Array): void {
    this.order = Int32Array.from(members).sort((a, b) => load[a] - load[b]);
    this.place.fill(-1);
    this.start = [];
    this.order.forEach((server, place) => {
      this.place[server] = place;
      this.level[server] = load[server];
      while (this.start.length <= load[server]) this.start.push(place);
    });
  }

  /** Moves a server to a level, one step at a time. */
  set(server: number, load: number): void {
    if (this.place[server] < 0) return;
    while (this.level[server] < load) this.up(server);
    while (this.level[server] > load) this.down(server);
  }

  /** One of the least loaded. */
  least(random: RandomStream): number {
    const border = this.start[this.level[this.order[0]] + 1] ?? this.order.length;
    return this.order[border === 1 ? 0 : random.integer(border)];
  }

  private up(server: number): void {
    const next = ++this.level[server];
    if (this.start.length <= next) this.start.push(this.order.length);
    this.swap(this.place[server], --this.start[next]);
  }

  private down(server: number): void {
    const level = this.level[server]--;
    this.swap(this.place[server], this.start[level]++);
  }

  private swap(a: number, b: number): void {
    const { order, place } = this;
    const server = order[a];
    order[a] = order[b];
    order[b] = server;
    place[order[a]] = a;
    place[server] = b;
  }
}

/** The policy that takes one of the least loaded, by whatever `load` means. */
export function leastOf(view: View): Policy {
  const levels = new Levels(view.servers);
  levels.rebuild(view.members, view.load);
  return {
    choose: () => levels.least(view.random),
    loaded: (server) => levels.set(server, view.load[server]),
    membersChanged: () => levels.rebuild(view.members, view.load),
  };
}
