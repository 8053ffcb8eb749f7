import { ClassSums } from '../metrics/class-sums.ts'
import { dice, meanScore } from '../metrics/scores.ts'
import { complaintsOf, score } from './complaints.ts'
import type { Monitor } from './monitor.ts'
import { Level } from './verdict.ts'

/** A verdict in words, as diagnostic_msgs/DiagnosticStatus has it. */
export interface Status {
  /** 0 OK, 1 WARN, 2 ERROR, 3 STALE. */
  level: Level
  /** One line, such as `trail: dice 0.511 is below 0.7`. */
  message: string
}

const MISSING_LABELS_LEVELS: Record<string, Level> = { ok: Level.OK, warn: Level.WARN, stale: Level.STALE }

/**
 * The verdict on the overlap in words, with the class that is to blame, or what it waits for. Allocates: for
 * diagnostics, not for every frame.
 * @param now seconds on the steady clock of the messages' arrival
 */
export function overlapStatus(monitor: Monitor, now: number): Status {
  const level = overlapLevel(monitor, now)
  const { frame, predictionInput, labelInput } = monitor
  const isScored = frame.frameCount > 0
  const overdue = isOverdue(monitor, now)
  if (isScored && !overdue) return { level, message: describeScores(monitor) }
  if (overdue && labelsAreMissing(monitor, now)) {
    const since = Number.isNaN(labelInput.lastArrival)
      ? ''
      : `, none for ${silence(labelInput.lastArrival, now)}`
    return { level, message: `waiting for labels${since}` }
  }
  if (isScored) {
    return { level, message: `no pair for ${silence(monitor.lastFrameArrival, now)}${missing(monitor, now)}` }
  }
  const isMissing = [predictionInput, labelInput].map(({ received }) => received === 0)
  const missed = ['predictions', 'labels'].filter((_, i) => isMissing[i])
  return { level, message: `waiting for ${missed.join(' and ') || 'a prediction and a label that match'}` }
}

/**
 * The level of the verdict. Labels that pause while predictions come are no fault of the perception, which
 * `missing_labels_level` judges; without predictions the verdict is STALE after `stale_after`.
 */
export function overlapLevel(monitor: Monitor, now: number): Level {
  const { frame, parameters, verdict } = monitor
  if (!isOverdue(monitor, now)) return frame.frameCount > 0 ? verdict.level : Level.OK
  if (labelsAreMissing(monitor, now)) return MISSING_LABELS_LEVELS[parameters.missing_labels_level]!
  return frame.frameCount > 0 ? Level.STALE : Level.OK
}

/** Whether there has been no pair for longer than `stale_after`, since the last one or the first prediction. */
export function isOverdue(
  { frame, lastFrameArrival, predictionInput, parameters }: Monitor,
  now: number,
): boolean {
  const since = frame.frameCount > 0 ? lastFrameArrival : predictionInput.firstArrival
  return parameters.stale_after > 0 && now - since > parameters.stale_after
}

function labelsAreMissing({ predictionInput, labelInput, parameters }: Monitor, now: number): boolean {
  const { stale_after } = parameters
  return (
    isSilent(labelInput.lastArrival, stale_after, now) &&
    !isSilent(predictionInput.lastArrival, stale_after, now)
  )
}

const isSilent = (lastArrival: number, staleAfter: number, now: number) => !(now - lastArrival <= staleAfter)

const silence = (since: number, now: number) => `${(now - since).toFixed(1)} s`

function missing({ predictionInput, labelInput, parameters }: Monitor, now: number): string {
  if (!isSilent(predictionInput.lastArrival, parameters.stale_after, now))
    return ': predictions and labels do not match'
  const labels = isSilent(labelInput.lastArrival, parameters.stale_after, now)
  return labels ? ': waiting for predictions and labels' : ': waiting for predictions'
}

/** Critical errors are named before anything else, then what drifts. */
function describeScores(monitor: Monitor): string {
  const { critical, drift, dice } = complaintsOf(monitor)
  const [worst] = dice
  const isOk = monitor.verdict.level === Level.OK
  const mean = `dice ${score(monitor.frame.windowDice)}`
  const before = [...critical, ...drift]
  if (!worst && before.length === 0) return isOk ? mean : `recovering: ${mean}`
  const parts = before.map(({ message }) => message)
  if (isOk && worst?.isMean !== true) parts.push(mean)
  if (worst) parts.push(worst.message + worstClass(monitor, worst.id))
  return parts.join(', ')
}

/**
 * The id of the class that the verdict is due to: the one that is beyond its own limit, or where the mean or a group is
 * the worst class. Undefined while nothing is beyond a limit. Allocates.
 */
export function blamedClass(monitor: Monitor): number | undefined {
  const { critical, drift, dice } = complaintsOf(monitor)
  const [worst] = [...critical, ...drift, ...dice].sort((a, b) => b.level - a.level)
  if (!worst || worst.id !== undefined) return worst?.id
  const { frame, classes, configuration } = monitor
  const position = worstPosition(frame.classWindowDice, classes, configuration.evaluated)
  return position < 0 ? undefined : classes.ids[position]!
}

/** The worst class, where it is not the one that was named already. */
function worstClass({ frame, classes, configuration }: Monitor, named: number | undefined): string {
  const position = worstPosition(frame.classWindowDice, classes, configuration.evaluated)
  if (position < 0 || classes.ids[position] === named) return ''
  return `, worst class ${classes.name(classes.ids[position]!)} (${score(frame.classWindowDice[position]!)})`
}

/** Position of the evaluated class with the lowest defined dice; -1 when none is defined. */
export function worstPosition(
  classDice: Float64Array,
  classes: Monitor['classes'],
  evaluated: Uint8Array,
): number {
  let worst = -1
  for (let position = 0; position < classes.count; position++) {
    if (evaluated[classes.ids[position]!] === 0 || Number.isNaN(classDice[position]!)) continue
    if (worst < 0 || classDice[position]! < classDice[worst]!) worst = position
  }
  return worst
}

/** What was scored since the start or the last reset, and what found no counterpart, in one line. */
export function closingLine(monitor: Monitor): string {
  const { classes, configuration, totals, frame, pairing, predictionInput, labelInput } = monitor
  const sums = totals.sums(new ClassSums(totals.classes))
  const ids = Array.from(classes.ids.subarray(0, classes.count))
  const dices = Float64Array.from(ids, id =>
    dice(sums.truePositives[id]!, sums.labelPixels[id]!, sums.predictionPixels[id]!),
  )
  const evaluated = Uint8Array.from(ids, id => configuration.evaluated[id]!)
  const mean = meanScore(dices, evaluated, ids.length, configuration.emptyClass)
  const worst = worstPosition(dices, classes, configuration.evaluated)
  const scores =
    frame.frameCount === 0
      ? ''
      : `, dice ${score(mean)}${worst < 0 ? '' : `, worst class ${classes.name(ids[worst]!)} (${score(dices[worst]!)})`}`
  const unmatched = [pairing.predictions, pairing.labels].map(
    ({ statistics }) => statistics.received - statistics.matched,
  )
  const rejected = predictionInput.rejected + labelInput.rejected
  return `${frame.frameCount} pairs scored${scores}; ${unmatched[0]} predictions and ${unmatched[1]} labels without a counterpart, ${rejected} rejected`
}
