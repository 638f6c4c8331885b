/** The well-posed readings of d = t(n − 1)/b: time of the leader's port, of its processor, and which of them rules. */
import { models } from "../../lib/models/index.ts";
import { asPrinted, Cases, type Reproduction } from "./case.ts";

const MICRO = 1e6;
const ROUNDED = "rounded to the 2 decimals that the table prints";

export const seedFormulaWellposed: Reproduction = {
  table: "seed_formula_wellposed",
  tried: "all 12 rows by formula: port, processor, their sum",
  async run() {
    const cases = new Cases(this.table);
    const exact = cases.tolerance("exact");
    for (const row of cases.table.rows) {
      const nodes = Number(row.n);
      const [messageSize, bandwidth] = [Number(row.msg_bytes), Number(row.bandwidth_bit_s)];
      const messageTime = Number(row.t_cpu_per_msg_us) / MICRO;
      const port = models.nicBound({ nodes, messageSize, bandwidth }).delay * MICRO;
      const processor = models.cpuBound({ nodes, messageTime }).delay * MICRO;
      const name = `n ${nodes}, ${messageSize} B, ${bandwidth / 1e9} Gbit/s`;
      const compare = (measure: string, column: string, ours: number): void =>
        cases.formula(name, `${measure} [us]`, Number(row[column]), asPrinted(ours, 2), exact, ROUNDED);
      compare("time of the port, formula", "nic_us=(n-1)s/b", port);
      compare("time of the processor, formula", "cpu_us=(n-1)t", processor);
      compare("both, formula", "sum_us", port + processor);
    }
    return cases.list;
  },
};
