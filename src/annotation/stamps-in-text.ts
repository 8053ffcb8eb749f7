import { stampInName } from '../folder/stamp.ts'
import type { StampList } from './choose-frames.ts'

/** Seconds with a fraction, from whenever: a simulation starts at 0. */
const SECONDS = /^(\d{1,10})\.(\d{1,9})$/

/**
 * The first stamp of each line, as in names of files or in seconds: of a list, of a CSV such as frames.csv, of names
 * of files. Lines without one are passed over.
 */
export function stampsInText(text: string): StampList {
  return text.split('\n').flatMap(line => {
    const [first] = line.split(/[,;\s]+/).flatMap(field => stampIn(field) ?? [])
    return first ? [{ stamps: [first.stamp], tolerance: first.tolerance }] : []
  })
}

function stampIn(field: string): { stamp: bigint; tolerance: bigint } | undefined {
  const named = stampInName(field)
  if (named) return named
  const [, seconds, fraction] = SECONDS.exec(field) ?? []
  if (seconds === undefined || fraction === undefined) return undefined
  const unit = 10n ** BigInt(9 - fraction.length)
  // A fraction that is cut short, or rounded, is off by less than its last digit.
  const stamp = BigInt(seconds) * 1_000_000_000n + BigInt(fraction) * unit
  return { stamp, tolerance: unit === 1n ? 0n : unit }
}
