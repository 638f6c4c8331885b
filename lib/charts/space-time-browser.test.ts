/** The interactive diagram in a real browser: it draws, moves, filters, tells, and loads nothing. Skipped without one. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { chromium } from "playwright-core";
import { findBrowser, NO_BROWSER_HINT } from "./browser.ts";
import { exportFigures } from "./export.ts";
import { largeTrace, raftStory } from "./space-time.fixture.ts";
import { spaceTime } from "./space-time.ts";

const found = findBrowser();
const skip = found === undefined ? `no browser here: ${NO_BROWSER_HINT}` : false;
const folder = mkdtempSync(join(tmpdir(), "protolab-space-time-"));
let browser: Promise<Browser> | undefined;
after(async () => {
  await (await browser)?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens a page from a file; what it loads and what goes wrong in it is written down. */
async function open(
  html: string,
  options: { javaScriptEnabled?: boolean } = {},
): Promise<{ page: Page; seen: string[]; ms: number }> {
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
  ];
  browser ??= chromium.launch({
    executablePath: found?.path ?? "",
    args: [...flags, "--disable-component-update", "--disable-sync"],
  });
  const page = await (await browser).newPage({ viewport: { width: 1100, height: 900 }, ...options });
  const seen: string[] = [];
  const note = (line: string) => {
    if (!line.startsWith("file:") && !line.startsWith("data:image/svg+xml")) seen.push(line);
  };
  page.on("request", (request) => note(request.url()));
  page.on("pageerror", (error) => note(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") note(`console: ${message.text()}`);
  });
  const file = join(folder, "page.html");
  writeFileSync(file, html);
  const start = performance.now();
  await page.goto(pathToFileURL(file).href);
  return { page, seen, ms: performance.now() - start };
}

const settled = (page: Page) =>
  page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");

async function viewOf(page: Page): Promise<[number, number]> {
  await settled(page);
  const [from, to] = ((await page.getAttribute("[data-view]", "data-view")) ?? "").split(" ").map(Number);
  return [from, to];
}

/** How many pixels of the canvas are not white. */
const inkOf = async (page: Page): Promise<number> => {
  await settled(page);
  const count: unknown = await page.evaluate(`(() => {
    const canvas = document.querySelector(".st-plot");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let ink = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] > 0) ink++;
    return ink;
  })()`);
  return Number(count);
};

test("100,000 messages: drawn, zoomed by key, and nothing loaded or gone wrong", {
  skip,
  timeout: 60_000,
}, async (t) => {
  const { page, seen, ms } = await open(spaceTime(largeTrace(100_000)).html());
  const drawn = await page.getAttribute("[data-live]", "data-drawn");
  assert.ok(Number(drawn) > 0);
  t.diagnostic(
    `100,000 messages: first picture ${drawn} ms after navigation began, page loaded after ${ms.toFixed(0)} ms`,
  );
  assert.ok((await inkOf(page)) > 20_000);
  await page.focus(".st-plot");
  const [from, to] = await viewOf(page);
  assert.match(
    (await page.textContent(".st-keys")) ?? "",
    /each line stands for all messages of one kind on one link/,
  );
  for (let i = 0; i < 8; i++) await page.keyboard.press("+");
  const [a, b] = await viewOf(page);
  assert.ok(Math.abs((b - a) * 256 - (to - from)) < 1e-6 * (to - from), `${b - a}`);
  assert.doesNotMatch((await page.textContent(".st-keys")) ?? "", /each line stands/);
  await page.keyboard.press("0");
  assert.deepEqual(await viewOf(page), [from, to]);
  assert.deepEqual(seen, []);
  await page.close();
});

test("events by key, details under the pointer, filters, drag and strip", {
  skip,
  timeout: 60_000,
}, async () => {
  const trace = raftStory();
  const { page, seen } = await open(spaceTime({ ...trace, warning: "unsafe: <b>" }).html());
  assert.equal(await page.textContent(".st-warning"), "unsafe: <b>");
  await page.focus(".st-plot");
  const told: string[] = [];
  for (let i = 0; i < 3; i++) {
    await page.keyboard.press(".");
    told.push((await page.textContent(".st-details")) ?? "");
  }
  assert.match(
    told[0],
    /^(client: operation asked · put x=1 · at 3\.0+ ms|request · client → node 0 · 131 kB)/,
  );
  assert.match(
    told.join("\n"),
    /request · client → node 0 · 131 kB · sent at 3\.0+ ms · queued and sent out in 1\.05 ms · flew/,
  );
  await page.keyboard.press(",");
  assert.equal(await page.textContent(".st-details"), told[1]);
  await page.keyboard.press("Escape");
  assert.equal(await page.textContent(".st-details"), "");

  const before = await inkOf(page);
  const append = page.locator('button:text-is("append")');
  await append.click();
  assert.equal(await append.getAttribute("aria-pressed"), "false");
  const without = await inkOf(page);
  assert.ok(without < before, `${without} ${before}`);
  await append.press("Enter");
  assert.equal(await inkOf(page), before, "the keyboard shows them again");
  await page.selectOption("select", "quorum");
  await settled(page);
  assert.match(
    (await page.textContent(".st-keys")) ?? "",
    new RegExp(`^${trace.quorumEdges.length} messages`),
  );
  await page.selectOption("select", "all");

  const box = await page.locator(".st-plot").boundingBox();
  assert.ok(box !== null);
  const [x, y] = [box.x + box.width / 2, box.y + 40];
  await page.keyboard.press("0");
  await page.mouse.move(x, y + 60);
  await page.keyboard.down("Shift");
  await page.mouse.down();
  await page.mouse.move(x + 100, y + 60, { steps: 4 });
  await page.mouse.up();
  await page.keyboard.up("Shift");
  const [from, to] = await viewOf(page);
  const part = (to - from) / (trace.to - trace.from);
  assert.ok(part > 0.08 && part < 0.12, `chosen ${part} of the window`);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x - 50, y, { steps: 4 });
  await page.mouse.up();
  const [later] = await viewOf(page);
  assert.ok(later > from, "dragging to the left goes on in time");
  const strip = await page.locator(".st-strip").boundingBox();
  await page.mouse.click((strip?.x ?? 0) + 5, (strip?.y ?? 0) + 10);
  assert.equal((await viewOf(page))[0], 0);
  assert.deepEqual(seen, []);
  await page.close();
});

test("the pointer on an arrow tells of that message", { skip, timeout: 60_000 }, async () => {
  const trace = raftStory();
  const alone = {
    ...trace,
    messages: [trace.messages[0]],
    spans: [],
    marks: [],
    cuts: [],
    quorumEdges: [],
    processes: ["a", "b", "c", "d", "e", "f"],
  };
  const { page } = await open(spaceTime(alone).html());
  const box = await page.locator(".st-plot").boundingBox();
  assert.ok(box !== null);
  // Half-way between sender and receiver, somewhere along the row: found by going along it.
  let told = "";
  for (let x = 20; x < 200 && told === ""; x += 4) {
    await page.mouse.move(box.x + x, box.y + box.height * 0.4);
    told = (await page.textContent(".st-details")) ?? "";
  }
  assert.match(told, /^request · f → a · 131 kB/);
  await page.close();
});

test("the same diagram twice in one page, and without scripts the picture", {
  skip,
  timeout: 60_000,
}, async () => {
  const diagram = spaceTime(raftStory());
  const twice = `<!DOCTYPE html><body>${diagram.fragment()}${diagram.fragment()}</body>`;
  const { page, seen } = await open(twice);
  assert.equal(await page.locator(".st-plot").count(), 2);
  assert.equal(await page.locator("[data-still]").count(), 0);
  assert.deepEqual(seen, []);
  await page.close();
  const { page: still } = await open(twice, { javaScriptEnabled: false });
  assert.equal(await still.locator("[data-still] img").count(), 2);
  assert.equal(await still.locator(".st-plot").count(), 0);
  await still.close();
});

test("exports: picture, page, data, image and print, the same bytes twice", {
  skip,
  timeout: 60_000,
}, async () => {
  const figure = spaceTime(raftStory());
  const formats = ["json", "html", "svg", "png", "pdf"] as const;
  const { files, skipped } = await exportFigures(
    ["one", "two"].map((name) => ({ figure, path: join(folder, name), formats, scale: 1 })),
  );
  assert.deepEqual([files.length, skipped], [10, []]);
  const read = (name: string) => readFileSync(join(folder, name));
  for (const format of formats) assert.ok(read(`one.${format}`).equals(read(`two.${format}`)), format);
  const [, width, height] = (/width="(\d+)" height="(\d+)"/.exec(figure.svg()) ?? []).map(Number);
  assert.deepEqual([read("one.png").readUInt32BE(16), read("one.png").readUInt32BE(20)], [width, height]);
  assert.equal(read("one.svg").toString(), figure.svg());
  assert.equal(read("one.html").toString(), figure.html());
  assert.deepEqual(JSON.parse(read("one.json").toString()), JSON.parse(JSON.stringify(raftStory())));
  assert.equal(
    read("one.pdf")
      .toString("latin1")
      .match(/\/Type\s*\/Page\b(?!s)/g)?.length,
    1,
  );
});

test("a drawing's size is its own; without a browser all but image and print is written", async () => {
  const figure = spaceTime(raftStory());
  await assert.rejects(
    exportFigures([{ figure, path: join(folder, "x"), formats: ["svg"], width: 500 }]),
    /^DomainError: exportFigures: width of a drawing is its own, got 500$/,
  );
  const before = process.env["PROTOLAB_BROWSER"];
  process.env["PROTOLAB_BROWSER"] = "none";
  try {
    const lines: string[] = [];
    const job = { figure, path: join(folder, "plain"), formats: ["svg", "html", "pdf"] } as const;
    const { files, skipped } = await exportFigures([job], { warn: (line) => lines.push(line) });
    assert.deepEqual([files.length, skipped, lines], [2, [join(folder, "plain.pdf")], [NO_BROWSER_HINT]]);
  } finally {
    if (before === undefined) delete process.env["PROTOLAB_BROWSER"];
    else process.env["PROTOLAB_BROWSER"] = before;
  }
});
