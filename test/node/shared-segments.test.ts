import { expect, it } from 'vitest'
import { SharedSegments } from '../../src/node/shared-segments.ts'

const line = (bytes: number, path: string) =>
  `7f0000000000-${(0x7f0000000000 + bytes).toString(16)} rw-s 00000000 00:1b 56472                      ${path}`
const OWN = line(70_000_000, '/dev/shm/fastrtps_4148cd3a30568a81')
const FILES = ['pipe:[5]', '/dev/shm/fastrtps_port7000_el', '/dev/shm/fastrtps_4148cd3a30568a81_el']
const OTHERS = ['6ad42186311d86e9', '6ad42186311d86f0'].map((id, i) =>
  line(500_000 + i, `/dev/shm/fastdds_${id}`),
)

it('knows the largest segment that others send from, of Fast DDS 2 and 3', () => {
  const maps = [
    OTHERS[1],
    OWN,
    OTHERS[0],
    line(900_000, '/dev/shm/fastdds_port7000'),
    '7f00-7fff r--p lib.so',
  ].join('\n')
  const segments = new SharedSegments(
    () => maps,
    () => FILES,
  )
  expect(segments.largestOfOthers(0)).toBe(500_001)
})

it('looks again after 2 s, and more and more seldom, to every 16 s, while nothing changes', () => {
  let largest = 500_000
  const segments = new SharedSegments(
    () => [OWN, line(largest, '/dev/shm/fastdds_6ad42186311d86e9')].join('\n'),
    () => FILES,
  )
  let now = 0
  /** Whether a change is seen this late after the last look, and not before. */
  const isSeenAfter = (pause: number) => {
    const before = segments.largestOfOthers(now)
    const change = ++largest
    const isEarly = segments.largestOfOthers(now + pause - 0.1) !== before
    now += pause
    return !isEarly && segments.largestOfOthers(now) === change
  }
  const pass = (pause: number) => {
    now += pause
    segments.largestOfOthers(now)
  }
  expect(isSeenAfter(2)).toBe(true)
  expect(isSeenAfter(2)).toBe(true)
  pass(2)
  expect(isSeenAfter(4)).toBe(true)
  for (const pause of [2, 4, 8, 16, 16]) pass(pause)
  expect(isSeenAfter(16)).toBe(true)
  expect(isSeenAfter(2)).toBe(true)
})

it('knows none where the middleware has no segments of its own', () => {
  const segments = new SharedSegments(
    () => OTHERS.join('\n'),
    () => ['pipe:[5]', '/dev/shm/fastrtps_port7000_el'],
  )
  expect(segments.largestOfOthers(0)).toBe(0)
})
