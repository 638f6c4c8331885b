/** The machines of a simulation from its settings: network, processors, disks. */
import { show, UsageError, unknownName } from "../../lib/core/errors.ts";
import { cpu, disk } from "../../lib/core/machines.ts";
import type { PortOptions } from "../../lib/core/networks.ts";
import { readParameter } from "../../lib/core/parameters.ts";
import type { CpuSpec, DiskSpec, NetworkSpec } from "../../lib/core/system.ts";
import { parseQuantity } from "../../lib/core/units.ts";
import { network } from "../../lib/study/rtt-matrix.ts";
import type { SettingReader } from "./setting-reader.ts";
import { readSettings } from "./settings.ts";

const NODES = { dimension: "one", integer: true, min: 1, max: 100_000 } as const;
const JITTER = { dimension: "one", min: 0, max: 10 } as const;
const BANDWIDTH = { dimension: "bandwidth", above: 0 } as const;

/** Reads a network: equal links, a star of round trips, or places of a file. */
export function readNetwork(reader: SettingReader): NetworkSpec {
  const { where } = reader;
  const ports = readPorts(reader);
  if (reader.has("rttMatrix") && reader.has("rtts"))
    throw new UsageError(`${where}: rtts and rttMatrix must not be given together`);
  if (reader.has("rttMatrix")) {
    reader.refuse(["nodes", "rtt"], "beside rttMatrix: place says where nodes stand");
    return readMatrix(reader, ports);
  }
  reader.refuse(["place", "within", "window"], "without rttMatrix");
  const jitter = reader.number("jitter", JITTER) ?? 0;
  const rtts = reader.text("rtts");
  if (rtts !== undefined) {
    reader.refuse(["nodes", "rtt"], "beside rtts: there is a node for each round trip, and node 0");
    const legs = rtts.split(",").map((text) => parseQuantity(`${where}: rtts`, text.trim(), "time"));
    return network.star({ rtts: legs, jitter, ...ports });
  }
  const nodes = reader.number("nodes", NODES) ?? 1;
  const rtt = reader.distribution("rtt", "time") ?? 0;
  if (jitter > 0 && typeof rtt === "object" && rtt.variance > 0)
    throw new UsageError(`${where}: jitter has no effect where rtt is a distribution`);
  return network.lan({ nodes, rtt, jitter, ...ports });
}

function readMatrix(reader: SettingReader, ports: PortOptions): NetworkSpec {
  const path = reader.text("rttMatrix") ?? "";
  const place = reader.text("place");
  if (place === undefined)
    throw new UsageError(
      `${reader.where}: place is missing (nodes at each place of the matrix, such as "Frankfurt=2,Tokyo=1")`,
    );
  const [within, window] = [reader.text("within"), reader.text("window")];
  return network.fromRttMatrix(path, {
    place: readPlace(reader.where, place),
    jitter: reader.number("jitter", JITTER) ?? 0,
    ...(within === undefined ? {} : { within }),
    ...(window === undefined ? {} : { window }),
    ...ports,
  });
}

function readPlace(where: string, text: string): Record<string, number> {
  const parts = text.split(",").map((part) => part.trim());
  const counts = readSettings(`${where}: place`, "each part", parts);
  const rule = { dimension: "one", integer: true, min: 0, meaning: "nodes" } as const;
  return Object.fromEntries(
    Object.entries(counts).map(([name, count]) => [
      name,
      readParameter(where, `place ${name}`, count, rule, true) as number,
    ]),
  );
}

function readPorts(reader: SettingReader): PortOptions {
  const both = reader.has("egress") && reader.has("ingress");
  if (both) reader.refuse(["bandwidth"], "beside egress and ingress");
  const shared = both ? undefined : reader.number("bandwidth", BANDWIDTH);
  const port = (key: "egress" | "ingress"): number | undefined =>
    reader.has(key) ? reader.number(key, BANDWIDTH) : shared;
  const [egress, ingress] = [port("egress"), port("ingress")];
  const order = reader.text("order") ?? "stream";
  if (order !== "stream" && order !== "datagram")
    throw unknownName(reader.where, "order", order, ["stream", "datagram"]);
  return {
    ...(egress === undefined ? {} : { egress }),
    ...(ingress === undefined ? {} : { ingress }),
    order,
  };
}

/** Reads a node's processor. */
export function readCpu(reader: SettingReader): CpuSpec {
  return cpu({
    receive: reader.distribution("cpuReceive", "time") ?? 0,
    send: reader.distribution("cpuSend", "time") ?? 0,
    perByte: reader.number("cpuPerByte", { dimension: "timePerByte", min: 0 }) ?? 0,
    cores: reader.number("cores", { dimension: "one", integer: true, min: 1 }) ?? 1,
  });
}

/** `p50 1 ms, p99 6 ms`, with or without equals signs and comma. */
const PERCENTILES = /^p50\s*=?\s*([^,]+?)[\s,]+p99\s*=?\s*(.+)$/;

/** Reads a node's disk; null when there is none. */
export function readDisk(reader: SettingReader): DiskSpec | null {
  const { where } = reader;
  const fsync = reader.text("fsync");
  if (fsync === undefined) {
    reader.refuse(["diskBandwidth"], "without fsync: there is no disk");
    return null;
  }
  const bandwidth = reader.number("diskBandwidth", BANDWIDTH);
  const options = bandwidth === undefined ? {} : { bandwidth };
  const percentiles = PERCENTILES.exec(fsync);
  if (percentiles !== null) {
    const [p50, p99] = percentiles.slice(1).map((text) => parseQuantity(`${where}: fsync`, text, "time"));
    return disk.fsync({ p50, p99 }, options);
  }
  if (fsync.startsWith("p50"))
    throw new UsageError(
      `${where}: fsync must be a time, a distribution or "p50 1 ms, p99 6 ms", got ${show(fsync)}`,
    );
  return disk.fsync(reader.distribution("fsync", "time") ?? 0, options);
}
