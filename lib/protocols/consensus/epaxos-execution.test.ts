/** EPaxos' execution against the definition: a command is executed as soon as all it comes after, however far, is committed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { RandomStream } from "../../core/random.ts";
import { epaxosRules, executeWhatCan } from "./epaxos.ts";
import { noteCommitted } from "./epaxos-pending.ts";
import { type Ctx, type Instance, instanceOf, interfere, newNode } from "./epaxos-state.ts";

const REPLICAS = 3;
const EACH = 7;

/** All these handlers ask of a context: nothing is answered, for the commands are of other replicas. */
const ctx = { localTime: () => 0, barrier() {} } as unknown as Ctx;

/** Dependencies at random, of some density; an instance comes after earlier ones of its own replica at most. */
function drawDeps(draw: RandomStream, replica: number, index: number): number[] {
  return Array.from({ length: REPLICAS }, (_, other) =>
    draw.integer(3) === 0 ? draw.integer(other === replica ? index + 1 : EACH + 1) - 1 : -1,
  );
}

type Command = Instance["operation"];

/** A write or a read of one of two keys, or now and then nothing. */
function drawOperation(draw: RandomStream, at: number): Command {
  if (draw.integer(8) === 0) return null;
  const kind = draw.integer(3) === 0 ? "read" : "write";
  return { id: at, key: draw.integer(4) === 0 ? 1 : 0, kind, bytes: 1, client: 0, handle: at };
}

/** What an instance comes after: committed instances that interfere with it, and all that are not committed. */
function before(
  at: number,
  deps: readonly number[],
  all: readonly Command[],
  committed: ReadonlySet<number>,
) {
  const found: number[] = [];
  for (let replica = 0; replica < REPLICAS; replica++)
    for (let index = 0; index <= deps[replica]; index++) {
      const other = index * REPLICAS + replica;
      if (!committed.has(other) || interfere(all[other], all[at])) found.push(other);
    }
  return found;
}

/** All that an instance comes after, however far, itself among it: followed link by link, from nothing, each time. */
function reached(root: number, of: (at: number) => readonly number[]): Set<number> {
  const seen = new Set([root]);
  for (const at of seen) for (const other of of(at)) seen.add(other);
  return seen;
}

const nameOf = (at: number): [replica: number, index: number] => [at % REPLICAS, Math.floor(at / REPLICAS)];

test("whatever order commits come in, what may be executed is, after each of them, and in the order of the definition", () => {
  const draw = new RandomStream(1, 2, 3, 4);
  let [waited, mutual] = [0, 0];
  for (let seed = 0; seed < 400; seed++) {
    draw.restart(seed);
    const node = newNode(REPLICAS, REPLICAS + 1); // a fourth replica, which leads none of them
    const all = Array.from({ length: REPLICAS * EACH }, (_, at) => at);
    const deps = all.map((at) => [...drawDeps(draw, ...nameOf(at)), -1]);
    const commands = all.map((at) => drawOperation(draw, at));
    const seqs = all.map(() => draw.integer(5));
    const committed = new Set<number>();
    const executed: number[] = [];
    const isExecuted = new Set<number>();
    for (const { at } of all.map((at) => ({ at, by: draw.uniform() })).sort((a, b) => a.by - b.by)) {
      committed.add(at);
      const instance = instanceOf(node, ...nameOf(at)) as Instance;
      Object.assign(instance, { operation: commands[at], deps: deps[at], seq: seqs[at] });
      let status = instance.status;
      Object.defineProperty(instance, "status", {
        get: () => status,
        set(now: Instance["status"]) {
          status = now;
          if (now !== "executed") return;
          executed.push(at);
          isExecuted.add(at);
        },
      });
      noteCommitted(node, instance);
      executeWhatCan(node, instance, epaxosRules, ctx);
      for (const one of all) {
        const needed = reached(one, (other) => before(other, deps[other], commands, committed));
        const may = [...needed].every((other) => committed.has(other));
        assert.equal(isExecuted.has(one), may, `seed ${seed}, ${nameOf(one)}`);
      }
      waited += node.blocked.size;
    }
    assert.equal(node.blocked.size, 0, `seed ${seed}: nothing waits at the end`);
    const after = all.map((one) => reached(one, (at) => before(at, deps[at], commands, committed)));
    for (const [place, b] of executed.entries())
      for (const a of executed.slice(place + 1)) {
        // `a` came later: `b` does not come after it, or each comes after the other and then numbers decide.
        if (!after[b].has(a)) continue;
        assert.ok(after[a].has(b), `seed ${seed}: ${nameOf(b)} before ${nameOf(a)}`);
        const [[ra, ia], [rb, ib]] = [nameOf(a), nameOf(b)];
        assert.ok((seqs[a] - seqs[b] || ra - rb || ia - ib) > 0, `seed ${seed}: ${nameOf(b)}, ${nameOf(a)}`);
        mutual++;
      }
  }
  assert.ok(waited > 1000 && mutual > 1000, `${waited} waited, ${mutual} came after one another`);
});
