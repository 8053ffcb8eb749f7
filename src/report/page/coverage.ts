import { type Html, html } from './html.ts'
import { count, percent, seconds } from './numbers.ts'
import type { Report } from './report.ts'
import { sparseText } from './sparse.ts'
import type { Stretch, Timeline } from './timeline.ts'

const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1)
const WIDTH = 1000
const MOST_ROWS = 50

/** Which messages found a partner. */
export function coverage({ summary }: Report, timeline: Timeline | undefined): Html {
  const sparse = timeline?.sparse
  const { matched, prediction_unmatched: p, label_unmatched: l, rejected } = summary.pairing
  const row = (label: string, unmatched: number, side: Stretch['side']) => html`
    <tr><th scope="row">${label}</th><td class="number">${count(matched)}</td><td class="number">${count(unmatched)}</td>
      <td class="number">${percent(matched, matched + unmatched)}</td>${timeline && html`<td class="plot">${rail(timeline, side)}</td>`}</tr>`
  const tolerance = summary.config['sync.tolerance'] as number
  return html`
<section aria-labelledby="coverage-title">
  <h2 id="coverage-title">Pairing</h2>
  <p class="note">Stamps ${tolerance === 0 ? 'must be equal' : `may differ by ${tolerance} s`} (sync.tolerance). ${count(rejected)} messages could not be used.${sparse && html` ${capital(sparseText(sparse))}: the others are neither hatched nor ticked.`}</p>
  <div class="scroll" role="group" tabindex="0" aria-labelledby="coverage-title">
  <table class="coverage">
    <thead><tr><th scope="col">topic</th><th scope="col" class="number">matched</th><th scope="col" class="number">unmatched</th><th scope="col" class="number">share matched</th>${timeline && html`<th scope="col">over time (ticks: unmatched)</th>`}</tr></thead>
    <tbody>${row('predictions', p, 'prediction')}${row('labels', l, 'label')}</tbody>
  </table>
  </div>
  ${timeline && timeline.stretches.length > 0 && stretchTable(timeline.stretches)}
</section>`
}

function rail({ stretches, duration }: Timeline, side: Stretch['side']): Html {
  const x = (time: number) => (duration > 0 ? (time / duration) * WIDTH : 0)
  const marks = stretches
    .filter(stretch => stretch.side === side)
    .map(
      ({ from, to }) =>
        `M${(x(from) - 2).toFixed(1)} 0H${(x(to) + 2).toFixed(1)}V20H${(x(from) - 2).toFixed(1)}Z`,
    )
  return html`<svg class="rail" viewBox="0 0 ${WIDTH} 20" preserveAspectRatio="none" aria-hidden="true"><path class="matched" d="M0 6H${WIDTH}V14H0Z"/><path class="unmatched" d="${marks.join('')}"/></svg>`
}

function stretchTable(stretches: readonly Stretch[]): Html {
  const rows = stretches.slice(0, MOST_ROWS)
  return html`
  <details><summary>Messages without a partner, ${count(stretches.length)} stretches</summary>
  <div class="scroll" role="group" tabindex="0" aria-label="Messages without a partner">
  <table><thead><tr><th scope="col">topic</th><th scope="col" class="number">from</th><th scope="col" class="number">to</th><th scope="col" class="number">messages</th></tr></thead>
    <tbody>${rows.map(
      ({ side, from, to, messages }) => html`
      <tr><td>${side}</td><td class="number">${seconds(from)}</td><td class="number">${seconds(to)}</td><td class="number">${count(messages)}</td></tr>`,
    )}</tbody></table>
  </div>
  ${stretches.length > MOST_ROWS && html`<p class="note">The first ${MOST_ROWS} are listed.</p>`}</details>`
}
