import { expect, it } from 'vitest'
import { SharedSegments } from '../../src/node/shared-segments.ts'

const line = (bytes: number, path: string) =>
  `7f0000000000-${(0x7f0000000000 + bytes).toString(16)} rw-s 00000000 00:1b 56472                      ${path}`
const OWN = line(70_000_000, '/dev/shm/fastrtps_4148cd3a30568a81')
const OTHERS = ['6ad42186311d86e9', '6ad42186311d86f0'].map((id, i) =>
  line(500_000 + i, `/dev/shm/fastdds_${id}`),
)

it('knows the largest segment that others send from, of Fast DDS 2 and 3, and looks again after 2 s', () => {
  let maps = OWN
  const segments = new SharedSegments(() => maps)
  expect(segments.largestOfOthers(0)).toBe(0)
  maps = [
    OTHERS[1],
    OWN,
    OTHERS[0],
    line(900_000, '/dev/shm/fastdds_port7000'),
    '7f00-7fff r--p lib.so',
  ].join('\n')
  expect(segments.largestOfOthers(1.9)).toBe(0)
  expect(segments.largestOfOthers(2)).toBe(500_001)
  maps = [OWN, OTHERS[0]].join('\n')
  expect(segments.largestOfOthers(3.9)).toBe(500_001)
  expect(segments.largestOfOthers(4)).toBe(500_000)
})

it('knows none where the middleware has no segments of its own', () => {
  let maps = '7f00-7fff r--p lib.so'
  const segments = new SharedSegments(() => maps)
  maps = OTHERS.join('\n')
  expect(segments.largestOfOthers(100)).toBe(0)
})
