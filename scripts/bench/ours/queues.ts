/** W2 and W2-balancing by `simulateQueues`: queues and policies alone, no messages. Variants: `mmc`, `balancing`; `one`: two runs. */
import { simulateQueues } from "../../../lib/study/queues.ts";
import { childArguments, report } from "../child.ts";

const { variant, size, operations, seed } = childArguments();
// An interval takes two runs at least; `one` measures memory, and each of its two has all operations.
const replications = variant === "one" ? 2 : 5;
const customers = variant === "one" ? operations : Math.ceil(operations / replications);
const group =
  variant === "mmc" ? ({ workers: size } as const) : ({ servers: size, policy: "d-choices" } as const);
const begun = performance.now();
const { responseTime, waitingTime } = simulateQueues(
  { arrivalRate: 0.8 * size, serviceTime: 1, ...group },
  { seed, customers, replications, warmUp: 0 },
);
const elapsed = (performance.now() - begun) / 1e3;
report(
  variant,
  "protolab queues",
  operations,
  elapsed,
  (variant === "mmc" ? waitingTime : responseTime).mean,
);
