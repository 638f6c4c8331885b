/** How the parts of a space-time diagram are told apart: width, colour, head, side of a cut. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { contrastRatio, luminance } from "./colour.ts";
import { sidesOf } from "./space-time-ground.ts";
import { kindStyles, QUORUM, widthScale } from "./space-time-style.ts";

const MESSAGE = {
  from: 0,
  to: 1,
  kind: "append",
  bytes: 100,
  sent: 0.1,
  left: 0.1,
  arrived: 0.7,
  handled: 0.7,
};

test("wider arrows are larger messages; kinds differ in colour and head; nine kinds share a grey one", () => {
  const width = widthScale([64, 4096, 1e6]);
  assert.ok(width(64) < width(4096) && width(4096) < width(1e6));
  assert.equal(
    widthScale([64, 70])(64),
    widthScale([64, 70])(70),
    "sizes that hardly differ are drawn alike",
  );
  const of = (count: number) =>
    kindStyles(
      Array.from({ length: count * 2 - 1 }, (_, i) => ({
        ...MESSAGE,
        kind: `k${i % count}`,
        index: i,
        end: 1,
        quorum: false,
      })),
    );
  const eight = of(8).styles;
  assert.equal(new Set(eight.map((style) => style.color)).size, 8);
  assert.equal(
    new Set(eight.map((style) => `${style.head.outline} ${style.head.fill === style.color}`)).size,
    8,
  );
  const nine = of(9);
  assert.equal(nine.styles.length, 8);
  assert.equal(nine.styles[nine.indexOf("k8")].name, "other kinds");
  // Every colour of an arrow is told from the halo behind it in greyscale too.
  for (const { color } of eight) assert.ok(luminance(QUORUM.halo) > luminance(color) + 0.1, color);
  assert.ok(contrastRatio(QUORUM.ring, QUORUM.halo) > 4.5);
});

test("the smaller side of a cut is the one that lost most links", () => {
  const both = (a: readonly number[], b: readonly number[]) =>
    a.flatMap((i) =>
      b.flatMap(
        (j) =>
          [
            [i, j],
            [j, i],
          ] as [number, number][],
      ),
    );
  const side = (links: [number, number][]) => {
    const { concerned, smaller } = sidesOf({ from: 0, to: 1, links, label: "" });
    return [concerned, [...smaller]];
  };
  assert.deepEqual(side(both([1, 3], [0, 2, 4])), [
    [0, 1, 2, 3, 4],
    [1, 3],
  ]);
  assert.deepEqual(side(both([0, 1], [2, 3])), [[0, 1, 2, 3], []]);
  assert.deepEqual(side([[2, 0]]), [[0, 2], []]);
  assert.deepEqual(side([]), [[], []]);
});
