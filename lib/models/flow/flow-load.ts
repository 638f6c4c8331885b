/**
 * What a flow asks of every station, by walking through it once: no waits, no delays, only work.
 *
 * These are exact: a protocol's flow says how often each message is sent. Whether a group can bear a load follows from
 * them alone.
 */
import type { Action, Carried, Flow } from "./message-flow.ts";

/** What messages and machines cost, in seconds and bytes. */
export interface FlowCosts {
  readonly headerBytes: number;
  readonly payload: number;
  readonly payloadScv: number;
  readonly replyPayload: number;
  readonly egressPerByte: number;
  readonly ingressPerByte: number;
  readonly diskPerByte: number;
  readonly cpuReceive: number;
  readonly cpuReceiveScv: number;
  readonly cpuSend: number;
  readonly cpuSendScv: number;
  readonly cpuPerByte: number;
  readonly cores: number;
  /** State is kept on disks. */
  readonly durable: boolean;
}

/** Operations of one flow: how many a second, and the share of them whose client is not beside the node it asks. */
export interface FlowClass {
  readonly flow: Flow;
  readonly rate: number;
  readonly remoteShare: number;
}

/** Messages a second from one node to another, and those of them that a write let go. */
export interface LinkLoad {
  readonly rate: number;
  readonly written: number;
}

/** Messages that a node gets, alike: from whom (−1 for clients), how many a second, of how many bytes. */
export interface Received {
  readonly sender: number;
  readonly rate: number;
  readonly bytes: number;
}

/** What a node's stations have to do, in seconds and records a second. */
export interface NodeLoad {
  cpu: number;
  egress: number;
  ingress: number;
  records: number;
  recordBytes: number;
  /** Processor time of what writes let go. */
  letGo: number;
  readonly received: Received[];
}

export interface FlowLoad {
  readonly nodes: readonly NodeLoad[];
  /** By sender and receiver. */
  readonly links: readonly (readonly LinkLoad[])[];
}

export const bytesOf = ({ operations, bytes = 0 }: Carried, costs: FlowCosts): number =>
  costs.headerBytes + operations * costs.payload + bytes;
export const takeInTime = (bytes: number, costs: FlowCosts): number =>
  costs.cpuReceive + bytes * costs.cpuPerByte;
export const sendTime = (bytes: number, costs: FlowCosts): number => costs.cpuSend + bytes * costs.cpuPerByte;
export const replyBytes = (costs: FlowCosts): number => costs.headerBytes + costs.replyPayload;
export const requestBytes = (costs: FlowCosts): number => costs.headerBytes + costs.payload;

class LoadWalk {
  readonly nodes: NodeLoad[];
  readonly links: { rate: number; written: number }[][];
  private readonly costs: FlowCosts;

  constructor(nodes: number, costs: FlowCosts) {
    this.costs = costs;
    this.nodes = Array.from({ length: nodes }, () => ({
      cpu: 0,
      egress: 0,
      ingress: 0,
      records: 0,
      recordBytes: 0,
      letGo: 0,
      received: [],
    }));
    this.links = this.nodes.map(() => this.nodes.map(() => ({ rate: 0, written: 0 })));
  }

  add({ flow, rate, remoteShare }: FlowClass): void {
    const { costs } = this;
    const load = this.nodes[flow.at];
    const asked = remoteShare * requestBytes(costs);
    load.cpu += rate * takeInTime(asked, costs);
    load.ingress += rate * asked * costs.ingressPerByte;
    load.received.push({ sender: -1, rate: rate * remoteShare, bytes: requestBytes(costs) });
    const written = new Map<string, boolean>();
    this.act(flow.does, flow.at, rate, remoteShare, false, written);
    for (const { name, at, chance = 1, does } of flow.quorums)
      this.act(does, at, rate * chance, remoteShare, written.get(name) ?? false, written);
  }

  /**
   * @param written whether a write has let this go
   * @param votes whether all votes of a quorum were let go by writes, at the node that counts them or on the way to it
   * @param inRow whether what is taken in was
   */
  private act(
    actions: readonly Action[],
    node: number,
    rate: number,
    remoteShare: number,
    written: boolean,
    votes: Map<string, boolean>,
    inRow = false,
  ): void {
    const { costs } = this;
    const load = this.nodes[node];
    const spend = (time: number): void => {
      load.cpu += rate * time;
      if (held) load.letGo += rate * time;
    };
    let held = written;
    for (const action of actions) {
      if ("send" in action) {
        const bytes = bytesOf(action.send, costs);
        const there = this.nodes[action.to];
        spend(sendTime(bytes, costs));
        load.egress += rate * bytes * costs.egressPerByte;
        there.ingress += rate * bytes * costs.ingressPerByte;
        there.cpu += rate * takeInTime(bytes, costs);
        there.received.push({ sender: node, rate, bytes });
        const link = this.links[node][action.to];
        link.rate += rate;
        if (held) link.written += rate;
        this.act(action.does, action.to, rate, remoteShare, false, votes, held);
      } else if ("persist" in action) {
        if (!costs.durable) continue;
        load.records += rate;
        load.recordBytes += rate * bytesOf(action.persist, costs);
        held = true;
      } else if ("answer" in action) {
        spend(sendTime(replyBytes(costs), costs));
        load.egress += rate * remoteShare * replyBytes(costs) * costs.egressPerByte;
      } else if ("oneOf" in action) {
        for (const course of action.oneOf)
          this.act(course, node, rate / action.oneOf.length, remoteShare, held, votes);
      } else {
        votes.set(action.vote, (held || inRow) && (votes.get(action.vote) ?? true));
      }
    }
  }
}

/** What operations of several classes ask of every station. */
export function flowLoad(nodes: number, classes: readonly FlowClass[], costs: FlowCosts): FlowLoad {
  const walk = new LoadWalk(nodes, costs);
  for (const one of classes) if (one.rate > 0) walk.add(one);
  return { nodes: walk.nodes, links: walk.links };
}
