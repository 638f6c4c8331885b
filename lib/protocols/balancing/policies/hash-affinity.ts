/**
 * The server of the request's key: what caches and sessions want, and what a hot key punishes.
 *
 * Jump consistent hash (Lamping and Veach, arXiv:1406.2294, 2014). While a server is out, its keys go where their next
 * hash says, each to another place, and nobody else's keys move.
 */

import { jumpBucket } from "../../sharding/placement/jump.ts";
import { hashKey } from "../../sharding/placement/key-hash.ts";
import type { PolicyKind } from "./policy.ts";

const UPPER_SEED = 0x85ebca6b;
const TRIES = 64;

export const hashAffinity: PolicyKind = {
  name: "hash-affinity",
  source: "Lamping, Veach, A fast, minimal memory, consistent hash algorithm, arXiv:1406.2294, 2014",
  reads: "nothing",
  settings: [],
  create: (view) => ({
    choose({ key }) {
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const server = jumpBucket(hashKey(key, UPPER_SEED + attempt), hashKey(key, attempt), view.servers);
        if (view.isMember(server)) return server;
      }
      return view.members[0];
    },
  }),
};
