/**
 * Models by message flows: a protocol's flow, and from it loads, waits and the commit latency.
 *
 * Source: the decomposition "wait + service + quorum round trip" is that of Ailijiang, Charapko and Demirbas,
 * "Dissecting the Performance of Strongly-Consistent Replication Protocols" (SIGMOD 2019), §3, here for every message
 * of the flow at the stations of every node. A model is its flow: to add one, write a file like `zab-commit-latency.ts`.
 */
import { DomainError } from "../../core/errors.ts";
import type { Feature } from "../../core/features.ts";
import { defineModel } from "../../core/model.ts";
import type {
  ChoiceInput,
  InputValue,
  ModelFunction,
  ModelGiven,
  NumberInput,
} from "../../core/model-types.ts";
import type { SystemSpec, WorkloadSpec } from "../../core/system.ts";
import { COMMIT_FUNCTIONS } from "../consensus/commit-functions.ts";
import type { DiskLaw } from "../consensus/group-commit.ts";
import { type ClientPlace, type Delays, FLOW_INPUTS } from "./flow-inputs.ts";
import { classesOf, type FlowLatency, flowLatency } from "./flow-latency.ts";
import { type FlowCosts, type FlowLoad, flowLoad, type NodeLoad } from "./flow-load.ts";
import { checkFlow, type Flow } from "./message-flow.ts";

const one = (tex: string, meaning: string) => ({ tex, dimension: "one", meaning }) as const;
const span = (tex: string, meaning: string) => ({ tex, dimension: "time", meaning }) as const;

const OUTPUTS = {
  commitLatency: span("T_c", "from the request at its node's port to its answer put out, mean"),
  commitLatencyP50: span("T_{c,50}", "median of the commit latency"),
  commitLatencyP99: span("T_{c,99}", "99th percentile of the commit latency"),
  clientLatency: span("T", "as the client sees it, mean"),
  cpuUtilisation: one("\\rho_c", "of the processor of the node in view, as a study measures it"),
  egressUtilisation: one("\\rho_x", "of its egress port"),
  diskUtilisation: one("\\rho_d", "of its disk"),
  busiestCpu: one("\\rho_c^+", "utilisation of the busiest processor"),
  busiestEgress: one("\\rho_x^+", "utilisation of the busiest egress port"),
  busiestIngress: one("\\rho_y^+", "utilisation of the busiest ingress port"),
  clientPropagation: span("T_1", "between client and node"),
  propagation: span("T_2", "of the deciding messages"),
  disk: span("T_3", "in writes"),
  diskWait: span("T_4", "waiting for the writes before"),
  waiting: span("T_5", "waiting for processors and ports"),
  service: span("T_6", "on processors and ports"),
} as const;

/** What every flow's model says of itself. */
const ASSUMES = [
  "no faults, steady state, Poisson arrivals",
  "waits are taken at their means",
  "messages from different nodes are independent of one another; records come to a disk one by one",
  "of several cores what one write lets go keeps no more than its share busy",
];
const IGNORES: readonly Feature[] = [
  "non-Poisson arrivals",
  "overload in bursts",
  "bunched requests",
  "client timeout",
  "heartbeats",
];

type OwnInputs = Readonly<Record<string, NumberInput | ChoiceInput>>;

/** A model's own part. */
export interface FlowDefinition<Own extends OwnInputs> {
  readonly id: string;
  readonly title: string;
  readonly cites: readonly string[];
  readonly assumes: readonly string[];
  readonly ignores: readonly Feature[];
  /** Inputs besides those of every flow. */
  readonly own: Own;
  /** The flows of an operation, one for each node that may be asked for it. */
  flows(nodes: number, own: { readonly [K in keyof Own]: InputValue<Own[K]> }): readonly Flow[];
  readonly requires: readonly string[];
  /** The node whose stations are told: a name of `own`, or a number. */
  readonly view: string;
  /** The protocol whose systems it reads, and how; of flows that are not simulated neither. */
  readonly reads?: string;
  fromSystem?(system: SystemSpec, workload: WorkloadSpec): ModelGiven<typeof FLOW_INPUTS & Own>;
}

const COSTS = [
  ["headerBytes", "size"],
  ["payload", "size"],
  ["payloadScv", "one"],
  ["replyPayload", "size"],
  ["egressPerByte", "timePerByte"],
  ["ingressPerByte", "timePerByte"],
  ["cpuReceive", "time"],
  ["cpuReceiveScv", "one"],
  ["cpuSend", "time"],
  ["cpuSendScv", "one"],
  ["cpuPerByte", "timePerByte"],
  ["cores", "one"],
] as const;

const ofLoad = (tex: string, meaning: string, of: (node: NodeLoad) => number): ModelFunction => ({
  tex,
  arguments: ["load", "one"],
  result: "one",
  meaning: `${meaning} a second at a node`,
  compute: ({ nodes }: FlowLoad, node: number) => of(nodes[node]),
});
const most = (tex: string, meaning: string, of: (node: NodeLoad) => number): ModelFunction => ({
  tex,
  arguments: ["load"],
  result: "one",
  meaning: `most ${meaning} a second at any node`,
  compute: ({ nodes }: FlowLoad) => Math.max(...nodes.map(of)),
});
const ofPath = (tex: string, meaning: string, key: Exclude<keyof FlowLatency, "law">): ModelFunction => ({
  tex,
  arguments: ["path"],
  result: key === "diskBusy" ? "one" : "time",
  meaning,
  compute: (path: FlowLatency) => path[key],
});

const FUNCTIONS = {
  size: {
    tex: "\\#",
    arguments: ["delays"],
    result: "one",
    meaning: "number of nodes",
    compute: (delays: Delays) => delays.length,
  },
  costsOf: {
    tex: "\\mathrm{Costs}",
    arguments: ["disk", ...COSTS.map(([, dimension]) => dimension)],
    result: "costs",
    meaning: "what a message of a size costs at every station",
    compute: (disk: DiskLaw | null, ...values: readonly number[]): FlowCosts =>
      ({
        ...Object.fromEntries(COSTS.map(([name], i) => [name, values[i]])),
        diskPerByte: disk?.perByte ?? 0,
        durable: disk !== null,
      }) as unknown as FlowCosts,
  },
  loadOf: {
    tex: "\\mathrm{Load}",
    arguments: ["delays", "flows", "places", "costs", "rate"],
    result: "load",
    meaning: "work of every station, by counting the flow's messages (flow-load.ts)",
    compute: (
      delays: Delays,
      flows: readonly Flow[],
      places: readonly ClientPlace[],
      costs: FlowCosts,
      rate: number,
    ) => flowLoad(delays.length, classesOf(flows, places, rate), costs),
  },
  pathOf: {
    tex: "\\mathrm{Path}",
    arguments: ["delays", "flows", "places", "disk", "choice", "costs", "rate", "one"],
    result: "path",
    meaning:
      "waits at each node by clusters of turns (flow-waits.ts), quorums by order statistics (flow-path.ts), averaged over the clients",
    compute: (
      delays: Delays,
      flows: readonly Flow[],
      places: readonly ClientPlace[],
      disk: DiskLaw | null,
      order: string,
      costs: FlowCosts,
      rate: number,
      view: number,
    ) => flowLatency(delays, flows, places, disk, order === "stream", rate, costs, view),
  },
  cpuTime: ofLoad("c", "processor time", ({ cpu }) => cpu),
  egressTime: ofLoad("x", "egress time", ({ egress }) => egress),
  mostCpu: most("c_{\\max}", "processor time", ({ cpu }) => cpu),
  mostEgress: most("x_{\\max}", "egress time", ({ egress }) => egress),
  mostIngress: most("y_{\\max}", "ingress time", ({ ingress }) => ingress),
  mostDisk: {
    tex: "d_{\\max}",
    arguments: ["load", "disk"],
    result: "one",
    meaning: "most time a second that the bytes of records take at any disk",
    compute: ({ nodes }: FlowLoad, disk: DiskLaw | null) =>
      Math.max(...nodes.map(({ recordBytes }) => recordBytes * (disk?.perByte ?? 0))),
  },
  diskBusyOf: ofPath("b_d", "share of time the disk of the node in view is writing", "diskBusy"),
  lawOf: {
    tex: "\\mathcal{L}",
    arguments: ["path"],
    result: "law",
    meaning:
      "law of the commit latency: delays and waits added as independent, waits as gamma laws with an atom at 0",
    compute: (path: FlowLatency) => path.law,
  },
  quantile: COMMIT_FUNCTIONS.quantile,
  clientPropagationOf: ofPath("D_L", "between client and node", "clientPropagation"),
  replyEgressOf: ofPath("W_a", "the answer in its port", "replyEgress"),
  propagationOf: ofPath("D_Q", "of the deciding messages", "propagation"),
  diskOf: ofPath("d", "writes", "disk"),
  diskWaitOf: ofPath("w_d", "waits for writes", "diskWait"),
  waitingOf: ofPath("w", "waits for processors and ports", "waiting"),
  serviceOf: ofPath("t", "on processors and ports", "service"),
} as const satisfies Record<string, ModelFunction>;

const argumentOf = (input: NumberInput | ChoiceInput): string =>
  "choices" in input ? "choice" : String(input.dimension);

/**
 * Defines the model of a protocol's flow.
 *
 * @returns a model whose inputs are those of every flow (delays in s, sizes in bytes, clients, machines) and `own`
 * @throws DomainError when it is asked with a flow that cannot come to its end, or for clients of a node without one
 * @example
 * defineFlowModel({ id: "backup", title: "Primary and backup", cites: [], assumes: [], ignores: [], own: {}, requires: [], view: "0", flows: () => [{ at: 0, quorums: [], does: [{ send: OPERATION, to: 1, does: [{ persist: OPERATION }, { send: HEADER, to: 0, does: [{ answer: true }] }] }] }] })({ oneWay: [[0, "2 ms"], ["2 ms", 0]], clients: [{ replica: 0, share: 1, roundTrip: null }], arrivalRate: 1e-6, storage: { fsync: deterministic(0.001), bandwidth: null } }).commitLatency; // => 0.005
 */
export function defineFlowModel<const Own extends OwnInputs>(definition: FlowDefinition<Own>) {
  const { id, own, flows, view, reads, fromSystem } = definition;
  const names = Object.keys(own);
  const inputs: typeof FLOW_INPUTS & Own = { ...FLOW_INPUTS, ...own };
  return defineModel({
    id,
    title: definition.title,
    cites: [
      ...definition.cites,
      "Ailijiang, Charapko, Demirbas 2019, §3",
      "Bailey 1954 (bulk service: group commit)",
    ],
    assumes: [...definition.assumes, ...ASSUMES],
    ignores: [...definition.ignores, ...IGNORES],
    inputs,
    between: {
      flow: {
        tex: "\\mathcal{F}",
        type: "flows",
        meaning: "what happens to an operation, by the node that is asked",
      },
      costs: { tex: "\\mathcal{K}", type: "costs", meaning: "costs of messages" },
      load: { tex: "\\mathcal{W}", type: "load", meaning: "work of every station" },
      path: { tex: "\\mathcal{P}", type: "path", meaning: "an operation's way" },
      law: { tex: "\\mathcal{L}", type: "law", meaning: "law of the commit latency" },
      diskBytes: one("\\rho_b", "utilisation of the busiest disk by the bytes it writes alone"),
    },
    outputs: OUTPUTS,
    functions: {
      ...FUNCTIONS,
      flowsOf: {
        tex: "\\mathrm{Flow}",
        arguments: ["delays", "places", ...names.map((name) => argumentOf(own[name]))],
        result: "flows",
        meaning: "the protocol's messages for one operation",
        compute: (
          delays: Delays,
          places: readonly ClientPlace[],
          ...values: readonly (number | string)[]
        ): readonly Flow[] => {
          const given = Object.fromEntries(names.map((name, i) => [name, values[i]]));
          const its = flows(delays.length, given as Parameters<typeof flows>[1]);
          for (const flow of its) checkFlow(id, delays.length, flow);
          const known = its.map(({ at }) => at);
          for (const { replica } of places)
            if (!known.includes(replica))
              throw new DomainError(`${id}: clients must ask a node of ${known.join(", ")}, got ${replica}`);
          return its;
        },
      },
    },
    equations: [
      `flow = flowsOf(${["oneWay", "clients", ...names].join(", ")})`,
      `costs = costsOf(storage, ${COSTS.map(([name]) => name).join(", ")})`,
      "load = loadOf(oneWay, flow, clients, costs, arrivalRate)",
      `cpuUtilisation = cpuTime(load, ${view}) / cores`,
      `egressUtilisation = egressTime(load, ${view})`,
      "busiestCpu = mostCpu(load) / cores",
      "busiestEgress = mostEgress(load)",
      "busiestIngress = mostIngress(load)",
      "diskBytes = mostDisk(load, storage)",
      `path = pathOf(oneWay, flow, clients, storage, order, costs, arrivalRate, ${view})`,
      "diskUtilisation = diskBusyOf(path)",
      "clientPropagation = clientPropagationOf(path)",
      "propagation = propagationOf(path)",
      "disk = diskOf(path)",
      "diskWait = diskWaitOf(path)",
      "waiting = waitingOf(path)",
      "service = serviceOf(path)",
      "commitLatency = propagation + disk + diskWait + waiting + service",
      "law = lawOf(path)",
      "commitLatencyP50 = quantile(law, 0.5)",
      "commitLatencyP99 = quantile(law, 0.99)",
      "clientLatency = commitLatency + clientPropagation + replyEgressOf(path)",
    ],
    requires: definition.requires,
    stable: ["busiestCpu < 1", "busiestEgress < 1", "busiestIngress < 1", "diskBytes < 1"],
    ...(reads === undefined ? {} : { reads: [reads] }),
    ...(fromSystem === undefined ? {} : { fromSystem }),
  });
}
