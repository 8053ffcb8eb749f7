import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { classTable } from './classes.ts'
import { confusion } from './confusion.ts'
import { coverage } from './coverage.ts'
import { criticalErrors } from './critical-errors.ts'
import { distribution } from './distribution.ts'
import { drives } from './drives.ts'
import { groupTable } from './groups.ts'
import { headline } from './headline.ts'
import { Html, html } from './html.ts'
import { pictures } from './pictures.ts'
import { provenance } from './provenance.ts'
import { regions } from './regions.ts'
import type { Report } from './report.ts'
import { drawPage } from './script.ts'
import { shapes } from './shapes.ts'
import { STYLE } from './style.ts'
import { diceOverTime } from './time.ts'
import { timelineOf } from './timeline.ts'
import { episodeTable } from './verdict.ts'

/** Nothing is loaded from anywhere: a browser holds the page to it. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

/** `report.html`: one file that needs nothing else. */
export function reportPage(report: Report): string {
  const timeline = timelineOf(report)
  const uPlot = readUPlot()
  const recordings = [report.summary.source.recording].flat()
  const title = recordings.length > 1 ? `${recordings.length} recordings` : recordings[0]!
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Dice of ${title}</title>
<link rel="icon" href="data:,">
<style>${uPlot.style}${new Html(STYLE)}</style>
</head>
<body>
<main>
${headline(report, timeline)}
${drives(report.summary)}
${diceOverTime(report, timeline)}
${episodeTable(report, timeline)}
${criticalErrors(report.summary)}
${classTable(report, timeline)}
${groupTable(report.summary)}
${regions(report)}
${shapes(report.summary, timeline)}
${distribution(report)}
${confusion(report.summary)}
${pictures(report, timeline)}
${coverage(report, timeline)}
${provenance(report)}
</main>
<!-- uPlot 1.6, Copyright (c) Leon Sorokin, MIT licence -->
<script>${uPlot.script}</script>
<script>${new Html(inlined(drawPage))}</script>
</body>
</html>
`.text
}

function readUPlot(): { script: Html; style: Html } {
  const require = createRequire(import.meta.url)
  const read = (file: string) => new Html(readFileSync(require.resolve(`uplot/dist/${file}`), 'utf8'))
  return { script: read('uPlot.iife.min.js'), style: read('uPlot.min.css') }
}

/** A call of a function as text. esbuild wraps functions in `__name`, which only gives them their name. */
const inlined = (program: () => void) => `const __name = f => f\n;(${program.toString()})()`
