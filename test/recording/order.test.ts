import { expect, test } from 'vitest'
import { Memory } from '../../src/recording/memory.ts'
import { inOrder } from '../../src/recording/order.ts'
import type { RecordedMessage } from '../../src/recording/recording.ts'

const message = (time: number, bytes = 1): RecordedMessage => ({
  topic: '/a',
  logTime: BigInt(time),
  data: new Uint8Array(bytes),
})

const times = (batches: Iterable<RecordedMessage[]>) =>
  [...batches].flat().map(({ logTime }) => Number(logTime))

test('messages that lag no more than is known come in order', () => {
  const batches = [[3, 1, 4], [2, 6], [5]].map(batch => batch.map(time => message(time)))
  const late = () => expect.unreachable()
  expect(times(inOrder(batches, 3n, new Memory(), late))).toEqual([1, 2, 3, 4, 5, 6])
})

test('beyond the memory for it messages come late, all of them, and it is said', () => {
  const batches = Array.from({ length: 100 }, (_, i) => [message(100 - i, 2 ** 20)])
  let late = 0
  const read = times(inOrder(batches, 100n, new Memory(), () => late++))
  expect(read.length).toBe(100)
  expect(new Set(read).size).toBe(100)
  expect(late).toBeGreaterThan(0)
})

test('what is held does not keep, or share, the memory of its batch', () => {
  const shared = new Uint8Array(100)
  const view = (time: number, at: number) => ({ ...message(time), data: shared.subarray(at, at + 1) })
  const [first, rest] = [...inOrder([[view(1, 0), view(10, 1)]], 5n, new Memory(), () => {})]
  expect(first![0]!.data.buffer).toBe(shared.buffer)
  expect(rest![0]!.data.buffer).not.toBe(shared.buffer)
})
