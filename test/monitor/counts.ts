import { expect } from 'vitest'
import type { PngMask } from '../../src/image/serialize.ts'
import { Monitor } from '../../src/monitor/monitor.ts'
import { parametersFrom, type RawValue } from '../../src/parameters/parameters.ts'

export const WIDTH = 7
export const HEIGHT = 5
export const PIXELS = WIDTH * HEIGHT
export const IGNORED = -1
export const UNKNOWN = -2

export const monitorOf = (values: Record<string, RawValue>) =>
  new Monitor(parametersFrom(new Map(Object.entries(values))))

export const each = (pixel: (i: number) => number[], pixels = PIXELS) =>
  Array.from({ length: pixels }, (_, i) => pixel(i))
export const hash = (i: number, of: number) => (((i + 1) * 2654435761) >>> 16) % of

/** Scores a pair, and compares every count with those of a plain loop over class ids. */
export function expectCounts(
  monitor: Monitor,
  prediction: Uint8Array | PngMask,
  label: Uint8Array | PngMask,
  predicted: (i: number) => number,
  labelled: (i: number) => number,
) {
  const before = monitor.frame.frameCount
  monitor.scorePair(prediction, label)
  expect(monitor.predictionInput.lastError).toBe('')
  expect(monitor.labelInput.lastError).toBe('')
  expect(monitor.frame.frameCount).toBe(before + 1)
  const classes = monitor.classes.capacity
  const counts = new Array<number>(classes * classes).fill(0)
  let [ignored, unknown] = [0, 0]
  for (let i = 0; i < PIXELS; i++) {
    const [l, p] = [labelled(i), predicted(i)]
    if (l === IGNORED || p === IGNORED) ignored++
    else if (p === UNKNOWN) unknown++
    else counts[l * classes + p]!++
  }
  expect([...monitor.frame.counts.counts]).toEqual(counts)
  expect(monitor.frame.pixelsIgnored).toBe(ignored)
  expect(monitor.frame.pixelsUnknownPrediction).toBe(unknown)
}
