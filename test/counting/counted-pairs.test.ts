import { expect, test } from 'vitest'
import { CountedPairs } from '../../src/counting/counted-pairs.ts'
import type { CountedPair } from '../../src/counting/jobs.ts'
import { MessageMemory } from '../../src/counting/message-memory.ts'
import { Memory } from '../../src/recording/memory.ts'

const CLASSES = 3

function pairOf(prediction: Uint8Array, label: Uint8Array): CountedPair {
  return {
    predictionAddress: prediction.byteOffset,
    predictionLength: prediction.byteLength,
    labelAddress: label.byteOffset,
    labelLength: label.byteLength,
    classes: CLASSES,
    counts: new Uint32Array((CLASSES + 1) ** 2),
    sums: new Float64Array(0),
    minimum: 0,
    maximum: 0,
  }
}

test('counts are those of the same two messages by as many classes, and are given once', () => {
  const memory = new MessageMemory()
  const [a, b, c] = [memory.allocate(70_000), memory.allocate(70_000), memory.allocate(70_000)]
  const pairs = new CountedPairs()
  const counted = pairOf(a, b)
  pairs.add([counted])
  expect(pairs.take(b, a, CLASSES)).toBeUndefined()
  expect(pairs.take(a, c, CLASSES)).toBeUndefined()
  expect(pairs.take(a.subarray(0, 69_999), b, CLASSES)).toBeUndefined()
  expect(pairs.take(a, b, CLASSES + 1)).toBeUndefined()
  expect(pairs.take(a, b, CLASSES)).toBe(counted)
  expect(pairs.take(a, b, CLASSES)).toBeUndefined()
})

test.each(['prediction', 'label'])('counts are forgotten with the memory of the %s', which => {
  const pairs = new CountedPairs()
  const memory = new Memory(new MessageMemory(undefined, block => pairs.forget(block)))
  // The prediction lies in a chunk, the label alone.
  const chunk = memory.take(200_000)
  const prediction = chunk.subarray(100, 100_000)
  const label = memory.take(99_900)
  pairs.add([pairOf(prediction, label)])
  const given = which === 'prediction' ? prediction : label
  memory.give(given)
  const again = memory.take(which === 'prediction' ? 200_000 : 99_900)
  expect(again.byteOffset).toBe(which === 'prediction' ? chunk.byteOffset : label.byteOffset)
  expect(pairs.take(prediction, label, CLASSES)).toBeUndefined()
})
