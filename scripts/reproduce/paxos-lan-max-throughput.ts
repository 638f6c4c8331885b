/** The published Paxos model: the leader's maximum throughput and its mean quorum round trip. */
import { normalTruncated } from "../../lib/core/distributions.ts";
import { cpu } from "../../lib/core/machines.ts";
import { parseQuantity } from "../../lib/core/units.ts";
import { workload } from "../../lib/core/workloads.ts";
import { models } from "../../lib/models/index.ts";
import { multiPaxos } from "../../lib/protocols/consensus/multi-paxos.ts";
import { systemBuilder } from "../../lib/protocols/system.ts";
import { publishedTable } from "../../lib/study/published-table.ts";
import { network } from "../../lib/study/rtt-matrix.ts";
import { asPrinted, Cases, type Reproduction } from "./case.ts";
import { saturate } from "./saturation.ts";

const PRINTED_RATE = "rounded to whole rounds per second, as the table prints them";
const PRINTED_TIME =
  "rounded to the table's 4 decimals; that column is a Monte-Carlo estimate, ours is by quadrature: the last digit is its noise";
/** The file's "exact", of numbers that it prints as whole rounds per second. */
const ROUNDING = { absolute: 0.5 };
const SIMULATED =
  "the file says exact and prints whole rounds: a simulated number is exact where its interval lies within half a round; the engine charges every copy, so the paper's two serialisations are spread over the round's sends";

const build = systemBuilder(multiPaxos);

/** The authors' parameters, from their own table, in SI. */
function parameters(): Readonly<Record<string, number>> {
  const rows = publishedTable("paxos_model_parameters").rows;
  const value = (name: string): number => {
    const row = rows.find((r) => r.parameter === name);
    const dimension = ({ ms: "time", bytes: "size", "bit/s": "bandwidth" } as const)[String(row?.unit)];
    const unit = dimension === "size" ? "B" : String(row?.unit);
    return dimension === undefined
      ? Number(row?.value)
      : parseQuantity(name, `${row?.value} ${unit}`, dimension);
  };
  return {
    rtt: value("rtt_mean_lan"),
    rttSpread: value("rtt_sd_lan"),
    serialise: value("msg_serialise_mean"),
    deserialise: value("msg_deserialise_mean"),
    messageSize: value("message_size"),
    bandwidth: value("net_speed"),
  };
}

export const paxosLanMaxThroughput: Reproduction = {
  table: "paxos_lan_max_throughput",
  tried: "maximum throughput by formula and by saturating Multi-Paxos; quorum round trip by quadrature",
  async run(context) {
    const cases = new Cases(this.table);
    const exact = cases.tolerance("exact");
    const { rtt, rttSpread, serialise, deserialise, messageSize, bandwidth } = parameters();
    const roundTrip = normalTruncated({ mean: rtt, sd: rttSpread });
    for (const [i, row] of cases.table.rows.entries()) {
      const nodes = Number(row.N);
      const name = `N ${nodes}`;
      const published = Number(row.Rmax_rounds_per_s);
      const leader = models.paxosLeader({ nodes, serialise, deserialise, messageSize, bandwidth });
      const { maxThroughput, transmission, roundTime } = leader;
      cases.formula(
        name,
        "maximum throughput, formula [1/s]",
        published,
        asPrinted(maxThroughput, 0),
        exact,
        PRINTED_RATE,
      );
      const system = build({
        headerBytes: messageSize,
        network: network.lan({ nodes, rtt }),
        cpu: cpu({ receive: deserialise + transmission, send: (2 * (serialise + transmission)) / nodes }),
      });
      // Just enough clients that the leader never rests: those beyond wait, and end the run with work half done.
      const clients = Math.ceil((rtt + roundTime) / roundTime) + 2;
      const throughput = await saturate(system, workload.closed(clients), 100_000, context);
      const measure = "maximum throughput, Multi-Paxos simulated [1/s]";
      cases.simulated(name, measure, published, throughput, ROUNDING, SIMULATED);
      const round = models.quorumLatency({ nodes, roundTrip }).latency * 1000;
      const time = Number(row.DQ_majority_ms);
      cases.formula(
        name,
        "mean quorum round trip, quadrature [ms]",
        time,
        asPrinted(round, 4),
        exact,
        PRINTED_TIME,
      );
      context.progress((i + 1) / cases.table.rows.length);
    }
    return cases.list;
  },
};
