/**
 * What queueing theory says of a balancer: the model of its policy, its inputs read from the system.
 *
 * One thing to compare a sweep over policies with: `.compareWith(balancerTheory, { tolerance: 0.05 })`. Where no formula
 * is known (join-the-shortest-queue of finitely many servers, a herd), it does not apply, and the table says so.
 */
import { distributionFrom } from "../core/distributions.ts";
import { DomainError } from "../core/errors.ts";
import type { SystemSpec, WorkloadSpec } from "../core/system.ts";
import { joinIdleQueue } from "../models/balancing/join-idle-queue.ts";
import { staticSplit } from "../models/balancing/static-split.ts";
import { supermarket } from "../models/balancing/supermarket.ts";
import { ekM1 } from "../models/queueing/ek-m1.ts";
import { mg1 } from "../models/queueing/mg1.ts";
import type { BalancerSettings } from "../protocols/balancing/balancer-settings.ts";
import type { ComparableModel } from "./comparison.ts";

interface Load {
  readonly settings: BalancerSettings;
  /** All requests per second. */
  readonly arrivalRate: number;
  readonly serviceTime: number;
  readonly servers: number;
  /** From dispatcher to server and back. */
  readonly roundTrip: number;
}

type Answer =
  | { readonly stable: true; readonly outputs: Readonly<Record<string, number>> }
  | { readonly stable: false; readonly reason: string };

/** Settings that none of the formulas represents; each must be as it is by default. */
const PLAIN = {
  fanOut: 1,
  hedgeDelay: 0,
  tied: false,
  tryTimeout: 0,
  queueLimit: 0,
  inFlightLimit: 0,
  coldTime: 0,
  scaleInterval: 0,
} as const;

function refuse(rule: string, got: unknown): never {
  throw new DomainError(`balancerTheory: ${rule}, got ${String(got)}`);
}

/** Reads the load, and refuses what no formula here represents. */
function loadOf(system: SystemSpec, workload: WorkloadSpec): Load {
  if (system.protocol !== "balancer") refuse("protocol must be balancer", system.protocol);
  const settings = system.settings as unknown as BalancerSettings;
  if (workload.arrivals.process !== "poisson") refuse("arrivals must be Poisson", workload.arrivals.process);
  for (const [name, value] of Object.entries(PLAIN))
    if (system.settings[name] !== value) refuse(`${name} must be ${value}`, system.settings[name]);
  const { placement, oneWay } = system.network;
  const link = (from: number, to: number): number =>
    distributionFrom(oneWay[placement[from]][placement[to]]).mean;
  const last = placement.length - 1;
  return {
    settings,
    arrivalRate: workload.arrivals.rate,
    serviceTime: settings.serviceTime,
    servers: settings.servers,
    roundTrip: link(0, last) + link(last, 0),
  };
}

function demand(load: Load, ...rules: readonly ("exponential" | "one dispatcher" | "equal servers")[]): void {
  const { serviceScv, dispatchers, fastServers, policy } = load.settings;
  if (rules.includes("exponential") && serviceScv !== 1)
    refuse(`serviceScv must be 1 for ${policy}`, serviceScv);
  if (rules.includes("one dispatcher") && dispatchers !== 1)
    refuse(`dispatchers must be 1 for ${policy}`, dispatchers);
  if (rules.includes("equal servers") && fastServers !== 0)
    refuse(`fastServers must be 0 for ${policy}`, fastServers);
}

const rates = ({ settings, servers, serviceTime }: Load): number[] =>
  Array.from(
    { length: servers },
    (_, i) => (i < settings.fastServers ? settings.fastSpeed : 1) / serviceTime,
  );

/** The model of each policy that has one. */
const FORMULAS: Readonly<Record<string, (load: Load) => Answer>> = {
  random(load) {
    demand(load, "equal servers");
    const { arrivalRate, servers, serviceTime, settings } = load;
    return mg1.evaluate({ arrivalRate: arrivalRate / servers, serviceTime, serviceScv: settings.serviceScv });
  },
  "round-robin"(load) {
    demand(load, "exponential", "one dispatcher", "equal servers");
    const { arrivalRate, servers, serviceTime } = load;
    return ekM1.evaluate({ arrivalRate: arrivalRate / servers, serviceTime, stages: servers });
  },
  "weighted-round-robin": (load) => FORMULAS["round-robin"](load),
  "d-choices"(load) {
    demand(load, "exponential", "one dispatcher", "equal servers");
    const { arrivalRate, servers, serviceTime, settings } = load;
    if (settings.information !== "own") refuse("information must be own for d-choices", settings.information);
    const sampling = settings.replacement ? "independent" : "distinct";
    return supermarket.evaluate({ arrivalRate, serviceTime, servers, choices: settings.choices, sampling });
  },
  "idle-queue"(load) {
    demand(load, "exponential", "equal servers");
    const { arrivalRate, servers, serviceTime, settings } = load;
    return joinIdleQueue.evaluate({ arrivalRate, serviceTime, servers, dispatchers: settings.dispatchers });
  },
  "static-split"(load) {
    demand(load, "exponential");
    if (load.settings.plannedRate !== load.arrivalRate)
      refuse(`plannedRate must be the arrival rate ${load.arrivalRate}/s`, load.settings.plannedRate);
    return staticSplit.evaluate({ serviceRates: rates(load), arrivalRate: load.arrivalRate });
  },
  /** What it tends to once it has measured. */
  controller(load) {
    demand(load, "exponential");
    return staticSplit.evaluate({ serviceRates: rates(load), arrivalRate: load.arrivalRate });
  },
};

const TIME = { dimension: "time" } as const;

/** The theory of a balancer's policy as one model: mean time from the dispatcher's taking a request in to its answer. */
export const balancerTheory: ComparableModel & {
  fromSystem(system: SystemSpec, workload: WorkloadSpec): Load;
  evaluate(load: Load): Answer;
} = {
  id: "balancerTheory",
  title: "Queueing theory of the policy",
  outputs: {
    commitLatency: { ...TIME, tex: "T", meaning: "mean time in system, and the way to the server and back" },
  },
  fromSystem: loadOf,
  evaluate(load) {
    const { policy } = load.settings;
    const formula = Object.hasOwn(FORMULAS, policy) ? FORMULAS[policy] : undefined;
    if (formula === undefined)
      refuse(`policy must have a formula (${Object.keys(FORMULAS).join(", ")})`, policy);
    const answer = formula(load);
    if (!answer.stable) return answer;
    return { stable: true, outputs: { commitLatency: answer.outputs.responseTime + load.roundTrip } };
  },
};
