/** EPaxos' execution against the definition: a command is executed as soon as all it comes after, however far, is committed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { RandomStream } from "../../core/random.ts";
import { epaxosRules, executeWhatCan } from "./epaxos.ts";
import { type Ctx, type EPaxosNode, type Instance, instanceOf, newNode } from "./epaxos-state.ts";

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

/** Whether everything that an instance comes after is committed: followed link by link, from nothing, each time. */
function allCommitted(root: number, deps: readonly number[][], committed: ReadonlySet<number>): boolean {
  const seen = new Set([root]);
  for (const at of seen) {
    if (!committed.has(at)) return false;
    for (let replica = 0; replica < REPLICAS; replica++)
      for (let index = 0; index <= deps[at][replica]; index++) seen.add(index * REPLICAS + replica);
  }
  return true;
}

const nameOf = (at: number): [replica: number, index: number] => [at % REPLICAS, Math.floor(at / REPLICAS)];

function commitOne(node: EPaxosNode, at: number, deps: readonly number[], seq: number): void {
  const [replica, index] = nameOf(at);
  const instance = instanceOf(node, replica, index) as Instance;
  const operation = {
    id: at,
    key: 0,
    kind: "write",
    bytes: 1,
    client: 0,
  } as unknown as Instance["operation"];
  Object.assign(instance, { operation, deps, seq, status: "committed" });
  executeWhatCan(node, instance, epaxosRules, ctx);
}

test("whatever order commits come in, what is executed is what may be, after each of them", () => {
  const draw = new RandomStream(1, 2, 3, 4);
  let waited = 0;
  for (let seed = 0; seed < 400; seed++) {
    draw.restart(seed);
    const node = newNode(REPLICAS, REPLICAS + 1); // a fourth replica, which leads none of them
    const all = Array.from({ length: REPLICAS * EACH }, (_, at) => at);
    const deps = all.map((at) => [...drawDeps(draw, ...nameOf(at)), -1]);
    const order = all.map((at) => ({ at, by: draw.uniform() })).sort((a, b) => a.by - b.by);
    const committed = new Set<number>();
    for (const { at } of order) {
      committed.add(at);
      commitOne(node, at, deps[at], draw.integer(5));
      for (const one of all) {
        const executed = instanceOf(node, ...nameOf(one))?.status === "executed";
        assert.equal(executed, allCommitted(one, deps, committed), `seed ${seed}, ${nameOf(one)}`);
      }
      waited += node.blocked.size;
    }
    assert.equal(node.blocked.size, 0, `seed ${seed}: nothing waits at the end`);
  }
  assert.ok(waited > 1000, `${waited} waited`);
});
