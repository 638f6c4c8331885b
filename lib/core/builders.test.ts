/** Builders of networks, machines and workloads: what they give, and what they refuse. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { distributionFrom, exponential, lognormal, shifted } from "./distributions.ts";
import { cpu, disk } from "./machines.ts";
import { networks } from "./networks.ts";
import { canonicalJson, majority } from "./system.ts";
import { Gbps, KiB, ms, us } from "./units.ts";
import { workload } from "./workloads.ts";

const RTT = [
  [0.001, 0.1],
  [0.1, 0.002],
];

test("a LAN halves the round trip and keeps a distribution's shape", () => {
  const flat = networks.lan({ nodes: 3, rtt: "1 ms", bandwidth: "1 Gbit/s" });
  assert.deepEqual([flat.placement, flat.egress, flat.ingress, flat.order], [[0, 0, 0], 1e9, 1e9, "stream"]);
  assert.equal(distributionFrom(flat.oneWay[0][0]).mean, 0.0005);
  const drawn = distributionFrom(networks.lan({ nodes: 2, rtt: exponential(ms(2)) }).oneWay[0][0]);
  assert.ok(Math.abs(drawn.mean - 0.001) < 1e-15 && Math.abs(drawn.scv - 1) < 1e-12);
  const jittered = distributionFrom(networks.lan({ nodes: 2, rtt: ms(2), jitter: 0.5 }).oneWay[0][0]);
  assert.ok(Math.abs(jittered.mean - 0.001) < 1e-15 && Math.abs(jittered.scv - 0.25) < 1e-12);
});

test("a matrix places nodes in order and halves each round trip", () => {
  const net = networks.fromMatrix({ sites: ["A", "B"], rtt: RTT, place: { B: 1, A: 2 }, egress: Gbps(1) });
  assert.deepEqual([net.placement, net.egress, net.ingress], [[1, 0, 0], 1e9, null]);
  assert.equal(distributionFrom(net.oneWay[0][1]).mean, 0.05);
});

test("networks refuse what cannot be", () => {
  const refuse = (make: () => unknown, message: string): void => assert.throws(make, { message });
  refuse(
    () => networks.lan({ nodes: 0, rtt: 0 }),
    "network.lan: nodes must be an integer >= 1 and <= 100000, got 0",
  );
  refuse(
    () => networks.lan({ nodes: 3 }),
    "network.lan: exactly one of rtt and oneWay must be given, got neither",
  );
  refuse(
    () => networks.lan({ nodes: 3, rtt: 1, oneWay: 1 }),
    "network.lan: exactly one of rtt and oneWay must be given, got both",
  );
  refuse(
    () => networks.lan({ nodes: 3, rtt: 0, bandwidth: 0 }),
    "network.lan: bandwidth must be > 0 bit/s, got 0",
  );
  refuse(
    () => networks.lan({ nodes: 3, rtt: 0, jitter: -1 }),
    "network.lan: jitter must be >= 0 and <= 10, got -1",
  );
  refuse(
    () => networks.lan({ nodes: 3, rtt: 0, bandwith: 1 } as never),
    'network.lan: unknown option "bandwith" (known: bandwidth, egress, ingress, order, nodes, rtt, oneWay, jitter; did you mean bandwidth?)',
  );
  const place = { A: 1 };
  refuse(
    () => networks.fromMatrix({ sites: ["A"], rtt: RTT, place }),
    "network.fromMatrix: rtt must be 1 rows of 1, got 2 rows of 2, 2",
  );
  refuse(
    () => networks.fromMatrix({ sites: ["Tokyo", "B"], rtt: RTT, place: { Tokio: 1 } }),
    'network.fromMatrix: unknown site "Tokio" (known: Tokyo, B; did you mean Tokyo?)',
  );
  refuse(
    () => networks.fromMatrix({ sites: ["A", "B"], rtt: RTT, place: { A: 0 } }),
    'network.fromMatrix: place must hold at least 1 node, got {"A":0}',
  );
  refuse(
    () =>
      networks.fromMatrix({
        sites: ["A", "B"],
        rtt: [
          [0, -1],
          [0, 0],
        ],
        place,
      }),
    "network.fromMatrix: rtt from A to B must be >= 0 s, got -1",
  );
});

test("machines: times, percentiles, refusals", () => {
  assert.equal(distributionFrom(cpu({ receive: "25 us" }).receive).mean, us(25));
  const fsync = distributionFrom(disk.fsync({ p50: ms(1), p99: ms(6) }).fsync);
  assert.ok(Math.abs(fsync.quantile(0.5) - 0.001) < 1e-12 && Math.abs(fsync.quantile(0.99) - 0.006) < 1e-11);
  assert.equal(disk.fsync(ms(1), { bandwidth: "1 GB/s" }).bandwidth, 8e9);
  assert.throws(() => cpu({ cores: 0 }), { message: "cpu: cores must be an integer >= 1, got 0" });
  assert.throws(() => cpu({ receive: -1 }), { message: /^cpu: receive must be >= 0 s, got / });
  assert.throws(() => cpu({ recieve: 1 } as never), { message: /did you mean receive\?\)$/ });
});

test("workloads: defaults, shares, refusals", () => {
  const load = workload.poisson("1 kop/s", { payload: KiB(1), clients: ["leader", "Tokyo"] });
  assert.deepEqual(load.clients, [
    { at: "leader", share: 0.5 },
    { at: "Tokyo", share: 0.5 },
  ]);
  assert.deepEqual([load.reads, load.keys, load.timeout], [0, 1, null]);
  assert.equal(
    distributionFrom(workload.poisson(1, { payload: lognormal({ mean: 1000, scv: 1 }) }).payload).mean,
    1000,
  );
  const refuse = (make: () => unknown, message: string): void => assert.throws(make, { message });
  refuse(
    () => workload.poisson(0),
    "workload: arrival rate must be > 0 1/s, got 0".replace("arrival rate", "rate"),
  );
  refuse(() => workload.poisson(1, { reads: 2 }), "workload: reads must be >= 0 and <= 1, got 2");
  refuse(() => workload.poisson(1, { payload: -1 }), "workload: payload must be >= 0 B, got -1");
  refuse(() => workload.poisson(1, { clients: [] }), "workload: clients must name at least 1 place, got []");
  refuse(
    () => workload.poisson(1, { clients: [{ at: "leader", share: 0.5 }] }),
    "workload: shares of the clients must add up to 1, got 0.5",
  );
  refuse(() => workload.poisson(1, { timeout: 0 }), "workload: timeout must be > 0 s, got 0");
  refuse(() => workload.closed(0), "workload: clients must be an integer >= 1 and <= 1000000, got 0");
  refuse(() => workload.onOff(1, { on: 0, off: 1 }), "workload: on must be > 0 s, got 0");
});

test("a distribution that does not fit is shown in one line, as a user would write it", () => {
  const negative = shifted(exponential(0.001), -0.005);
  const shown = "-5 ms + exponential(mean 1 ms)";
  const refuse = (make: () => unknown, message: string): void => assert.throws(make, { message });
  for (const given of [negative, negative.spec]) {
    refuse(() => networks.lan({ nodes: 3, rtt: given }), `network.lan: rtt must be >= 0 s, got ${shown}`);
    refuse(
      () => networks.lan({ nodes: 3, oneWay: given }),
      `network.lan: oneWay must be >= 0 s, got ${shown}`,
    );
    refuse(() => workload.closed(1, { think: given }), `workload: think must be >= 0 s, got ${shown}`);
  }
  refuse(
    () => workload.poisson(1, { payload: shifted(exponential(1024), -5120) }),
    "workload: payload must be >= 0 B, got -5 KiB + exponential(mean 1 KiB)",
  );
  refuse(
    () => workload.poisson(1, { payload: { distribution: "exponential", mean: -1 } }),
    "workload: payload: exponential: mean must be > 0 B, got -1",
  );
  const known =
    "(known: deterministic, uniform, exponential, erlang, hyperexponential, normalTruncated, lognormal, pareto, weibull, mixture, empirical, shifted, scaled)";
  refuse(
    () => networks.lan({ nodes: 3, rtt: { distribution: { mean: 1 } } as never }),
    `network.lan: rtt: distribution must be a name, got {"mean":1} ${known}`,
  );
});

test("canonical JSON does not depend on the order of keys", () => {
  assert.equal(canonicalJson({ b: [1, { d: 1, c: null }], a: "x" }), '{"a":"x","b":[1,{"c":null,"d":1}]}');
  assert.deepEqual([1, 2, 3, 4, 5].map(majority), [1, 2, 2, 3, 3]);
});
