import { CLASS_SCORES, SCORES } from '../../metrics/score-table.ts'
import { type DiceLimits, evaluatedFlags, limitsByClass } from '../config.ts'
import { classColor, cssColor } from '../palette.ts'
import type { ClassSummary } from '../summary.ts'
import { type Html, html, name } from './html.ts'
import { count, scoreValue } from './numbers.ts'
import type { Report } from './report.ts'
import { sparkline } from './sparkline.ts'
import type { Timeline } from './timeline.ts'

/** Dice comes first, with its course; the others follow. */
const OTHERS = CLASS_SCORES.filter(score => score !== 'dice')
const OTHER_COLUMNS = [...OTHERS.map(score => SCORES[score].heading), 'label pixels', 'prediction pixels']

export const swatch = (id: number): Html =>
  html`<span class="swatch" style="background:${cssColor(classColor(id))}" aria-hidden="true"></span>`

/** Pooled scores a class, with the course of its frames' dice. */
export function classTable({ summary, frames }: Report, timeline: Timeline | undefined): Html {
  const evaluated = evaluatedFlags(summary.classes, summary.config)
  const limits = limitsByClass(summary.config)
  const inOrder = (values: Float64Array) => Float64Array.from(timeline!.order, i => values[i]!)
  const sortable = (label: string) =>
    html`<th scope="col" class="number"><button type="button" data-sort>${label}</button></th>`
  return html`
<section aria-labelledby="classes-title">
  <h2 id="classes-title">Classes</h2>
  <p class="note">From the added counts of all frames. A column’s name sorts by it.${summary.small_classes && summary.small_classes.frames > 0 && html` ${count(summary.small_classes.frames)} frames had a class with fewer label pixels than min_label_pixels, which is left out of their own means but not of these counts.`}</p>
  <div class="scroll" role="group" tabindex="0" aria-labelledby="classes-title">
  <table class="classes" data-sortable>
    <thead><tr><th scope="col"><button type="button" data-sort>class</button></th>${sortable('dice')}
      ${frames && timeline && html`<th scope="col">dice by time</th>`}${OTHER_COLUMNS.map(sortable)}</tr></thead>
    <tbody>${summary.classes.map(
      (c, i) => html`
      <tr><th scope="row">${swatch(c.id)}${name(c.name)}${!evaluated[i] && html` <span class="tag">not in the means</span>`}${belowLimit(c, limits.get(c.name))}</th>
        <td class="number bar" style="--share:${(100 * (c.dice ?? 0)).toFixed(2)}%">${scoreValue(c.dice)}</td>
        ${frames && timeline && html`<td>${sparkline(inOrder(frames.ofClass(c.id, 'dice')))}</td>`}
        ${OTHERS.map(score => html`<td class="number">${scoreValue(c[score])}</td>`)}
        <td class="number">${count(c.label_pixels)}</td><td class="number">${count(c.prediction_pixels)}</td></tr>`,
    )}</tbody>
  </table>
  </div>
</section>`
}

/** Says in words that the pooled dice of a class, a group or a region is below its own threshold. */
export function belowLimit({ dice }: Pick<ClassSummary, 'dice'>, limits: DiceLimits | undefined): Html {
  if (dice === null || !limits || dice >= Math.max(limits.warn, limits.error)) return html``
  const [word, limit] = dice < limits.error ? ['error', limits.error] : ['warning', limits.warn]
  return html` <span class="tag ${word}">below ${word} ${limit}</span>`
}
