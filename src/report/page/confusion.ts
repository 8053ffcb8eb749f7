import type { Summary } from '../summary.ts'
import { type Html, html, name } from './html.ts'
import { count, percent } from './numbers.ts'

/** A matrix of more classes is no longer read. */
const MOST_CLASSES = 40
const LARGEST = 12

/** Labels against predictions, and the mistakes with the most pixels. */
export function confusion(summary: Summary): Html {
  const shown = largestClasses(summary)
  const left = summary.classes.length - shown.length
  return html`
<section aria-labelledby="confusion-title">
  <h2 id="confusion-title">Confusion</h2>
  <p class="note">Rows are labels, columns predictions; right pixels lie on the framed diagonal.${left > 0 && html` The ${shown.length} classes with the most pixels are shown, ${left} are left out.`}</p>
  <div class="confusion">
  <fieldset class="choice"><legend>Cells show</legend>
    <label><input type="radio" name="share" id="by-row" checked> % of the label’s pixels</label>
    <label><input type="radio" name="share" id="by-column"> % of the prediction’s pixels</label>
    <label><input type="radio" name="share" id="by-pixels"> pixels</label></fieldset>
  <div class="scroll" role="group" tabindex="0" aria-labelledby="confusion-title">${matrix(summary, shown)}</div>
  </div>
  ${largest(summary)}
</section>`
}

/** Positions of the classes with the most pixels in either mask, in their own order. */
function largestClasses({ classes }: Summary): number[] {
  const pixels = (i: number) => classes[i]!.label_pixels + classes[i]!.prediction_pixels
  return [...classes.keys()]
    .sort((a, b) => pixels(b) - pixels(a))
    .slice(0, MOST_CLASSES)
    .sort((a, b) => a - b)
}

function matrix({ classes, confusion: counts, unknown_prediction: unknown }: Summary, shown: number[]): Html {
  const hasUnknown = unknown.some(pixels => pixels > 0)
  const cell = (pixels: number, label: number, prediction: number | undefined) => {
    const row = classes[label]!.label_pixels
    const column = prediction === undefined ? 0 : classes[prediction]!.prediction_pixels
    const share = (whole: number) => (whole === 0 ? '0' : ((100 * pixels) / whole).toFixed(1))
    return html`<td class="${label === prediction ? 'right' : ''}" style="--row:${share(row)};--column:${share(column)}"><span class="row">${short(pixels, row)}</span><span class="column">${short(pixels, column)}</span><span class="pixels">${count(pixels)}</span></td>`
  }
  return html`
  <table class="matrix" style="--columns:${shown.length + 1}">
    <caption class="hidden">Confusion matrix: pixels of each label class by predicted class</caption>
    <thead>
      <tr><th scope="col"><span class="corner">label ↓ prediction →</span></th>${shown.map(i => html`<th scope="col"><span class="upright">${name(classes[i]!.name)}</span></th>`)}${hasUnknown && html`<th scope="col"><span class="upright">no class</span></th>`}</tr>
    </thead>
    <tbody>${shown.map(
      label => html`
      <tr><th scope="row">${name(classes[label]!.name)}</th>${shown.map(prediction => cell(counts[label]![prediction]!, label, prediction))}${hasUnknown && cell(unknown[label]!, label, undefined)}</tr>`,
    )}</tbody>
  </table>`
}

/** A share in per cent, short enough for a cell. */
function short(part: number, whole: number): string {
  if (whole === 0) return '–'
  const value = (100 * part) / whole
  if (part === 0) return '0'
  if (value < 0.1) return '<.1'
  return value < 9.95 ? value.toFixed(1) : value < 99.5 || part === whole ? value.toFixed(0) : '>99'
}

function largest({ classes, confusion: counts, unknown_prediction: unknown }: Summary): Html {
  const mistakes = counts
    .flatMap((row, label) => [
      ...row.map((pixels, prediction) => ({
        label,
        prediction: classes[prediction]!.name,
        pixels,
        right: label === prediction,
      })),
      { label, prediction: 'no class', pixels: unknown[label]!, right: false },
    ])
    .filter(({ pixels, right }) => pixels > 0 && !right)
    .sort((a, b) => b.pixels - a.pixels)
    .slice(0, LARGEST)
  if (mistakes.length === 0) return html`<p>No pixel is wrong.</p>`
  return html`
  <h3>Largest mistakes</h3>
  <div class="scroll" role="group" tabindex="0" aria-label="Largest mistakes">
  <table>
    <thead><tr><th scope="col">label</th><th scope="col">predicted as</th><th scope="col" class="number">pixels</th><th scope="col" class="number">of the label</th></tr></thead>
    <tbody>${mistakes.map(
      ({ label, prediction, pixels }) => html`
      <tr><td>${name(classes[label]!.name)}</td><td>${name(prediction)}</td><td class="number">${count(pixels)}</td><td class="number">${percent(pixels, classes[label]!.label_pixels)}</td></tr>`,
    )}</tbody>
  </table>
  </div>`
}
