/** How many writes a second a leader's port lets out: by formula, and by saturating Multi-Paxos. */
import { networks } from "../../lib/core/networks.ts";
import { workload } from "../../lib/core/workloads.ts";
import { models } from "../../lib/models/index.ts";
import { multiPaxos } from "../../lib/protocols/consensus/multi-paxos.ts";
import { systemBuilder } from "../../lib/protocols/system.ts";
import { Cases, type Reproduction } from "./case.ts";
import { saturate } from "./saturation.ts";

const build = systemBuilder(multiPaxos);

export const leaderNicBound: Reproduction = {
  table: "leader_nic_bound",
  tried: "all rows by formula; Multi-Paxos saturated by a closed load for 3 to 13 nodes",
  async run(context) {
    const cases = new Cases(this.table);
    const tolerance = cases.tolerance("5%");
    for (const [i, row] of cases.table.rows.entries()) {
      const [nodes, bandwidth, messageSize] = [
        Number(row.n),
        Number(row.bandwidth_bit_s),
        Number(row.size_bytes),
      ];
      const name = `n ${nodes}`;
      const published = Number(row.max_ops_s_computed);
      const { maxRate } = models.nicBound({ nodes, messageSize, bandwidth });
      cases.formula(name, "maximum throughput, formula [1/s]", published, maxRate, tolerance);
      const system = build({
        // The table counts values only: no headers.
        headerBytes: 0,
        network: networks.lan({ nodes, rtt: "0.2 ms", bandwidth }),
      });
      const throughput = await saturate(
        system,
        workload.closed(200, { payload: messageSize }),
        5000,
        context,
      );
      cases.simulated(
        name,
        "maximum throughput, Multi-Paxos simulated [1/s]",
        published,
        throughput,
        tolerance,
      );
      context.progress((i + 1) / cases.table.rows.length);
    }
    const text = /about ([\d ]+)/.exec(String(cases.table.rows[0].published));
    const quoted = Number(text?.[1].replace(" ", ""));
    const { maxRate } = models.nicBound({ nodes: 3, messageSize: 1024, bandwidth: 1e9 });
    cases.formula(
      "n 3, as the thesis rounds it",
      "maximum throughput, formula [1/s]",
      quoted,
      maxRate,
      tolerance,
    );
    return cases.list;
  },
};
