import type { NamedLimits } from './configuration.ts'
import type { Monitor } from './monitor.ts'
import { Level, wantedLevel } from './verdict.ts'

type Judged = Pick<Monitor, 'frame' | 'classes' | 'configuration'>

/** The windowed dice of what a limit is for are in this array, at {@link placeOf}. */
export function windowDiceOf({ frame }: Judged, { of, region }: NamedLimits): Float64Array {
  if (of === 'group') return frame.groups.windowScores.ofClasses('dice')
  if (of === 'region') return frame.regions.windowDice
  return region === undefined
    ? frame.classWindowDice
    : frame.regions.regions[region]!.windowScores.ofClasses('dice')
}

/** -1 for a class that has not been seen. */
export const placeOf = ({ classes }: Judged, { of, id }: NamedLimits): number =>
  of === 'class' ? classes.position(id) : id

/** The level that the window asks for: the worst that any limit asks for. Allocates nothing. */
export function wantedByLimits(judged: Judged): Level {
  const { frame, configuration } = judged
  const { meanLimits, limits } = configuration
  let wanted = wantedLevel(frame.windowDice, meanLimits.warn, meanLimits.error)
  const { drift } = frame
  if (drift.level > wanted) wanted = drift.level
  for (let i = 0; i < limits.length && wanted < Level.ERROR; i++) {
    const entry = limits[i]!
    const place = placeOf(judged, entry)
    if (place < 0) continue
    const level = wantedLevel(windowDiceOf(judged, entry)[place]!, entry.limits.warn, entry.limits.error)
    if (level > wanted) wanted = level
  }
  const { criticalErrors } = frame
  for (let i = 0; i < criticalErrors.errors.length && wanted < Level.ERROR; i++) {
    const level = criticalErrors.wantedLevel(i)
    if (level > wanted) wanted = level
  }
  return wanted
}
