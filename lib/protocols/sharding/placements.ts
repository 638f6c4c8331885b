/** The placement algorithms by their names in the field: to add one, write its file and one line here. */
import { boundedLoads } from "./placement/bounded-loads.ts";
import { jump } from "./placement/jump.ts";
import { maglev } from "./placement/maglev.ts";
import { modulo } from "./placement/modulo.ts";
import { ranges } from "./placement/ranges.ts";
import { rendezvous } from "./placement/rendezvous.ts";
import { ring } from "./placement/ring.ts";

/**
 * Builders of placements: which node owns a key.
 *
 * @example
 * placements.jump({ nodes: [0, 1, 2] }).name; // => "jump"
 */
export const placements = { modulo, ring, rendezvous, jump, maglev, boundedLoads, ranges } as const;
