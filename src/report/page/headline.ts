import { type PixelScore, SCORE_NAMES, SCORES, type ScoreName } from '../../metrics/score-table.ts'
import { type DiceLimits, evaluatedFlags } from '../config.ts'
import { CONFIDENCE } from '../interval.ts'
import type { ScoreInterval } from '../score-intervals.ts'
import type { Score } from '../summary.ts'
import { scoreIntervalText } from '../table.ts'
import { type Html, html, name } from './html.ts'
import { clockTime, count, percent, scoreValue, seconds } from './numbers.ts'
import type { Report } from './report.ts'
import { sparseText } from './sparse.ts'
import type { Timeline } from './timeline.ts'
import { verdict } from './verdict.ts'

/** What was scored, the two dice, and what a reader must know before believing them. */
export function headline(report: Report, timeline: Timeline | undefined): Html {
  const { summary, frames } = report
  const { source, pooled, frame_mean: frameMean, pairing, classes, config, intervals } = summary
  const evaluated = evaluatedFlags(classes, config).reduce((sum, flag) => sum + flag, 0)
  const limits = {
    warn: config['thresholds.dice.warn'] as number,
    error: config['thresholds.dice.error'] as number,
  }
  return html`
<header>
  <p class="eyebrow">Segmentation overlap</p>
  <h1>${title([source.recording].flat())}</h1>
  <p class="lead"><span>prediction <code>${list(source.prediction_topic)}</code></span>
  <span>against label <code>${list(source.label_topic)}</code></span></p>
  <p class="facts">${count(pairing.matched)} pairs${timeline && html` · ${seconds(timeline.duration)} · from ${clockTime(timeline.origin)}`}${timeline?.sparse && html` · ${sparseText(timeline.sparse)}`}</p>
  ${verdict(report)}
  <p class="note">Dice is the overlap of prediction and label: twice the pixels where both have a class, divided by the pixels of that class in either of them added up. 1 is perfect, 0 no overlap.</p>
</header>
${notices(pairing, timeline)}
<section class="headline" aria-label="Headline">
  <div class="figure">
    <h2>Pooled dice</h2>
    <p class="big" id="pooled-dice">${scoreValue(pooled.dice)}</p>
    ${meter('Pooled dice', pooled.dice, limits)}
    <p>Counts of all frames added, then the mean over ${pooled.classes_defined} of ${evaluated} evaluated classes${pooled.classes_defined < evaluated && html` (the others are in neither mask)`}.${interval(intervals?.pooled)}</p>
  </div>
  <div class="figure">
    <h2>Frame-mean dice</h2>
    <p class="big" id="frame-mean-dice">${scoreValue(frameMean.dice)}</p>
    ${meter('Frame-mean dice', frameMean.dice, limits)}
    <p>The average of the frames’ scores.${interval(intervals?.frame_mean)}${frames && belowLimits(frames.dice.values, limits)}</p>
  </div>
  <dl class="others">
    ${others(summary).map(([label, value]) => html`<div><dt>${label}</dt><dd>${scoreValue(value)}</dd></div>`)}
  </dl>
</section>`
}

/** " 95 % interval: 0.8123 to 0.8345 (300 frames, about 9 independent)." */
const interval = (scores: { dice: ScoreInterval } | undefined): Html =>
  html`${scores && html` ${CONFIDENCE * 100} % interval: ${scoreIntervalText(scores.dice)}.`}`

/** The scores beside the two dice: pooled, each with its frame mean where there is one. */
function others({ pooled, frame_mean: frameMean }: Report['summary']): [label: string, value: Score][] {
  const means: Partial<Record<ScoreName, Score>> = frameMean
  return SCORE_NAMES.filter(name => name !== 'dice').flatMap(name => {
    const { heading, mean } = SCORES[name]
    const rows: [string, Score][] = []
    if (isPixelScore(name))
      rows.push([mean === 'pixels' ? capital(heading) : `Pooled ${heading}`, pooled[name]])
    if (name in means) rows.push([`Frame-mean ${heading}`, means[name] ?? null])
    return rows
  })
}

const isPixelScore = (name: ScoreName): name is PixelScore => SCORES[name].from === 'pixels'
const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1)

/** A path's last part: the whole stands under provenance. */
const lastPart = (path: string) => path.replace(/\/+$/, '').split('/').at(-1) || path

/** Recordings that a title names; of more it says how many there are. */
const MOST_NAMED = 5

const title = (recordings: readonly string[]) =>
  recordings.length > MOST_NAMED
    ? html`${count(recordings.length)} recordings`
    : list(recordings.map(lastPart))

const list = (value: string | string[]) =>
  typeof value === 'string' ? name(value) : value.map((item, i) => html`${i > 0 && ', '}${name(item)}`)

/** A bar from 0 to 1 with the thresholds on it, and in words where the score lies. */
function meter(label: string, value: Score, { warn, error }: DiceLimits): Html {
  if (value === null) return html``
  const [level, words] =
    value < error
      ? ['error', `below the error threshold ${error}`]
      : value < warn
        ? ['warn', `below the warning threshold ${warn}`]
        : ['ok', warn > 0 ? `at or above the warning threshold ${warn}` : '']
  const mark = { error: '■', warn: '▲', ok: '●' }[level]
  const ticks = [error, warn].filter(limit => limit > 0)
  return html`
    <div class="meter ${level}" role="img" aria-label="${label} ${value.toFixed(4)} of 1">
      <span class="fill" style="width:${(100 * value).toFixed(2)}%"></span>
      ${ticks.map(limit => html`<span class="tick" style="left:${100 * limit}%"></span>`)}
    </div>
    ${words !== '' && html`<p class="verdict ${level}"><span aria-hidden="true">${mark}</span> ${words}</p>`}`
}

function belowLimits(dice: Float64Array, { warn, error }: DiceLimits): Html {
  const below = (limit: number) => dice.reduce((sum, value) => sum + (value < limit ? 1 : 0), 0)
  const part = (limit: number, word: string) =>
    limit > 0 &&
    html` ${count(below(limit))} of ${count(dice.length)} (${percent(below(limit), dice.length)}) are below ${word} at ${limit}.`
  return html`${part(warn, 'warning')}${part(error, 'error')}`
}

function notices(pairing: Report['summary']['pairing'], timeline: Timeline | undefined): Html {
  const { truncated, problems, rejected } = pairing
  const sparse = timeline?.sparse
  const p = sparse?.denser === 'prediction' ? sparse.missed : pairing.prediction_unmatched
  const l = sparse?.denser === 'label' ? sparse.missed : pairing.label_unmatched
  if (!truncated && problems.length === 0 && rejected + p + l === 0) return html``
  const unscored = rejected + p + l > 0 ? 'Not every message was scored' : 'What to know of these scores'
  return html`
<section class="notice" aria-label="Notes on completeness">
  <h2><span aria-hidden="true">⚠ </span>${truncated ? 'The recording is incomplete' : unscored}</h2>
  <ul>
    ${truncated && html`<li>It ends early or is damaged; what could be read is scored.</li>`}
    ${problems.map(problem => html`<li>${problem}</li>`)}
    ${rejected > 0 && html`<li>${count(rejected)} messages could not be used.</li>`}
    ${p > 0 && html`<li>${count(p)} predictions found no label.</li>`}
    ${l > 0 && html`<li>${count(l)} labels found no prediction.</li>`}
  </ul>
</section>`
}
