/** What a balancer can be told, and which settings have an effect beside which. */
import { DomainError } from "../../core/errors.ts";
import type { ValuesOf } from "../../core/parameters.ts";
import type { SystemFacts } from "../../simulation/protocol.ts";
import { headerBytesSetting } from "../consensus/settings.ts";
import { countSetting, timeSetting } from "../setting-shapes.ts";
import { policies, policyNamed } from "./policies/index.ts";

export const balancerParameters = {
  policy: {
    kind: "choice",
    choices: policies.map((policy) => policy.name),
    default: "d-choices",
    meaning: "how a dispatcher chooses the server of a request",
  },
  servers: countSetting("servers; 0: every node that is no dispatcher", 0),
  dispatchers: countSetting("dispatchers, the first nodes; each decides on its own", 1, 1),
  serviceTime: {
    dimension: "time",
    above: 0,
    default: 1e-3,
    tex: "S",
    meaning: "mean service of a request at a server of speed 1",
  },
  serviceScv: {
    dimension: "one",
    min: 0,
    max: 100,
    default: 1,
    tex: "c_s^2",
    meaning: "squared coefficient of variation of the service: 0 constant, 1 exponential, else lognormal",
  },
  fastServers: countSetting("servers, the first ones, that are faster", 0),
  fastSpeed: { dimension: "one", above: 0, default: 1, meaning: "speed of those; the others have speed 1" },
  choices: { ...countSetting("servers looked at by d-choices", 2, 1), tex: "d" },
  replacement: { kind: "boolean", default: false, meaning: "whether d-choices may draw a server twice" },
  information: {
    kind: "choice",
    choices: ["default", "own", "reported"],
    default: "default",
    meaning:
      "loads that a policy reads: what the dispatcher sent and is not answered, or what servers report",
  },
  reportInterval: timeSetting("time between a server's reports of its length; 0: after every change", 0),
  countOwn: {
    kind: "boolean",
    default: false,
    meaning: "whether what a dispatcher has sent since a report counts on top of it",
  },
  decay: { ...timeSetting("time in which peak-ewma forgets", 10), source: "Finagle's default" },
  plannedRate: {
    dimension: "rate",
    min: 0,
    default: 0,
    meaning: "arrivals that static-split is planned for",
  },
  controlInterval: timeSetting("time between two settings of the controller's shares", 1),
  fanOut: { ...countSetting("servers that each request needs an answer from", 1, 1), tex: "k" },
  hedgeDelay: timeSetting("time without an answer after which a second copy is sent; 0: never", 0),
  tied: {
    kind: "boolean",
    default: false,
    meaning: "two copies at once, of which the one served first calls the other off",
  },
  cancel: { kind: "boolean", default: false, meaning: "whether an answer calls off the other copy" },
  tryTimeout: timeSetting("time after which a dispatcher gives an attempt up; 0: never", 0),
  retries: countSetting("attempts after the first", 0),
  retryBudget: {
    dimension: "one",
    min: 0,
    max: 1e9,
    default: 1e9,
    tex: "b",
    meaning: "retries allowed for each request on average; the default is no budget",
  },
  backoff: {
    ...timeSetting("longest pause before a first retry, twice as long before each further one; 0: none", 0),
    source: "Brooker 2015, Exponential Backoff and Jitter",
  },
  backoffJitter: {
    kind: "boolean",
    default: true,
    meaning:
      "whether that pause is drawn evenly from 0 to its longest (full jitter), or is always the longest",
  },
  queueLimit: countSetting("requests that a server holds, the one in service included; 0: no limit", 0),
  inFlightLimit: countSetting("requests that a dispatcher lets in at a time; 0: no limit", 0),
  ejectAfter: countSetting("attempts given up in a row after which a server gets nothing more; 0: never", 0),
  ejectFor: timeSetting("for how long", 10),
  slowStart: timeSetting("time over which a server that comes back is given its full share", 0),
  coldTime: timeSetting("time after its start in which a server is cold", 0),
  coldFactor: { dimension: "one", min: 1, default: 1, meaning: "how much longer a cold server takes" },
  scaleInterval: timeSetting("time between two looks of the autoscaler; 0: no autoscaling", 0),
  scaleTarget: {
    dimension: "one",
    above: 0,
    max: 1,
    default: 0.7,
    meaning: "utilisation the autoscaler aims at",
  },
  scaleDelay: timeSetting("time from ordering a server to having it", 0),
  scaleFrom: countSetting("servers in use at the start; 0: all", 0),
  headerBytes: headerBytesSetting,
} as const;

export type BalancerTable = typeof balancerParameters;
export type BalancerSettings = ValuesOf<BalancerTable>;

/** Fills in the number of servers and what a policy reads. */
export function deriveBalancer(given: BalancerSettings, { nodes }: SystemFacts): BalancerSettings {
  const { reads } = policyNamed(given.policy);
  const usual = reads === "reported" ? "reported" : "own";
  return {
    ...given,
    servers: given.servers === 0 ? Math.max(0, nodes - given.dispatchers) : given.servers,
    information: given.information === "default" ? usual : given.information,
  };
}

function demand(holds: boolean, rule: string, got: unknown): void {
  if (!holds) throw new DomainError(`balancer: ${rule}, got ${String(got)}`);
}

/** Refuses what cannot be, and settings that could not move the result. */
export function checkBalancer(s: BalancerSettings, nodes: number): void {
  demand(
    s.servers >= 1 && s.servers + s.dispatchers === nodes,
    `dispatchers ${s.dispatchers} and servers ${s.servers} must be all nodes and a server at least`,
    `${nodes} nodes`,
  );
  demand(s.fastServers <= s.servers, `fastServers must be <= servers ${s.servers}`, s.fastServers);
  demand(s.fanOut <= s.servers, `fanOut must be <= servers ${s.servers}`, s.fanOut);
  demand(s.scaleFrom <= s.servers, `scaleFrom must be <= servers ${s.servers}`, s.scaleFrom);
  demand(
    s.policy !== "d-choices" || s.replacement || s.choices <= s.servers,
    `choices must be <= servers ${s.servers} without replacement`,
    s.choices,
  );
  demand(
    s.policy !== "static-split" || s.plannedRate > 0,
    "static-split: plannedRate must be > 0 /s",
    s.plannedRate,
  );
  demand(
    s.policy !== "least-loaded" || s.reportInterval > 0,
    "least-loaded: reportInterval must be > 0 s (at 0 it is shortest-queue)",
    s.reportInterval,
  );
  demand(
    s.policy !== "shortest-queue" || s.reportInterval === 0,
    "shortest-queue: reportInterval must be 0 s (above it is least-loaded)",
    s.reportInterval,
  );
  demand(s.scaleInterval === 0 || s.dispatchers === 1, "autoscaling must have 1 dispatcher", s.dispatchers);
  checkInformation(s);
  refuseIdle(s);
}

function checkInformation(s: BalancerSettings): void {
  const { reads } = policyNamed(s.policy);
  if (reads === "either" || reads === "nothing") return;
  demand(s.information === reads, `information must be ${reads} for ${s.policy}`, s.information);
}

/** Each setting that works only beside others, and whether they are there. */
function refuseIdle(s: BalancerSettings): void {
  const kind = policyNamed(s.policy);
  const needs: [keyof BalancerSettings, boolean, string][] = [
    ["fastSpeed", s.fastServers > 0, "fastServers"],
    ["fastServers", s.fastSpeed !== 1, "a fastSpeed other than 1"],
    ["reportInterval", s.information === "reported", "reported information"],
    ["countOwn", s.information === "reported" && s.reportInterval > 0, "a reportInterval"],
    ["cancel", s.hedgeDelay > 0 || s.tied, "hedgeDelay or tied"],
    ["hedgeDelay", !s.tied, "no tied copies, which are sent at once"],
    ["retries", s.tryTimeout > 0 || s.queueLimit > 0, "tryTimeout or queueLimit"],
    ["retryBudget", s.retries > 0, "retries"],
    ["backoff", s.retries > 0, "retries"],
    ["backoffJitter", s.backoff > 0, "a backoff"],
    ["ejectAfter", s.tryTimeout > 0, "tryTimeout"],
    ["ejectFor", s.ejectAfter > 0, "ejectAfter"],
    ["coldFactor", s.coldTime > 0, "coldTime"],
    ["coldTime", s.coldFactor > 1, "a coldFactor above 1"],
    ["scaleTarget", s.scaleInterval > 0, "scaleInterval"],
    ["scaleDelay", s.scaleInterval > 0, "scaleInterval"],
    ["scaleFrom", s.scaleInterval > 0, "scaleInterval"],
  ];
  for (const other of policies)
    for (const name of other.settings)
      needs.push([name, kind.settings.includes(name), `policy ${other.name}`]);
  for (const [name, works, need] of needs) {
    const parameter = balancerParameters[name];
    demand(works || s[name] === parameter.default, `${name} must have ${need} to have an effect`, s[name]);
  }
}
