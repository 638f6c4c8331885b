/** The look of a report: one column of readable width, charts a little wider, black on white, and so on paper. */
export const REPORT_STYLE = `
:root { --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --paper: #ffffff; --shade: #f6f8fa; --accent: #0b5cad; --bad: #a1260d; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body { margin: 0; color: var(--ink); background: var(--paper); font: 17px/1.6 Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, serif; }
.page { display: grid; grid-template-columns: minmax(0, 1fr); max-width: 54rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
main { min-width: 0; }
.failed, .cell > * { max-width: 46rem; }
.cell > .chart, .cell > .html, .cell > .picture { max-width: 100%; }
h1, h2, h3, h4, nav, summary, table, .meta, .label { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.25; margin: 0.5rem 0 1rem; text-wrap: balance; }
h2 { font-size: 1.35rem; line-height: 1.3; margin: 2.5rem 0 0.75rem; padding-top: 0.5rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.1rem; margin: 1.75rem 0 0.5rem; }
h4, h5, h6 { font-size: 1rem; margin: 1.25rem 0 0.5rem; }
p, ul, ol, dl, blockquote { margin: 0 0 1rem; }
a { color: var(--accent); text-underline-offset: 0.15em; }
blockquote { margin-left: 0; padding: 0 1rem; border-left: 3px solid var(--line); color: var(--soft); }
img { max-width: 100%; height: auto; }
code, pre, kbd, samp { font-family: ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace; }
code { font-size: 0.86em; background: var(--shade); padding: 0.1em 0.3em; border-radius: 3px; overflow-wrap: anywhere; }
pre { margin: 0 0 1rem; font-size: 0.8rem; line-height: 1.45; overflow-x: auto; }
pre code { padding: 0; background: none; font-size: inherit; overflow-wrap: normal; }
.katex { font-size: 1.08em; }
.katex-display { margin: 0; }
.katex-display.fleqn > .katex { padding-left: 0; }
.formula { overflow-x: auto; overflow-y: hidden; margin: 1.1rem 0; padding: 0.15rem 0; }
.formula-error { color: var(--bad); }
nav.contents { margin: 0 0 2rem; padding: 0.75rem 1rem; background: var(--shade); border-radius: 6px; font-size: 0.9rem; }
nav.contents strong { display: block; margin-bottom: 0.25rem; }
nav.contents ol { list-style: none; margin: 0; padding: 0; }
nav.contents li { padding: 0.1rem 0; }
nav.contents li.deep { padding-left: 1.25rem; }
nav.contents a { text-decoration: none; }
nav.contents a:hover { text-decoration: underline; }
details.code { margin: 0.75rem 0; border: 1px solid var(--line); border-radius: 6px; }
details.code > summary { cursor: pointer; padding: 0.3rem 0.75rem; font-size: 0.8rem; color: var(--soft); }
details.code[open] > summary { border-bottom: 1px solid var(--line); }
details.code > pre { margin: 0; padding: 0.7rem 0.75rem; background: var(--shade); border-radius: 0 0 6px 6px; }
.code .comment { color: #5d6670; font-style: italic; }
.code .text { color: #0a5a2a; }
.code .number { color: #7a3e00; }
.code .keyword { color: #6a2c91; }
pre.stdout, pre.stderr, pre.result { white-space: pre-wrap; overflow-wrap: break-word; }
pre.stdout, pre.result { padding: 0.1rem 0 0.1rem 0.75rem; border-left: 3px solid var(--line); }
pre.stderr { padding: 0.5rem 0.75rem; background: #fff8e6; border-left: 3px solid #b58100; }
pre.error { padding: 0.6rem 0.75rem; background: #fdf0ed; border-left: 3px solid var(--bad); white-space: pre-wrap; }
.html { overflow-x: auto; margin: 0 0 1rem; }
/* Tables of many columns reach into the margin on the right before they scroll. */
.cell > .html { width: max-content; max-width: max(100%, min(72rem, 50vw + 24.5rem, 100vw - 2.5rem)); }
table { border-collapse: collapse; font-size: 0.82rem; line-height: 1.4; margin: 0.5rem 0 1.25rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.28rem 0.7rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
[align="right"] { text-align: right; }
[align="center"] { text-align: center; }
th { font-weight: 600; border-bottom-color: var(--soft); }
thead th, td:first-child, td[align="right"], td[style*="right"] { white-space: nowrap; }
caption { text-align: left; color: var(--soft); padding-bottom: 0.4rem; caption-side: top; }
figure { margin: 1.25rem 0; }
.plot { transform-origin: 0 0; }
.provenance th { width: 11rem; color: var(--soft); font-weight: 500; border-bottom-color: var(--line); white-space: nowrap; }
.provenance td { overflow-wrap: anywhere; }
.failed { padding: 0.6rem 0.9rem; margin: 0 0 1.5rem; background: #fdf0ed; border-left: 3px solid var(--bad); }
@media (min-width: 84rem) {
  .page { grid-template-columns: 15rem minmax(0, 54rem); column-gap: 3rem; max-width: 74rem; }
  .cell > .html { max-width: max(100%, min(72rem, 50vw + 16rem)); }
  nav.contents { position: sticky; top: 1.5rem; align-self: start; max-height: calc(100vh - 3rem); overflow-y: auto; background: none; padding: 0.5rem 0; font-size: 0.85rem; }
}
@page { margin: 18mm 16mm; }
@media print {
  body { font-size: 10.5pt; }
  .page { display: block; max-width: none; padding: 0; }
  .failed, .cell > *, .cell > .html { width: auto; max-width: none; }
  .chart { height: auto !important; }
  .plot.fixed { transform: none !important; zoom: min(1, calc(660 / var(--width))); }
  nav.contents, details.code:not([open]) { display: none; }
  h1, h2, h3, h4 { break-after: avoid; }
  figure, table, tr, .formula, pre.error { break-inside: avoid; }
  pre, .html, .formula { overflow: visible; }
  pre { white-space: pre-wrap; }
  a { color: inherit; }
  .modebar { display: none !important; }
}
`;
