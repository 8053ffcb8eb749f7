import type { Episode } from './summary.ts'

/** The words of diagnostic_msgs/DiagnosticStatus. */
export const LEVEL_NAMES = ['OK', 'WARN', 'ERROR', 'STALE'] as const
const [, WARN, ERROR, STALE] = [0, 1, 2, 3]

/** How long a level was in force, s. */
export function secondsAt(episodes: readonly Episode[], level: number): number {
  return episodes.reduce((sum, episode) => sum + (episode.level === level ? lengthOf(episode) : 0), 0)
}

/**
 * What the node would have said of a run, in one sentence: for how long, of which class, when.
 * @param origin the stamp that times are counted from, ns
 * @param duration of the run, s
 */
export function verdictSentence(episodes: readonly Episode[], origin: bigint, duration: number): string {
  const [warn, silent] = [WARN, STALE].map(level => secondsAt(episodes, level!)) as [number, number]
  const gravest = [ERROR, WARN].find(level => episodes.some(episode => episode.level === level))
  const parts = gravest === undefined ? [] : [partOf(episodes, gravest, origin, duration)]
  if (gravest === ERROR && warn > 0) parts.push(`WARN for ${timeText(warn)}`)
  if (silent > 0) parts.push(`STALE for ${timeText(silent)} without a pair`)
  return parts.length > 0 ? `${parts.join('; ')}.` : `OK throughout, ${timeText(duration)}.`
}

/** For how long a level was in force, and why the longest time. */
function partOf(all: readonly Episode[], level: number, origin: bigint, duration: number): string {
  const episodes = all.filter(episode => episode.level === level)
  const longest = episodes.reduce((a, b) => (lengthOf(b) > lengthOf(a) ? b : a))
  const when = `${blame(longest)}${rangeText(longest, origin)}`
  const which = episodes.length === 1 ? when : `${episodes.length} times, the longest ${when}`
  const total = `${LEVEL_NAMES[level]} for ${timeText(secondsAt(episodes, level))}`
  return `${total} of ${timeText(duration)}: ${which}`
}

/** `trail taken for grass, `. */
function blame({ class: name, taken_for: other }: Episode): string {
  if (name === null) return ''
  return other === null ? `${name}, ` : `${name} taken for ${other}, `
}

/** `12.2 to 18.0 s`, or from a minute on `1:12 to 1:18`. */
function rangeText({ from_ns: from, to_ns: to }: Episode, origin: bigint): string {
  const [start, end] = [from, to].map(stamp => Number(stamp - origin) / 1e9) as [number, number]
  return Number(end.toFixed(1)) < MINUTE
    ? `${start.toFixed(1)} to ${end.toFixed(1)} s`
    : `${clock(start)} to ${clock(end)}`
}

const lengthOf = ({ from_ns: from, to_ns: to }: Episode) => Number(to - from) / 1e9

const MINUTE = 60

/** `5.8 s`, or from a minute on `1:05` and `1:02:03`. */
export const timeText = (seconds: number): string =>
  Number(seconds.toFixed(1)) < MINUTE ? `${seconds.toFixed(1)} s` : clock(seconds)

/** Minutes and seconds, from an hour on with hours. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds)
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}
