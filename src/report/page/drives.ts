import type { RecordingPart, Summary } from '../summary.ts'
import { timeText } from '../verdict.ts'
import { type Html, html, name } from './html.ts'
import { count, percent, scoreValue } from './numbers.ts'

/** The recordings of a sum, worst first. */
export function drives({ recordings }: Summary): Html {
  if (!recordings) return html``
  // Those whose scores are not known come last.
  const order = (part: RecordingPart) => part.dice ?? (part.dice === null ? 2 : 3)
  const sortable = (label: string) =>
    html`<th scope="col" class="number"><button type="button" data-sort>${label}</button></th>`
  const score = (value: RecordingPart['dice']) => (value === undefined ? html`–` : scoreValue(value))
  const inLevel = ({ verdict }: RecordingPart, level: 'error_seconds' | 'warn_seconds') =>
    verdict ? html`<data value="${verdict[level]}">${timeText(verdict[level])}</data>` : html`–`
  const row = (part: RecordingPart) => html`
      <tr><th scope="row">${name(part.recording)}${part.truncated && html` <span class="tag warning">incomplete</span>`}</th>
        <td class="number">${score(part.dice)}</td><td class="number">${score(part.iou)}</td><td class="number">${count(part.frames)}</td>
        <td class="number">${part.label_unmatched === undefined ? '–' : percent(part.frames, part.frames + part.label_unmatched)}</td>
        ${(['error_seconds', 'warn_seconds'] as const).map(level => html`<td class="number">${inLevel(part, level)}</td>`)}
        <td class="number">${part.rejected === undefined ? '–' : count(part.rejected)}</td></tr>`
  return html`
<section aria-labelledby="drives-title">
  <h2 id="drives-title">Recordings</h2>
  <p class="note">Each by itself, from its added counts, worst first. A column’s name sorts by it.</p>
  <div class="scroll" role="group" tabindex="0" aria-labelledby="drives-title">
  <table class="drives" data-sortable>
    <thead><tr><th scope="col"><button type="button" data-sort>recording</button></th>${['dice', 'iou', 'pairs', 'labels scored', 'in ERROR', 'in WARN', 'rejected'].map(sortable)}</tr></thead>
    <tbody>${recordings.toSorted((a, b) => order(a) - order(b)).map(row)}</tbody>
  </table>
  </div>
</section>`
}
