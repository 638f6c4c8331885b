/** Availability of a quorum of independent nodes. */
import { models } from "../../lib/models/index.ts";
import { Cases, type Reproduction } from "./case.ts";

export const quorumAvailability: Reproduction = {
  table: "quorum_availability",
  tried: "all 18 rows by formula",
  async run() {
    const cases = new Cases(this.table);
    const tolerance = cases.tolerance("1e-9");
    for (const row of cases.table.rows) {
      const [nodes, quorum, nodeAvailability] = [Number(row.N), Number(row.q), Number(row.node_availability)];
      const { availability } = models.quorumAvailability({ nodes, quorum, nodeAvailability });
      const name = `N ${nodes}, q ${quorum}, A ${nodeAvailability}`;
      cases.formula(name, "availability, formula", Number(row.quorum_availability), availability, tolerance);
    }
    return cases.list;
  },
};
