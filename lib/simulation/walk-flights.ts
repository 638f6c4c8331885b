/** Messages under way in the untimed world, in no order, in columns: a walk of two hundred actions sends some hundreds. */
import type { MessageShape } from "./protocol.ts";

export class Flights {
  /** How many are under way: the columns may be longer. */
  count = 0;
  readonly from: number[] = [];
  readonly to: number[] = [];
  /** Which was sent first. */
  readonly serial: number[] = [];
  readonly message: MessageShape[] = [];
  private sent = 0;

  put(from: number, to: number, message: MessageShape): void {
    const flight = this.count++;
    this.from[flight] = from;
    this.to[flight] = to;
    this.serial[flight] = this.sent++;
    this.message[flight] = message;
  }

  /** A message has arrived, or is lost: the last takes its place. */
  drop(flight: number): void {
    const last = --this.count;
    this.from[flight] = this.from[last];
    this.to[flight] = this.to[last];
    this.serial[flight] = this.serial[last];
    this.message[flight] = this.message[last];
  }

  clear(): void {
    this.count = 0;
    this.sent = 0;
  }
}
