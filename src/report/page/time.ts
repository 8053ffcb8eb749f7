import { mean, sorted } from '../statistics.ts'
import { embeddedJson, type Html, html } from './html.ts'
import { count, seconds } from './numbers.ts'
import type { Report } from './report.ts'
import { type ChartData, chartData, type Timeline } from './timeline.ts'

/** The table behind the chart has at most so many rows. */
const INTERVALS = 40

/** Dice over time: the chart that the page's script draws, its data, and the same as a table. */
export function diceOverTime(report: Report, timeline: Timeline | undefined): Html {
  const { frames, summary } = report
  if (!frames || !timeline) return html``
  const data = chartData(report, timeline)
  const button = (action: string, label: string, text: string) =>
    html`<button type="button" data-zoom="${action}" aria-label="${label}" title="${label}">${text}</button>`
  return html`
<section aria-labelledby="time-title">
  <h2 id="time-title">Dice over time</h2>
  <p class="note">Time after the first message.${data.levels.length > 0 && ' The strip on top is the verdict: low OK, higher WARN, full ERROR, hatched STALE.'}${data.band && html` Of each ${data.framesPerPoint} frames in a row: the median, the 5th to 95th percentile as a band, and the lowest.`}${data.stretches.length > 0 && ' Hatched: messages without a partner.'}${data.worst.length > 0 && ' Triangles: the worst frames.'}
  Drag across the chart to zoom, double-click to see all.</p>
  <div class="toolbar">
    <label>Class <select id="class-choice"><option value="">none</option>${summary.classes.map(({ name: label }, i) => html`<option value="${i}">${label}</option>`)}</select></label>
    <span class="buttons" role="group" aria-label="Zoom">${button('in', 'Zoom in', '+')}${button('out', 'Zoom out', '−')}${button('left', 'Earlier', '←')}${button('right', 'Later', '→')}${button('all', 'Show all', 'all')}</span>
  </div>
  <div id="dice-chart" role="img" aria-label="${described(data)}" aria-describedby="time-table"></div>
  <noscript><p>The chart needs scripts; the table below has its numbers.</p></noscript>
  <details><summary>The chart as a table</summary>${intervalTable(report, timeline)}</details>
  <script type="application/json" id="chart-data">${embeddedJson(data)}</script>
</section>`
}

function described({ dice, limits: { warn, error }, stretches, worst, time, levels }: ChartData): string {
  const defined = dice.filter(value => value !== null)
  const ends =
    defined.length > 0
      ? `lowest ${Math.min(...defined).toFixed(3)}, highest ${Math.max(...defined).toFixed(3)}`
      : 'undefined throughout'
  const limits = [warn > 0 && `warning threshold ${warn}`, error > 0 && `error threshold ${error}`].filter(
    Boolean,
  )
  return [
    `Line chart of frame dice over ${seconds(time.at(-1)! - time[0]!)}: ${ends}`,
    ...limits,
    worst[0] !== undefined && `the lowest at ${seconds(worst[0])}`,
    `${stretches.length} stretches without a partner`,
    levels.length > 0 && `${levels.filter(({ level }) => level > 0).length} stretches that are not OK`,
  ]
    .filter(Boolean)
    .join('; ')
}

function intervalTable({ frames }: Report, { order, times, stretches, duration }: Timeline): Html {
  const intervals = Math.max(1, Math.min(INTERVALS, order.length))
  const length = duration / intervals || 1
  const interval = (time: number) => Math.min(intervals - 1, Math.floor(time / length))
  const members = Array.from({ length: intervals }, () => [] as number[])
  for (const i of order) members[interval(times[i]!)]!.push(i)
  const unmatched = new Float64Array(intervals)
  for (const stretch of stretches) unmatched[interval(stretch.from)]! += stretch.messages
  return html`
  <div class="scroll" role="group" tabindex="0" aria-label="Dice by interval">
  <table id="time-table">
    <caption class="hidden">Frame dice by interval</caption>
    <thead><tr><th scope="col">from</th><th scope="col">to</th>${['frames', 'lowest', 'mean', 'highest', 'unmatched'].map(label => html`<th scope="col" class="number">${label}</th>`)}</tr></thead>
    <tbody>${members.map((indices, i) => {
      const dice = sorted(Float64Array.from(indices, index => frames!.dice.at(index)))
      const show = (value: number | undefined) => (dice.length ? value!.toFixed(4) : '–')
      return html`
      <tr><td>${seconds(i * length)}</td><td>${seconds((i + 1) * length)}</td><td class="number">${count(indices.length)}</td>
        ${[dice[0], mean(dice), dice.at(-1)].map(value => html`<td class="number">${show(value)}</td>`)}<td class="number">${count(unmatched[i]!)}</td></tr>`
    })}</tbody>
  </table>
  </div>`
}
