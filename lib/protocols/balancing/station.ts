/**
 * A service station: a node that serves what it is asked, and nothing else.
 *
 * Source      Kleinrock, "Queueing Systems" vol. 1, 1975, ch. 3 and 5; vol. 2, 1976, ch. 3 and 4; Erlang 1917
 * Promises    every request let in is served once, by the rule of its discipline; the others are refused
 * Assumes     nothing fails
 * Leaves out  routing by class, more than two ranks, service by size; slow nodes do not slow a serviceTime down
 *
 * With Poisson arrivals: M/G/c for `fcfs`, M/G/1-PS for `sharing`, M/G/1 with priorities of reads over writes, M/M/c/K with
 * so many places, Erlang's loss system with no more places than servers; a Jackson network where requests go `onward`.
 * Without a `serviceTime` the node's processor serves, by its receive time: so the engine itself is checked against theory.
 */
import type { Distribution } from "../../core/distributions.ts";
import { DomainError, show } from "../../core/errors.ts";
import type { ValuesOf } from "../../core/parameters.ts";
import { perOther } from "../../simulation/own-measures.ts";
import type { Context, NodeId, Operation, Protocol } from "../../simulation/protocol.ts";
import { headerBytesSetting } from "../consensus/settings.ts";
import { refusedShare } from "../measure-shapes.ts";
import { serviceLaw } from "../service-law.ts";
import { countSetting, timeSetting } from "../setting-shapes.ts";
import { DISCIPLINES, ServiceStation } from "./service-station.ts";

const parameters = {
  discipline: {
    kind: "choice",
    choices: DISCIPLINES,
    default: "fcfs",
    meaning:
      "who is served: first come first served, all at once, reads before writes, reads that interrupt writes",
  },
  servers: countSetting("servers of each station", 1, 1),
  places: countSetting("requests that a station holds, those in service included; 0: no limit", 0),
  serviceTime: timeSetting("mean service; 0: as long as the processor takes to receive a request", 0),
  serviceScv: {
    dimension: "one",
    min: 0,
    max: 100,
    default: 1,
    meaning: "squared coefficient of variation of the service: 0 constant, 1 exponential, else lognormal",
  },
  readTime: timeSetting("mean service of a read; 0: serviceTime", 0),
  onward: {
    dimension: "one",
    min: 0,
    below: 1,
    default: 0,
    meaning: "chance that a request, once served, goes on to the next station, after the last to the first",
  },
  headerBytes: { ...headerBytesSetting, default: 0 },
} as const;

type Settings = ValuesOf<typeof parameters>;

interface Job {
  readonly operation: Operation;
  /** The station that its client asked. */
  readonly home: NodeId;
  /** When it came to this one. */
  readonly came: number;
}

export interface StationNode {
  readonly station: ServiceStation<Job>;
  readonly laws: Readonly<Record<Operation["kind"], Distribution>>;
  readonly counts: {
    asked: number;
    refused: number;
    served: number;
    reads: number;
    readSeconds: number;
    writes: number;
    writeSeconds: number;
  };
}

export type StationMessage =
  | { readonly kind: "pass"; readonly operation: Operation; readonly home: NodeId }
  | { readonly kind: "leave"; readonly operation: Operation; readonly served: boolean };

type Ctx = Context<Settings, StationMessage>;

function come(
  { station: here, laws, counts }: StationNode,
  operation: Operation,
  home: NodeId,
  ctx: Ctx,
): void {
  const { serviceTime, places } = ctx.settings;
  counts.asked++;
  if (serviceTime === 0) {
    counts.served++;
    ctx.reply(operation, operation.id);
  } else if (places > 0 && here.length >= places) {
    counts.refused++;
    leave(operation, home, false, ctx);
  } else {
    const work = laws[operation.kind].sample(ctx.random);
    const rank = operation.kind === "read" ? 0 : 1;
    here.arrive({ operation, home, came: ctx.localTime() }, work, rank, ctx);
  }
}

/** The client hears from the station it asked. */
function leave(operation: Operation, home: NodeId, served: boolean, ctx: Ctx): void {
  if (home !== ctx.self) ctx.send(home, { kind: "leave", operation, served });
  else if (served) ctx.reply(operation, operation.id);
  else ctx.refuse(operation, null);
}

/** Refuses what cannot be, and settings that could not move the result. */
function check({ serviceTime, servers, places, ...rest }: Settings): void {
  const given = { servers, places, ...rest };
  for (const name of ["discipline", "servers", "places", "serviceScv", "readTime", "onward"] as const) {
    if (serviceTime > 0 || given[name] === parameters[name].default) continue;
    throw new DomainError(
      `station: ${name} must have a serviceTime to have an effect, got ${show(given[name])}`,
    );
  }
  if (places > 0 && places < servers)
    throw new DomainError(`station: places must be >= servers ${servers}, got ${places}`);
}

export const station: Protocol<typeof parameters, StationNode, StationMessage> = {
  name: "station",
  title: "Service stations (M/G/c, M/M/c/K, priorities, processor sharing, networks)",
  source: "Kleinrock, Queueing Systems vol. 1, 1975, and vol. 2, 1976",
  promises: "every request let in is served once, by the rule of its discipline; the others are refused",
  assumes: "nothing fails",
  leavesOut:
    "routing by class, more than two ranks, service by size; slow nodes do not slow a serviceTime down",
  parameters,
  check,
  answers: "none",
  entry: "any",
  boot: ({ settings }) => ({
    station: new ServiceStation(settings.discipline, settings.servers, "served"),
    laws: {
      write: serviceLaw(settings.serviceTime, settings.serviceScv),
      read: serviceLaw(settings.readTime > 0 ? settings.readTime : settings.serviceTime, settings.serviceScv),
    },
    counts: { asked: 0, refused: 0, served: 0, reads: 0, readSeconds: 0, writes: 0, writeSeconds: 0 },
  }),
  ready: () => true,
  request: (node, operation, ctx) => come(node, operation, ctx.self, ctx),
  timers: {
    served({ station: here, counts }, ctx) {
      const { operation, home, came } = here.leave(ctx);
      const seconds = ctx.localTime() - came;
      counts.served++;
      if (operation.kind === "read") {
        counts.reads++;
        counts.readSeconds += seconds;
      } else {
        counts.writes++;
        counts.writeSeconds += seconds;
      }
      const { onward } = ctx.settings;
      if (onward === 0 || ctx.random.uniform() >= onward) leave(operation, home, true, ctx);
      else ctx.send((ctx.self + 1) % ctx.nodes, { kind: "pass", operation, home });
    },
  },
  messages: {
    pass: (node, { operation, home }, _from, ctx) => come(node, operation, home, ctx),
    leave: (_node, { operation, served }, _from, ctx) => leave(operation, ctx.self, served, ctx),
  },
  bytes: ({ kind, operation }, settings) =>
    settings.headerBytes + (kind === "pass" && operation.kind === "write" ? operation.bytes : 0),
  always: {},
  sometimes: { somethingServed: (nodes) => nodes.some(({ counts }) => counts.served > 0) },
  counts: ({ counts, station: here }) => ({ ...counts, busySeconds: here.busySeconds }),
  measures: {
    refusedShare: refusedShare("refused", "asked"),
    readResponseTime: {
      dimension: "time",
      title: "response time of reads",
      meaning: "mean time of a read at the station, waiting included",
      of: perOther("readSeconds", "reads"),
    },
    writeResponseTime: {
      dimension: "time",
      title: "response time of writes",
      meaning: "mean time of a write at the station, waiting included",
      of: perOther("writeSeconds", "writes"),
    },
    busyServers: {
      dimension: "one",
      title: "busy servers",
      meaning: "mean number of servers at work, over all stations",
      of: (counts, seconds) => counts.reduce((sum, count) => sum + count.busySeconds, 0) / seconds,
    },
  },
  outcome: (nodes) => ({ served: nodes.reduce((sum, { counts }) => sum + counts.served, 0) }),
};
