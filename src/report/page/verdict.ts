import type { Episode } from '../summary.ts'
import { LEVEL_NAMES } from '../verdict.ts'
import { type Html, html, name } from './html.ts'
import { count, seconds } from './numbers.ts'
import type { Report } from './report.ts'
import type { Timeline } from './timeline.ts'

const MARKS = ['●', '▲', '■', '◌'] as const
/** Episodes that are listed: of a run that flickers there are many. */
const MOST_ROWS = 50
/** What the node would have said, in one sentence. */
export function verdict({ summary: { verdict: said } }: Report): Html {
  if (!said) return html``
  const kind = LEVEL_NAMES[said.level]!.toLowerCase()
  return html`
<p class="judgement ${kind}" id="verdict"><span aria-hidden="true">${MARKS[said.level]!}</span> ${said.text}</p>`
}

/** When it was not OK, why, and where to look. */
export function episodeTable({ summary: { episodes = [] } }: Report, timeline: Timeline | undefined): Html {
  if (!timeline || episodes.length === 0) return html``
  const after = (stamp: bigint) => Number(stamp - timeline.origin) / 1e9
  const row = ({
    level,
    from_ns: from,
    to_ns: to,
    class: blamed,
    taken_for: other,
    worst_stamp_ns: worst,
  }: Episode) => html`
      <tr><td><span class="level ${LEVEL_NAMES[level]!.toLowerCase()}"><span aria-hidden="true">${MARKS[level]!}</span> ${LEVEL_NAMES[level]!}</span></td>
        <td class="number">${seconds(after(from))}</td><td class="number">${seconds(after(to))}</td><td class="number">${seconds(after(to) - after(from))}</td>
        <td>${blamed === null ? '–' : name(blamed)}</td><td>${other === null ? '–' : name(other)}</td>
        <td>${worst === null ? '–' : html`<button type="button" class="goto" data-time="${after(worst)}">at ${seconds(after(worst))}</button>`}</td></tr>`
  return html`
<section aria-labelledby="episodes-title">
  <h2 id="episodes-title">When it was not OK</h2>
  <p class="note">The level that the node gives for these pairs, by its thresholds on the last frames. STALE: no pair came.</p>
  <div class="scroll" role="group" tabindex="0" aria-labelledby="episodes-title">
  <table class="episodes">
    <thead><tr><th scope="col">level</th>${['from', 'to', 'for'].map(label => html`<th scope="col" class="number">${label}</th>`)}<th scope="col">class to blame</th><th scope="col">mostly taken for</th><th scope="col">worst frame</th></tr></thead>
    <tbody>${episodes.slice(0, MOST_ROWS).map(row)}</tbody>
  </table>
  </div>
  ${episodes.length > MOST_ROWS && html`<p class="note">The first ${MOST_ROWS} of ${count(episodes.length)} are listed.</p>`}
</section>`
}
