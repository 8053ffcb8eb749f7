import { describe, expect, it } from 'vitest'
import { Hysteresis, Level, wantedLevel } from '../../src/monitor/verdict.ts'

const { OK, WARN, ERROR } = Level

describe('the level that a score asks for', () => {
  it.each([
    [0.8, OK],
    [0.7999, WARN],
    [0.6, WARN],
    [0.5999, ERROR],
    [Number.NaN, OK],
  ])(
    '%d, warned of below 0.8 and an error below 0.6, is %d: a score at a threshold is good',
    (score, level) => {
      expect(wantedLevel(score, 0.8, 0.6)).toBe(level)
    },
  )

  it('is never one whose threshold is 0', () => {
    expect(wantedLevel(0, 0, 0)).toBe(OK)
    expect(wantedLevel(0, 0.5, 0)).toBe(WARN)
  })
})

describe('hysteresis', () => {
  /** The levels after each of the wanted ones. */
  function levels(frames: number, ...wanted: Level[]): Level[] {
    const verdict = new Hysteresis(frames)
    return wanted.map(level => {
      verdict.update(level)
      return verdict.level
    })
  }

  it('changes with the last of so many frames in a row, and goes back as slowly', () => {
    expect(levels(1, ERROR, OK)).toEqual([ERROR, OK])
    expect(levels(3, WARN, WARN, WARN, WARN, OK, OK, OK)).toEqual([OK, OK, WARN, WARN, WARN, WARN, OK])
  })

  it('counts frames in a row: one that agrees with the level starts anew', () => {
    expect(levels(3, WARN, WARN, OK, WARN, WARN, OK)).toEqual([OK, OK, OK, OK, OK, OK])
    expect(levels(2, ERROR, ERROR, OK, ERROR, OK)).toEqual([OK, ERROR, ERROR, ERROR, ERROR])
  })

  it('takes the nearest of the levels that were asked for in the run, up and down', () => {
    expect(levels(3, ERROR, WARN, ERROR).at(-1)).toBe(WARN)
    expect(levels(3, WARN, ERROR, ERROR).at(-1)).toBe(WARN)
    expect(levels(3, ERROR, ERROR, ERROR).at(-1)).toBe(ERROR)
    expect(levels(2, ERROR, ERROR, OK, WARN)).toEqual([OK, ERROR, ERROR, WARN])
    expect(levels(2, ERROR, ERROR, WARN, OK)).toEqual([OK, ERROR, ERROR, WARN])
  })

  it('begins a run anew after a change: the rest of the way takes as many frames', () => {
    expect(levels(2, WARN, ERROR, ERROR, ERROR)).toEqual([OK, WARN, WARN, ERROR])
  })

  it('begins a run anew when a frame asks for the other direction', () => {
    const verdict = new Hysteresis(2)
    for (const level of [WARN, WARN, ERROR, OK, ERROR, OK]) verdict.update(level)
    expect(verdict.level).toBe(WARN)
    verdict.update(OK)
    expect(verdict.level).toBe(OK)
  })

  it('takes another number of frames at once, in the middle of a run too', () => {
    const verdict = new Hysteresis(5)
    verdict.update(ERROR)
    verdict.configure(2)
    verdict.update(ERROR)
    expect(verdict.level).toBe(ERROR)
    verdict.configure(3)
    for (const wanted of [OK, OK]) verdict.update(wanted)
    expect(verdict.level).toBe(ERROR)
  })

  it('is OK after it was cleared, and begins anew', () => {
    const verdict = new Hysteresis(2)
    for (let i = 0; i < 3; i++) verdict.update(WARN)
    verdict.update(ERROR)
    verdict.clear()
    expect(verdict.level).toBe(OK)
    verdict.update(ERROR)
    expect(verdict.level).toBe(OK)
    verdict.clear()
    verdict.update(WARN)
    expect(verdict.level).toBe(OK)
  })
})
