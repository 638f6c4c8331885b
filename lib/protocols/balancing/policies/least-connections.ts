/**
 * The server with the fewest requests of this dispatcher outstanding.
 *
 * What nginx's least_conn and Envoy's LEAST_REQUEST over all hosts do. With one dispatcher it is join-the-shortest-queue as
 * seen one network delay away; several dispatchers do not see one another's requests.
 */
import { leastOf } from "./levels.ts";
import type { PolicyKind } from "./policy.ts";

export const leastConnections: PolicyKind = {
  name: "least-connections",
  source: "nginx, ngx_http_upstream_module: least_conn",
  reads: "own",
  settings: [],
  create: leastOf,
};
