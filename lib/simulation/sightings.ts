/** Which of the events that must be reachable (a protocol's `sometimes`) have happened in a run. */
import type { AnyProtocol } from "./protocol.ts";

export class Sightings {
  /** Names of those that have. */
  readonly seen = new Set<string>();
  private readonly events: readonly (readonly [
    name: string,
    happened: (nodes: readonly object[]) => boolean,
  ])[];
  /** By event: whether `seen` has it. */
  private readonly noted: Uint8Array;

  constructor(protocol: AnyProtocol) {
    this.events = Object.entries(protocol.sometimes);
    this.noted = new Uint8Array(this.events.length);
  }

  /** Notes what has happened by the states of the nodes that are up. */
  look(up: readonly object[]): void {
    const { events, noted } = this;
    for (let i = 0; i < events.length; i++) {
      const [name, happened] = events[i];
      if (noted[i] === 1 || !happened(up)) continue;
      noted[i] = 1;
      this.seen.add(name);
    }
  }

  /** Forgets everything, for the next run. */
  clear(): void {
    this.seen.clear();
    this.noted.fill(0);
  }
}
