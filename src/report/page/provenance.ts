import { type ConfigRow, configRows } from '../config.ts'
import { type Html, html, name } from './html.ts'
import { count } from './numbers.ts'
import type { Report } from './report.ts'

/** Names in a list; the rest is counted. */
const MOST_NAMES = 100

/** Where the numbers come from, and by what rules. */
export function provenance({ summary }: Report): Html {
  const { source, pixels, pairing, config, version } = summary
  const many = (value: string | string[]) => {
    const all = [value].flat()
    const others = all.length - MOST_NAMES
    return html`${all.slice(0, MOST_NAMES).map(item => html`<code>${name(item)}</code> `)}${others > 0 && html`and ${count(others)} more`}`
  }
  const limit = (value: number | null, none: string) => (value === null ? none : `${value} s`)
  const facts: [string, Html | string][] = [
    ['recording', html`${many(source.recording)}`],
    ['prediction topic', html`${many(source.prediction_topic)}`],
    ['label topic', html`${many(source.label_topic)}`],
    ['part', `from ${limit(source.start, 'its start')} to ${limit(source.end, 'its end')}`],
    ['read whole', pairing.truncated ? 'no: it ends early or is damaged' : 'yes'],
    ['pixels evaluated', html`${count(pixels.evaluated)}`],
    ['pixels ignored', html`${count(pixels.ignored)}`],
    ['pixels predicted as no class', html`${count(pixels.unknown_prediction)}`],
    ['made by', `dice-monitor ${version}`],
  ]
  return html`
<section aria-labelledby="provenance-title">
  <h2 id="provenance-title">Configuration and provenance</h2>
  <dl class="facts-list">${facts.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>
  <details open><summary>Parameters</summary>
  <div class="scroll" role="group" tabindex="0" aria-label="Parameters">
  <table class="parameters"><thead><tr><th scope="col">name</th><th scope="col">value</th><th scope="col">default</th></tr></thead>
    <tbody>${configRows(config).map(parameterRow)}</tbody></table>
  </div></details>
  <details><summary>How the numbers are made</summary>
  <ul>
    <li>dice = 2·TP / (label + prediction), IoU = TP / (label + prediction − TP), precision = TP / prediction, recall = TP / label, in pixels of a class. 0/0 is undefined.</li>
    <li>Pooled scores come from the added counts of all frames, frame means are averages of the frames’ scores: long and short appearances of a class weigh differently in the two.</li>
    <li>Ignored label pixels are in no count. A prediction that is no class is a wrong prediction.</li>
    <li>Percentiles are linear between ranks, as numpy’s default.</li>
  </ul></details>
</section>`
}

function parameterRow({ name: key, value, default: usual }: ConfigRow): Html {
  const changed = value !== usual
  return html`
      <tr${changed && html` class="changed"`}><th scope="row"><code>${key}</code></th><td><code>${value}</code>${changed && html` <span class="tag">changed</span>`}</td><td><code>${usual}</code></td></tr>`
}
