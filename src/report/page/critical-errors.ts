import { type CriticalErrorSummary, costliestText } from '../groups.ts'
import type { Summary } from '../summary.ts'
import { type Html, html, name } from './html.ts'
import { count, scoreValue } from './numbers.ts'

/** How often labels were taken for what they must not be taken for. */
export function criticalErrors({ critical_errors: errors }: Summary): Html {
  if (errors.length === 0) return html``
  return html`
<section aria-labelledby="critical-title">
  <h2 id="critical-title">Critical errors</h2>
  <p class="note">The share of the label’s evaluated pixels that were predicted as what they must not be taken for, in all frames together. The alarm is raised by the share in the last frames, which may be higher for a while.</p>
  <div class="scroll" role="group" tabindex="0" aria-labelledby="critical-title">
  <table class="critical">
    <thead><tr><th scope="col">label &gt; prediction</th>${['rate', 'pixels', 'of label pixels', 'WARN above', 'ERROR above'].map(label => html`<th scope="col" class="number">${label}</th>`)}<th scope="col">most of it</th></tr></thead>
    <tbody>${errors.map(row)}</tbody>
  </table>
  </div>
</section>`
}

function row(critical: CriticalErrorSummary): Html {
  const { name: title, rate, pixels, label_pixels: labelled, warn, error } = critical
  return html`
      <tr><th scope="row">${name(title)}${aboveLimit(critical)}</th><td class="number">${scoreValue(rate)}</td><td class="number">${count(pixels)}</td><td class="number">${count(labelled)}</td>
        <td class="number">${warn}</td><td class="number">${error}</td><td>${name(costliestText(critical) || '–')}</td></tr>`
}

/** A rate that is equal to a limit is within it. */
function aboveLimit({ rate, warn, error }: CriticalErrorSummary): Html {
  if (rate === null || !(rate > Math.min(warn, error))) return html``
  const [word, limit] = rate > error ? ['error', error] : ['warning', warn]
  return html` <span class="tag ${word}">above ${word} ${limit}</span>`
}
