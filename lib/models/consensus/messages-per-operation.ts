/**
 * Messages per operation in the steady state, in all and at the busiest node.
 *
 * Sources: Multi-Paxos and Raft: Lamport 2001, §3, Ongaro and Ousterhout 2014, §5.3; Zab: Junqueira, Reed and Serafini,
 * DSN 2011 (proposal, acknowledgement, commit); PBFT: Castro and Liskov 1999, §4; chain replication: van Renesse and
 * Schneider, OSDI 2004. The client's request and the answer are counted, batching is not.
 */
import { defineModel } from "../../core/model.ts";

const PROTOCOLS = ["multi-paxos", "raft", "zab", "pbft", "chain"] as const;
type Protocol = (typeof PROTOCOLS)[number];

function inAll(protocol: Protocol, n: number): number {
  switch (protocol) {
    case "multi-paxos":
    case "raft":
      return 2 * (n - 1) + 2;
    case "zab":
      return 3 * (n - 1) + 2;
    case "pbft":
      // Request, pre-prepare, prepare by all backups to all, commit by all to all, answer by all.
      return 1 + (n - 1) + (n - 1) * (n - 1) + n * (n - 1) + n;
    case "chain":
      return n + 1;
  }
}

function atBusiest(protocol: Protocol, n: number): number {
  // PBFT's primary: request and answer, pre-prepares out, prepares in, commits out and in.
  if (protocol === "pbft") return 4 * (n - 1) + 2;
  return protocol === "chain" ? 2 : inAll(protocol, n);
}

const count = (tex: string, meaning: string, compute: (protocol: Protocol, n: number) => number) => ({
  tex,
  arguments: ["choice", "one"],
  result: "one",
  meaning,
  compute,
});

/**
 * Messages per operation.
 *
 * @example
 * models.messagesPerOperation({ protocol: "pbft", nodes: 4 }).messages; // => 29
 */
export const messagesPerOperation = defineModel({
  id: "messagesPerOperation",
  title: "Messages per operation",
  cites: [
    "Ongaro, Ousterhout 2014",
    "Junqueira et al. 2011",
    "Castro, Liskov 1999",
    "van Renesse, Schneider 2004",
  ],
  assumes: ["a stable leader or head, no faults, no batching, nothing piggybacked"],
  inputs: {
    protocol: {
      kind: "choice",
      choices: PROTOCOLS,
      default: "multi-paxos",
      tex: "\\mathit{protocol}",
      meaning: "what is counted",
    },
    nodes: { tex: "n", dimension: "one", integer: true, min: 1, meaning: "nodes" },
  },
  outputs: {
    messages: { tex: "M", dimension: "one", meaning: "messages per operation, client's included" },
    busiestNode: {
      tex: "M_{\\max}",
      dimension: "one",
      meaning: "messages that the busiest node sends or takes in",
    },
  },
  functions: {
    inAll: count("M", "messages counted phase by phase", inAll),
    atBusiest: count("M_{\\max}", "the busiest node's share of them", atBusiest),
  },
  equations: ["messages = inAll(protocol, nodes)", "busiestNode = atBusiest(protocol, nodes)"],
});
