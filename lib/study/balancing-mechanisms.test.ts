/** What surrounds a policy: old information, copies, retries, bounds, failures, scaling; against formulas where they exist. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fault } from "../core/faults.ts";
import { harmonicNumber } from "../core/harmonic.ts";
import { randomStreams } from "../core/random.ts";
import { workload } from "../core/workloads.ts";
import { models } from "../models/index.ts";
import { Pauses } from "../protocols/balancing/pauses.ts";
import { balancer } from "../protocols/builders.ts";
import { protocolNamed } from "../protocols/index.ts";
import { simulateRun } from "../simulation/run.ts";
import { Walker } from "../simulation/walk.ts";
import { replicationInterval } from "../statistics/interval.ts";
import { verdict } from "../statistics/verdict.ts";
import { balanced, measure, quantile } from "./balancing.fixture.ts";
import { network } from "./rtt-matrix.ts";

const protocol = protocolNamed("balancer");

test("old information: fresh beats random, ten services old the least loaded is a herd, two choices are not", () => {
  const length = { operations: 10_000, replications: 3 };
  const time = (given: Parameters<typeof balanced>[1]): number =>
    measure(balanced(20, given), 18, length).time.mean;
  const random = time({ policy: "random" });
  const leastLoaded = (reportInterval: number, countOwn = false): number =>
    time({ policy: "least-loaded", reportInterval, countOwn });
  assert.ok(leastLoaded(0.1) < random / 2);
  assert.ok(leastLoaded(10) > random, "a herd is worse than chance (Mitzenmacher 2000, §3)");
  const two = time({ policy: "d-choices", information: "reported", reportInterval: 10 });
  assert.ok(two < leastLoaded(10), "two choices herd less");
  assert.ok(leastLoaded(10, true) < random, "who counts what it has sent itself does not herd");
});

test("hedged requests against M/M/1 servers that serve the hedges too", () => {
  const hedge = { arrivalRate: 0.3, serviceTime: 1, hedgeDelay: 3 };
  const truth = models.hedgedQueue(hedge);
  const system = balanced(100, { policy: "random", hedgeDelay: 3 });
  const { time, times, sum, runs } = measure(system, 30, { operations: 20_000, replications: 6 });
  assert.equal(verdict(time, truth.responseTime, 0.03), "agrees", `${time.mean} ${truth.responseTime}`);
  const p99 = quantile(times, 0.99);
  assert.ok(Math.abs(p99 / truth.responseTimeQuantile - 1) < 0.05, `${p99} ${truth.responseTimeQuantile}`);
  assert.ok(p99 < truth.plainResponseTimeQuantile * 0.85, "that is what it buys");
  assert.ok(Math.abs(sum("hedges") / sum("requests") - truth.extraRequests) < 0.01);
  const busy = runs[0].utilisation.cpu.reduce((total, share) => total + share, 0) / 100;
  assert.ok(Math.abs(busy - truth.utilisation) < 0.015, `${busy} ${truth.utilisation}`);
});

test("calling the slower copy off saves work; tied requests cut the tail for half as much again", () => {
  const length = { operations: 10_000, replications: 3 };
  const run = (given: Parameters<typeof balanced>[1]) => {
    const { times, runs } = measure(balanced(50, { policy: "random", ...given }), 25, length);
    const work = runs[0].utilisation.cpu.reduce((total, share) => total + share, 0) / 50;
    return { p99: quantile(times, 0.99), work };
  };
  const plain = run({});
  const [hedged, calledOff] = [run({ hedgeDelay: 2 }), run({ hedgeDelay: 2, cancel: true })];
  const tied = run({ tied: true });
  assert.ok(calledOff.work < hedged.work - 0.02 && calledOff.p99 < hedged.p99, "called off");
  assert.ok(tied.p99 < 0.8 * plain.p99, `${tied.p99} ${plain.p99}`);
  // Two that begin at the same instant both run: at half load a quarter of the pairs find both idle.
  assert.ok(tied.work < 2 * plain.work * 0.75, `${tied.work} ${plain.work}`);
});

test("fan-out to all of two servers is fork-join, exactly; to ten as its formula; to ten idle ones the mean of ten maxima", () => {
  const joined = measure(balanced(2, { policy: "random", fanOut: 2 }), 0.6, { operations: 20_000 });
  const truth = models.forkJoin({ arrivalRate: 0.6, serviceTime: 1, servers: 2 }).responseTime;
  assert.equal(verdict(joined.time, truth, 0.06), "agrees", `${joined.time.mean} ${truth}`);
  // Nelson and Tantawi's fit to simulations, which states an error below 5 %.
  const loaded = { operations: 20_000, replications: 4 };
  const ten = measure(balanced(10, { policy: "random", fanOut: 10 }), 0.6, loaded).time;
  const fitted = models.forkJoin({ arrivalRate: 0.6, serviceTime: 1, servers: 10 }).responseTime;
  assert.equal(verdict(ten, fitted, 0.05), "agrees", `${ten.mean} ${fitted}`);
  const idle = measure(balanced(10, { policy: "random", fanOut: 10 }), 0.002, { operations: 3000 });
  assert.equal(verdict(idle.time, harmonicNumber(10), 0.03), "agrees", `${idle.time.mean}`);
});

test("a bounded queue and a bounded dispatcher are M/M/1/K; what is refused is counted", () => {
  const truth = models.mm1k({ arrivalRate: 0.9, serviceTime: 1, capacity: 5 });
  for (const bound of [{ queueLimit: 5 }, { inFlightLimit: 5 }]) {
    const { time, runs, sum } = measure(balanced(1, { policy: "random", ...bound }), 0.9, {
      operations: 20_000,
    });
    assert.equal(verdict(time, truth.responseTime, 0.03), "agrees", `${time.mean} ${truth.responseTime}`);
    const failed = runs.reduce((total, run) => total + run.operations.failed, 0);
    const issued = runs.reduce((total, run) => total + run.operations.issued, 0);
    assert.ok(Math.abs(failed / issued - truth.blocking) < 0.01, `${failed / issued} ${truth.blocking}`);
    assert.equal(sum("queueLimit" in bound ? "rejected" : "refused"), failed);
  }
});

const RETRIES = { policy: "random", tryTimeout: 6, retries: 3 } as const;

test("retries in a quiet system: as many as the formula says", () => {
  const truth = models.retryAmplification({ arrivalRate: 0.4, serviceTime: 1, timeout: 6, retries: 3 });
  const { sum } = measure(balanced(100, RETRIES), 40, { operations: 20_000, replications: 4 });
  const amplification = sum("attempts") / sum("requests");
  assert.ok(
    Math.abs(amplification / truth.amplification - 1) < 0.01,
    `${amplification} ${truth.amplification}`,
  );
});

/** Share of requests answered, and attempts a request, long after all servers stood still for ten services. */
function afterStop(retryBudget: number): { readonly answered: number; readonly attempts: number } {
  const stop = Array.from({ length: 10 }, (_, i) =>
    fault.slowNode({ node: i + 1, factor: 30, at: 100, lasts: 60 }),
  );
  const system = balanced(10, { ...RETRIES, retryBudget, faults: stop });
  let [ok, late] = [0, 0];
  const run = simulateRun(protocol, system, workload.poisson(5), {
    seed: 4,
    warmUp: 2500, // 340 s after the stop has ended
    operations: 2500,
    history: "off",
    completion: (_commit, _client, _read, outcome) => (outcome === 0 ? ok++ : late++),
  });
  const { attempts, requests } = run.outcome as Record<string, number>;
  return { answered: ok / (ok + late), attempts: attempts / requests };
}

test("a retry storm outlives its cause; a budget of a tenth ends it", () => {
  const load = { arrivalRate: 0.5, serviceTime: 1, timeout: 6, retries: 3 };
  assert.ok(models.retryAmplification(load).stormUtilisation > 1, "a storm once begun feeds itself");
  assert.ok(models.retryAmplification(load).success > 0.95, "and yet from an empty start all is well");
  const [storm, calm] = [afterStop(1e9), afterStop(0.1)];
  assert.ok(storm.answered < 0.5 && storm.attempts > 2, `without a budget ${JSON.stringify(storm)}`);
  assert.ok(calm.answered > 0.9 && calm.attempts < 1.2, `with one ${JSON.stringify(calm)}`);
});

/** Seconds after a stop of all servers, 100 services long, that best part requests not in time from those in time. */
function recoveryAfter(given: Parameters<typeof balanced>[1], rate: number, seed: number): number {
  const stop = Array.from({ length: 20 }, (_, i) => fault.pause({ node: i + 1, at: 100, lasts: 100 }));
  const even = { policy: "round-robin", serviceScv: 0, tryTimeout: 10, ...given } as const;
  const { history } = simulateRun(protocol, balanced(20, { ...even, faults: stop }), workload.poisson(rate), {
    seed,
    operations: rate * 500,
    history: "keep",
  });
  const rows = [...history].sort((a, b) => a.invoked - b.invoked);
  let [sum, least, when] = [0, 0, 200];
  for (const { invoked, completed, outcome } of rows.filter((row) => row.invoked >= 200)) {
    sum += outcome === "ok" && completed - invoked <= 10 + 1e-9 ? 1 : -1;
    if (sum < least) [least, when] = [sum, invoked];
  }
  return when - 200;
}

test("where work is spread evenly, the time to recover from a stop is the fluid's: within 10 %", () => {
  const fluid = { arrivalRate: 0.5, serviceTime: 1, timeout: 10, stop: 100 };
  for (const [given, asked] of [
    [{}, { retries: 0 }],
    [
      { retries: 3, retryBudget: 0.1 },
      { retries: 3, budget: 0.1 },
    ],
  ] as const) {
    const times = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => recoveryAfter(given, 10, seed));
    const truth = models.retryRecovery({ ...fluid, ...asked }).recoveryTime;
    assert.equal(verdict(replicationInterval(times), truth, 0.1), "agrees", `${times} around ${truth}`);
  }
  // Every retry made is twice what the servers can do: at the end of the run nobody has been answered in time yet.
  assert.ok(recoveryAfter({ retries: 3 }, 10, 1) > 290);
});

/** Times until an answer of requests that come one by one to a server that stands still for 15 services; services are constant. */
function behindPause(given: Parameters<typeof balanced>[1], seed = 1): number[] {
  const stop = fault.pause({ node: 1, at: 1000, lasts: 15, every: 1000 });
  const retrying = { policy: "random", serviceScv: 0, tryTimeout: 5, retries: 5, ...given } as const;
  const times: number[] = [];
  simulateRun(protocol, balanced(1, { ...retrying, faults: [stop] }), workload.deterministic(1 / 1000), {
    seed,
    operations: 40,
    history: "off",
    completion: (time) => times.push(time),
  });
  return times.filter((time) => time > 1);
}

test("pauses before retries, by hand: doubled each time; drawn evenly from nothing to all of them with jitter", () => {
  // At once: attempts at 0, 5, 10 and 15; the server, awake at 15, has three to serve before the last one.
  for (const time of behindPause({})) assert.ok(Math.abs(time - 19) < 1e-9, `${time}`);
  // Given up at 5, paused until 7, given up at 12, paused until 16: then one of the first two is still served.
  const paused = behindPause({ backoff: 2, backoffJitter: false });
  assert.ok(paused.length > 30);
  for (const time of paused) assert.ok(Math.abs(time - 18) < 1e-9, `${time}`);
  // One retry, at 5 + 40·u: before 12 it is given up too, until 16 it is answered at 17, from then on after a service.
  const drawn = Array.from({ length: 25 }, (_, seed) =>
    behindPause({ backoff: 40, retries: 1 }, seed),
  ).flat();
  const late = drawn.filter((time) => time > 17 + 1e-9);
  for (const time of late) assert.ok(time <= 46, `${time}`);
  const share = late.length / drawn.length;
  assert.ok(
    Math.abs(share - 29 / 33) < 0.04,
    `${share} of those answered, who all paused for more than 7 of 40`,
  );
  const mean = late.reduce((sum, time) => sum + time, 0) / late.length;
  assert.ok(Math.abs(mean - (17 + 46) / 2) < 1.5, `${mean}`);
});

test("a heap of pauses gives back what a stable sort does", () => {
  const random = randomStreams(5).stream("pauses");
  for (let round = 0; round < 200; round++) {
    const items = Array.from({ length: random.integer(60) }, (_, i) => ({ i, at: random.integer(10) }));
    const pauses = new Pauses<number>();
    for (const { i, at } of items) pauses.push(at, i);
    const sorted = [...items].sort((a, b) => a.at - b.at || a.i - b.i).map(({ i }) => i);
    assert.deepEqual(
      sorted.map(() => pauses.shift()),
      sorted,
    );
    assert.equal(pauses.length, 0);
  }
});

test("a server that crashes is ejected, its requests are asked elsewhere, and it comes back slowly", () => {
  const crash = fault.crash({ node: 1, at: 100, lasts: 100 });
  const settings = {
    policy: "round-robin",
    tryTimeout: 10,
    retries: 3,
    ejectAfter: 3,
    ejectFor: 20,
  } as const;
  const served = (slowStart: number, operations: number): Record<string, number> => {
    const system = balanced(5, { ...settings, slowStart, faults: [crash] });
    const run = simulateRun(protocol, system, workload.poisson(2, { timeout: 1000 }), {
      seed: 1,
      operations,
      history: "off",
    });
    assert.equal(run.operations.unknown + run.operations.failed, 0, "every request was answered");
    return { ...run.outcome, share: run.utilisation.cpu[1] } as Record<string, number>;
  };
  const quick = served(0, 600);
  assert.ok(quick.ejected >= 2 && quick.ejected <= 6, `${quick.ejected} ejections in 100 s of 20 s each`);
  assert.ok(quick.retries < 40, `${quick.retries} retries: few requests meet the dead server`);
  assert.ok(served(80, 600).share < quick.share, "with a slow start it has done less by then");
});

test("a cold server takes longer: in the first minute and not after", () => {
  const at = (coldFactor: number, operations: number): number => {
    const settings = coldFactor > 1 ? { coldTime: 60, coldFactor } : {};
    const system = balanced(2, { policy: "random", serviceScv: 0, ...settings });
    let sum = 0;
    simulateRun(protocol, system, workload.poisson(0.02), {
      seed: 1,
      warmUp: operations,
      operations: 1,
      history: "off",
      completion(time) {
        sum += time;
      },
    });
    return sum;
  };
  assert.equal(at(3, 0).toFixed(6), "3.000000");
  assert.equal(at(3, 50).toFixed(6), "1.000000");
});

test("an autoscaler settles where its target says, a delay after the load came", () => {
  const scaled = (scaleDelay: number): { readonly servers: number; readonly time: number } => {
    const settings = { scaleInterval: 50, scaleTarget: 0.6, scaleDelay, scaleFrom: 2 } as const;
    const system = balanced(40, { policy: "least-connections", ...settings });
    const { runs, time } = measure(system, 12, { operations: 24_000, replications: 2 });
    const seconds = runs[0].seconds;
    return { servers: Number(runs[0].outcome.serverSeconds) / seconds, time: time.mean };
  };
  const { servers, time } = scaled(0);
  assert.ok(servers > 17 && servers < 22, `${servers} servers: 12 services a second at 0.6 are 20`);
  assert.ok(scaled(400).time > time * 2, "a delay is paid for in waiting");
});

test("network between dispatcher and server: a round trip on top, and shortest queue sees the past", () => {
  const at = (policy: "random" | "shortest-queue", rtt: number): number => {
    const system = balancer({ network: network.lan({ nodes: 11, rtt }), serviceTime: 1, policy });
    return measure(system, 8, { operations: 10_000, replications: 3 }).time.mean;
  };
  assert.ok(Math.abs(at("random", 0.5) - at("random", 0) - 0.5) < 1e-3);
  const far = balancer({ network: network.lan({ nodes: 11, rtt: 50 }), serviceTime: 1, policy: "random" });
  const { failed } = measure(far, 8, { operations: 2000, replications: 2 }).runs[0].operations;
  assert.equal(failed, 0, "no server's start is taken for a crash");
  assert.ok(at("shortest-queue", 0.5) - 0.5 > at("shortest-queue", 0) * 1.05);
});

test("the same seed gives the same run", () => {
  const run = () => {
    const system = balanced(10, {
      policy: "d-choices",
      hedgeDelay: 2,
      cancel: true,
      queueLimit: 20,
      retries: 1,
    });
    return simulateRun(protocol, system, workload.poisson(9), { seed: 8, operations: 3000, history: "keep" });
  };
  assert.deepEqual(run(), run());
});

test("attempts and requests add up in 2,000 walks, messages lost and repeated, nodes crashing", () => {
  const given = [
    { policy: "least-connections", tryTimeout: 1, retries: 2, ejectAfter: 1, slowStart: 1 },
    { policy: "d-choices", hedgeDelay: 1, cancel: true, queueLimit: 2, retries: 1 },
    { policy: "idle-queue", tied: true, dispatchers: 2 },
    { policy: "shortest-queue", fanOut: 2 },
    { policy: "random", tryTimeout: 1, retries: 2, backoff: 2, hedgeDelay: 1 },
  ] as const;
  for (const settings of given) {
    const { settings: filled } = balanced(3, settings);
    const nodes = 3 + ("dispatchers" in settings ? settings.dispatchers : 1);
    const walker = new Walker(protocol, { nodes, settings: filled });
    let answered = 0;
    for (let seed = 0; seed < 500; seed++) {
      const violation = walker.run(seed);
      assert.equal(violation, null, `${JSON.stringify(settings)} seed ${seed}: ${JSON.stringify(violation)}`);
      if (walker.world.seen.has("somethingAnswered")) answered++;
    }
    assert.ok(answered > 200, `${answered} walks with an answer`);
  }
});

test("settings that cannot be, or could not move the result, are refused", () => {
  const refused = (settings: Parameters<typeof balanced>[1], message: RegExp): void => {
    assert.throws(() => balanced(3, settings), message);
  };
  refused({ policy: "nearest" as "random" }, /balancer: unknown policy "nearest"/);
  refused({ servers: 5 }, /dispatchers 1 and servers 5 must be all nodes and a server at least, got 4 nodes/);
  refused({ choices: 4 }, /choices must be <= servers 3 without replacement, got 4/);
  refused({ policy: "random", choices: 3 }, /choices must have policy d-choices to have an effect, got 3/);
  refused(
    { policy: "random", retries: 2 },
    /retries must have tryTimeout or queueLimit to have an effect, got 2/,
  );
  refused({ policy: "least-loaded" }, /least-loaded: reportInterval must be > 0 s/);
  refused(
    { policy: "least-connections", information: "reported" },
    /information must be own for least-connections, got reported/,
  );
  refused({ policy: "random", backoff: 1 }, /backoff must have retries to have an effect, got 1/);
  refused(
    { policy: "random", tryTimeout: 1, retries: 1, backoffJitter: false },
    /backoffJitter must have a backoff to have an effect, got false/,
  );
  refused({ policy: "static-split" }, /static-split: plannedRate must be > 0 \/s, got 0/);
  refused(
    { policy: "random", fastServers: 1 },
    /fastServers must have a fastSpeed other than 1 to have an effect, got 1/,
  );
});
