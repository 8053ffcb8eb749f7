import type { Summary } from '../summary.ts'
import { swatch } from './classes.ts'
import { type Html, html, name } from './html.ts'
import { count, percent, scoreValue, seconds } from './numbers.ts'
import type { Timeline } from './timeline.ts'

/** What counts of pixels do not show: how well edges are met, and how large a mistake is in one piece. */
export function shapes(
  { boundary, wrong_regions: regions = [] }: Summary,
  timeline: Timeline | undefined,
): Html {
  return html`${boundary && boundaries(boundary)}${regions.length > 0 && wrongRegions(regions, timeline)}`
}

function boundaries({ tolerance, frames, f_score: mean, classes }: NonNullable<Summary['boundary']>): Html {
  const headings = ['F-score', 'precision', 'recall', 'label edge pixels', 'prediction edge pixels']
  return html`
<section aria-labelledby="boundaries-title">
  <h2 id="boundaries-title">Boundaries</h2>
  <p class="note">Boundary F-score ${scoreValue(mean)}, mean over the evaluated classes: edge pixels with one of their class within ${tolerance} px in the other mask, of ${count(frames)} frames that were looked at.</p>
  <div class="scroll" role="group" tabindex="0" aria-labelledby="boundaries-title">
  <table class="boundaries">
    <thead><tr><th scope="col">class</th>${headings.map(label => html`<th scope="col" class="number">${label}</th>`)}</tr></thead>
    <tbody>${classes.map(
      c => html`
      <tr><th scope="row">${swatch(c.id)}${name(c.name)}</th>${[c.f_score, c.precision, c.recall].map(score => html`<td class="number">${scoreValue(score)}</td>`)}
        <td class="number">${count(c.label_pixels)}</td><td class="number">${count(c.prediction_pixels)}</td></tr>`,
    )}</tbody>
  </table>
  </div>
</section>`
}

function wrongRegions(regions: NonNullable<Summary['wrong_regions']>, timeline: Timeline | undefined): Html {
  const time = (stamp: bigint) => {
    if (!timeline) return html`<code>${stamp}</code>`
    const after = Number(stamp - timeline.origin) / 1e9
    return html`<button type="button" class="goto" data-time="${after}">at ${seconds(after)}</button>`
  }
  return html`
<section aria-labelledby="wrong-regions-title">
  <h2 id="wrong-regions-title">Largest wrong regions</h2>
  <p class="note">Wrong pixels that are connected, the largest piece of a frame each; of the frames that were looked at.</p>
  <div class="scroll" role="group" tabindex="0" aria-labelledby="wrong-regions-title">
  <table class="wrong-regions">
    <thead><tr><th scope="col">frame</th><th scope="col" class="number">pixels</th><th scope="col" class="number">of the evaluated</th><th scope="col">mostly</th><th scope="col">taken for</th><th scope="col">place</th></tr></thead>
    <tbody>${regions.map(
      region => html`
      <tr><td>${time(region.stamp_ns)}</td><td class="number">${count(region.pixels)}</td><td class="number">${percent(region.share, 1)}</td>
        <td>${name(region.label)}</td><td>${region.prediction === null ? 'no class' : name(region.prediction)}</td>
        <td>${region.width} × ${region.height} px at ${region.x}, ${region.y}</td></tr>`,
    )}</tbody>
  </table>
  </div>
</section>`
}
