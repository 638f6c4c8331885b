import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { writeAtomic } from "./atomic-file.ts";
import { findBrowser, NO_BROWSER_HINT, NoBrowserError, withBrowser } from "./browser.ts";
import type { Playwright } from "./browser-page.ts";
import { cleanSvg, type ExportJob, exportFigures, type FigureFormat } from "./export.ts";
import { allFigures, payloadFigure } from "./figures.fixture.ts";
import { plotlyLibrary, standaloneHtml } from "./html.ts";
import { staticSvg } from "./static-svg.ts";
import { illFormed } from "./xml.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "protolab-charts-"));
after(() => rmSync(folder, { recursive: true }));
const ALL: readonly FigureFormat[] = ["json", "html", "svg", "png", "pdf"];
const found = findBrowser();
const withoutReason = found === undefined ? `no browser here: ${NO_BROWSER_HINT}` : false;

// The types of our own are a part of playwright's, or this does not compile.
type Same = typeof import("playwright-core") extends Playwright ? true : never;
true satisfies Same;

/** Runs with one environment variable changed. */
async function withEnv<T>(name: string, value: string | undefined, work: () => Promise<T>): Promise<T> {
  const before = process.env[name];
  const set = (v: string | undefined) => {
    if (v === undefined) delete process.env[name];
    else process.env[name] = v;
  };
  set(value);
  try {
    return await work();
  } finally {
    set(before);
  }
}

test("one figure in all formats, twice: right kind, right size, same bytes", {
  skip: withoutReason,
}, async () => {
  const figure = payloadFigure({ warning: "unsafe: R+W<=N" });
  const job = (name: string): ExportJob => ({ figure, path: join(folder, name), formats: ALL, scale: 1.5 });
  const small: ExportJob = {
    figure,
    path: join(folder, "deep/er/small"),
    formats: ["png"],
    width: 600,
    height: 400,
    scale: 1,
  };
  const result = await exportFigures([job("one"), job("two"), small]);
  assert.equal(result.files.length, 11);
  assert.deepEqual([result.skipped, result.hint], [[], undefined]);
  for (const format of ALL)
    assert.ok(
      readFileSync(join(folder, `one.${format}`)).equals(readFileSync(join(folder, `two.${format}`))),
      format,
    );

  const png = readFileSync(join(folder, "one.png"));
  assert.equal(png.subarray(1, 4).toString("latin1"), "PNG");
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [1290, 750]);
  const other = readFileSync(join(folder, "deep/er/small.png"));
  assert.deepEqual([other.readUInt32BE(16), other.readUInt32BE(20)], [600, 400]);

  const pdf = readFileSync(join(folder, "one.pdf")).toString("latin1");
  assert.ok(pdf.startsWith("%PDF-"));
  assert.equal(pdf.match(/\/Type\s*\/Page\b(?!s)/g)?.length, 1);
  const box = /\/MediaBox\s*\[([^\]]+)\]/.exec(pdf)?.[1].trim().split(/\s+/).map(Number) ?? [];
  assert.ok(Math.abs(box[2] - 860 * 0.75) < 1 && Math.abs(box[3] - 500 * 0.75) < 1, `${box}`);
  assert.match(pdf, /\/CreationDate \(D:20000101000000/);
  assert.match(pdf, /\/Font/); // text stays text
  assert.doesNotMatch(pdf, /\/Subtype\s*\/Image/);

  const svg = readFileSync(join(folder, "one.svg"), "utf8");
  assert.equal(illFormed(svg), undefined);
  assert.ok(svg.includes("commit latency [ms]") && svg.includes("unsafe: R+W&#60;=N"));
  assert.doesNotMatch(svg, /https?:\/\/(?!www\.w3\.org)/);
  assert.deepEqual(JSON.parse(readFileSync(join(folder, "one.json"), "utf8")), figure);
  assert.equal(readFileSync(join(folder, "one.html"), "utf8"), standaloneHtml([figure]));
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith(".tmp")),
    [],
  );
});

interface Part {
  readonly name: string;
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** In the page: boxes of titles, words of axes, annotations, legend, colour bar and plots of a drawn figure. */
const MEASURE = `(async (figure) => {
  const div = document.body.appendChild(document.createElement("div"));
  await Plotly.newPlot(div, figure.data, figure.layout, { staticPlot: true });
  const origin = div.getBoundingClientRect();
  const kinds = ["gtitle", "annotation", "legend", "colorbar"];
  for (const axis of ["x", "x2", "x3", "x4", "x5", "y", "y4"]) kinds.push(axis + "title", axis + "tick text");
  const boxes = kinds.flatMap((name) => [...div.querySelectorAll("." + name)].map((e) => {
    const box = e.getBoundingClientRect();
    return {
      name, text: e.textContent,
      left: box.left - origin.left, right: box.right - origin.left,
      top: box.top - origin.top, bottom: box.bottom - origin.top,
    };
  }));
  const plots = Object.values(div._fullLayout._plots).map(({ id, xaxis, yaxis }) => ({
    name: "plot", text: id,
    left: xaxis._offset, right: xaxis._offset + xaxis._length,
    top: yaxis._offset, bottom: yaxis._offset + yaxis._length,
  }));
  div.remove();
  return [...plots, ...boxes].filter((part) => part.right > part.left);
})`;

/** The first two parts of a drawn figure that touch, or a part that leaves it. */
function collision(parts: readonly Part[], width: number, height: number): string | undefined {
  for (const [i, a] of parts.entries()) {
    if (a.left < 0 || a.top < 0 || a.right > width || a.bottom > height)
      return `${a.name} "${a.text}" leaves the figure`;
    for (const b of parts.slice(0, i)) {
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 1 && down > 1) return `${a.name} "${a.text}" touches ${b.name} "${b.text}"`;
    }
  }
  return undefined;
}

const DRAWN =
  "as a browser draws them, no words of any figure touch other words, the data or the edge; no network";

test(DRAWN, { skip: withoutReason }, async () => {
  await withBrowser(async (session) => {
    const page = (await session.newPage()) as Page;
    const failed: string[] = [];
    page.on("requestfailed", (request) => failed.push(request.url()));
    await page.setContent(
      '<!DOCTYPE html><img src="http://127.0.0.1:9/a.png"><script src="https://example.org/b.js"></script>',
    );
    assert.equal(failed.length, 2);
    await page.addScriptTag({ content: plotlyLibrary() });
    const titleTops: number[] = [];
    for (const [name, figure] of Object.entries(allFigures())) {
      const parts = (await page.evaluate(`${MEASURE}(${JSON.stringify(figure)})`)) as Part[];
      for (const kind of [/^plot$/, /^gtitle$/, /^x\d?tick text$/, /^ytick text$/])
        assert.ok(
          parts.some((part) => kind.test(part.name)),
          `${name} has no ${kind}`,
        );
      assert.ok(
        parts.some((part) => part.name === "legend" || part.name === "colorbar"),
        name,
      );
      assert.equal(
        collision(parts, Number(figure.layout.width), Number(figure.layout.height)),
        undefined,
        name,
      );
      titleTops.push(...parts.filter((part) => part.name === "gtitle").map((part) => part.top));
    }
    // Titles of one and of two lines start at the same height.
    assert.ok(Math.max(...titleTops) - Math.min(...titleTops) < 3, `${titleTops}`);
  });
});

test("the browser is closed after an error and on abort, with the reason", {
  skip: withoutReason,
}, async () => {
  let browser: Browser | null | undefined;
  const startedThen = (work: () => Promise<never>, options: { signal?: AbortSignal } = {}) =>
    withBrowser(async (session) => {
      browser = ((await session.newPage()) as Page).context().browser();
      assert.equal(browser?.isConnected(), true);
      return work();
    }, options);
  const failing = startedThen(() => Promise.reject(new Error("mine")));
  await assert.rejects(failing, /^Error: mine$/);
  assert.equal(browser?.isConnected(), false);

  const controller = new AbortController();
  const reason = new Error("stopped by hand");
  const endless = () => {
    controller.abort(reason);
    return new Promise<never>(() => undefined);
  };
  await assert.rejects(startedThen(endless, { signal: controller.signal }), reason);
  assert.equal(browser?.isConnected(), false);

  const job: ExportJob = { figure: payloadFigure(), path: join(folder, "never"), formats: ALL };
  await assert.rejects(exportFigures([job], { signal: controller.signal }), reason);
  assert.ok(!readdirSync(folder).some((name) => name.startsWith("never")));
});

test("without a browser html, json and the static svg are written, and one line says what to install", async () => {
  await withEnv("PROTOLAB_BROWSER", "none", async () => {
    const figure = payloadFigure();
    const lines: string[] = [];
    const warn = (line: string) => lines.push(line);
    const path = join(folder, "bare");
    for (const old of [`${path}.png`, join(folder, "other.png")]) writeFileSync(old, "of an earlier run");
    const result = await exportFigures(
      [
        { figure, path, formats: ALL },
        { figure, path: `${path}2`, formats: ["png"] },
      ],
      { warn },
    );
    assert.deepEqual(result.files, [`${path}.json`, `${path}.html`, `${path}.svg`]);
    assert.deepEqual(result.skipped, [`${path}.png`, `${path}.pdf`, `${path}2.png`]);
    assert.deepEqual(lines, [NO_BROWSER_HINT]);
    assert.equal(result.hint, NO_BROWSER_HINT);
    assert.deepEqual([existsSync(`${path}.png`), existsSync(join(folder, "other.png"))], [false, true]);
    assert.equal(NO_BROWSER_HINT.split("\n").length, 1);
    assert.equal(readFileSync(`${path}.svg`, "utf8"), staticSvg(figure));
    const quiet = await exportFigures([{ figure, path: `${path}3`, formats: ["svg", "html"] }], { warn });
    assert.deepEqual([quiet.skipped, lines.length], [[], 1]);
    await assert.rejects(
      withBrowser(async () => 1),
      NoBrowserError,
    );
  });
});

test("a browser that does not start counts as none, and the line says which", {
  skip: process.platform === "win32",
}, async () => {
  const broken = join(folder, "broken-browser");
  writeFileSync(broken, "#!/bin/sh\nexit 3\n");
  chmodSync(broken, 0o755);
  await withEnv("PROTOLAB_BROWSER", broken, async () => {
    const lines: string[] = [];
    const job: ExportJob = {
      figure: payloadFigure(),
      path: join(folder, "failed"),
      formats: ["json", "png"],
    };
    const result = await exportFigures([job], { warn: (line) => lines.push(line) });
    assert.deepEqual(result.files, [`${job.path}.json`]);
    assert.equal(lines.length, 1);
    assert.match(
      lines[0],
      /^The browser .*broken-browser \(PROTOLAB_BROWSER\) did not start, so no PNG or PDF was written: /,
    );
  });
});

test("a browser is looked for in a stated order", { skip: process.platform === "win32" }, () => {
  const program = (name: string) => {
    const path = join(folder, name);
    writeFileSync(path, "");
    chmodSync(path, 0o755);
    return path;
  };
  const [own, chrome, system] = ["own", "chrome", "chromium"].map(program);
  const env = { PROTOLAB_BROWSER: own, CHROME_PATH: chrome, PATH: folder };
  assert.deepEqual(findBrowser({ env }), { path: own, source: "PROTOLAB_BROWSER" });
  assert.deepEqual(findBrowser({ env: { ...env, PROTOLAB_BROWSER: "" } }), {
    path: chrome,
    source: "CHROME_PATH",
  });
  const lost = { ...env, PROTOLAB_BROWSER: "", CHROME_PATH: "/nowhere" };
  assert.deepEqual(findBrowser({ env: lost, platform: "linux" }), { path: system, source: "system" });
  assert.equal(findBrowser({ env: { ...env, PROTOLAB_BROWSER: "none" } }), undefined);
  assert.throws(
    () => findBrowser({ env: { PROTOLAB_BROWSER: "/nowhere" } }),
    /^UsageError: export: PROTOLAB_BROWSER must be the path of a browser or none, got "\/nowhere"$/,
  );
});

test("ids are renamed alike wherever they are used, and differ between figures", () => {
  const svg = (id: string, text: string) =>
    `<svg><clipPath id="${id}"/><g clip-path="url(#${id})" style="clip-path: url(&quot;#${id}&quot;)"><use href="#${id}"/>${text}</g></svg>`;
  const [a, b, c] = [svg("x1y", "one"), svg("q9z", "one"), svg("x1y", "two")].map(cleanSvg);
  assert.equal(a, b);
  const id = (text: string) => / id="([^"]+)"/.exec(text)?.[1] ?? "";
  assert.notEqual(id(a), id(c));
  assert.equal(a.split(id(a)).length, 5);
  assert.doesNotMatch(a, /x1y/);
});

test("files are whole or absent", async () => {
  const path = join(folder, "atomic/file.txt");
  await writeAtomic(path, "first");
  await Promise.all([writeAtomic(path, "a".repeat(1e5)), writeAtomic(path, "b".repeat(1e5))]);
  assert.match(readFileSync(path, "utf8"), /^(a{100000}|b{100000})$/);
  await assert.rejects(writeAtomic(join(folder, "atomic"), "x"));
  assert.deepEqual(readdirSync(join(folder, "atomic")), ["file.txt"]);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith(".tmp")),
    [],
  );
});

test("bad jobs are refused before anything is written", async () => {
  const figure = payloadFigure();
  const job = (change: object): ExportJob => ({
    figure,
    path: join(folder, "bad"),
    formats: ["json"],
    ...change,
  });
  const cases: readonly [readonly ExportJob[], RegExp][] = [
    [
      [job({ formats: ["jpg"] })],
      /^UsageError: exportFigures: unknown format "jpg" \(known: json, html, svg, png, pdf; did you mean svg\?\)$/,
    ],
    [[job({}), job({})], /exportFigures: each file must be written once, got ".*bad\.json" twice/],
    [[job({ path: "" })], /exportFigures: path must name a file without extension, got ""/],
    [[job({ width: 10 })], /exportFigures: width must be whole pixels, 200 to 8000, got 10/],
    [[job({ scale: 0 })], /exportFigures: scale must be 0\.5 to 8, got 0/],
  ];
  for (const [jobs, message] of cases) await assert.rejects(exportFigures(jobs), message);
  assert.ok(!readdirSync(folder).some((name) => name.startsWith("bad")));
});
