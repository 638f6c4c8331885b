import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Cell, Notebook, Output } from "./notebook-file.ts";
import type { Provenance } from "./provenance.ts";
import { notebookReport, type ReportOptions } from "./report.ts";
import { highlight } from "./report-code.ts";

const folder = mkdtempSync(join(tmpdir(), "protolab-report-"));
after(() => rmSync(folder, { recursive: true }));

let ids = 0;
const text = (source: string, attachments?: Record<string, Record<string, string>>): Cell => ({
  cell_type: "markdown",
  id: `m${ids++}`,
  metadata: {},
  source,
  ...(attachments === undefined ? {} : { attachments }),
});
const code = (source: string, outputs: readonly Output[] = [], tags: readonly string[] = []): Cell => ({
  cell_type: "code",
  id: `c${ids++}`,
  metadata: tags.length > 0 ? { tags } : {},
  source,
  execution_count: 3,
  outputs,
});
const shown = (data: Record<string, unknown>): Output => ({
  output_type: "display_data",
  data,
  metadata: {},
});
const report = (cells: readonly Cell[], options?: ReportOptions): string => {
  const notebook: Notebook = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells };
  return notebookReport(notebook, options);
};
/** What is inside <main>, without the plotly script. */
const main = (html: string): string => /<main>([\s\S]*)<\/main>/.exec(html)?.[1]?.trim() ?? "";
const FIGURE = {
  data: [{ type: "bar", y: [1], name: "</script><b>" }],
  layout: { title: { text: "A & <b>B</b>" }, width: 640, height: 300 },
};

test("typesets formulas, with MathML beside them; money stays money", () => {
  const html = main(
    report([
      text(
        "Cost $5 and $6, `$x$`, \\$y$, wait $E[W]=\\frac{\\rho}{1-\\rho}$.\n\n$$a < b$$\n\n\\begin{align}\nx &= 1\n\\end{align}",
      ),
    ]),
  );
  assert.match(
    html,
    /Cost \$5 and \$6, <code>\$x\$<\/code>, \$y\$, wait <span class="katex"><span class="katex-mathml"><math/,
  );
  assert.match(html, /<mfrac><mi>ρ<\/mi><mrow><mn>1<\/mn><mo>−<\/mo><mi>ρ<\/mi><\/mrow><\/mfrac>/);
  assert.equal(html.match(/<math /g)?.length, 3);
  assert.equal(html.match(/display="block"/g)?.length, 2);
  assert.match(html, /<annotation encoding="application\/x-tex">a &lt; b<\/annotation>/);
  const overCode = main(report([text("$f(`x`)$ and `$` or `$`")]));
  assert.equal(overCode.includes("<math"), false);
  assert.equal(html.match(/class="katex-html" aria-hidden="true"/g)?.length, 3);
  assert.doesNotMatch(html, /[\ue000\ue001]/);
});

test("fonts of formulas are in the page, those that are used, and none in a page without formulas", () => {
  const fonts = (source: string): string[] =>
    [
      ...report([text(source)]).matchAll(/font-family:KaTeX_(\w+);[^}]*src:url\(data:font\/woff2;base64,/g),
    ].map(([, name]) => name);
  assert.deepEqual(fonts("no formula"), []);
  assert.deepEqual(fonts("$x$"), ["Main", "Math", "Size1", "Size2", "Size3", "Size4"]);
  assert.ok(fonts("$\\mathcal{R}$").includes("Caligraphic"));
  assert.doesNotMatch(report([text("$x$")]), /url\(fonts/);
});

test("a formula that is not TeX is shown as written and marked", () => {
  assert.match(
    main(report([text("$\\frac{1}$")])),
    /<code class="formula-error" title="KaTeX parse error[^"]*">\\frac\{1\}<\/code>/,
  );
});

test("title, contents and anchors come from the headings", () => {
  const html = report([text("# Does $n$ *matter* & why?\n\n## A\n### Ü b\n## A\n")], {
    provenance: PROVENANCE,
  });
  assert.match(html, /<title>Does n matter &amp; why\?<\/title>/);
  assert.deepEqual(
    [...html.matchAll(/<a href="#([^"]*)">([^<]*)</g)].map((m) => [m[1], m[2]]),
    [
      ["section-a", "A"],
      ["section-ü-b", "Ü b"],
      ["section-a-2", "A"],
      ["provenance", "Provenance"],
    ],
  );
  for (const id of ["section-a", "section-ü-b", "section-a-2", "provenance"])
    assert.equal(html.split(`id="${id}"`).length, 2, id);
  assert.match(report([text("no heading")], { title: "<Own>" }), /<title>&lt;Own&gt;<\/title>/);
  assert.doesNotMatch(report([text("## one")]), /<nav/);
});

test("raw HTML of a text cell is cleaned, pictures are taken in or left out", () => {
  writeFileSync(join(folder, "p.png"), "png");
  mkdirSync(join(folder, "inner"));
  writeFileSync(join(folder, "secret.png"), "secret");
  const inner = { folder: join(folder, "inner") };
  writeFileSync(join(inner.folder, "a b.svg"), "<svg/>");
  const source =
    "<b onclick=x()>t</b><script>alert(1)</script>\n\n![file](a%20b.svg) ![web](https://x.org/p.png) ![out](../secret.png) ![att](attachment:q.png) ![gone](none.png)";
  const html = main(report([text(source, { "q.png": { "image/png": "QUJD" } })], inner));
  assert.match(html, /<b>t<\/b>/);
  assert.doesNotMatch(html, /alert|onclick|x\.org|c2VjcmV0/);
  assert.deepEqual(
    [...html.matchAll(/<img ([^>]*)>/g)].map((m) => m[1]),
    [
      `src="data:image/svg+xml;base64,${Buffer.from("<svg/>").toString("base64")}" alt="file"`,
      'alt="web"',
      'alt="out"',
      'src="data:image/png;base64,QUJD" alt="att"',
      'alt="gone"',
    ],
  );
});

test("code is folded, labelled and coloured; or open, or hidden", () => {
  const cells = [
    code('let a = "<b>"; // x', [], ["parameters"]),
    code("a = 1", [], ["injected-parameters"]),
    code("f()"),
    code("  "),
  ];
  const html = main(report(cells));
  assert.deepEqual(
    [...html.matchAll(/<summary>([^<]*)</g)].map((m) => m[1]),
    ["Parameters [3]", "Parameters of this run [3]", "Code [3]"],
  );
  assert.match(
    html,
    /<details class="code"><summary>Parameters \[3\]<\/summary><pre><code><span class="keyword">let<\/span> a = <span class="text">&quot;&lt;b&gt;&quot;<\/span>; <span class="comment">\/\/ x<\/span><\/code>/,
  );
  assert.match(main(report(cells, { code: "open" })), /<details class="code" open>/);
  assert.equal(main(report(cells, { code: "hidden" })), "");
  assert.equal(
    // biome-ignore lint/suspicious/noTemplateCurlyInString: TypeScript as text
    highlight("a.from; { type: 1e3, of } `x\n${y}` // of\nformat /* if */ 0x1F"),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: TypeScript as text
    'a.from; { type: <span class="number">1e3</span>, <span class="keyword">of</span> } <span class="text">`x\n${y}`</span> <span class="comment">// of</span>\nformat <span class="comment">/* if */</span> <span class="number">0x1F</span>',
  );
});

test("shows the richest type of an output that a page can show", () => {
  const one = (data: Record<string, unknown>): string =>
    main(report([code("", [shown(data)])]))
      .replace(/<\/?section[^>]*>/g, "")
      .trim();
  assert.equal(
    one({ "text/html": ["<table><tr>", "<td>1</table>"], "text/plain": "t" }),
    '<div class="html"><table><tr><td>1</td></tr></table></div>',
  );
  assert.equal(
    one({ "text/html": "<script>draw()</script><div></div>", "text/plain": "a < b" }),
    '<pre class="result">a &lt; b</pre>',
  );
  assert.equal(
    one({ "image/png": "QU\nJD", "text/plain": "a picture" }),
    '<figure class="picture"><img src="data:image/png;base64,QUJD" alt="a picture"></figure>',
  );
  assert.match(
    one({ "image/svg+xml": ["<svg onload='x()'>", "</svg>"] }),
    /^<figure class="picture"><img src="data:image\/svg\+xml;base64,[A-Za-z0-9+/=]+" alt="picture"><\/figure>$/,
  );
  assert.match(
    one({ "text/latex": "$x^2$" }),
    /^<div class="formula"><span class="katex-display fleqn"><span class="katex">/,
  );
  assert.match(
    one({ "text/markdown": "| a | b |\n| --- | --- |\n| $x$ | <b>1</b> |", "text/plain": "x 1" }),
    /^<div class="html"><table>[\s\S]*<td><span class="katex">/,
  );
  assert.equal(one({ "application/x-unknown": 1 }), "");
});

test("shows text as a terminal leaves it, and errors with a note at the top", () => {
  const outputs: Output[] = [
    { output_type: "stream", name: "stdout", text: "10 %\r50 %\r100 %\r\n\u001b[31mred\u001b[0m <x>\n\n" },
    { output_type: "stream", name: "stderr", text: ["w\n"] },
    { output_type: "stream", name: "stdout", text: " \n" },
    {
      output_type: "error",
      ename: "RangeError",
      evalue: "n < 1",
      traceback: ["RangeError: n < 1", "    at f"],
    },
  ];
  const html = main(report([text("# T"), code("", outputs)]));
  assert.match(
    html,
    /<pre class="stdout">100 %\nred &lt;x&gt;<\/pre>\n<pre class="stderr">w<\/pre>\n<pre class="error">RangeError: n &lt; 1\n {4}at f<\/pre>/,
  );
  assert.match(
    html,
    /^<p class="failed"><strong>This run failed in cell \[3\]:<\/strong> RangeError: n &lt; 1/,
  );
  assert.doesNotMatch(main(report([text("# T"), code("", outputs.slice(0, 3))])), /failed/);
});

test("draws figures from data in the page, with one copy of plotly, and a still picture without scripts", () => {
  const bundle = {
    "application/vnd.plotly.v1+json": FIGURE,
    "text/html": "<b>no</b>",
    "image/svg+xml": "<svg/>",
  };
  const html = report([text("# T"), code("f", [shown(bundle), shown(bundle)])]);
  const data = [
    ...html.matchAll(/<script type="application\/json" id="(figure-\d)-data">([\s\S]*?)<\/script>/g),
  ];
  assert.deepEqual(
    data.map((m) => [m[1], JSON.parse(m[2]!)]),
    [
      ["figure-1", FIGURE],
      ["figure-2", FIGURE],
    ],
  );
  assert.match(
    html,
    /<div class="plot fixed" id="figure-1" role="img" aria-label="A &amp; B" style="width:640px;height:300px;--width:640">/,
  );
  assert.equal(html.match(/<noscript><img src="data:image\/svg\+xml;base64,/g)?.length, 2);
  assert.equal(html.match(/plotly\.js \(cartesian/g)?.length, 1);
  assert.ok(html.length < 2_000_000, `${html.length} characters`);
  assert.doesNotMatch(main(html), /<b>no<\/b>/);
  const none = report([text("# T")]);
  assert.ok(none.length < 20_000 && !none.includes("<script"), `${none.length} characters`);
});

test("a trace that the small plotly does not draw brings the whole one", () => {
  const surface = { data: [{ type: "surface", z: [[1]] }], layout: {} };
  const html = report([code("f", [shown({ "application/vnd.plotly.v1+json": surface })])]);
  assert.match(html.slice(0, 60_000), /plotly\.js \(strict/);
});

test("the page's policy allows its own scripts by their hashes and nothing else", () => {
  const html = report([code("f", [shown({ "application/vnd.plotly.v1+json": FIGURE })])]);
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "";
  const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map((m) => m[1]!);
  assert.equal(scripts.length, 2);
  const hashes = scripts.map((script) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`);
  assert.ok(policy.includes(`default-src 'none'; script-src ${hashes.join(" ")};`), policy);
  assert.doesNotMatch(policy, /unsafe-eval|https?:|\*/);
});

test("the page loads nothing", () => {
  const cells = [
    text(
      "# T\n\n[a link](https://raft.github.io) ![p](https://x.org/p.png)\n<link rel=stylesheet href=https://x.org/s.css>",
    ),
    code("f", [
      shown({ "application/vnd.plotly.v1+json": FIGURE }),
      shown({
        "text/html":
          '<table background="https://x.org/b.png"><td style="background:url(https://x.org)">1</table><img srcset="https://x.org/i.png 2x">',
      }),
    ]),
  ];
  const page = report(cells, { provenance: PROVENANCE }).replace(/<script>[\s\S]*?<\/script>/g, "");
  assert.doesNotMatch(page, /<(?:link|iframe|object|embed|audio|video|source|base)\b/i);
  assert.doesNotMatch(page, /(?:\bsrc|srcset|background|poster|action|data)\s*=\s*["']?\s*(?:https?:)?\/\//i);
  assert.doesNotMatch(page, /url\(|@import/i);
  assert.deepEqual(
    [...page.matchAll(/https?:\/\/[^"'\s<>)]*/g)]
      .map((m) => m[0])
      .filter((url) => !url.startsWith("http://www.w3.org/")),
    ["https://raft.github.io"],
  );
});

const PROVENANCE: Provenance = {
  protolab: "0.1.0",
  node: "v20.20.0",
  tslab: "1.0.22",
  typescript: "5.0.4",
  platform: "linux x64",
  notebook: "notebooks/a.ipynb",
  notebookHash: "ab",
  commit: "c0ffee",
  modified: true,
  seed: 7,
  parameters: { nodes: 7, mode: "<b>" },
  started: "2026-01-01T00:00:00.000Z",
  seconds: 12.34,
};

test("the last section tells where the page comes from; what is not known is left out", () => {
  const rows = (from: Provenance): string[][] =>
    [
      ...main(report([text("# T")], { provenance: from })).matchAll(
        /<th scope="row">([^<]*)<\/th><td>([^<]*)</g,
      ),
    ].map((m) => [m[1]!, m[2]!]);
  assert.deepEqual(rows(PROVENANCE), [
    ["Notebook", "notebooks/a.ipynb"],
    ["SHA-256 of its text", "ab"],
    ["Commit", "c0ffee with uncommitted changes"],
    ["Parameters", "nodes = 7, mode = &quot;&lt;b&gt;&quot;"],
    ["Seed", "7"],
    ["Started", "2026-01-01T00:00:00.000Z"],
    ["Took", "12.3 s"],
    ["Protolab", "0.1.0"],
    ["Kernel", "tslab 1.0.22, TypeScript 5.0.4"],
    ["Node", "v20.20.0 on linux x64"],
  ]);
  const { protolab, node, tslab, typescript, platform } = PROVENANCE;
  assert.deepEqual(
    rows({ protolab, node, tslab, typescript, platform, parameters: {} }).map(([name]) => name),
    ["Parameters", "Protolab", "Kernel", "Node"],
  );
});
