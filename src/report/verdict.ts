import { LEVEL_NAMES } from '../monitor/verdict.ts'
import type { Episode, RecordingPart, VerdictSummary } from './summary.ts'

export { LEVEL_NAMES }

const [WARN, ERROR, STALE] = [1, 2, 3] as const

/** The gravest first: an error is worse than silence. */
const GRAVITY = [0, 1, 3, 2] as const

const gravestOf = (levels: readonly number[]): number =>
  levels.reduce((worst, level) => (GRAVITY[level]! > GRAVITY[worst]! ? level : worst), 0)

/**
 * What the node would have said of a run.
 * @param first stamp that came, ns: times are counted from it
 * @param last stamp that came, ns
 */
export function verdictSummary(episodes: readonly Episode[], first: bigint, last: bigint): VerdictSummary {
  const seconds = Number(last - first) / 1e9
  const [warn, error, stale] = [WARN, ERROR, STALE].map(level => secondsAt(episodes, level)) as Three
  return {
    level: gravestOf(episodes.map(({ level }) => level)),
    text: verdictSentence(episodes, first, seconds),
    seconds,
    warn_seconds: warn,
    error_seconds: error,
    stale_seconds: stale,
  }
}

type Three = [number, number, number]

/** The same of several recordings; undefined where it is not known of each. */
export function pooledVerdict(parts: readonly RecordingPart[]): VerdictSummary | undefined {
  const verdicts = parts.flatMap(({ verdict }) => verdict ?? [])
  if (verdicts.length < parts.length) return undefined
  const total = (value: (verdict: VerdictSummary) => number) =>
    verdicts.reduce((sum, verdict) => sum + value(verdict), 0)
  const seconds = total(verdict => verdict.seconds)
  const [warn, error, stale] = [
    total(verdict => verdict.warn_seconds),
    total(verdict => verdict.error_seconds),
    total(verdict => verdict.stale_seconds),
  ]
  const level = gravestOf(verdicts.map(verdict => verdict.level))
  const said: string[] = []
  if (level === ERROR) said.push(worstPart(parts, ERROR, error, seconds))
  if (warn > 0 || level === WARN) {
    said.push(level === WARN ? worstPart(parts, WARN, warn, seconds) : `WARN for ${timeText(warn)}`)
  }
  if (stale > 0 || level === STALE) said.push(`STALE for ${timeText(stale)} without a pair`)
  return {
    level,
    text: said.length > 0 ? `${said.join('; ')}.` : `OK throughout, ${timeText(seconds)}.`,
    seconds,
    warn_seconds: warn,
    error_seconds: error,
    stale_seconds: stale,
  }
}

/** "ERROR for 7.8 s of 1:30, in 2 of 3 recordings: the longest in drive_07.mcap, 5.8 s". */
function worstPart(
  parts: readonly RecordingPart[],
  level: typeof ERROR | typeof WARN,
  sum: number,
  seconds: number,
): string {
  const secondsOf = ({ verdict }: RecordingPart) =>
    level === ERROR ? verdict!.error_seconds : verdict!.warn_seconds
  const concerned = parts.filter(part => part.verdict!.level === level || secondsOf(part) > 0)
  const longest = concerned.reduce((a, b) => (secondsOf(b) > secondsOf(a) ? b : a))
  const where = `in ${concerned.length} of ${parts.length} recordings`
  const name = longest.recording.split('/').filter(Boolean).at(-1) ?? longest.recording
  const most = concerned.length > 1 ? `the longest in ${name}, ${timeText(secondsOf(longest))}` : name
  return `${LEVEL_NAMES[level]} for ${timeText(sum)} of ${timeText(seconds)}, ${where}: ${most}`
}

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
  const [warn, silent] = [WARN, STALE].map(level => secondsAt(episodes, level)) as [number, number]
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
