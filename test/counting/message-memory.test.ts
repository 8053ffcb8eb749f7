import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { MessageMemory } from '../../src/counting/message-memory.ts'
import { Kernels } from '../../src/kernels/kernels.ts'
import { PixelFormat, type PixelLayout } from '../../src/kernels/layout.ts'
import { Memory } from '../../src/recording/memory.ts'
import { openRecording } from '../../src/recording/open.ts'
import { inOrder } from '../../src/recording/order.ts'
import type { RecordedMessage } from '../../src/recording/recording.ts'
import { Recycling } from '../../src/recording/recycling.ts'
import { digest } from '../recording/read.ts'
import { writeRecordings } from '../recording/written.ts'

const { directory, manifest, remove } = writeRecordings(100_000)
afterAll(remove)

test.each(manifest)(
  '$name: the same messages through a little memory, used again and again',
  async written => {
    const blocks = new MessageMemory()
    const recording = await openRecording(join(directory, written.path))
    const messages: RecordedMessage[] = []
    for await (const batch of recording.messages({ inUse: () => [], blocks })) {
      for (const message of batch) messages.push({ ...message, data: message.data.slice() })
    }
    expect(recording.problems).toEqual(written.problems)
    await recording.close()
    expect(digest(messages)).toBe(written.digest)
    expect(blocks.memory.buffer.byteLength).toBeLessThan(8 * 2 ** 20)
  },
)

const message = (time: number, data: Uint8Array): RecordedMessage => ({
  topic: '/a',
  logTime: BigInt(time),
  data,
})

test('messages that are held to be put in order give the memory back that they leave', () => {
  const blocks = new MessageMemory()
  const memory = new Memory(blocks)
  const recycling = new Recycling(() => [], memory)
  function* batches() {
    for (let i = 100; i < 500; i += 2) {
      const block = memory.take(140_000)
      yield [message(i + 1, block.subarray(0, 70_000)), message(i - 8, block.subarray(70_000))]
    }
  }
  let delivered = 0
  for (const batch of inOrder(batches(), 10n, memory, () => expect.unreachable())) {
    delivered += batch.length
    recycling.consumed(batch)
  }
  expect(delivered).toBe(400)
  expect(blocks.memory.buffer.byteLength).toBeLessThan(8 * 2 ** 20)
})

test('messages that take all of their room leave the kernels theirs', () => {
  const blocks = new MessageMemory()
  for (const size of [2 ** 24, 2 ** 16]) while (blocks.holds(blocks.allocate(size)));
  const kernels = new Kernels(blocks.memory, 0)
  const pixels = 2 ** 22
  kernels.load(0, new Uint8Array(pixels).fill(1))
  kernels.load(1, new Uint8Array(pixels).fill(1))
  const layout: PixelLayout = { format: PixelFormat.U8, offset: 0, step: 2048, channels: 1 }
  kernels.countLabels(2048, 2048, layout, layout, 2)
  expect(Array.from(kernels.counts)).toEqual([0, 0, 0, 0, pixels, 0, 0, 0, 0])
})
