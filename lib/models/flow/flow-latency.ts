/** Means over all operations of a protocol, by its flow: what the models of message flows output. */
import { DomainError } from "../../core/errors.ts";
import { type Atoms, condense, mixDelays } from "../consensus/atoms.ts";
import type { DiskLaw } from "../consensus/group-commit.ts";
import type { ClientPlace, Delays } from "./flow-inputs.ts";
import type { FlowClass, FlowCosts } from "./flow-load.ts";
import { FlowWaits } from "./flow-waits.ts";
import type { Flow } from "./message-flow.ts";
import { meanPart } from "./moment.ts";

/** Means over all operations; without `client…` they add up to the commit latency. */
export interface FlowLatency {
  readonly clientPropagation: number;
  /** From the answer put out until it has left the port. */
  readonly replyEgress: number;
  readonly propagation: number;
  readonly disk: number;
  readonly diskWait: number;
  readonly waiting: number;
  readonly service: number;
  /** Law of the commit latency. */
  readonly law: Atoms;
  /** Share of time the disk of the node in view is writing. */
  readonly diskBusy: number;
}

/** Operations by the node that they ask. */
export function classesOf(
  flows: readonly Flow[],
  places: readonly ClientPlace[],
  rate: number,
): readonly FlowClass[] {
  return flows.map((flow) => {
    const here = places.filter(({ replica }) => replica === flow.at);
    const share = here.reduce((sum, place) => sum + place.share, 0);
    const remote = here.reduce((sum, place) => sum + (place.roundTrip === null ? 0 : place.share), 0);
    return { flow, rate: rate * share, remoteShare: share > 0 ? remote / share : 0 };
  });
}

/** @param view the node whose disk is told */
export function flowLatency(
  delays: Delays,
  flows: readonly Flow[],
  places: readonly ClientPlace[],
  disk: DiskLaw | null,
  ordered: boolean,
  rate: number,
  costs: FlowCosts,
  view: number,
): FlowLatency {
  const classes = classesOf(flows, places, rate);
  const waits = new FlowWaits(delays, classes, disk, ordered, costs);
  const total = {
    clientPropagation: 0,
    replyEgress: 0,
    propagation: 0,
    disk: 0,
    diskWait: 0,
    waiting: 0,
    service: 0,
  };
  for (const { share, roundTrip } of places) total.clientPropagation += share * (roundTrip ?? 0);
  let [law, counted]: [Atoms | null, number] = [null, 0];
  for (const [c, path] of waits.paths.entries()) {
    if (path === null || path.answer === null) continue;
    const share = classes[c].rate / rate;
    const { moment, egress } = path.answer;
    const propagation = meanPart(moment, "propagation");
    const onDisk = meanPart(moment, "disk");
    const diskWait = meanPart(moment, "diskWait");
    counted += share;
    const own = waits.lawOf(moment);
    law = law === null ? own : mixDelays(law, own, share / counted);
    total.propagation += share * propagation;
    total.disk += share * onDisk;
    total.diskWait += share * diskWait;
    // Waiting for the order of operations is part of the last delay, and no other part of it.
    const waiting = moment.mean - moment.service - propagation - onDisk - diskWait;
    total.waiting += share * waiting;
    total.service += share * moment.service;
    total.replyEgress += share * classes[c].remoteShare * egress;
  }
  if (law === null) throw new DomainError("flow: somebody must ask");
  return { ...total, law: condense(law), diskBusy: waits.diskBusy(view) };
}
