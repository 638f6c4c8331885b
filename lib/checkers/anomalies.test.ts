import assert from "node:assert/strict";
import { test } from "node:test";
import { ANOMALY_FIXTURES, historyOf } from "./anomalies.fixture.ts";
import { ANOMALIES } from "./anomalies.ts";
import { bruteForceLinearizable } from "./brute-force.fixture.ts";
import { linearizable } from "./linearizable.ts";
import { describeWitness } from "./witness.ts";

for (const { anomaly, story, history, witness } of ANOMALY_FIXTURES) {
  test(`${anomaly ?? "in order"}: ${story}`, () => {
    assert.equal(bruteForceLinearizable(history), anomaly === null);
    const searched = linearizable(history, { method: "search" });
    for (const judged of [linearizable(history), searched]) {
      assert.equal(judged.verdict, anomaly === null ? "linearizable" : "violation");
      assert.equal(judged.witness?.anomaly, anomaly ?? undefined);
      if (witness !== undefined)
        assert.deepEqual(
          judged.witness?.operations.map(({ id }) => id),
          witness,
        );
    }
  });
}

test("every anomaly has a fixture", () => {
  const shown = new Set(ANOMALY_FIXTURES.map(({ anomaly }) => anomaly));
  const missing = Object.keys(ANOMALIES).filter((name) => name !== "no order" && !shown.has(name as never));
  assert.deepEqual(missing, []);
});

test("values written twice: no order, with the fewest operations that have none", () => {
  const history = historyOf(`c1 w1 0 1
                             c1 w2 2 3
                             c2 r2 3.5 3.7
                             c2 r1 4 5`);
  const again = { ...history[0], id: 77, invoked: 6, completed: 7 };
  const { witness } = linearizable([...history, again]);
  assert.equal(witness?.anomaly, "no order");
  assert.deepEqual(
    witness?.operations.map(({ id }) => id),
    [1, 2, 1003],
  );
});

test("a witness prints who did what and when", () => {
  const { witness } = linearizable(
    historyOf(`c1 w1@3 0 0.001
               c4 w9@3 0.0011 0.002 unknown
               c2 r9@3 0.003 0.004
               c2 r-@3 0.0050123 0.006`),
  );
  assert.ok(witness);
  assert.deepEqual(describeWitness(witness).split("\n"), [
    "key 3: stale read: a read that began after a newer write had ended returned an older value",
    "  client 1: write 1, 0 s to 0.001 s",
    "  client 2: read → nothing, 0.0050123 s to 0.006 s",
  ]);
});
