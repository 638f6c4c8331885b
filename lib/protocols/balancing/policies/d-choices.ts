/**
 * The least loaded of d servers chosen at random.
 *
 * Mitzenmacher, "The power of two choices in randomized load balancing", IEEE TPDS 12(10), 2001, §3; Vvedenskaya,
 * Dobrushin and Karpelevich 1996. Ties go to the one drawn first, which is one of them at random.
 */
import type { PolicyKind } from "./policy.ts";

export const dChoices: PolicyKind = {
  name: "d-choices",
  source: "Mitzenmacher, The power of two choices, IEEE TPDS 12(10), 2001, §3",
  reads: "either",
  settings: ["choices", "replacement"],
  create(view) {
    const { choices, replacement } = view.settings;
    const drawn = new Int32Array(choices);
    const seen = (count: number, server: number): boolean => {
      for (let i = 0; i < count; i++) if (drawn[i] === server) return true;
      return false;
    };
    return {
      choose() {
        const { members, load, random } = view;
        const d = replacement ? choices : Math.min(choices, members.length);
        let best = -1;
        for (let i = 0; i < d; i++) {
          let server = members[random.integer(members.length)];
          while (!replacement && seen(i, server)) server = members[random.integer(members.length)];
          drawn[i] = server;
          if (best < 0 || load[server] < load[best]) best = server;
        }
        return best;
      },
    };
  },
};
