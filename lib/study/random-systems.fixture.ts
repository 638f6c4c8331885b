/** A model held against the engine on systems drawn at random. */
import assert from "node:assert/strict";
import { exponential } from "../core/distributions.ts";
import { cpu } from "../core/machines.ts";
import { RandomStream } from "../core/random.ts";
import type { SystemSpec, WorkloadSpec } from "../core/system.ts";
import { us } from "../core/units.ts";
import { modelNamed } from "../models/index.ts";
import { study } from "./study.ts";

/** One of some things, each as likely. */
export type Choose = <T>(...of: T[]) => T;

/** Ports: of unlimited bandwidth, of 1 Gbit/s out, of 1 Gbit/s both ways. */
export const drawPorts = (one: Choose): Partial<Record<"egress" | "bandwidth", number>> =>
  one({}, { egress: 1e9 }, { bandwidth: 1e9 });

/** Processors that cost nothing, a constant time, or one that varies taking in or putting out. */
export const drawProcessor = (one: Choose, cores = 1): { readonly cpu?: SystemSpec["cpu"] } =>
  one(
    {},
    { cpu: cpu({ receive: us(10), send: us(10) }) },
    { cpu: cpu({ receive: exponential(50e-6), send: us(10) }) },
    { cpu: cpu({ receive: us(20), send: exponential(20e-6), cores }) },
  );

/** A system and its load, by draws. */
export type Draw = (
  one: Choose,
  random: RandomStream,
) => { readonly system: SystemSpec; readonly load: WorkloadSpec };

/**
 * The mean commit latency of so many random systems agrees within 5 %, and that of half of them within `half`.
 *
 * @param name of the model
 * @param busiest what of the model's outputs must be at most `limit` for a system to be tried
 */
export async function assertAgreesAtRandom(
  name: string,
  systems: number,
  limit: number,
  busiest: readonly string[],
  draw: Draw,
  half = 0.01,
): Promise<void> {
  const model = modelNamed(name);
  const random = new RandomStream(1, 2, 3, 4);
  const errors: number[] = [];
  for (let seed = 0; errors.length < systems; seed++) {
    random.restart(seed);
    const { system, load } = draw((...of) => of[random.integer(of.length)], random);
    const formula = model.evaluate(model.fromSystem?.(system, load) ?? {});
    if (!formula.stable || busiest.some((name) => formula.outputs[name] > limit)) continue;
    const result = await study({ title: `system ${seed}`, system, workload: load })
      .compareWith(model, { tolerance: 0.05, map: { commitLatency: "commitLatency" } })
      .run({ seed, precision: 0.02, maxReplications: 30, operations: 3000, progress: false });
    const [{ verdict, error }] = result.rows[0].comparisons;
    assert.equal(verdict, "agrees", `system ${seed}: error ${error}`);
    errors.push(Math.abs(Number(error)));
  }
  errors.sort((a, b) => a - b);
  assert.ok(errors[systems >> 1] < half, `median error ${errors[systems >> 1]}`);
}
