import { PIXEL_SCORES, SCORES } from '../../metrics/score-table.ts'
import { limitsByClass } from '../config.ts'
import { cssColor } from '../palette.ts'
import { encodeDrawingPng } from '../png.ts'
import { drawRegions, type MappedRegion, regionColor, regionsIn } from '../region-map.ts'
import type { RegionSummary } from '../regions.ts'
import type { Config, Summary } from '../summary.ts'
import { belowLimit, swatch } from './classes.ts'
import { type Html, html, name } from './html.ts'
import { count, scoreValue } from './numbers.ts'
import type { Report } from './report.ts'

/** Of a map of regions where no frame says what they look like, px. */
const [WIDTH, HEIGHT] = [480, 270]

/** The parts of the picture that were scored by themselves: where they are, their scores, and those of their classes. */
export function regions(report: Report): Html {
  const { summary } = report
  const known = regionsIn(summary.config)
  if (known.length === 0) return html``
  const ignored = known.filter(({ isIgnored }) => isIgnored)
  return html`
<section aria-labelledby="regions-title">
  <h2 id="regions-title">Regions</h2>
  <p class="note">Parts of the picture, each from its own counts of all frames.${ignored.length > 0 && html` Left out of every count: ${ignored.map((region, i) => html`${i > 0 && ', '}${name(region.name)}`)}.`}</p>
  ${map(known, report)}
  ${summary.regions.length > 0 && [scores(summary), classScores(summary)]}
</section>`
}

function map(known: readonly MappedRegion[], { pictures: [frame] }: Report): Html {
  const size = frame?.label ?? { width: WIDTH, height: HEIGHT }
  const drawn = drawRegions(known, size, frame?.scene.regions)
  if (!drawn) return html`<p class="note">Where they are is not drawn: masks are not in the summary.</p>`
  const { width, height, rgb } = drawn
  const url = `data:image/png;base64,${encodeDrawingPng(width, height, rgb).toString('base64')}`
  const words = known.map(region => `${region.name}${region.isIgnored ? ' (left out)' : ''}`).join(', ')
  return html`
  <figure class="region-map"><img src="${url}" alt="Where the regions are in the picture: ${words}" width="${width}" height="${height}" decoding="async">
    <figcaption>White lines are the edges, as in the pictures below; what is in several regions has a mixture of their colours.</figcaption></figure>`
}

function scores({ regions: parts, config, classes, groups }: Summary): Html {
  const limits = limitsByClass(config)
  const isTaken = (title: string) =>
    classes.some(c => c.name === title) || groups.some(group => group.name === title)
  const row = (part: RegionSummary) => html`
      <tr><th scope="row">${regionSwatch(part.name, config)}${name(part.name)}${belowLimit(part, isTaken(part.name) ? undefined : limits.get(part.name))}</th>
        ${PIXEL_SCORES.map(score => html`<td class="number">${scoreValue(part[score])}</td>`)}
        <td class="number">${count(part.label_pixels)}</td></tr>`
  return html`
  <div class="scroll" role="group" tabindex="0" aria-label="Scores of the regions">
  <table class="regions">
    <thead><tr><th scope="col">region</th>${[...PIXEL_SCORES.map(score => SCORES[score].heading), 'label pixels'].map(label => html`<th scope="col" class="number">${label}</th>`)}</tr></thead>
    <tbody>${parts.map(row)}</tbody>
  </table>
  </div>`
}

function regionSwatch(title: string, config: Config): Html {
  const place = regionsIn(config).findIndex(region => region.name === title)
  return html`<span class="swatch" style="background:${cssColor(regionColor(place))}" aria-hidden="true"></span>`
}

/** The dice of each class in each region. */
function classScores({ regions: parts, classes, config }: Summary): Html {
  const limits = limitsByClass(config)
  const cell = (part: RegionSummary, title: string, i: number) => {
    const score = part.classes[i]!
    return html`<td class="number">${scoreValue(score.dice)}${belowLimit(score, limits.get(`${part.name}/${title}`))}</td>`
  }
  return html`
  <h3>Dice of the classes by region</h3>
  <div class="scroll" role="group" tabindex="0" aria-label="Dice of the classes by region">
  <table class="region-classes">
    <thead><tr><th scope="col">class</th>${parts.map(part => html`<th scope="col" class="number">${name(part.name)}</th>`)}</tr></thead>
    <tbody>${classes.map(
      (c, i) => html`
      <tr><th scope="row">${swatch(c.id)}${name(c.name)}</th>${parts.map(part => cell(part, c.name, i))}</tr>`,
    )}</tbody>
  </table>
  </div>`
}
