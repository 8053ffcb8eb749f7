import type { StampList } from './choose-frames.ts'

const NS_A_SECOND = 1_000_000_000n
/** Nanoseconds in one number, or seconds with their fraction behind a point or, in nine digits, a hyphen. */
const STAMP = /(?<![\d.])(?:(\d{16,19})|(\d{1,10})(?:\.(\d{1,9})|-(\d{9})))(?!\.?\d)/

/**
 * The first stamp of each line: of a list, of a CSV such as frames.csv, of names of files. Lines without one are
 * passed over.
 */
export function stampsInText(text: string): StampList {
  return text.split('\n').flatMap(line => {
    const match = STAMP.exec(line)
    if (!match) return []
    const [, nanoseconds, seconds, fraction = match[4]!] = match
    if (nanoseconds !== undefined) return [{ stamps: [BigInt(nanoseconds)], tolerance: 0n }]
    const unit = 10n ** BigInt(9 - fraction.length)
    // A fraction that is cut short, or rounded, is off by less than its last digit.
    const stamp = BigInt(seconds!) * NS_A_SECOND + BigInt(fraction) * unit
    return [{ stamps: [stamp], tolerance: unit === 1n ? 0n : unit }]
  })
}
