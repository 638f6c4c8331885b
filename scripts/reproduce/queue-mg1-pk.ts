/** Waits of M/M/1, M/D/1 and M/G/1 (Pollaczek–Khinchine), processor sharing, and Kingman's approximation. */
import {
  type Distribution,
  deterministic,
  exponential,
  hyperexponentialFrom,
} from "../../lib/core/distributions.ts";
import { models } from "../../lib/models/index.ts";
import { asPrinted, Cases, type Reproduction } from "./case.ts";
import { simulateQueues } from "./queues.ts";

/** Decimals that the table prints. */
const DECIMALS = 5;
const ROUNDED = "rounded to the 5 decimals that the table prints";

interface Service {
  readonly column: string;
  readonly name: string;
  readonly distribution: Distribution;
  /** (Ca² + Cs²)/2: in proportion to it a queue needs operations for the same relative interval. */
  readonly variability: number;
}

/** Services of mean 1 that are simulated, first come first served. */
const SERVICES: readonly Service[] = [
  { column: "Wq_MM1", name: "M/M/1", distribution: exponential(1), variability: 1 },
  { column: "Wq_MD1", name: "M/D/1", distribution: deterministic(1), variability: 0.5 },
  {
    column: "Wq_MG1_cv2_4",
    name: "M/H2/1, cv² 4",
    distribution: hyperexponentialFrom({ mean: 1, scv: 4 }),
    variability: 2.5,
  },
];

/** Loads up to which the file asks for a simulation. */
const HIGHEST_SIMULATED = 0.9;

function formulas(rho: number): readonly (readonly [column: string, measure: string, ours: number])[] {
  const load = { arrivalRate: rho, serviceTime: 1 };
  return [
    ["Wq_MM1", "wait in M/M/1, formula", models.mm1(load).waitingTime],
    ["Wq_MD1", "wait in M/D/1, formula", models.md1(load).waitingTime],
    ["Wq_MG1_cv2_4", "wait in M/G/1 of cv² 4, formula", models.mg1({ ...load, serviceScv: 4 }).waitingTime],
    ["Wq_PS_sojourn", "time in system of M/G/1-PS, formula", models.mg1Ps(load).responseTime],
    [
      "Wq_Kingman_DM1_upper",
      "wait in D/M/1 after Kingman, formula",
      models.kingman({ ...load, arrivalScv: 0, serviceScv: 1 }).waitingTime,
    ],
  ];
}

/**
 * Operations for a half-width of about 1 % of the wait. Near saturation a queue forgets over (1 − ρ)^−2 services
 * (Whitt, "Planning queueing simulations", Management Science 35(11), 1989); at low load few wait at all.
 */
function operationsFor(rho: number, variability: number): number {
  const memory = ((1 + rho) / (1 - rho)) ** 2;
  return Math.ceil(variability * (80_000 * memory + 700_000 / rho));
}

export const queueMg1Pk: Reproduction = {
  table: "queue_mg1_pk",
  tried: "all 7 loads by formula, 5 columns; M/M/1, M/D/1 and cv² 4 simulated up to rho 0.9",
  async run(context) {
    const cases = new Cases(this.table);
    const exact = cases.tolerance("1e-9 closed form");
    const simulation = cases.tolerance("sim 2% at rho<=0.9");
    const { rows } = cases.table;
    for (const row of rows) {
      for (const [column, measure, ours] of formulas(Number(row.rho))) {
        const printed = asPrinted(ours, DECIMALS);
        cases.formula(
          `rho ${row.rho}`,
          `${measure} [service times]`,
          Number(row[column]),
          printed,
          exact,
          ROUNDED,
        );
      }
    }
    const chosen = rows
      .filter((row) => Number(row.rho) <= HIGHEST_SIMULATED)
      .flatMap((row) =>
        SERVICES.map((service) => ({
          rho: Number(row.rho),
          published: Number(row[service.column]),
          service,
        })),
      );
    const simulated = await simulateQueues(
      chosen.map(({ rho, service }) => ({
        name: `${service.name} ${rho}`,
        service: service.distribution,
        arrivalRate: rho,
        servers: 1,
        operations: operationsFor(rho, service.variability),
      })),
      context,
    );
    chosen.forEach(({ rho, published, service }, i) => {
      const measure = `wait in ${service.name}, simulated [service times]`;
      cases.simulated(`rho ${rho}`, measure, published, simulated[i].wait, simulation);
    });
    return cases.list;
  },
};
