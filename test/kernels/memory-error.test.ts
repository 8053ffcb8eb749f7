import { expect, it } from 'vitest'
import { MessageError } from '../../src/cdr/message-error.ts'
import { allocated, grow, MemoryError } from '../../src/kernels/memory-error.ts'
import { InputStatistics } from '../../src/monitor/input.ts'

it('a memory that cannot grow says how much was asked for, and is no larger', () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 3 })
  expect(grow(memory, 2)).toBe(1)
  expect(() => grow(memory, 16)).toThrow(MemoryError)
  expect(() => grow(memory, 16)).toThrow(/^no memory for 1\.0 MB more/)
  expect(memory.buffer.byteLength).toBe(3 * 65536)
})

it('a buffer that cannot be had is no error of a range, and a failure of another kind stays itself', () => {
  expect(() => allocated(2 ** 52, bytes => new ArrayBuffer(bytes))).toThrow(MemoryError)
  const other = new TypeError('another')
  const fail = () => {
    throw other
  }
  expect(() => allocated(8, fail)).toThrow(other)
  expect(allocated(8, bytes => new ArrayBuffer(bytes)).byteLength).toBe(8)
})

it('messages are rejected for what they are and for want of memory; a defect of ours is thrown', () => {
  const input = new InputStatistics()
  input.reject(new MessageError('cut'))
  expect([input.rejected, input.lastError]).toEqual([1, 'cut'])
  input.reject(new MemoryError('no memory for 1.0 MB more'))
  expect([input.rejected, input.lastError]).toEqual([2, 'no memory for 1.0 MB more'])
  for (const error of [new RangeError('offset is out of bounds'), new TypeError('no function')])
    expect(() => input.reject(error)).toThrow(error)
  expect(input.rejected).toBe(2)
})
