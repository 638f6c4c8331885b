/** Round robin against random dispatch: waits of E_k/M/1, M/M/1 and D/M/1. */
import { models } from "../../lib/models/index.ts";
import { dM1, ekM1 } from "../../lib/models/queueing/gi-m1.ts";
import { Cases, type Reproduction } from "./case.ts";

/** Columns of the table with the number of servers dealt to in turn. */
const IN_TURN = [
  ["Wq_RR_2_servers_E2M1", 2],
  ["Wq_RR_5_E5M1", 5],
  ["Wq_RR_10_E10M1", 10],
] as const;

export const rrVsRandom: Reproduction = {
  table: "rr_vs_random",
  tried: "all 5 loads by formula, 5 columns",
  async run({ progress }) {
    const cases = new Cases(this.table);
    const tolerance = cases.tolerance("1e-4");
    for (const row of cases.table.rows) {
      const load = { arrivalRate: Number(row.rho), serviceTime: 1 };
      const name = `rho ${row.rho}`;
      const waits: [column: string, measure: string, ours: number][] = [
        ["Wq_random_MM1", "random (M/M/1)", models.mm1(load).waitingTime],
        ...IN_TURN.map(([column, stages]): [string, string, number] => [
          column,
          `round robin over ${stages} (E${stages}/M/1)`,
          ekM1({ ...load, stages }).waitingTime,
        ]),
        ["Wq_DM1", "round robin over infinitely many (D/M/1)", dM1(load).waitingTime],
      ];
      for (const [column, measure, ours] of waits)
        cases.formula(name, `wait, ${measure}, formula`, Number(row[column]), ours, tolerance);
    }
    progress(1);
    return cases.list;
  },
};
