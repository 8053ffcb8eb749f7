import { type KernelMemory, PAGE } from './instance.ts'

/** There is no memory for something: the fault of no message and of no file, but of the machine or of this program. */
export class MemoryError extends Error {
  override name = 'MemoryError'
}

/** Adds pages to a memory. @returns the first of them @throws MemoryError when there are none to be had */
export function grow(memory: KernelMemory, pages: number): number {
  try {
    return memory.grow(pages)
  } catch (error) {
    throw memoryError(error, pages * PAGE)
  }
}

/** A new buffer of what `make` makes. @throws MemoryError when there is no memory for it */
export function allocated<T>(bytes: number, make: (bytes: number) => T): T {
  try {
    return make(bytes)
  } catch (error) {
    throw memoryError(error, bytes)
  }
}

/** What engines throw where memory is at an end is a RangeError; anything else stays what it is. */
function memoryError(error: unknown, bytes: number): unknown {
  if (!(error instanceof RangeError)) return error
  return new MemoryError(`no memory for ${(bytes / 1e6).toFixed(1)} MB more (${error.message})`)
}
