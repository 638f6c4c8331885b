/**
 * Networks: builders of `NetworkSpec` from equal links, a matrix of round-trip times, or a list of sites.
 *
 * A round-trip time is split evenly into two one-way delays, and jitter is added as a lognormal of the same mean:
 * measured tables give means, so the spread is an assumption and is stated as one (`jitter`).
 */
import {
  type Distribution,
  type DistributionSpec,
  deterministic,
  lognormal,
  scaled,
  toDistribution,
} from "./distributions.ts";
import { DomainError, refuseUnknown, show, unknownName } from "./errors.ts";
import { checkNumber } from "./parameters.ts";
import type { NetworkSpec } from "./system.ts";
import { type BandwidthInput, parseQuantity, type TimeInput } from "./units.ts";

/** Ports and ordering, the same for every network. */
export interface PortOptions {
  /** Egress and ingress bandwidth of every node; unlimited when left out. */
  readonly bandwidth?: BandwidthInput;
  readonly egress?: BandwidthInput;
  readonly ingress?: BandwidthInput;
  /** `stream` (default) keeps order within a link, `datagram` does not. */
  readonly order?: "stream" | "datagram";
}

/** A network of equal links: every node at one site. */
export interface LanOptions extends PortOptions {
  readonly nodes: number;
  /** Round-trip time between any two nodes: a time, a text, or a distribution of which one-way is half. */
  readonly rtt?: TimeInput | Distribution | DistributionSpec;
  /** Instead of `rtt`: the one-way delay. */
  readonly oneWay?: TimeInput | Distribution | DistributionSpec;
  /** Coefficient of variation of the one-way delay when it is given as a number; default 0. */
  readonly jitter?: number;
}

/** Sites with measured round-trip times between them. */
export interface MatrixOptions extends PortOptions {
  readonly sites: readonly string[];
  /** Mean round-trip time between sites, in seconds; the diagonal is between two nodes of one site. */
  readonly rtt: readonly (readonly number[])[];
  /** How many nodes stand at each site: `{ Frankfurt: 2, Tokyo: 1 }`. Nodes are numbered in this order. */
  readonly place: Readonly<Record<string, number>>;
  /** Coefficient of variation of every one-way delay; default 0. */
  readonly jitter?: number;
}

const PORT_KEYS = ["bandwidth", "egress", "ingress", "order"] as const;

function ports(where: string, options: PortOptions): Pick<NetworkSpec, "egress" | "ingress" | "order"> {
  const bandwidth = (name: "egress" | "ingress"): number | null => {
    const given = options[name] ?? options.bandwidth;
    if (given === undefined) return null;
    const key = options[name] === undefined ? "bandwidth" : name;
    return checkNumber(where, key, parseQuantity(`${where}: ${key}`, given, "bandwidth"), {
      dimension: "bandwidth",
      above: 0,
      meaning: key,
    });
  };
  const order = options.order ?? "stream";
  if (order !== "stream" && order !== "datagram")
    throw unknownName(where, "order", String(order), ["stream", "datagram"]);
  return { egress: bandwidth("egress"), ingress: bandwidth("ingress"), order };
}

function checkJitter(where: string, jitter: number): number {
  return checkNumber(where, "jitter", jitter, { dimension: "one", min: 0, max: 10, meaning: "jitter" });
}

/** A one-way delay of a mean, with lognormal jitter of a coefficient of variation. */
function delay(mean: number, jitter: number): DistributionSpec {
  return jitter === 0 || mean === 0
    ? deterministic(mean).spec
    : lognormal({ mean, scv: jitter * jitter }).spec;
}

function lan(options: LanOptions): NetworkSpec {
  const where = "network.lan";
  refuseUnknown(where, "option", Object.getOwnPropertyNames(options), [
    ...PORT_KEYS,
    "nodes",
    "rtt",
    "oneWay",
    "jitter",
  ]);
  const nodes = checkNumber(where, "nodes", options.nodes, {
    dimension: "one",
    integer: true,
    min: 1,
    max: 100_000,
    meaning: "nodes",
  });
  if ((options.rtt === undefined) === (options.oneWay === undefined)) {
    throw new DomainError(
      `${where}: exactly one of rtt and oneWay must be given, got ${options.rtt === undefined ? "neither" : "both"}`,
    );
  }
  const jitter = checkJitter(where, options.jitter ?? 0);
  const given = options.rtt === undefined ? (options.oneWay as TimeInput) : options.rtt;
  const key = options.rtt === undefined ? "oneWay" : "rtt";
  const drawn = toDistribution(`${where}: ${key}`, given);
  if (drawn.minimum < 0) throw new DomainError(`${where}: ${key} must be >= 0 s, got ${drawn.describe()}`);
  const oneWay = options.rtt === undefined ? drawn : scaled(drawn, 0.5);
  const spec = drawn.variance === 0 ? delay(oneWay.mean, jitter) : oneWay.spec;
  return {
    sites: ["LAN"],
    placement: new Array<number>(nodes).fill(0),
    oneWay: [[spec]],
    ...ports(where, options),
  };
}

function fromMatrix(options: MatrixOptions): NetworkSpec {
  const where = "network.fromMatrix";
  refuseUnknown(where, "option", Object.getOwnPropertyNames(options), [
    ...PORT_KEYS,
    "sites",
    "rtt",
    "place",
    "jitter",
  ]);
  const { sites, rtt } = options;
  if (rtt.length !== sites.length || rtt.some((row) => row.length !== sites.length)) {
    throw new DomainError(
      `${where}: rtt must be ${sites.length} rows of ${sites.length}, got ${rtt.length} rows of ${rtt.map((row) => row.length).join(", ")}`,
    );
  }
  const jitter = checkJitter(where, options.jitter ?? 0);
  const placement: number[] = [];
  for (const [site, number] of Object.entries(options.place)) {
    const index = sites.indexOf(site);
    if (index < 0) throw unknownName(where, "site", site, sites);
    checkNumber(where, `place.${site}`, number, {
      dimension: "one",
      integer: true,
      min: 0,
      max: 1000,
      meaning: "nodes",
    });
    for (let i = 0; i < number; i++) placement.push(index);
  }
  if (placement.length === 0)
    throw new DomainError(`${where}: place must hold at least 1 node, got ${show(options.place)}`);
  const oneWay = rtt.map((row, i) =>
    row.map((time, j) => {
      checkNumber(where, `rtt from ${sites[i]} to ${sites[j]}`, time, {
        dimension: "time",
        min: 0,
        meaning: "RTT",
      });
      return delay(time / 2, jitter);
    }),
  );
  return { sites: [...sites], placement, oneWay, ...ports(where, options) };
}

/**
 * Star of unequal links: node 0 in the middle, node i at round-trip time `rtts[i − 1]` from it, the others between
 * one another at the sum of their two legs.
 *
 * @example network.star({ rtts: [0.01, 0.02] }).placement; // => [0, 1, 2]
 */
function star(
  options: PortOptions & { readonly rtts: readonly number[]; readonly jitter?: number },
): NetworkSpec {
  const { rtts, ...rest } = options;
  const legs = [0, ...rtts];
  const sites = legs.map((_, i) => `site ${i}`);
  const rtt = legs.map((a, i) => legs.map((b, j) => (i === j ? 0 : a + b)));
  return fromMatrix({ ...rest, sites, rtt, place: Object.fromEntries(sites.map((site) => [site, 1])) });
}

/** Builders of networks. */
export const networks = {
  lan,
  fromMatrix,
  star,
};
