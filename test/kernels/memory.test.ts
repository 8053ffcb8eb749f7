import { expect, test } from 'vitest'
import {
  type Instance,
  instantiate,
  instantiateShared,
  PAGE,
  sharedMemory,
} from '../../src/kernels/instance.ts'

const COUNTED_APART = 257

/** The places without those exports that are numbers of something. */
function addressesOf({ BLOCK: _, RUN_BLOCK: _runs, TALLY_SLOTS: _slots, ...addresses }: Instance['places']) {
  return addresses
}

test('in a shared memory each of two instances has what it needs for itself', () => {
  const memory = sharedMemory(64 * 2 ** 20)
  const [first, second] = ([0, 1] as const).map(workSpace => instantiateShared(memory, workSpace).places)
  const { DATA, ...places } = addressesOf(second!)
  for (const place of Object.values(places)) expect(place).toBeGreaterThanOrEqual(first!.DATA)
  expect(DATA).toBeLessThanOrEqual(memory.buffer.byteLength)
})

test('nothing lies where the counts of 256 classes are, and messages lie behind all of it', () => {
  const { exports, places } = instantiate()
  const { DATA, COUNTS, ...others } = addressesOf(places)
  const end = COUNTS + 4 * COUNTED_APART ** 2
  for (const place of Object.values(others)) expect(place < COUNTS || place >= end).toBe(true)
  expect(DATA).toBeGreaterThan(Math.max(end, ...Object.values(others)))
  expect(exports.memory.buffer.byteLength).toBe(Math.ceil(DATA / PAGE) * PAGE)
})
