import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { DamageError } from './damage.ts'
import { allocate } from './memory.ts'

/** What zstddec's WebAssembly module exports. Its own functions neither check for errors nor reuse memory. */
interface ZstdExports {
  memory: { buffer: ArrayBuffer }
  malloc(bytes: number): number
  free(pointer: number): void
  ZSTD_createDCtx(): number
  ZSTD_freeDCtx(context: number): number
  ZSTD_decompress(target: number, capacity: number, source: number, length: number): number
  ZSTD_decompressStream(context: number, output: number, input: number): number
}

const OUTPUT_BYTES = 128 * 2 ** 10

let instance: ZstdExports | undefined

/** The decoder of this thread. */
function decoder(): ZstdExports {
  if (instance) return instance
  // Its memory is looked up whenever it is needed.
  const env = { emscripten_notify_memory_growth() {} }
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(zstdWasm()), { env })
  instance = exports as unknown as ZstdExports
  return instance
}

/**
 * zstddec carries its WebAssembly as a base64 string, which begins as every module does. Its own functions are not
 * used, so it does not matter whether someone else in the process uses them.
 */
function zstdWasm(): Uint8Array<ArrayBuffer> {
  const path = createRequire(import.meta.url).resolve('zstddec/stream')
  const base64 = /["'](AGFzbQ[\w+/]+=*)["']/.exec(readFileSync(path, 'latin1'))?.[1]
  if (base64 === undefined) throw new Error(`expected the zstd decoder in ${path}`)
  return Uint8Array.from(Buffer.from(base64, 'base64'))
}

/** A region of the decoder's memory that grows with what is asked of it. */
class Region {
  #pointer = 0
  #capacity = 0

  reserve(bytes: number): number {
    if (bytes > this.#capacity) {
      const zstd = decoder()
      zstd.free(this.#pointer)
      this.#capacity = 0
      this.#pointer = zstd.malloc(bytes)
      if (this.#pointer === 0) throw new DamageError(`no memory to decompress ${bytes} bytes`)
      this.#capacity = bytes
    }
    return this.#pointer
  }
}

const input = new Region()
const output = new Region()

/** Decompresses zstd frames that give exactly the target's length. @throws DamageError if they do not, or are damaged */
export function decompressZstdInto(target: Uint8Array, bytes: Uint8Array): void {
  const zstd = decoder()
  const source = input.reserve(bytes.byteLength)
  const result = output.reserve(target.byteLength)
  new Uint8Array(zstd.memory.buffer).set(bytes, source)
  const length = zstd.ZSTD_decompress(result, target.byteLength, source, bytes.byteLength)
  checkResult(length)
  if (length !== target.byteLength)
    throw new DamageError(`expected ${target.byteLength} bytes of zstd data, got ${length}`)
  target.set(new Uint8Array(zstd.memory.buffer, result, length))
}

/**
 * Decompresses a stream of zstd frames.
 * @param read fills the bytes it is given from the stream; returns how many there were, 0 at the end
 * @returns pieces, each valid until the next
 * @throws DamageError where the stream is damaged or cut
 */
export function* decompressStream(read: (target: Uint8Array) => number): Generator<Uint8Array> {
  const zstd = decoder()
  const context = zstd.ZSTD_createDCtx()
  const pointer = zstd.malloc(24 + 2 * OUTPUT_BYTES)
  const [inputBuffer, outputBuffer, source, target] = [
    pointer,
    pointer + 12,
    pointer + 24,
    pointer + 24 + OUTPUT_BYTES,
  ]
  const block = allocate(OUTPUT_BYTES)
  const piece = allocate(OUTPUT_BYTES)
  let pending = 1
  try {
    for (let length = read(block); length > 0; length = read(block)) {
      new Uint8Array(zstd.memory.buffer).set(block.subarray(0, length), source)
      let consumed = 0
      let produced: number
      do {
        setBuffer(inputBuffer, source, length, consumed)
        setBuffer(outputBuffer, target, OUTPUT_BYTES, 0)
        pending = zstd.ZSTD_decompressStream(context, outputBuffer, inputBuffer)
        checkResult(pending)
        consumed = position(inputBuffer)
        produced = position(outputBuffer)
        if (produced === 0) continue
        // A copy, as the decoder's memory moves when it grows for someone else.
        piece.set(new Uint8Array(zstd.memory.buffer, target, produced))
        yield piece.subarray(0, produced)
      } while (consumed < length || produced === OUTPUT_BYTES)
    }
    if (pending !== 0) throw new DamageError('the zstd data ends within a frame')
  } finally {
    zstd.free(pointer)
    zstd.ZSTD_freeDCtx(context)
  }
}

/** Results from -1 down to some hundred are error codes (zstd_errors.h). */
function checkResult(result: number): void {
  if (result < 0 && result > -1000) throw new DamageError(`damaged zstd data (error ${-result})`)
}

function setBuffer(at: number, pointer: number, size: number, offset: number): void {
  const view = new DataView(decoder().memory.buffer, at, 12)
  view.setUint32(0, pointer, true)
  view.setUint32(4, size, true)
  view.setUint32(8, offset, true)
}

function position(at: number): number {
  return new DataView(decoder().memory.buffer, at + 8, 4).getUint32(0, true)
}
