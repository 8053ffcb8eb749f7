import type { Monitor } from './monitor.ts'
import { Level, wantedLevel } from './verdict.ts'

export interface Status {
  level: Level
  message: string
}

/**
 * The verdict on the overlap in words, with the class that is to blame, or what it waits for. Allocates: for
 * diagnostics, not for every frame.
 * @param now seconds on the steady clock of the messages' arrival
 */
export function overlapStatus(monitor: Monitor, now: number): Status {
  const { frame, predictionInput, labelInput } = monitor
  if (frame.frameCount === 0) {
    if (predictionInput.received === 0 && labelInput.received === 0) return waiting('predictions and labels')
    if (labelInput.received === 0) return waiting('labels')
    if (predictionInput.received === 0) return waiting('predictions')
    return waiting('a prediction and a label that match')
  }
  if (isStale(monitor, now)) {
    const silence = now - monitor.lastFrameArrival
    return { level: Level.STALE, message: `no pair for ${silence.toFixed(1)} s${missing(monitor, now)}` }
  }
  return { level: monitor.verdict.level, message: describeScores(monitor) }
}

/** Whether pairs were scored once and none has been for longer than `stale_after`. */
export function isStale({ frame, lastFrameArrival, parameters }: Monitor, now: number): boolean {
  return frame.frameCount > 0 && parameters.stale_after > 0 && now - lastFrameArrival > parameters.stale_after
}

const waiting = (what: string): Status => ({ level: Level.OK, message: `waiting for ${what}` })

function missing({ predictionInput, labelInput, parameters }: Monitor, now: number): string {
  const isSilent = (lastArrival: number) => !(now - lastArrival <= parameters.stale_after)
  const labels = isSilent(labelInput.lastArrival)
  const predictions = isSilent(predictionInput.lastArrival)
  if (labels && predictions) return ': waiting for predictions and labels'
  if (labels) return ': waiting for labels'
  return predictions ? ': waiting for predictions' : ': predictions and labels do not match'
}

function describeScores(monitor: Monitor): string {
  const complaint = complaintOf(monitor)
  const dice = `dice ${score(monitor.frame.windowDice)}`
  if (monitor.verdict.level === Level.OK) return complaint ? `${dice}, ${complaint}` : dice
  return complaint ?? `recovering: ${dice}`
}

/** What is below its limit, the worst first; undefined when nothing is. */
function complaintOf({ frame, configuration, classes }: Monitor): string | undefined {
  const { meanLimits, classLimits } = configuration
  const complaints: { level: Level; message: string }[] = []
  for (const { id, limits } of classLimits) {
    const position = classes.position(id)
    const value = position < 0 ? Number.NaN : frame.classWindowDice[position]!
    const level = wantedLevel(value, limits.warn, limits.error)
    if (level === Level.OK) continue
    const limit = level === Level.ERROR ? limits.error : limits.warn
    complaints.push({ level, message: `${classes.name(id)}: dice ${score(value)} is below ${limit}` })
  }
  const level = wantedLevel(frame.windowDice, meanLimits.warn, meanLimits.error)
  if (level !== Level.OK) {
    const limit = level === Level.ERROR ? meanLimits.error : meanLimits.warn
    complaints.push({ level, message: `dice ${score(frame.windowDice)} is below ${limit}` })
  }
  complaints.sort((a, b) => b.level - a.level)
  return complaints[0] && complaints[0].message + worstClass(frame, classes, configuration.evaluated)
}

function worstClass(frame: Monitor['frame'], classes: Monitor['classes'], evaluated: Uint8Array): string {
  const position = worstPosition(frame.classWindowDice, classes, evaluated)
  if (position < 0) return ''
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

const score = (value: number) => value.toFixed(3)
