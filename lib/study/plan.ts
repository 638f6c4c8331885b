/**
 * The plan of a run: every point with its system, its load and the length of its replications; and the refusal of
 * parameters that cannot have an effect.
 */
import { distributionFrom } from "../core/distributions.ts";
import { DomainError, show, UsageError } from "../core/errors.ts";
import { canonicalJson, type SystemSpec, type WorkloadSpec } from "../core/system.ts";
import { formatQuantity } from "../core/units.ts";
import { protocolNamed } from "../protocols/index.ts";
import type { RunSettings, WarmUp } from "./options.ts";
import { type PointShape, type PointValue, pointKey, valuesOfParameter } from "./points.ts";

/** One point, ready to run. */
export interface PointPlan {
  readonly index: number;
  readonly point: PointShape;
  readonly key: string;
  readonly system: SystemSpec;
  readonly workload: WorkloadSpec;
  /** Operations measured in each replication. */
  readonly operations: number;
  /** Operations issued before; null until pilots have told. */
  readonly warmUp: number | null;
}

/** How a study makes a system and a load from a point. */
export interface PointBuilder {
  system(point: PointShape): SystemSpec;
  workload(point: PointShape): WorkloadSpec;
}

const LEAST_OPERATIONS = 5000;
const LEAST_WARM_UP = 1000;

/** Plans all points; every system and load is built and checked here, before anything runs. */
export function planPoints(
  points: readonly PointShape[],
  builder: PointBuilder,
  settings: RunSettings,
  quantiles: readonly number[],
): PointPlan[] {
  return points.map((point, index) => {
    const system = builder.system(point);
    const workload = builder.workload(point);
    protocolNamed(system.protocol);
    refuseIdlePayload(system, workload);
    const lengths = defaultLengths(system, workload, quantiles);
    return {
      index,
      point,
      key: pointKey(point),
      system,
      workload,
      operations: settings.operations ?? lengths.operations,
      warmUp: warmUpOf(settings.warmUp, lengths.warmUp),
    };
  });
}

function warmUpOf(rule: WarmUp | null, fallback: number): number | null {
  if (rule === null) return fallback;
  return rule.rule === "fixed" ? rule.operations : null;
}

/** The rule of the warm-up in words, for tables and reports. */
export function warmUpText(rule: WarmUp | null): string {
  if (rule === null)
    return `fixed: ${LEAST_WARM_UP} operations, or those of 3 longest round trips, 4 closed rounds or 5 bursts if more; up to 16 times as many where runs prove too short`;
  return rule.rule === "fixed" ? `fixed: ${rule.operations} operations` : "MSER-5 on 5 pilots of each point";
}

/**
 * How long a replication is unless stated. Long enough that the empty start is forgotten: answers come back only
 * after a round trip, so at 20,000/s over 200 ms the first 4,000 operations meet a system without replies.
 */
export function defaultLengths(
  system: SystemSpec,
  workload: WorkloadSpec,
  quantiles: readonly number[] = [],
): { readonly warmUp: number; readonly operations: number } {
  const { arrivals } = workload;
  let [warmUp, operations] = [LEAST_WARM_UP, LEAST_OPERATIONS];
  if (arrivals.process === "closed") {
    warmUp = Math.max(warmUp, 4 * arrivals.clients);
    operations = Math.max(operations, 20 * arrivals.clients);
  } else {
    const inFlight = arrivals.rate * longestRoundTrip(system);
    const burst = arrivals.process === "on-off" ? arrivals.rate * (arrivals.onMean + arrivals.offMean) : 0;
    warmUp = Math.max(warmUp, 3 * inFlight, 5 * burst);
    operations = Math.max(operations, 5 * inFlight, 20 * burst);
  }
  for (const p of quantiles) operations = Math.max(operations, 5 / Math.min(p, 1 - p) - 1e-9);
  return { warmUp: Math.ceil(warmUp), operations: Math.ceil(operations) };
}

/**
 * Virtual seconds that a replication may take: twice as long as its operations take to arrive, and five longest
 * round trips. What has not ended by then waits in a queue that grows: under overload a run would otherwise go on,
 * with ever more arrivals, until the last measured operation has been served. A closed load cannot overload.
 */
export function longestRun({ system, workload, operations }: PointPlan, warmUp: number): number | null {
  const { arrivals } = workload;
  if (arrivals.process === "closed") return null;
  const count = warmUp + operations;
  const arrivalTime = (count + 6 * Math.sqrt(count) + 10) / arrivals.rate;
  const bursts = arrivals.process === "on-off" ? 10 * (arrivals.onMean + arrivals.offMean) : 0;
  return 2 * arrivalTime + bursts + 5 * longestRoundTrip(system);
}

/** Largest mean round trip between two sites of a system, in seconds. */
function longestRoundTrip({ network }: SystemSpec): number {
  const means = network.oneWay.map((row) => row.map((link) => distributionFrom(link).mean));
  return Math.max(...means.flatMap((row, i) => row.map((mean, j) => mean + means[j][i])));
}

/** Work of one replication, for running long points first: operations times nodes. */
export function costOf(plan: PointPlan): number {
  return (plan.operations + (plan.warmUp ?? plan.operations)) * plan.system.network.placement.length;
}

/** A payload that nothing is charged for cannot matter. */
function refuseIdlePayload({ network, cpu, disk, protocol }: SystemSpec, { payload }: WorkloadSpec): void {
  const mean = distributionFrom(payload).mean;
  const charged =
    network.egress !== null ||
    network.ingress !== null ||
    cpu.perByte > 0 ||
    (disk !== null && disk.bandwidth !== null);
  if (mean === 0 || charged) return;
  throw new DomainError(
    `study: payload must have an effect, got ${formatQuantity(mean, "size")} on ${protocol} without a bandwidth of network or disk and without CPU time per byte`,
  );
}

/** How many values and how many points of a parameter are tried. */
const TRIED = 24;

/**
 * Refuses a swept parameter that changes neither the system nor the load: at no point, put in the place of its own
 * value, does any other value of the parameter give anything else.
 */
export function refuseIdleParameters(points: readonly PointShape[], builder: PointBuilder): void {
  for (const name of Object.keys(points[0])) {
    const values = valuesOfParameter(points, name);
    if (values.length > 1 && !hasEffect(name, values, points, builder))
      throw new DomainError(
        `study: swept parameter ${name} must have an effect, got ${values.length} values that change neither system nor workload`,
      );
  }
}

function hasEffect(
  name: string,
  values: readonly PointValue[],
  points: readonly PointShape[],
  builder: PointBuilder,
): boolean {
  const stride = Math.ceil(points.length / TRIED);
  const step = Math.ceil(values.length / TRIED);
  for (let i = 0; i < points.length; i += stride) {
    const before = described(points[i], builder);
    for (let j = 0; j < values.length; j += step) {
      if (described({ ...points[i], [name]: values[j] }, builder) !== before) return true;
    }
  }
  return false;
}

/** Everything a point stands for, as text; a combination that is refused differs from any that is not. */
function described(point: PointShape, builder: PointBuilder): string {
  try {
    return canonicalJson([builder.system(point), builder.workload(point)]);
  } catch (error) {
    if (!(error instanceof DomainError || error instanceof UsageError)) throw error; // a slip in the user's own function
    return `refused: ${show(error.message)}`;
  }
}
