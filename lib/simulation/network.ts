/**
 * The network while it runs: egress ports, links, ingress ports.
 *
 * A message of s bytes leaves through the sender's egress port (FIFO, s·8/bandwidth), travels for a draw of the
 * link's one-way delay, and enters through the receiver's ingress port. The ingress port is cut-through: a message
 * passes while it arrives, so a port no slower than the sender's adds nothing to a message that meets no other.
 * Clients have ports of unlimited bandwidth.
 */
import type { Distribution } from "../core/distributions.ts";
import { distributionFrom } from "../core/distributions.ts";
import { ExponentialBlock } from "../core/exponential-block.ts";
import type { RandomStream } from "../core/random.ts";
import type { NetworkSpec } from "../core/system.ts";

const BITS_PER_BYTE = 8;

/** Ports and links of one run. Endpoints 0 … nodes − 1 are nodes, the rest are client places. */
export class Network {
  readonly nodes: number;
  readonly endpoints: number;
  /** Seconds each egress and ingress port has been busy. */
  readonly egressBusy: Float64Array;
  readonly ingressBusy: Float64Array;
  /** When the first bit of the message last sent reaches the far port; read right after `send`. */
  firstBit = 0;
  /** Parts of the last `send`, for attribution: wait at the egress port, transmission, propagation. */
  egressWait = 0;
  transmission = 0;
  propagation = 0;
  /** True when a port is limited, so that sizes matter. */
  readonly limited: boolean;
  readonly ingressLimited: boolean;
  /** True when messages of a link may not overtake one another. */
  readonly ordered: boolean;
  /** Until when each port is booked. */
  readonly egressFree: Float64Array;
  readonly ingressFree: Float64Array;
  /** By pair of endpoints; nothing where messages may overtake. */
  private readonly lastArrival: Float64Array;
  /** Links by pair of sites: by pair of nodes, ten thousand servers would take gigabytes. */
  private readonly links: readonly Distribution[];
  private readonly rowOf: Int32Array;
  private readonly siteOf: Int32Array;
  /** Where every link is a constant, or one plus an exponential time: the two, by link; else NaN. */
  private readonly constant: Float64Array;
  private readonly jitter: Float64Array;
  private readonly exponentials: ExponentialBlock;
  private readonly egressPerByte: number;
  private readonly ingressPerByte: number;
  private readonly random: RandomStream;

  /** @param places site index of each client place */
  constructor(spec: NetworkSpec, places: readonly number[], random: RandomStream) {
    this.nodes = spec.placement.length;
    this.endpoints = this.nodes + places.length;
    this.links = spec.oneWay.flatMap((row) => row.map((link) => distributionFrom(link)));
    this.siteOf = Int32Array.from([...spec.placement, ...places]);
    this.rowOf = this.siteOf.map((site) => site * spec.oneWay.length);
    this.egressPerByte = spec.egress === null ? 0 : BITS_PER_BYTE / spec.egress;
    this.ingressPerByte = spec.ingress === null ? 0 : BITS_PER_BYTE / spec.ingress;
    this.limited = spec.egress !== null || spec.ingress !== null;
    this.ingressLimited = spec.ingress !== null;
    this.ordered = spec.order === "stream";
    this.random = random;
    const simple = this.links.map(constantAndJitter);
    const allSimple = !simple.includes(null);
    this.constant = Float64Array.from(simple, (link) => (link !== null && allSimple ? link[0] : Number.NaN));
    this.jitter = Float64Array.from(simple, (link) => (link !== null && allSimple ? link[1] : Number.NaN));
    this.exponentials = new ExponentialBlock(random);
    this.egressFree = new Float64Array(this.endpoints);
    this.ingressFree = new Float64Array(this.endpoints);
    this.egressBusy = new Float64Array(this.endpoints);
    this.ingressBusy = new Float64Array(this.endpoints);
    this.lastArrival = new Float64Array(this.ordered ? this.endpoints * this.endpoints : 0);
  }

  /** Takes a message at `time` and returns when its last bit reaches the far port. */
  send(from: number, to: number, bytes: number, time: number): number {
    let left = time;
    let transmission = 0;
    if (this.egressPerByte > 0 && from < this.nodes) {
      const free = this.egressFree[from];
      if (free > left) left = free;
      transmission = bytes * this.egressPerByte;
      this.egressWait = left - time;
      left += transmission;
      this.egressFree[from] = left;
      this.egressBusy[from] += transmission;
    } else {
      this.egressWait = 0;
    }
    let arrival = left + this.delayOn(this.rowOf[from] + this.siteOf[to]);
    if (this.ordered) {
      const link = from * this.endpoints + to;
      const last = this.lastArrival[link];
      if (arrival < last) arrival = last;
      this.lastArrival[link] = arrival;
    }
    this.transmission = transmission;
    this.propagation = arrival - left;
    this.firstBit = arrival - transmission;
    return arrival;
  }

  /** `send` where nothing but the link stands between: no limited port, no order to keep. */
  fly(from: number, to: number, time: number): number {
    const arrival = time + this.delayOn(this.rowOf[from] + this.siteOf[to]);
    this.firstBit = arrival;
    return arrival;
  }

  /** Draws the one-way delay of a link. */
  private delayOn(link: number): number {
    const jitter = this.jitter[link];
    return jitter > 0
      ? this.constant[link] + jitter * this.exponentials.draw()
      : this.otherDelay(link, jitter);
  }

  private otherDelay(link: number, jitter: number): number {
    return jitter === 0 ? this.constant[link] : this.links[link].sample(this.random);
  }

  /** Holds back the message last sent on a link; what follows it on a stream link stays behind it. */
  delay(from: number, to: number, arrival: number, extra: number): number {
    const later = arrival + extra;
    if (this.ordered) this.lastArrival[from * this.endpoints + to] = later;
    this.firstBit = later - this.transmission;
    return later;
  }

  /** A copy of the message last sent, by a delay of its own: when it arrives. */
  copyArrival(from: number, to: number, left: number): number {
    return left + this.delayOn(this.rowOf[from] + this.siteOf[to]);
  }

  /** Passes a message through a node's ingress port; returns when its last bit is in. */
  receive(to: number, bytes: number, firstBit: number, lastBit: number): number {
    if (this.ingressPerByte === 0 || to >= this.nodes) return lastBit;
    const time = bytes * this.ingressPerByte;
    const free = this.ingressFree[to];
    const start = free > firstBit ? free : firstBit;
    const passed = start + time;
    const done = passed > lastBit ? passed : lastBit;
    this.ingressFree[to] = done;
    this.ingressBusy[to] += time;
    return done;
  }
}

/** The two parts of a constant, an exponential time, or their sum; null for any other distribution. */
function constantAndJitter({ spec, mean }: Distribution): [number, number] | null {
  if (spec.distribution === "deterministic") return [mean, 0];
  if (spec.distribution === "exponential") return [0, mean];
  if (spec.distribution === "shifted" && spec.of.distribution === "exponential")
    return [spec.by, spec.of.mean];
  return null;
}
