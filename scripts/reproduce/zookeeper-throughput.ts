/**
 * Throughput of ZooKeeper by the number of servers: writes fall as 1/(a + b(n − 1)), reads grow in a straight line.
 *
 * Both laws have two unknowns, fitted to the smallest and the largest group; the three groups between are predicted.
 */
import { models } from "../../lib/models/index.ts";
import { Cases, type Reproduction } from "./case.ts";

export const zookeeperThroughput: Reproduction = {
  table: "zookeeper_throughput",
  tried: "writes by the leader model and reads by a line, each fitted to 3 and 13 servers, 5 to 9 predicted",
  async run() {
    const cases = new Cases(this.table);
    const tolerance = cases.tolerance("calibrate-then-predict 15%");
    const rows = cases.table.rows.map((row) => ({
      nodes: Number(row.servers),
      reads: Number(row.reads100_ops_s),
      writes: Number(row.writes100_ops_s),
    }));
    const [first, last] = [rows[0], rows[rows.length - 1]];
    const slope = (last.reads - first.reads) / (last.nodes - first.nodes);
    for (const row of rows) {
      const name = `${row.nodes} servers`;
      const judge = row === first || row === last ? "calibrated" : "formula";
      const { throughput } = models.leaderScaling({
        nodes: row.nodes,
        firstNodes: first.nodes,
        firstThroughput: first.writes,
        secondNodes: last.nodes,
        secondThroughput: last.writes,
      });
      cases[judge](name, "writes, leader model [1/s]", row.writes, throughput, tolerance);
      const reads = first.reads + slope * (row.nodes - first.nodes);
      cases[judge](name, "reads, straight line [1/s]", row.reads, reads, tolerance);
    }
    return cases.list;
  },
};
