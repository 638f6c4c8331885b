/** The power of d choices: predictions for infinitely many servers, and simulations of a hundred. */
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Piscina } from "piscina";
import { models } from "../../lib/models/index.ts";
import { Cases, type ReproduceContext, type Reproduction } from "./case.ts";
import { type ChoicesRun, type ChoicesTask, controlledInterval } from "./supermarket-simulation.ts";

/** Queues of the published simulations. */
const SERVERS = 100;
const REPLICATIONS = 20;
const LOW_CERTAINTY = "the file recalls this published value with low certainty";
const FIRST_ORDER =
  "the correction for finite n is the first term in 1/n, and at lambda 0.99 n(1 - rho) is only 1";

interface Row {
  readonly choices: number;
  readonly lambda: number;
}

/** Events of a replication: the number present forgets over about (1 − λ)^−2 services (Whitt 1989). */
const eventsFor = (lambda: number): number => (lambda <= 0.8 ? 1e6 : lambda <= 0.95 ? 3e6 : 6e6);

export const supermarketMitzenmacher: Reproduction = {
  table: "supermarket_mitzenmacher",
  tried:
    "all 12 rows: the limit by formula, the published simulations by our own of 100 queues and by the formula corrected for them",
  async run(context) {
    const cases = new Cases(this.table);
    const prediction = cases.tolerance("prediction 1e-3");
    const rows = cases.table.rows.map((row) => ({ choices: Number(row.d), lambda: Number(row.lambda) }));
    const runs = await simulated(rows, context);
    for (const [i, { choices, lambda }] of rows.entries()) {
      const row = cases.table.rows[i];
      const name = `d ${choices}, lambda ${lambda}`;
      const simulation = cases.tolerance(lambda === 0.99 ? "(1.5% at 0.99)" : "simulation 0.5%");
      const model = models.supermarket({
        arrivalRate: SERVERS * lambda,
        serviceTime: 1,
        servers: SERVERS,
        choices,
      });
      const note = choices === 3 && lambda >= 0.95 ? LOW_CERTAINTY : undefined;
      const published = Number(row.simulation_published);
      const [limit, sim] = ["time in system, many servers, formula", "time in system, 100 servers, "];
      cases.formula(name, limit, Number(row.prediction), model.limitResponseTime, prediction);
      cases.formula(
        name,
        `${sim}formula`,
        published,
        model.responseTime,
        simulation,
        lambda === 0.99 ? FIRST_ORDER : note,
      );
      cases.simulated(name, `${sim}simulated`, published, controlledInterval(runs[i]), simulation, note);
    }
    return cases.list;
  },
};

/** All replications of each row, on worker threads. */
async function simulated(rows: readonly Row[], context: ReproduceContext): Promise<ChoicesRun[][]> {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const pool = new Piscina({
    filename: fileURLToPath(new URL("./supermarket-simulation.ts", import.meta.url)),
    name: "simulateChoices",
    maxThreads: context.workers,
    execArgv: ["--import", loader],
    recordTiming: false,
  });
  // A thread that is ended may have just sent its result: piscina reports it, and an unheard error would throw.
  pool.on("error", () => {});
  let done = 0;
  const run = async (row: Row, replication: number): Promise<ChoicesRun> => {
    const task: ChoicesTask = {
      servers: SERVERS,
      ...row,
      distinct: true,
      events: eventsFor(row.lambda) * context.effort,
      seed: context.seed,
      replication,
    };
    const result = (await pool.run(task, { signal: context.signal })) as ChoicesRun;
    context.progress(++done / (rows.length * REPLICATIONS));
    return result;
  };
  try {
    return await Promise.all(
      rows.map((row) => Promise.all(Array.from({ length: REPLICATIONS }, (_, i) => run(row, i)))),
    );
  } finally {
    await pool.destroy();
  }
}
