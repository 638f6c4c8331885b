/** Erlang C: chance of waiting and mean wait of M/M/c, for 1 to 100 servers. */
import { exponential } from "../../lib/core/distributions.ts";
import { models } from "../../lib/models/index.ts";
import { Cases, type Reproduction } from "./case.ts";
import { simulateQueues } from "./queues.ts";

/** Rows whose waits are so small that 1e-4 of a service time is within reach of a run of seconds. */
const SIMULATED: readonly (readonly [servers: number, load: number])[] = [
  [20, 0.5],
  [100, 0.7],
];

export const queueErlangC: Reproduction = {
  table: "queue_erlang_c",
  tried: "all 40 rows by formula; waits of 2 rows simulated, where 1e-4 of a service time can be told",
  async run(context) {
    const cases = new Cases(this.table);
    const tolerance = cases.tolerance("1e-4");
    const rows = cases.table.rows.map((row) => ({
      name: `c ${row.c}, rho ${row.rho}`,
      servers: Number(row.c),
      load: Number(row.rho),
      pWait: Number(row.p_wait),
      wait: Number(row.Wq_over_service_time),
    }));
    for (const { name, servers, load, pWait, wait } of rows) {
      const ours = models.mmc({ arrivalRate: load * servers, serviceTime: 1, servers });
      cases.formula(name, "chance of waiting, formula", pWait, ours.waitProbability, tolerance);
      cases.formula(name, "wait, formula [service times]", wait, ours.waitingTime, tolerance);
    }
    const chosen = rows.filter(({ servers, load }) =>
      SIMULATED.some(([c, rho]) => c === servers && rho === load),
    );
    const simulated = await simulateQueues(
      chosen.map(({ name, servers, load }) => ({
        name: `erlang ${name}`,
        service: exponential(1),
        arrivalRate: load * servers,
        servers,
        operations: 4e6,
      })),
      context,
    );
    chosen.forEach(({ name, wait }, i) => {
      cases.simulated(name, "wait, simulated [service times]", wait, simulated[i].wait, tolerance);
    });
    return cases.list;
  },
};
