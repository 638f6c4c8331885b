import assert from "node:assert/strict";
import { test } from "node:test";
import { contrastRatio, hexOf, inkOn, type LinearRgb, linearRgb, luminance, oklab, oklch } from "./colour.ts";
import { colourAt, DIVERGING, SEQUENTIAL, SERIES_COLOURS, seriesStyles, VERDICT_STYLE } from "./palette.ts";

type Lab = readonly [number, number, number];

/** Machado, Oliveira, Fernandes 2009, supplementary table, severity 1.0; they act on linear light. */
const VISIONS: Readonly<Record<string, readonly LinearRgb[]>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function seen(hex: string, vision: string): LinearRgb {
  const rgb = linearRgb(hex);
  const [r, g, b] = VISIONS[vision].map((row) =>
    Math.min(1, Math.max(0, row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2])),
  );
  return [r, g, b];
}

/** CIE L*a*b* of linear sRGB under D65. */
function cielab([r, g, b]: LinearRgb): Lab {
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** CIEDE2000 colour difference, in the notation of Sharma, Wu, Dalal, Color Res. Appl. 30(1), 2005. */
function ciede2000(first: Lab, second: Lab): number {
  const rad = Math.PI / 180;
  const [[l1, a1, b1], [l2, a2, b2]] = [first, second];
  const mean = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const g = 0.5 * (1 - Math.sqrt(mean ** 7 / (mean ** 7 + 25 ** 7)));
  const polar = (a: number, b: number) => {
    const scaled = (1 + g) * a;
    const h = Math.atan2(b, scaled) / rad;
    return { c: Math.hypot(scaled, b), h: h < 0 ? h + 360 : h };
  };
  const p = polar(a1, b1);
  const q = polar(a2, b2);
  const gray = p.c * q.c === 0;
  let dh = gray ? 0 : q.h - p.h;
  if (dh > 180) dh -= 360;
  else if (dh < -180) dh += 360;
  const dH = 2 * Math.sqrt(p.c * q.c) * Math.sin((dh / 2) * rad);
  let h = p.h + q.h;
  if (!gray) h = Math.abs(p.h - q.h) <= 180 ? h / 2 : h < 360 ? (h + 360) / 2 : (h - 360) / 2;
  const l = (l1 + l2) / 2;
  const c = (p.c + q.c) / 2;
  const t =
    1 -
    0.17 * Math.cos((h - 30) * rad) +
    0.24 * Math.cos(2 * h * rad) +
    0.32 * Math.cos((3 * h + 6) * rad) -
    0.2 * Math.cos((4 * h - 63) * rad);
  const sl = 1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2);
  const sc = 1 + 0.045 * c;
  const sh = 1 + 0.015 * c * t;
  const turn = 60 * Math.exp(-(((h - 275) / 25) ** 2));
  const rt = -2 * Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7)) * Math.sin(turn * rad);
  const [x, y, z] = [(l2 - l1) / sl, (q.c - p.c) / sc, dH / sh];
  return Math.sqrt(x * x + y * y + z * z + rt * y * z);
}

test("CIEDE2000 of the test agrees with the published pairs", () => {
  // Sharma, Wu, Dalal 2005, table 1, pairs 1, 7, 16 and 20.
  const pairs: readonly (readonly [Lab, Lab, number])[] = [
    [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
    [[50, 0, 0], [50, -1, 2], 2.3669],
    [[50, 2.5, 0], [50, 0, -2.5], 4.3065],
    [[50, 2.5, 0], [58, 24, 15], 19.4535],
  ];
  for (const [a, b, expected] of pairs)
    assert.ok(Math.abs(ciede2000(a, b) - expected) < 1e-3, `${ciede2000(a, b)}`);
});

test("any two series colours differ by CIEDE2000 13 in normal and colour-blind vision", () => {
  for (const vision of Object.keys(VISIONS)) {
    const labs = SERIES_COLOURS.map((hex) => cielab(seen(hex, vision)));
    for (const [i, a] of labs.entries())
      for (const b of labs.slice(0, i)) assert.ok(ciede2000(a, b) >= 13, `${vision} ${SERIES_COLOURS[i]}`);
  }
});

test("series colours read on white and keep their order in greyscale", () => {
  const lightness = SERIES_COLOURS.map((hex) => 116 * Math.cbrt(luminance(hex)) - 16);
  for (const hex of SERIES_COLOURS) assert.ok(contrastRatio(hex, "#ffffff") >= 3, hex);
  for (let i = 1; i < lightness.length; i++)
    assert.ok(lightness[i] - lightness[i - 1] >= 5.5, `${lightness}`);
});

test("every number of series has its own colours, symbols and dashes, dark to light, models never solid", () => {
  for (let count = 1; count <= 8; count++) {
    const styles = seriesStyles(count);
    for (const key of ["color", "symbol", "dash"] as const)
      assert.equal(new Set(styles.map((style) => style[key])).size, count);
    for (const style of styles) assert.match(style.dash, /^\d+px(,\d+px)+$/);
    const light = styles.map((style) => luminance(style.color));
    assert.deepEqual(
      light,
      [...light].sort((a, b) => a - b),
    );
  }
  assert.throws(
    () => seriesStyles(9),
    /^DomainError: seriesStyles: series must be 1 to 8 in one panel .*, got 9$/,
  );
});

test("verdicts differ in symbol, and in colour under every vision", () => {
  const styles = Object.values(VERDICT_STYLE);
  assert.equal(new Set(styles.map((style) => style.symbol)).size, 3);
  for (const vision of Object.keys(VISIONS)) {
    const labs = styles.map((style) => cielab(seen(style.color, vision)));
    for (const [i, a] of labs.entries())
      for (const b of labs.slice(0, i)) assert.ok(ciede2000(a, b) >= 13, vision);
  }
  for (const style of styles) assert.ok(contrastRatio(style.color, "#ffffff") >= 3);
});

test("the sequential scale has even steps of lightness, also for the colour blind", () => {
  const lightness = SEQUENTIAL.map(([, hex]) => oklab(hex)[0]);
  const steps = lightness.slice(1).map((l, i) => lightness[i] - l);
  for (const step of steps) assert.ok(Math.abs(step - 0.7 / 16) < 0.006, `${steps}`);
  for (const vision of Object.keys(VISIONS)) {
    const seenLightness = SEQUENTIAL.map(([, hex]) => cielab(seen(hex, vision))[0]);
    for (let i = 1; i < seenLightness.length; i++) assert.ok(seenLightness[i] < seenLightness[i - 1], vision);
  }
});

test("the diverging scale is balanced about a near-white centre and its two signs differ in every vision", () => {
  const last = DIVERGING.length - 1;
  assert.ok(luminance(DIVERGING[last / 2][1]) > 0.85);
  for (let i = 0; i < last / 2; i++) {
    const [low, high] = [DIVERGING[i][1], DIVERGING[last - i][1]];
    assert.ok(Math.abs(oklab(low)[0] - oklab(high)[0]) < 0.01, `${low} ${high}`);
    for (const vision of Object.keys(VISIONS)) {
      const d = ciede2000(cielab(seen(low, vision)), cielab(seen(high, vision)));
      assert.ok(d > (i < 6 ? 14 : 4), `${vision} ${i}: ${d}`);
    }
  }
});

test("text on any cell of a map is readable", () => {
  for (const scale of [SEQUENTIAL, DIVERGING])
    for (let i = 0; i <= 100; i++) {
      const cell = colourAt(scale, i / 100);
      assert.ok(contrastRatio(cell, inkOn(cell)) >= 4.5, cell);
    }
});

test("OKLab and hex are inverses, and reference values hold", () => {
  for (const hex of [...SERIES_COLOURS, "#000000", "#ffffff"]) {
    assert.equal(hexOf(linearRgb(hex)), hex);
    const [l, a, b] = oklab(hex);
    assert.equal(oklch(l, Math.hypot(a, b), (Math.atan2(b, a) * 180) / Math.PI), hex);
  }
  // Ottosson 2020: white is (1, 0, 0).
  assert.ok(Math.abs(oklab("#ffffff")[0] - 1) < 1e-6);
  assert.ok(Math.abs(contrastRatio("#767676", "#ffffff") - 4.54) < 0.01); // the grey that just passes WCAG AA
  assert.throws(() => linearRgb("red"), /colour: hex must be written as #rrggbb, got "red"/);
});
