/** The load formula L = (1 + c)(Q + L_n − 2)/L_n for Paxos, EPaxos and WPaxos. */
import { DataError } from "../../lib/core/errors.ts";
import { models } from "../../lib/models/index.ts";
import { asPrinted, Cases, type Reproduction } from "./case.ts";

/** Chances of a conflict at which rows that leave it open are compared. */
const CONFLICTS = [0, 0.25, 1];

/** `4`, `4/3` or `4/3*(1+c)`, as the table writes loads. */
function publishedLoad(text: string, conflict: number): number {
  const match = /^(\d+)(?:\/(\d+))?(\*\(1\+c\))?$/.exec(text);
  if (match === null)
    throw new DataError(`dissecting_load_formula: load must be like 4/3*(1+c), got "${text}"`);
  const [, above, below = "1", factor] = match;
  return (Number(above) / Number(below)) * (factor === undefined ? 1 : 1 + conflict);
}

export const dissectingLoadFormula: Reproduction = {
  table: "dissecting_load_formula",
  tried: "all 3 rows by formula, the open conflict chance at 0, 0.25 and 1",
  async run() {
    const cases = new Cases(this.table);
    const exact = cases.tolerance("exact");
    for (const row of cases.table.rows) {
      const open = row.conflict_c === "c";
      for (const conflict of open ? CONFLICTS : [Number(row.conflict_c)]) {
        // 4/3 has no end in binary either: both are cut after 12 decimals.
        const published = asPrinted(publishedLoad(String(row.load), conflict), 12);
        const { load } = models.dissectingLoad({
          leaders: Number(row.leaders_L),
          quorum: Number(row.Q),
          conflict,
        });
        const name = `${row.protocol}, N ${row.N}${open ? `, c ${conflict}` : ""}`;
        cases.formula(name, "load, formula [messages per operation]", published, asPrinted(load, 12), exact);
      }
    }
    return cases.list;
  },
};
