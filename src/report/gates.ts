import { type CLASS_COLUMN_SCORES, COLUMN_SCORES, PIXEL_SCORES, scoreSpec } from '../metrics/score-table.ts'
import { classId } from '../monitor/configuration.ts'
import { isBinaryLeftOut } from '../monitor/doubts.ts'
import type { Parameters } from '../parameters/table.ts'
import type { FrameTable } from './frames.ts'
import { mean, percentile, sorted } from './statistics.ts'
import { coverageOf, PERCENTILES, type Summary } from './summary.ts'

/** A gate that is not written as it must be. */
export class GateError extends Error {
  override name = 'GateError'
}

const POOLED = PIXEL_SCORES
const FRAME = COLUMN_SCORES
type PooledMetric = (typeof POOLED)[number]
type FrameMetric = (typeof FRAME)[number]
type RunMetric = 'labels.matched' | 'frames'
/** They have a mean over pixels alone. */
const WITHOUT_CLASS = POOLED.filter(metric => scoreSpec(metric).mean === 'pixels').join(', ')

/** What gates may be written on, for completion. */
export const GATE_NAMES = [
  ...POOLED,
  ...FRAME.map(metric => `frame.${metric}`),
  'frame.dice.p5',
  'labels.matched',
  'frames',
]

export const GATE_GRAMMAR = `SCORE=MINIMUM fails the run when the score is below the minimum, or undefined. SCORE is
  METRIC               of the whole run's added counts, mean over the evaluated classes
  METRIC.CLASS         of the whole run's added counts, one class
  frame.METRIC[.STAT]          of the frames' means
  frame.METRIC.CLASS[.STAT]    of the frames' scores of one class, where defined
METRIC is ${POOLED.join(', ')}; after "frame." ${FRAME.join(', ')}. ${WITHOUT_CLASS}: no CLASS.
  labels.matched       share of the labels that found a prediction and were scored with it
  frames               how many pairs were scored; its minimum is a whole number
STAT is mean (the default), min, max or a percentile p0 to p100 (linear between ranks).
For example: dice=0.8 iou.grass=0.5 frame.dice.p5=0.4 labels.matched=0.9 frames=100`

/** One `--fail-under`. */
export interface Gate {
  /** As it was written, without the minimum. */
  name: string
  minimum: number
  /** `run`: of how much was scored, not how well. */
  scope: 'pooled' | 'frame' | 'run'
  metric: PooledMetric | RunMetric
  /** What follows the metric: a class, a statistic or both. It is told apart when the classes are known. */
  rest: string
}

export interface GateResult extends Gate {
  /** NaN when undefined. */
  value: number
  met: boolean
}

/** @param text `SCORE=MINIMUM`, see {@link GATE_GRAMMAR} @throws GateError */
export function parseGate(text: string): Gate {
  const equals = text.lastIndexOf('=')
  const name = text.slice(0, equals)
  const minimumText = text.slice(equals + 1).trim()
  const minimum = Number(minimumText)
  if (name === 'frames') {
    if (minimumText === '' || !Number.isSafeInteger(minimum) || minimum < 0) {
      throw new GateError(`expected frames=N with a whole number, such as frames=100, got "${text}"`)
    }
    return { name, minimum, scope: 'run', metric: name, rest: '' }
  }
  if (equals <= 0 || minimumText === '' || !(minimum >= 0 && minimum <= 1)) {
    throw new GateError(`expected SCORE=MINIMUM with a minimum from 0 to 1, such as dice=0.8, got "${text}"`)
  }
  if (name === 'labels.matched') return { name, minimum, scope: 'run', metric: name, rest: '' }
  const scope = name.startsWith('frame.') ? 'frame' : 'pooled'
  const [, metric, , rest = ''] = /^([a-z_]+)(\.(.+))?$/s.exec(scope === 'frame' ? name.slice(6) : name) ?? []
  const metrics: readonly string[] = scope === 'frame' ? FRAME : POOLED
  if (metric === undefined || !metrics.includes(metric)) {
    throw new GateError(
      `expected one of ${metrics.join(', ')}${scope === 'frame' ? ' after frame.' : ', labels.matched, frames'} in "${text}"`,
    )
  }
  return { name, minimum, scope, metric: metric as PooledMetric, rest }
}

/** What a gate is on: one class or the mean over classes; a percentile, or NaN for the mean. */
interface Meaning {
  className: string | undefined
  percent: number
}

/**
 * Finds a gate's class and statistic. A class whose name ends like a statistic is taken for the class.
 * @param classes names of the classes; empty when they are named by their numbers
 * @throws GateError when neither is meant
 */
function resolve(gate: Gate, classes: readonly string[]): Meaning {
  if (gate.rest === '') return { className: undefined, percent: Number.NaN }
  const takesClass = scoreSpec(gate.metric as PooledMetric).mean === 'classes'
  const isClass = (name: string) => takesClass && classId(name, classes) !== undefined
  if (isClass(gate.rest)) return { className: gate.rest, percent: Number.NaN }
  const [suffix = '', statistic = ''] = (gate.scope === 'frame' && STATISTIC.exec(gate.rest)) || []
  const percent = percentOf(statistic)
  if (percent !== undefined && suffix === gate.rest) return { className: undefined, percent }
  const className = gate.rest.slice(0, gate.rest.length - suffix.length)
  if (percent !== undefined && isClass(className)) return { className, percent }
  const known = classes.length > 0 ? `the classes are ${classes.join(', ')}` : 'unnamed classes are numbers'
  throw new GateError(
    `no class or statistic "${gate.rest}" in "${gate.name}": ${takesClass ? known : `${gate.metric} takes no class`}`,
  )
}

const STATISTIC = /(?:^|\.)(mean|min|max|p\d{1,3}(?:\.\d+)?)$/

/** The percentile a statistic's name stands for, NaN for the mean, undefined when it names none. */
function percentOf(statistic: string): number | undefined {
  if (statistic === 'mean') return Number.NaN
  if (statistic === 'min' || statistic === 'max') return PERCENTILES[statistic]
  const percent = statistic === '' ? Number.NaN : Number(statistic.slice(1))
  return percent <= 100 ? percent : undefined
}

/**
 * Looks a gate's names up before a run is made.
 * @param classes `classes.names`; empty for unnamed classes
 * @throws GateError when a gate names no class of these
 */
export function checkGates(gates: readonly Gate[], classes: readonly string[]): void {
  for (const gate of gates) resolve(gate, classes)
}

/** What the gates say to a run: none is met where one class alone was scored by mistake. @throws GateError */
export function judge(
  gates: readonly Gate[],
  summary: Summary,
  frames: FrameTable | undefined,
): GateResult[] {
  const isMistaken = isBinaryLeftOut(summary, summary.config as unknown as Parameters)
  return gates.map(gate => {
    const value = gateScore(gate, summary, frames)
    return { ...gate, value, met: value >= gate.minimum && !isMistaken }
  })
}

/** What a gate is on, of a run; NaN where it is undefined, or of frames that are not known. @throws GateError */
export function gateScore(gate: Gate, summary: Summary, frames: FrameTable | undefined): number {
  if (gate.metric === 'frames') return summary.pairing.matched
  if (gate.metric === 'labels.matched') return coverageOf(summary.pairing)
  const configured = summary.config['classes.names'] as readonly string[]
  return gateValue(gate, resolve(gate, configured), summary, frames)
}

function gateValue(
  gate: Gate,
  { className, percent }: Meaning,
  summary: Summary,
  frames: FrameTable | undefined,
): number {
  const ofClass = summary.classes.find(({ name }) => name === className)
  if (className !== undefined && !ofClass) return Number.NaN
  if (gate.scope === 'pooled') {
    return (
      ((ofClass ?? summary.pooled) as unknown as Record<string, number | null>)[gate.metric] ?? Number.NaN
    )
  }
  if (!frames) return Number.NaN
  const scores = frameScores(frames, gate.metric as FrameMetric, ofClass?.id)
  return Number.isNaN(percent) ? mean(scores) : percentile(sorted(scores), percent)
}

function frameScores(frames: FrameTable, metric: FrameMetric, classId: number | undefined): Float64Array {
  if (classId === undefined) return frames.score(metric).values
  return frames.ofClass(classId, metric as (typeof CLASS_COLUMN_SCORES)[number])
}
