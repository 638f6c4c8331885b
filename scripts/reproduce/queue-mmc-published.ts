/** M/M/c of a published exercise: number waiting and time in system, by Erlang C and by the engine. */
import { exponential } from "../../lib/core/distributions.ts";
import { models } from "../../lib/models/index.ts";
import { Cases, type Reproduction, shifted } from "./case.ts";
import { simulateQueues } from "./queues.ts";

export const queueMmcPublished: Reproduction = {
  table: "queue_mmc_published",
  tried: "both rows by formula; both simulated with the station protocol on c cores",
  async run(context) {
    const cases = new Cases(this.table);
    const [formula, simulation] = [cases.tolerance("1e-3 abs"), cases.tolerance("sim 1%")];
    const rows = cases.table.rows.map((row) => ({
      name: `lambda ${row.lambda}, mu ${row.mu}, c ${row.c}`,
      arrivalRate: Number(row.lambda),
      mean: 1 / Number(row.mu),
      servers: Number(row.c),
      Lq: Number(row.Lq_published),
      R: Number(row.R_published),
    }));
    for (const { name, arrivalRate, mean, servers, Lq, R } of rows) {
      const { inQueue, responseTime } = models.mmc({ arrivalRate, serviceTime: mean, servers });
      cases.formula(name, "number waiting, formula", Lq, inQueue, formula);
      cases.formula(name, "time in system, formula [s]", R, responseTime, formula);
    }
    const simulated = await simulateQueues(
      rows.map(({ name, arrivalRate, mean, servers }) => ({
        name,
        service: exponential(mean),
        arrivalRate,
        servers,
        operations: servers === 2 ? 40e6 : 16e6,
      })),
      context,
    );
    rows.forEach(({ name, arrivalRate, Lq, R }, i) => {
      const { wait, timeInSystem } = simulated[i];
      // Little's law on the known rate.
      cases.simulated(name, "number waiting, simulated", Lq, shifted(wait, 0, arrivalRate), simulation);
      cases.simulated(name, "time in system, simulated [s]", R, timeInSystem, simulation);
    });
    return cases.list;
  },
};
