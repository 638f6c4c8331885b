/** The parts of policies, each against something worked out by other means. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { networks } from "../../../core/networks.ts";
import { randomStreams } from "../../../core/random.ts";
import { optimalSplit } from "../../../models/balancing/static-split.ts";
import type { Operation } from "../../../simulation/protocol.ts";
import { balancer } from "../../builders.ts";
import type { BalancerSettings } from "../balancer-settings.ts";
import { Fifo } from "../fifo.ts";
import { Knowledge } from "../knowledge.ts";
import { bestShares } from "./split.ts";

type Given = Omit<Parameters<typeof balancer>[0], "network">;

function knowing(servers: number, given: Given): Knowledge {
  const { settings } = balancer({ network: networks.lan({ nodes: servers + 1, rtt: 0 }), ...given });
  return new Knowledge(settings as unknown as BalancerSettings, randomStreams(3).stream("policy"), servers);
}

const operation = (key: number): Operation => ({
  id: key,
  kind: "write",
  key,
  bytes: 0,
  client: 0,
  handle: 0,
});
const choose = (know: Knowledge, key = 0): number => know.policy.choose(operation(key));
const counts = (know: Knowledge, draws: number, done?: (server: number) => void): number[] => {
  const list = new Array<number>(know.servers).fill(0);
  for (let i = 0; i < draws; i++) {
    const server = choose(know, i);
    list[server]++;
    done?.(server);
  }
  return list;
};

test("least connections is always one of the least loaded, each as often, while servers come and go", () => {
  const know = knowing(7, { policy: "least-connections" });
  const random = randomStreams(1).stream("test");
  const chosen = new Array<number>(7).fill(0);
  for (let step = 0; step < 30_000; step++) {
    const least = Math.min(...know.members.map((server) => know.outstanding[server]));
    const server = choose(know);
    chosen[server]++;
    assert.ok(know.isMember(server) && know.outstanding[server] === least, `step ${step}`);
    if (random.uniform() < 0.55) know.sent(server);
    const busy = know.members.filter((member) => know.outstanding[member] > 0);
    if (busy.length > 0 && random.uniform() < 0.5) know.over(busy[random.integer(busy.length)]);
    if (step % 50 === 0) {
      const other = random.integer(7);
      if (know.isMember(other) && know.members.length > 1) know.leave(other);
      else know.join(other);
    }
  }
  assert.ok(Math.min(...chosen) > 0.6 * Math.max(...chosen), `${chosen}`);
});

test("ties of an empty system are broken evenly", () => {
  const list = counts(knowing(4, { policy: "least-connections" }), 40_000);
  for (const count of list) assert.ok(Math.abs(count - 10_000) < 5 * Math.sqrt(7500), `${list}`);
});

test("two choices without replacement: the k-th loaded of n is taken with chance 2(n − k)/(n(n − 1))", () => {
  const know = knowing(5, { policy: "d-choices" });
  for (let server = 0; server < 5; server++) for (let i = 0; i < server; i++) know.sent(server);
  const list = counts(know, 50_000);
  for (let k = 1; k <= 5; k++) {
    const expected = (2 * (5 - k)) / (5 * 4);
    const error = 5 * Math.sqrt((expected * (1 - expected)) / 50_000);
    assert.ok(Math.abs(list[k - 1] / 50_000 - expected) <= error, `${k}: ${list}`);
  }
});

test("with replacement the most loaded is taken when it is drawn twice: 1/n²", () => {
  const know = knowing(5, { policy: "d-choices", replacement: true });
  for (let i = 0; i < 3; i++) know.sent(4);
  const share = counts(know, 50_000)[4] / 50_000;
  assert.ok(Math.abs(share - 0.04) < 5 * Math.sqrt((0.04 * 0.96) / 50_000), `${share}`);
});

test("round robin deals to all in turn; weighted, each prefix within one turn of the speeds", () => {
  assert.deepEqual(counts(knowing(6, { policy: "round-robin" }), 600), [100, 100, 100, 100, 100, 100]);
  const know = knowing(3, { policy: "weighted-round-robin", fastServers: 1, fastSpeed: 3 });
  let [fast, all] = [0, 0];
  counts(know, 5000, (server) => {
    all++;
    if (server === 0) fast++;
    assert.ok(Math.abs(fast - 0.6 * all) <= 1.21, `${fast} of ${all}`);
  });
});

test("hash affinity: a key keeps its server, and another's failure moves no key but that server's", () => {
  const know = knowing(10, { policy: "hash-affinity" });
  const before = Array.from({ length: 2000 }, (_, key) => choose(know, key));
  know.leave(4);
  const after = Array.from({ length: 2000 }, (_, key) => choose(know, key));
  before.forEach((server, key) => {
    if (server !== 4) assert.equal(after[key], server);
    else assert.notEqual(after[key], 4);
  });
  assert.ok(new Set(after.filter((_, key) => before[key] === 4)).size === 9, "spread over all the others");
});

test("join-idle-queue takes idle servers in the order of their reports, each report once", () => {
  const know = knowing(50, { policy: "idle-queue" });
  know.policy.idle?.(31);
  know.policy.idle?.(7);
  know.policy.idle?.(31);
  assert.deepEqual([choose(know), choose(know)], [31, 7]);
  const rest = counts(know, 5000);
  assert.ok(
    rest.every((count) => count > 50 && count < 160),
    "then at random",
  );
});

test("peak EWMA takes a peak over at once and forgets it by e^(−t/decay)", () => {
  const know = knowing(2, { policy: "peak-ewma", decay: 10 });
  for (const server of [0, 1]) know.policy.answered?.(server, 1, 1);
  know.policy.answered?.(0, 5, 1);
  know.time = 10;
  know.policy.answered?.(0, 1, 1); // 5/e + 1 − 1/e = 2.47
  const share = (): number => counts(know, 4000)[0] / 4000;
  // Server 1 at cost 1·(1 + k): dearer than 2.47 from two requests outstanding on.
  know.sent(1);
  assert.ok(share() < 0.3, "2 is less than 2.47: server 0 only when drawn twice");
  know.sent(1);
  assert.ok(share() > 0.7, "3 is more");
});

test("best shares by bisection are those of the closed form, on 1,000 random groups", () => {
  const random = randomStreams(5).stream("test");
  for (let i = 0; i < 1000; i++) {
    const rates = Array.from({ length: 1 + random.integer(8) }, () => 0.1 + 10 * random.uniform());
    const capacity = rates.reduce((sum, rate) => sum + rate, 0);
    const arrivals = (0.02 + 0.95 * random.uniform()) * capacity;
    const expected = optimalSplit(rates, arrivals);
    bestShares(rates, arrivals).forEach((share, server) => {
      assert.ok(Math.abs(share * arrivals - expected[server]) < 1e-6 * capacity, `${rates} at ${arrivals}`);
    });
  }
});

test("the controller's shares become those of the measured rates, every server keeping a floor", () => {
  const know = knowing(2, { policy: "controller", controlInterval: 1 });
  for (let interval = 0; interval < 60; interval++) {
    for (let i = 0; i < 100; i++) choose(know);
    for (let i = 0; i < 100; i++) know.policy.answered?.(0, 1, 1 / 400);
    for (let i = 0; i < 100; i++) know.policy.answered?.(1, 1, 1 / 100);
    know.policy.control?.();
  }
  const share = counts(know, 40_000)[1] / 40_000;
  // 100/s on rates 400 and 100: the slow one is not worth its price (optimalSplit gives [100, 0]); 1 % is the floor.
  assert.deepEqual(optimalSplit([400, 100], 100), [100, 0]);
  assert.ok(Math.abs(share - 0.01) < 0.003, `${share}`);
});

test("reports: what was sent since counts on top only where asked", () => {
  for (const countOwn of [false, true]) {
    const know = knowing(2, { policy: "least-loaded", reportInterval: 1, countOwn });
    know.report(0, 2);
    know.report(1, 4);
    for (let i = 0; i < 3; i++) know.sent(0);
    assert.equal(choose(know), countOwn ? 1 : 0);
    know.report(0, 3);
    assert.equal(choose(know), 0);
  }
});

test("a queue in an array gives back what an array does", () => {
  const random = randomStreams(2).stream("test");
  const [queue, plain]: [Fifo<number>, number[]] = [new Fifo(), []];
  for (let i = 0; i < 20_000; i++) {
    if (plain.length === 0 || random.uniform() < 0.52) {
      queue.push(i);
      plain.push(i);
    } else if (random.uniform() < 0.9) {
      assert.equal(queue.first, plain[0]);
      assert.equal(queue.shift(), plain.shift());
    } else {
      const wanted = plain[random.integer(plain.length)];
      assert.equal(
        queue.remove((item) => item === wanted),
        wanted,
      );
      plain.splice(plain.indexOf(wanted), 1);
    }
    assert.equal(queue.length, plain.length);
  }
  assert.equal(
    queue.remove((item) => item < 0),
    null,
  );
});
