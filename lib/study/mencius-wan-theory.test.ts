/** Mencius between regions with several proposers: the formula of delayed commits against messages. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { RandomStream } from "../core/random.ts";
import { workload } from "../core/workloads.ts";
import { menciusWanCommit } from "../models/consensus/mencius-wan-commit.ts";
import { mencius } from "../protocols/builders.ts";
import { closeWorkers } from "./execution.ts";
import { drawRegions } from "./random-regions.fixture.ts";
import { study } from "./study.ts";

after(closeWorkers);

/** Random regions, of which some propose 2 to 600 times a second. */
function drawProposers(random: RandomStream) {
  const { network, clients } = drawRegions(random, 3, 4, 5, 7);
  return {
    system: mencius({ network }),
    workload: workload.poisson(2 * 300 ** random.uniform(), { clients }),
  };
}

test("8 random maps, some or all regions proposing: delayed commits within 8 %, and half of them within 2.5 %", async () => {
  const random = new RandomStream(1, 2, 3, 4);
  const errors: number[] = [];
  for (let seed = 12; seed < 20; seed++) {
    random.restart(seed);
    const result = await study(drawProposers(random))
      .compareWith(menciusWanCommit, { tolerance: 0.08, map: { commitLatency: "commitLatency" } })
      .run({ seed, precision: 0.02, maxReplications: 20, operations: 3000, progress: false });
    const [{ verdict, error }] = result.rows[0].comparisons;
    assert.equal(verdict, "agrees", `map ${seed}: error ${error}`);
    errors.push(Math.abs(Number(error)));
  }
  errors.sort((a, b) => a - b);
  assert.ok(errors[4] < 0.025, `median error ${errors[4]}`);
});
