import { describe, expect, it } from 'vitest'
import { ClassSums } from '../../src/metrics/class-sums.ts'
import { Drift } from '../../src/monitor/drift.ts'
import { overlapStatus } from '../../src/monitor/status.ts'
import type { RawValue } from '../../src/parameters/parameters.ts'
import { random } from '../kernels/masks.ts'
import { SEED } from '../support/seed.ts'
import { Rig } from './rig.ts'

const EVALUATED = new Uint8Array(256).fill(1)

/** Sums of one class of so many labelled pixels, and as many predicted, of which so many are right; id 0 is nowhere. */
function sumsOf(right: number, pixels: number): ClassSums {
  const sums = new ClassSums(2)
  sums.truePositives[1] = right
  sums.labelPixels[1] = pixels
  sums.predictionPixels[1] = pixels
  return sums
}

/** The chart as it is defined, with all windows kept: whether it alarms after each. undefined: without the class. */
function chart(values: readonly (number | undefined)[]): boolean[] {
  const reference: number[] = []
  let shortfall = 0
  return values.map(value => {
    if (value === undefined) {
      shortfall = Math.max(0, shortfall - 0.5)
      return shortfall > 8
    }
    if (reference.length >= 20) {
      const mean = reference.reduce((sum, x) => sum + x, 0) / reference.length
      const variance = reference.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (reference.length - 1)
      const deviation = Math.max(0.01, Math.sqrt(variance))
      shortfall = Math.min(10, Math.max(0, shortfall + Math.min(4, (mean - value) / deviation) - 0.5))
    }
    if (shortfall <= 8) reference.push(value)
    return shortfall > 8
  })
}

describe('drift', () => {
  it('is told as the chart does, window by window, whatever the dice do', () => {
    const next = random(SEED)
    for (let run = 0; run < 300; run++) {
      const level = 0.5 + 0.5 * next()
      const spread = [0.001, 0.01, 0.05, 0.2][run % 4]!
      const from = 15 + Math.floor(next() * 40)
      const to = from + Math.floor(next() * 30)
      const drop = [0.02, 0.05, 0.1, 0.4][Math.floor(next() * 4)]!
      const isLost = run % 5 === 0
      const values = Array.from({ length: 110 }, (_, i) => {
        if (next() < 0.1 || (isLost && i > from + 12 && i < from + 30)) return undefined
        const value = level + spread * (next() - 0.5) - (i >= from && i < to ? drop : 0)
        return Math.round(10_000 * Math.max(0, Math.min(1, value))) / 10_000
      })
      const drift = new Drift(true, 1, 0)
      const told = values.map(value => {
        if (value !== undefined) drift.add(sumsOf(value * 10_000, 10_000), 0)
        drift.endFrame(EVALUATED)
        return drift.level === 1
      })
      expect(told, `run ${run}`).toEqual(chart(values))
    }
  })

  it('begins with the 21st window at the earliest', () => {
    const levelAfter = (windows: number) => {
      const drift = new Drift(true, 1, 0)
      for (let i = 0; i < windows + 3; i++) {
        drift.add(sumsOf(i < windows ? 90 : 10, 100), 0)
        drift.endFrame(EVALUATED)
      }
      return drift.level
    }
    // Each of three windows counts for 4 less 0.5: more than 8.
    expect([levelAfter(19), levelAfter(20), levelAfter(17)]).toEqual([0, 1, 0])
  })

  it('is of the counts of whole windows', () => {
    const drift = new Drift(true, 3, 0)
    const window = (rights: readonly number[]) => {
      for (const right of rights) {
        drift.add(sumsOf(right, 100), 0)
        drift.endFrame(EVALUATED)
      }
    }
    // Frames differ much, windows do not.
    for (let i = 0; i < 20; i++) window([100, 80, 90])
    window([80, 100, 90])
    expect(drift.drifted).toBeUndefined()
    window([70, 70, 70])
    window([70, 70, 70])
    for (const right of [70, 70]) {
      drift.add(sumsOf(right, 100), 0)
      drift.endFrame(EVALUATED)
    }
    expect(drift.level).toBe(0)
    window([70])
    expect(drift.drifted).toEqual({ id: 1, region: undefined, dice: 0.7, reference: expect.closeTo(0.9, 1) })
  })

  it('is of the class and region that have lost most dice, of those that are evaluated', () => {
    const drift = new Drift(true, 1, 2)
    const play = (rights: readonly number[], times: number, evaluated = EVALUATED) => {
      for (let i = 0; i < times; i++) {
        for (const [place, right] of rights.entries()) drift.add(sumsOf(right, 100), place)
        drift.endFrame(evaluated)
      }
    }
    play([90, 90, 90], 20)
    play([80, 60, 90], 4)
    expect(drift.drifted).toMatchObject({ id: 1, region: 0, dice: 0.6, reference: expect.closeTo(0.873, 3) })
    drift.clear()
    expect(drift.drifted).toBeUndefined()
    play([90, 90, 90], 20)
    play([70, 90, 80], 4)
    expect(drift.drifted).toMatchObject({ id: 1, region: undefined, dice: 0.7 })
    drift.clear()
    play([90, 90, 90], 20)
    play([90, 90, 50], 4)
    expect(drift.drifted).toMatchObject({ region: 1 })
    drift.clear()
    const others = EVALUATED.map((_, id) => (id === 1 ? 0 : 1))
    play([90, 90, 90], 20, others)
    play([10, 10, 10], 9, others)
    expect(drift.drifted).toBeUndefined()
  })
})

describe('drift in the verdict', () => {
  const settings: Record<string, RawValue> = {
    'classes.names': ['sky', 'rock'],
    'drift.enabled': true,
    'window.frames': 1n,
    'thresholds.frames': 1n,
    'thresholds.dice.warn': 0n,
    'thresholds.dice.error': 0n,
    regions: ['near: rows 0.5-1', 'body: rows 0-0.5'],
    'regions.ignored': ['body'],
  }
  const [width, height] = [10, 4]
  /** The lower half is half rock, of which so many pixels are predicted as sky; the upper half is ignored. */
  const play = (rig: Rig, missed: number, times: number) => {
    const label = Array.from({ length: width * height }, (_, i) => (i % width < 5 ? 1 : 0))
    let left = missed
    const prediction = label.map((l, i) => (l === 1 && i >= 20 && left-- > 0 ? 0 : l))
    for (let i = 0; i < times; i++) rig.pair(prediction, label, width, height)
    return overlapStatus(rig.monitor, 0)
  }

  it('is a warning that names class and dice, and ends when they are what they were', () => {
    const rig = new Rig(settings)
    expect(play(rig, 1, 22).level).toBe(0)
    expect(play(rig, 4, 2).level).toBe(0)
    const status = play(rig, 4, 1)
    expect(status.level).toBe(1)
    expect(status.message).toMatch(/^drift: rock: dice 0\.750, was 0\.\d{3}/)
    expect(rig.monitor.frame.level).toBe(1)
    expect(play(rig, 4, 30).level).toBe(1)
    expect(play(rig, 1, 10).level).toBe(0)
    expect(play(rig, 4, 5).level).toBe(1)
  })

  it('names the region where most is lost', () => {
    const rig = new Rig({ ...settings, regions: ['near: rows 0.5-1'], 'regions.ignored': [] })
    play(rig, 1, 22)
    expect(play(rig, 5, 4).message).toMatch(/^drift: rock in near: dice 0\.667, was 0\.9/)
  })

  it('is none unless it is asked for, and is forgotten with a reset and by other windows', () => {
    const rig = new Rig({ ...settings, 'drift.enabled': false })
    play(rig, 0, 22)
    expect(play(rig, 9, 9).level).toBe(0)
    rig.configure({ 'drift.enabled': true })
    play(rig, 0, 22)
    expect(play(rig, 9, 9).level).toBe(1)
    rig.monitor.reset()
    expect(play(rig, 9, 30).level).toBe(0)
    rig.configure({ 'drift.enabled': false })
    expect(play(rig, 0, 9).level).toBe(0)
    rig.configure({ 'drift.enabled': true })
    play(rig, 0, 15)
    rig.configure({ 'window.frames': 2n })
    play(rig, 0, 10)
    expect(play(rig, 9, 20).level).toBe(0)
  })

  it('does not hide what is worse', () => {
    const rig = new Rig({ ...settings, 'thresholds.dice.error': 0.7, 'thresholds.dice.warn': 0.7 })
    play(rig, 0, 22)
    const status = play(rig, 10, 6)
    expect(status.level).toBe(2)
    expect(status.message).toMatch(/^drift: rock: dice 0\.000, was 0\.917, dice 0\.333 is below 0\.7/)
  })
})
