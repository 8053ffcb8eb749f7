/** The page's look. Contrast of text is at least 4.5 : 1 in both schemes; no meaning hangs on a colour alone. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #fbfbfa; --surface: #ffffff; --text: #16191d; --muted: #565e68; --line: #dfe2e6;
  --accent: #1b5e9e; --accent-soft: #d4e3f2; --second: #8a3ffc; --ok: #1a6b3c; --warn: #8a5200; --error: #b3261e;
  --hatch: #8b939d; --hatch-ground: #8b939d22; --notice: #fff6e0; --notice-line: #d9a400;
  --strength: .62%;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #111417; --surface: #191d21; --text: #e8eaed; --muted: #a2abb5; --line: #2f353c;
    --accent: #6cb0f0; --accent-soft: #1d3c5a; --second: #c5a3ff; --ok: #6fcf97; --warn: #f0b455; --error: #ff8a80;
    --hatch: #78828d; --hatch-ground: #78828d2b; --notice: #2b2413; --notice-line: #b98b12;
    --strength: .4%;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 2.5rem 1.5rem 5rem; }
h1 { font-size: clamp(1.4rem, 4vw, 2rem); line-height: 1.2; margin: .2rem 0 .6rem; font-weight: 650; overflow-wrap: anywhere; letter-spacing: -.01em; }
h2 { font-size: 1.2rem; margin: 0 0 .25rem; font-weight: 650; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; font-weight: 650; }
p { margin: .25rem 0; }
section { margin-top: 3rem; }
code { font: .9em ui-monospace, "SFMono-Regular", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.eyebrow { color: var(--muted); font-size: .8rem; letter-spacing: .08em; text-transform: uppercase; margin: 0; }
.lead span { display: inline-block; margin-right: .35em; }
.facts, .note { color: var(--muted); font-size: .9rem; }
.note { max-width: 46rem; margin-bottom: .75rem; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.undefined { color: var(--muted); font-style: italic; }
.tag { display: inline-block; color: var(--muted); border: 1px solid var(--line); border-radius: .25rem; font-size: .75rem; font-weight: 400; padding: 0 .35rem; }

.tag.warning { color: var(--warn); border-color: currentColor; } .tag.error { color: var(--error); border-color: currentColor; }
data { font-variant-numeric: tabular-nums; }

.notice { background: var(--notice); border-left: 4px solid var(--notice-line); padding: .8rem 1.1rem; margin-top: 1.5rem; border-radius: 0 .4rem .4rem 0; }
.notice h2 { font-size: 1rem; }
.notice ul { margin: .25rem 0 0; padding-left: 1.2rem; overflow-wrap: anywhere; }

.headline { display: grid; grid-template-columns: 1fr 1fr; gap: 1.25rem; margin-top: 1.75rem; }
.figure { background: var(--surface); border: 1px solid var(--line); border-radius: .6rem; padding: 1.1rem 1.3rem; }
.figure h2 { font-size: .95rem; color: var(--muted); font-weight: 600; }
.figure p { font-size: .9rem; color: var(--muted); }
.figure .big { font-size: 2.9rem; line-height: 1.15; font-weight: 650; color: var(--text); letter-spacing: -.02em; margin: 0 0 .5rem; }
header .note { margin-top: .6rem; }
.judgement { font-size: 1.15rem; font-weight: 650; margin: .7rem 0 .2rem; padding: .55rem .9rem; border: 1px solid var(--line); border-left: .4rem solid currentColor; border-radius: .4rem; background: var(--surface); overflow-wrap: anywhere; }
.level { font-weight: 600; white-space: nowrap; }
:is(.judgement, .level).ok { color: var(--ok); } :is(.judgement, .level).warn { color: var(--warn); } :is(.judgement, .level).error { color: var(--error); } :is(.judgement, .level).stale { color: var(--muted); }
.meter { position: relative; height: .6rem; background: var(--line); border-radius: .3rem; margin: .2rem 0 .5rem; }
.meter .fill { position: absolute; inset: 0 auto 0 0; border-radius: .3rem; background: var(--accent); }
.meter .tick { position: absolute; top: -.25rem; bottom: -.25rem; width: 2px; margin-left: -1px; background: var(--text); }
.verdict.ok { color: var(--ok); } .verdict.warn { color: var(--warn); } .verdict.error { color: var(--error); }
.figure .verdict { font-weight: 600; } .figure .verdict.ok { color: var(--ok); } .figure .verdict.warn { color: var(--warn); } .figure .verdict.error { color: var(--error); }
.others { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: .75rem 2.5rem; margin: .25rem 0 0; }
.others dt { color: var(--muted); font-size: .85rem; } .others dd { margin: 0; font-size: 1.2rem; font-weight: 600; }

.scroll { overflow-x: auto; background: var(--surface); border: 1px solid var(--line); border-radius: .5rem; }
table { border-collapse: separate; border-spacing: 0; font-size: .9rem; width: 100%; }
th, td { padding: .42rem .75rem; text-align: left; border-top: 1px solid var(--line); white-space: nowrap; }
thead th { border-top: 0; color: var(--muted); font-weight: 600; font-size: .82rem; vertical-align: bottom; }
tbody th { font-weight: 500; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.bar { background: linear-gradient(var(--accent), var(--accent)) no-repeat 0 100% / var(--share) 3px content-box; padding-bottom: .3rem; min-width: 6rem; }
th button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-decoration: underline dotted; text-underline-offset: .2em; }
th[aria-sort=descending] button::after { content: " ↓"; } th[aria-sort=ascending] button::after { content: " ↑"; }
.swatch { display: inline-block; width: .8em; height: .8em; border-radius: .2em; margin-right: .5em; vertical-align: -.05em; box-shadow: inset 0 0 0 1px #0004, 0 0 0 1px #fff3; }
.swatch.right { background: #9a9a9a; } .swatch.left-out { background: repeating-linear-gradient(135deg, #404040 0 3px, #202020 3px 6px); }
.critical td:last-child { white-space: normal; min-width: 10rem; }
.region-map { margin: .5rem 0 1rem; } .region-map img { display: block; image-rendering: pixelated; width: min(100%, 30rem); height: auto; border-radius: .3rem; border: 1px solid var(--line); }
.swatch.ignored { background: repeating-linear-gradient(135deg, #9a9a9a 0 3px, #b8b8b8 3px 6px); }

.toolbar { display: flex; flex-wrap: wrap; gap: .6rem 1.2rem; align-items: center; justify-content: space-between; margin: .5rem 0; font-size: .9rem; }
select, .buttons button, .goto { font: inherit; color: inherit; background: var(--surface); border: 1px solid var(--line); border-radius: .35rem; padding: .25rem .6rem; max-width: 100%; }
.buttons { display: inline-flex; gap: .3rem; } .buttons button { min-width: 2.3rem; cursor: pointer; }
.goto { padding: 0 .45rem; cursor: pointer; font-variant-numeric: tabular-nums; }
:is(a, button, select, summary, input, .scroll):focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
#dice-chart { min-height: 340px; background: var(--surface); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem .5rem .25rem; overflow: hidden; }
.uplot { font: inherit; } .uplot :is(th, td) { border: 0; padding: .1rem .2rem; } .uplot .u-legend { font-size: .85rem; color: var(--text); text-align: left; margin: 0 0 0 44px; font-variant-numeric: tabular-nums; }
.uplot .u-select { background: color-mix(in srgb, var(--accent) 18%, transparent); }
.u-vt .u-cursor-x, .u-hz .u-cursor-x { border-color: var(--muted); }

svg { display: block; }
.sparkline .curve { fill: none; stroke: var(--accent); stroke-width: 1.5; stroke-linejoin: round; stroke-linecap: round; }
.sparkline .floor { stroke: var(--line); }
.plot { padding-top: .15rem; padding-bottom: .15rem; }
.distribution .grid { stroke: var(--line); fill: none; } .distribution .hills { fill: var(--accent); opacity: .75; }
.distribution .whisker { stroke: var(--text); stroke-width: 1.5; } .distribution .box { fill: var(--surface); stroke: var(--text); stroke-width: 1.5; }
.distribution .median { stroke: var(--text); stroke-width: 3; }
.scale { display: flex; justify-content: space-between; width: 320px; }

.choice { border: 0; padding: 0; margin: 0 0 .6rem; display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; font-size: .9rem; }
.choice legend { float: left; padding: 0; margin-right: 1.1rem; color: var(--muted); }
.matrix { width: auto; min-width: 60%; }
.matrix th, .matrix td { padding: .3rem .45rem; }
.matrix td { text-align: right; min-width: 3.1rem; font-variant-numeric: tabular-nums; font-size: .84rem; border-left: 1px solid var(--line);
  --share: var(--row); background: color-mix(in oklab, var(--accent) calc(var(--share) * var(--strength)), var(--surface)); }
.matrix td.right { outline: 2px solid var(--text); outline-offset: -2px; font-weight: 650; }
.matrix thead th { text-align: center; } .upright { writing-mode: vertical-rl; transform: rotate(180deg); max-height: 9rem; overflow: hidden; text-overflow: ellipsis; }
.matrix tbody th, .classes tbody th, .distribution tbody th, .groups tbody th, .regions tbody th, .region-classes tbody th, .boundaries tbody th, .classes thead th:first-child, .distribution thead th:first-child, .matrix thead th:first-child { position: sticky; left: 0; background: var(--surface); z-index: 1; }
.matrix :is(.column, .pixels) { display: none; }
.confusion:has(#by-column:checked) :is(.row, .pixels), .confusion:has(#by-pixels:checked) :is(.row, .column) { display: none; }
.confusion:has(#by-column:checked) .column, .confusion:has(#by-pixels:checked) .pixels { display: inline; }
.confusion:has(#by-column:checked) td { --share: var(--column); }
.corner { font-weight: 400; font-size: .78rem; }

.legend { list-style: none; padding: 0; margin: .3rem 0; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; font-size: .88rem; }
.frames { list-style: none; padding: 0; margin: 1rem 0 0; display: grid; gap: 1.75rem; }
.frames h3 { margin: 0 1rem 0 0; display: inline-block; } .frames h3 + .facts { display: inline-block; }
.triple { display: grid; grid-template-columns: repeat(3, 1fr); gap: .6rem; margin-top: .5rem; }
.triple figure { margin: 0; } .triple img { display: block; image-rendering: pixelated; width: 100%; height: auto; border-radius: .3rem; border: 1px solid var(--line); background: #888; }
.over { background: #888 var(--camera) 50% / 100% 100% no-repeat; border-radius: .3rem; } .over img { opacity: .55; background: none; } section:has(#over-camera:not(:checked)) .over img { opacity: 1; }
.triple:has(.over) { grid-template-columns: repeat(4, 1fr); }
figcaption { font-size: .82rem; color: var(--muted); margin-top: .15rem; }
.rail { width: 100%; min-width: 12rem; height: 1.25rem; } .rail .matched { fill: var(--accent-soft); } .rail .unmatched { fill: var(--text); }
.coverage td.plot { width: 55%; }
.facts-list { display: grid; gap: .3rem; margin: .75rem 0 1rem; font-size: .92rem; } .facts-list div { display: grid; grid-template-columns: 14rem 1fr; gap: 1rem; }
.facts-list dt { color: var(--muted); } .facts-list dd { margin: 0; min-width: 0; }
.parameters td { white-space: normal; } .parameters td:last-child { white-space: nowrap; } .parameters tr:not(.changed) code { color: var(--muted); }
details { margin-top: .9rem; } summary { cursor: pointer; font-weight: 600; font-size: .95rem; } details > .scroll { margin-top: .5rem; }
details li { max-width: 46rem; font-size: .92rem; }

@media (max-width: 40rem) {
  main { padding: 1.5rem 1rem 3rem; }
  section { margin-top: 2.25rem; }
  .headline { grid-template-columns: 1fr; gap: .8rem; }
  .triple { gap: .3rem; } .triple:has(.over) { grid-template-columns: repeat(2, 1fr); }
  .facts-list div { grid-template-columns: 1fr; gap: 0; }
  th, td { padding: .4rem .55rem; }
  .uplot .u-legend { margin-left: 0; }
  .distribution svg, .scale { width: 11rem; }
  .distribution svg { height: 2.3rem; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@page { size: A4; margin: 14mm 12mm; }
@media print {
  :root { --ground: #ffffff; --surface: #ffffff; --text: #16191d; --muted: #565e68; --line: #dfe2e6; --accent: #1b5e9e; --accent-soft: #d4e3f2;
    --second: #8a3ffc; --ok: #1a6b3c; --warn: #8a5200; --error: #b3261e; --hatch: #8b939d; --hatch-ground: #8b939d22; --notice: #fff6e0; --notice-line: #d9a400; --strength: .62%; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  body { font-size: 10pt; } main { max-width: none; padding: 0; } section { margin-top: 1.6rem; }
  .toolbar, .choice, .cover { display: none; }
  h2, h3, p, figure, tr, #dice-chart, .confusion, .judgement, .headline, .frames > li { break-inside: avoid; } h2, h3, .note { break-after: avoid; }
  .scroll { overflow: visible; } table { font-size: 8pt; } th, td { padding: .2rem .3rem; white-space: normal; overflow-wrap: anywhere; }
  .number, thead th { white-space: nowrap; overflow-wrap: normal; } thead th { font-size: 7.5pt; } .bar { min-width: 0; }
  .matrix { min-width: 0; table-layout: fixed; width: 100%; } .matrix :is(td, th) { padding: .15rem .1rem; min-width: 0; font-size: min(8pt, calc(110pt / var(--columns, 10))); }
  .matrix tbody th, .classes tbody th, .distribution tbody th, .groups tbody th, .regions tbody th, .region-classes tbody th, .boundaries tbody th { position: static; } .region-map { break-inside: avoid; }
  .matrix thead th { height: 5.5rem; } .matrix thead th:first-child { width: 16%; white-space: normal; } .upright { max-height: 5.5rem; white-space: nowrap; }
  .distribution svg, .scale { width: 6.5cm; } .sparkline { width: 2.6cm; } .frames { gap: 1rem; }
  #dice-chart { padding: .4rem 0; } .uplot .u-legend { margin: 0; width: auto; } #dice-chart, #dice-chart .uplot { width: 100% !important; height: auto; min-height: 0; }
  #dice-chart .u-wrap { width: 100% !important; height: auto !important; } #dice-chart canvas { position: static; width: 100% !important; height: auto !important; } #dice-chart :is(.u-under, .u-over, .u-axis) { display: none; }
  .facts-list div { grid-template-columns: 10rem 1fr; }
}
`
