/**
 * At random by fixed shares: those that are best for the speeds known and the arrivals planned for.
 *
 * Tantawi and Towsley, J. ACM 32(2), 1985. Below some load the slowest servers get nothing at all.
 */
import { AliasTable } from "../../../core/alias-table.ts";
import type { PolicyKind } from "./policy.ts";
import { bestShares } from "./split.ts";

export const staticSplit: PolicyKind = {
  name: "static-split",
  source: "Tantawi, Towsley, Optimal static load balancing, J. ACM 32(2), 1985",
  reads: "nothing",
  settings: ["plannedRate"],
  create(view) {
    const { plannedRate, serviceTime } = view.settings;
    const table = (): AliasTable =>
      new AliasTable(
        bestShares(
          view.members.map((server) => view.speed(server) / serviceTime),
          plannedRate, // of all dispatchers together: each splits its part in the same way
        ),
      );
    let shares = table();
    return {
      choose: () => view.members[shares.draw(view.random)],
      membersChanged() {
        shares = table();
      },
    };
  },
};
