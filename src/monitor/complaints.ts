import { placeOf, windowDiceOf } from './limits.ts'
import type { Monitor } from './monitor.ts'
import { Level, wantedLevel } from './verdict.ts'

/** Something that is beyond its limit. */
export interface Complaint {
  level: Level
  message: string
  /** Whether it is about the mean over the classes. */
  isMean?: true
  /** The class that it is about, where it is about one. */
  id?: number
}

/** What is beyond its limit, each the worst first, and what drifts. */
export function complaintsOf(monitor: Monitor): {
  critical: Complaint[]
  drift: Complaint[]
  dice: Complaint[]
} {
  const worstFirst = (complaints: Complaint[]) =>
    complaints.filter(({ level }) => level > Level.OK).sort((a, b) => b.level - a.level)
  return {
    critical: worstFirst(criticalComplaints(monitor)),
    drift: driftComplaints(monitor),
    dice: worstFirst(diceComplaints(monitor)),
  }
}

function driftComplaints(monitor: Monitor): Complaint[] {
  const { drifted } = monitor.frame.drift
  return drifted ? [{ level: Level.WARN, message: `drift: ${driftText(monitor)}`, id: drifted.id }] : []
}

/** "rock in near: dice 0.612, was 0.853"; empty where nothing drifts. */
export function driftText({ frame, classes }: Pick<Monitor, 'frame' | 'classes'>): string {
  const { drifted } = frame.drift
  if (!drifted) return ''
  const { id, region, dice, reference } = drifted
  const place = region === undefined ? '' : ` in ${frame.regions.regions[region]!.region.name}`
  return `${classes.name(id)}${place}: dice ${score(dice)}, was ${score(reference)}`
}

/** "12 % of rock taken for trail: obstacle>traversable 0.034 is above 0.01". */
function criticalComplaints({ frame, classes }: Monitor): Complaint[] {
  const { criticalErrors } = frame
  return criticalErrors.errors.map(({ name, warn, error }, i) => {
    const level = criticalErrors.wantedLevel(i)
    const limit = level === Level.ERROR ? error : warn
    const worst = criticalErrors.costliest(i)
    const words = worst
      ? `${percent(worst.share)} of ${classes.name(worst.label)} taken for ${classes.name(worst.prediction)}: `
      : ''
    const message = `${words}${name} ${score(criticalErrors.rates[i]!)} is above ${limit}`
    return worst ? { level, message, id: worst.label } : { level, message }
  })
}

function diceComplaints(monitor: Monitor): Complaint[] {
  const { frame, configuration } = monitor
  const { meanLimits, limits } = configuration
  const complaints: Complaint[] = limits.map(entry => {
    const place = placeOf(monitor, entry)
    const value = place < 0 ? Number.NaN : windowDiceOf(monitor, entry)[place]!
    const { warn, error } = entry.limits
    const level = wantedLevel(value, warn, error)
    const message = `${entry.name}: dice ${score(value)} is below ${level === Level.ERROR ? error : warn}`
    return entry.of === 'class' && entry.region === undefined
      ? { level, message, id: entry.id }
      : { level, message }
  })
  const { warn, error } = meanLimits
  const level = wantedLevel(frame.windowDice, warn, error)
  const limit = level === Level.ERROR ? error : warn
  const message = `dice ${score(frame.windowDice)} is below ${limit}`
  return [...complaints, { level, message, isMean: true }]
}

export const score = (value: number): string => value.toFixed(3)

/** A share with two digits that mean something. */
export const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`
