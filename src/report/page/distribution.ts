import { percentile, sorted } from '../statistics.ts'
import type { ClassSummary } from '../summary.ts'
import { swatch } from './classes.ts'
import { type Html, html, name } from './html.ts'
import { count } from './numbers.ts'
import type { Report } from './report.ts'

const BINS = 40
const WIDTH = 320
const HEIGHT = 46
/** The histogram stands on this line, the box lies below it. */
const BASE = 30

/** How the frames' dice spread, a row a class, with the mean over classes first. */
export function distribution({ summary, frames }: Report): Html {
  if (!frames || frames.length === 0) return html``
  const row = (label: Html, values: Float64Array) => {
    const ascending = sorted(values)
    const at = (p: number) => (ascending.length ? percentile(ascending, p).toFixed(3) : '–')
    return html`
      <tr><th scope="row">${label}</th><td class="plot">${ascending.length > 0 && plot(ascending)}</td>
        ${[5, 25, 50, 75, 95].map(p => html`<td class="number">${at(p)}</td>`)}<td class="number">${count(ascending.length)}</td></tr>`
  }
  const classRow = ({ id, name: label }: ClassSummary) =>
    row(html`${swatch(id)}${name(label)}`, frames.ofClass(id, 'dice'))
  return html`
<section aria-labelledby="distribution-title">
  <h2 id="distribution-title">Distribution of frame dice</h2>
  <p class="note">Hills: how many frames have which dice. Below: 5th to 95th percentile as a line, the middle half as a
  box, the median as a notch. Frames with a class in neither mask do not count for it.</p>
  <div class="scroll" role="group" tabindex="0" aria-labelledby="distribution-title">
  <table class="distribution">
    <thead><tr><th scope="col">class</th><th scope="col"><span class="scale"><span>0</span><span>dice</span><span>1</span></span></th>
      ${['p5', 'p25', 'median', 'p75', 'p95', 'frames'].map(label => html`<th scope="col" class="number">${label}</th>`)}</tr></thead>
    <tbody>${row(html`<strong>mean over classes</strong>`, frames.dice.values)}${summary.classes.map(classRow)}</tbody>
  </table>
  </div>
</section>`
}

function plot(ascending: Float64Array): Html {
  const bins = new Float64Array(BINS)
  for (const value of ascending) bins[Math.min(BINS - 1, Math.floor(value * BINS))]!++
  const highest = Math.max(...bins)
  const x = (value: number) => (2 + value * (WIDTH - 4)).toFixed(1)
  const top = (bin: number) => (BASE - (bins[bin]! / highest) * (BASE - 3)).toFixed(1)
  let hills = `M${x(0)} ${BASE}`
  for (let bin = 0; bin < BINS; bin++) hills += `V${top(bin)}H${x((bin + 1) / BINS)}`
  const at = (p: number) => x(percentile(ascending, p))
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" aria-hidden="true">
<path class="grid" d="M${x(0)} 0V${HEIGHT}M${x(0.25)} 0V${HEIGHT}M${x(0.5)} 0V${HEIGHT}M${x(0.75)} 0V${HEIGHT}M${x(1)} 0V${HEIGHT}"/>
<path class="hills" d="${hills}V${BASE}Z"/><path class="whisker" d="M${at(5)} 38H${at(95)}"/>
<path class="box" d="M${at(25)} 34V42H${at(75)}V34Z"/><path class="median" d="M${at(50)} 32V44"/></svg>`
}
