import { CLASS_SCORES, SCORES } from '../../metrics/score-table.ts'
import { limitsByClass } from '../config.ts'
import type { GroupSummary } from '../groups.ts'
import type { Summary } from '../summary.ts'
import { belowLimit } from './classes.ts'
import { type Html, html, name } from './html.ts'
import { count, scoreValue } from './numbers.ts'

/** Groups of classes, each scored as one class. */
export function groupTable({ groups, classes, config }: Summary): Html {
  if (groups.length === 0) return html``
  // Of a class and a group of one name the class is meant.
  const limits = limitsByClass(config)
  const limitsOf = (title: string) => (classes.some(c => c.name === title) ? undefined : limits.get(title))
  const row = (group: GroupSummary) => html`
      <tr><th scope="row">${name(group.name)}${belowLimit(group, limitsOf(group.name))}</th><td>${group.classes.map((title, i) => html`${i > 0 && ', '}${name(title)}`)}</td>
        ${CLASS_SCORES.map(score => html`<td class="number">${scoreValue(group[score])}</td>`)}
        <td class="number">${count(group.label_pixels)}</td><td class="number">${count(group.prediction_pixels)}</td></tr>`
  const headings = [...CLASS_SCORES.map(score => SCORES[score].heading), 'label pixels', 'prediction pixels']
  return html`
<section aria-labelledby="groups-title">
  <h2 id="groups-title">Groups</h2>
  <p class="note">Each scored as one class: what of it is taken for another class of the same group is right.</p>
  <div class="scroll" role="group" tabindex="0" aria-labelledby="groups-title">
  <table class="groups">
    <thead><tr><th scope="col">group</th><th scope="col">classes</th>${headings.map(label => html`<th scope="col" class="number">${label}</th>`)}</tr></thead>
    <tbody>${groups.map(row)}</tbody>
  </table>
  </div>
</section>`
}
