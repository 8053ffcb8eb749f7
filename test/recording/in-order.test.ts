import { expect, it } from 'vitest'
import { Memory } from '../../src/recording/memory.ts'
import { inOrder, Survey } from '../../src/recording/order.ts'
import type { RecordedMessage } from '../../src/recording/recording.ts'

const message = (time: number, bytes = 1000): RecordedMessage => ({
  topic: '/label',
  logTime: BigInt(time),
  data: new Uint8Array(bytes),
})

function sorted(batches: RecordedMessage[][], lateness: bigint) {
  let late = 0
  const onLate = () => {
    late++
  }
  const times = [...inOrder(batches, lateness, new Memory(), onLate)]
    .flat()
    .map(({ logTime }) => Number(logTime))
  return { times, late }
}

it('messages are put in order that lag as far behind as the file says', () => {
  const batches = [[message(10)], [message(30)], [message(20), message(40)], [message(35)]]
  expect(sorted(batches, 10n)).toEqual({ times: [10, 20, 30, 35, 40], late: 0 })
})

it('more than 64 MB wait for none: what comes after is late, and that is said', () => {
  const batches = [[message(100, 40e6)], [message(200, 40e6)], [message(50)], [message(300)]]
  const { times, late } = sorted(batches, 1000n)
  expect(times.toSorted((a, b) => a - b)).toEqual([50, 100, 200, 300])
  expect(late).toBe(1)
})

it('a file says how far a message lags behind the newest before it', () => {
  const survey = new Survey()
  for (const time of [5n, 9n, 3n, 8n, 12n]) survey.spread(time, time)
  expect(survey).toMatchObject({ lateness: 6n, startTime: 3n, endTime: 12n })
})
