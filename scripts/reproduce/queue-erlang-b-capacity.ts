/** Erlang B: the load that c servers carry at a tolerated loss; and that the loss does not depend on the service law. */
import {
  type Distribution,
  deterministic,
  distributionFrom,
  exponential,
} from "../../lib/core/distributions.ts";
import { type RandomStream, randomStreams } from "../../lib/core/random.ts";
import { erlangBCapacity } from "../../lib/models/queueing/erlang-b-planning.ts";
import { replicationInterval } from "../../lib/statistics/interval.ts";
import { replicationSeed } from "../../lib/study/seeds.ts";
import { Cases, giveWay, type Reproduction } from "./case.ts";

/** Laws of mean 1: the published one, the steadiest, and one of scv 4. */
const SERVICE: Readonly<Record<string, Distribution>> = {
  exponential: exponential(1),
  constant: deterministic(1),
  "two phases": distributionFrom({ distribution: "hyperexponential", p: [0.9, 0.1], means: [0.5, 5.5] }),
};
const SIMULATED = [5, 20];
const REPLICATIONS = 20;

/** Share of arrivals that find all servers busy, the first tenth left out. */
export function lostShare(
  servers: number,
  load: number,
  service: Distribution,
  arrivals: number,
  stream: RandomStream,
): number {
  const busyUntil = new Float64Array(servers);
  let [now, lost] = [0, 0];
  const warmUp = Math.ceil(arrivals / 10);
  for (let i = -warmUp; i < arrivals; i++) {
    now += stream.exponential() / load;
    let free = 0;
    while (free < servers && busyUntil[free] > now) free++;
    if (free < servers) busyUntil[free] = now + service.sample(stream);
    else if (i >= 0) lost++;
  }
  return lost / arrivals;
}

export const queueErlangBCapacity: Reproduction = {
  table: "queue_erlang_b_capacity",
  tried: "all 28 loads by the inverse of Erlang B; the loss at 5 % simulated with three laws of service",
  async run({ seed, effort, signal, progress }) {
    const cases = new Cases(this.table);
    const tolerance = cases.tolerance("1e-3");
    for (const { servers, blocking, offered_erlang } of cases.table.rows) {
      const given = { servers: Number(servers), blocking: Number(blocking), serviceTime: 1 };
      const name = `c ${servers}, loss ${blocking}`;
      cases.formula(
        name,
        "offered load, formula [Erlang]",
        Number(offered_erlang),
        erlangBCapacity(given).load,
        tolerance,
      );
    }
    const chosen = cases.table.rows.filter(
      (row) => row.blocking === 0.05 && SIMULATED.includes(Number(row.servers)),
    );
    let done = 0;
    for (const { servers, blocking, offered_erlang } of chosen) {
      for (const [law, service] of Object.entries(SERVICE)) {
        const shares: number[] = [];
        for (let i = 0; i < REPLICATIONS; i++) {
          await giveWay(signal);
          const streams = randomStreams(replicationSeed(seed, `erlang b ${servers} ${law}`, i));
          const [load, arrivals] = [Number(offered_erlang), Math.ceil(5e5 * effort)];
          shares.push(lostShare(Number(servers), load, service, arrivals, streams.stream("queue")));
        }
        progress(++done / (chosen.length * Object.keys(SERVICE).length));
        cases.simulated(
          `c ${servers}, loss ${blocking}, ${law} service`,
          "share lost, simulated",
          Number(blocking),
          replicationInterval(shares),
          tolerance,
        );
      }
    }
    return cases.list;
  },
};
