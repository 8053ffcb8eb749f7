import { describe, expect, it } from 'vitest'
import { matchByStamp, nearestMisses } from '../../src/folder/match.ts'
import { stampInName } from '../../src/folder/stamp.ts'

const MS = 1_000_000n

describe('a stamp in a name', () => {
  it.each([
    ['2022-07-07_city__0015_1657197601665184211_windshield_vis', 1657197601665184211n, 0n],
    ['1657197601665184211', 1657197601665184211n, 0n],
    // Simulated time begins at 0.
    ['camera_0000000012500000000', 12500000000n, 0n],
    ['1624326169-277052847', 1624326169277052847n, 0n],
    ['1624326169_000000847', 1624326169000000847n, 0n],
    ['0000000003-277052847', 3277052847n, 0n],
    ['frame000104-1581624663_149', 1581624663149000000n, MS],
    ['frame000104-1581624663_009', 1581624663009000000n, MS],
    ['frame000104-1581624663_9', 1581624663009000000n, MS],
    ['1581624663_149027', 1581624663149027000n, 1000n],
    ['1623697255837', 1623697255837n * MS, MS],
    ['scene_1531883530412470', 1531883530412470000n, 1000n],
    ['1581624663.149', 1581624663149000000n, MS],
    ['1581624663.5', 1581624663500000000n, 100n * MS],
    ['1581624663.149027123', 1581624663149027123n, 1000n],
    // The same one twice is one.
    ['1657197601665184211_1657197601665184211', 1657197601665184211n, 0n],
    ['seq7_1623697255837_2', 1623697255837n * MS, MS],
  ])('%s', (name, stamp, tolerance) => {
    expect(stampInName(name)).toEqual({ stamp, tolerance })
  })

  it.each([
    'frame000104',
    '20240131',
    // 18, 20, 14 and 12 digits
    '165719760166518421',
    '16571976016651842110',
    '16571976016651',
    '165719760166',
    // A time before 2001 or after 2128 is another number.
    '0987654321234',
    '5623697255837',
    '0581624663_149',
    '1581624663_1490',
    // Two that differ
    '1657197601665184211_1657197601665184212',
  ])('%s has none', name => {
    expect(stampInName(name)).toBeUndefined()
  })
})

describe('files and messages', () => {
  const exact = (stamp: bigint) => ({ stamp, tolerance: 0n })
  const within = (stamp: bigint, tolerance: bigint) => ({ stamp, tolerance })

  it('are matched at the distance of the tolerance and no further', () => {
    expect(matchByStamp([within(100n, 5n)], [105n])).toEqual([{ file: 0, message: 0, apart: 5n }])
    expect(matchByStamp([within(100n, 5n)], [95n])).toEqual([{ file: 0, message: 0, apart: -5n }])
    expect(matchByStamp([within(100n, 5n)], [94n, 106n])).toEqual([])
    expect(matchByStamp([exact(100n)], [99n, 101n])).toEqual([])
    expect(matchByStamp([exact(100n)], [99n, 101n, 100n])).toEqual([{ file: 0, message: 2, apart: 0n }])
  })

  it('are matched by the larger of two tolerances', () => {
    expect(matchByStamp([exact(100n)], [107n], 7n)).toHaveLength(1)
    expect(matchByStamp([exact(100n)], [108n], 7n)).toEqual([])
    expect(matchByStamp([within(100n, 9n)], [108n], 7n)).toHaveLength(1)
  })

  it('are matched once each, the nearest first', () => {
    const matches = matchByStamp([within(100n, 10n), within(104n, 10n)], [105n])
    expect(matches).toEqual([{ file: 1, message: 0, apart: 1n }])
    // The one that loses its nearest takes its next.
    expect(matchByStamp([within(100n, 10n), within(104n, 10n)], [105n, 108n])).toEqual([
      { file: 1, message: 0, apart: 1n },
      { file: 0, message: 1, apart: 8n },
    ])
  })

  it('at equal distances go by the earlier message, whatever the order of messages', () => {
    expect(matchByStamp([within(100n, 5n)], [103n, 97n])).toEqual([{ file: 0, message: 1, apart: -3n }])
  })

  it('of equal stamps go by the order of files', () => {
    expect(matchByStamp([exact(5n), exact(5n)], [5n])).toEqual([{ file: 0, message: 0, apart: 0n }])
  })

  it('miss each other by the distance to the nearest', () => {
    expect(nearestMisses([exact(100n), exact(0n), exact(300n)], [130n, 90n])).toEqual([10n, 90n, 170n])
    expect(nearestMisses([exact(100n)], [])).toEqual([])
    expect(nearestMisses([exact(130n)], [130n, 90n])).toEqual([0n])
  })
})
