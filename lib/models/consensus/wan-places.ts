/** What formulas of commit latency between regions have in common: who is asked how often, and the way to clients. */
import { DomainError } from "../../core/errors.ts";
import type { ModelFunction } from "../../core/model.ts";
import type { ClientPlace } from "../flow/flow-inputs.ts";
import { type Atoms, mixDelays } from "./atoms.ts";

/** @throws DomainError for clients of a node that is not there */
export function sharesOf(where: string, nodes: number, places: readonly ClientPlace[]): number[] {
  const shares = new Array<number>(nodes).fill(0);
  for (const { replica, share } of places) {
    if (replica >= nodes)
      throw new DomainError(`${where}: clients must ask a node of 0 to ${nodes - 1}, got ${replica}`);
    shares[replica] += share;
  }
  return shares;
}

/** The law over all operations, of which each node has its share. */
export function lawOverAll(shares: readonly number[], lawOf: (node: number) => Atoms): Atoms {
  let [law, counted]: [Atoms | null, number] = [null, 0];
  for (const [node, share] of shares.entries()) {
    if (share === 0) continue;
    counted += share;
    law = law === null ? lawOf(node) : mixDelays(law, lawOf(node), share / counted);
  }
  return law as Atoms; // shares add up to 1
}

export const TO_CLIENTS: ModelFunction = {
  tex: "D_L",
  arguments: ["places"],
  result: "time",
  meaning: "mean round trip between client and the node it asks",
  compute: (places: readonly ClientPlace[]) =>
    places.reduce((sum, { share, roundTrip }) => sum + share * (roundTrip ?? 0), 0),
};
