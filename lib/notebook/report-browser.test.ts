/** The report in a real browser: it draws, it loads nothing, its policy stops what it should. Skipped without one. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { notebookReport } from "./report.ts";

const candidates = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];
const executablePath = candidates.find((path) => path !== undefined && existsSync(path));
const folder = mkdtempSync(join(tmpdir(), "protolab-browser-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const figure = {
  data: [{ type: "scatter", x: [1, 2, 3], y: [2, 1, 3] }],
  layout: { title: { text: "T" }, width: 5000, height: 320 },
};
const page = join(folder, "report.html");
const shown = (data: Record<string, unknown>) =>
  ({ output_type: "display_data", data, metadata: {} }) as const;
writeFileSync(
  page,
  notebookReport({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [
      { cell_type: "markdown", id: "a", metadata: {}, source: "# Wait\n\n$$E[W]=\\frac{\\rho}{1-\\rho}$$" },
      {
        cell_type: "code",
        id: "b",
        metadata: {},
        source: "figure",
        execution_count: 1,
        outputs: [
          shown({
            "application/vnd.plotly.v1+json": figure,
            "image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg"/>',
          }),
          shown({
            "application/vnd.plotly.v1+json": {
              layout: { height: 320 },
              data: [
                {
                  type: "heatmap",
                  z: [
                    [1, 2],
                    [3, 4],
                  ],
                },
              ],
            },
          }),
          shown({ "text/html": "<table><tr><td onclick='window.ran=1'>cell</td></tr></table>" }),
        ],
      },
    ],
  }),
);

describe("a report in a browser", {
  skip: executablePath === undefined ? "no chromium found" : false,
}, () => {
  let browser: Browser;
  const open = async (
    options: { javaScriptEnabled?: boolean } = {},
  ): Promise<{ view: Page; seen: string[] }> => {
    const context = await browser.newContext({ viewport: { width: 900, height: 800 }, ...options });
    const view = await context.newPage();
    const seen: string[] = [];
    view.on("request", (request) => seen.push(request.url()));
    view.on("console", (message) => seen.push(`console: ${message.text()}`));
    view.on("pageerror", (error) => seen.push(`error: ${error.message}`));
    await view.goto(pathToFileURL(page).href);
    return { view, seen };
  };
  before(async () => {
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync".split(
        " ",
      ),
    });
  });
  after(async () => browser.close());

  test("draws both charts within the column and the formula, asks for nothing, logs nothing", async () => {
    const { view, seen } = await open();
    await view.waitForSelector("#figure-2 .heatmaplayer image");
    const widths = await view.$$eval(".plot .main-svg", (all) =>
      all.map((svg) => svg.getBoundingClientRect().width),
    );
    assert.ok(widths.length >= 2 && widths.every((width) => width > 300 && width <= 900), String(widths));
    const [fixed, free] = await view.$$eval(".chart", (all) => all.map((chart) => chart.clientHeight));
    assert.ok(
      fixed! < 80 && free! >= 320,
      `a chart of 5000 px is shown smaller as a whole: ${fixed}, ${free}`,
    );
    const formula = await view.$eval("mfrac", (fraction) => fraction.getBoundingClientRect().height);
    assert.ok(formula > 20, `a fraction ${formula} px high is not typeset`);
    assert.equal(await view.$eval("#figure-1 .gtitle", (title) => title.textContent), "T");
    assert.deepEqual(
      seen.filter((url) => !/^(?:file|data|blob):/.test(url)),
      [],
    );
  });

  test("the policy refuses a script that got into the page and a picture from elsewhere", async () => {
    const { view, seen } = await open();
    // As text: this project is compiled without the types of a browser.
    await view.evaluate(`
      const script = document.createElement("script");
      script.textContent = "window.ran = true";
      const image = document.createElement("img");
      image.src = "http://127.0.0.1:9/x.png";
      document.body.append(script, image);
    `);
    assert.equal(await view.evaluate('"ran" in window'), false);
    assert.equal(
      seen.filter((text) => /console: .*Content Security Policy/.test(text)).length,
      2,
      seen.join("\n"),
    );
  });

  test("without scripts the still picture stands in the place of the chart", async () => {
    const { view } = await open({ javaScriptEnabled: false });
    const images = await view.locator("figure.chart img").count();
    assert.equal(images, 1);
    assert.equal(await view.locator("#figure-1").isVisible(), false);
    assert.equal(
      await view.locator("figure.chart p").textContent(),
      "Figure 2: an interactive chart, which needs scripts to be allowed.",
    );
  });
});
