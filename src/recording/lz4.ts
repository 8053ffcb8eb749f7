import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import factory, { type Lz4Module } from '@foxglove/wasm-lz4/dist/wasm-lz4.js'
import { DamageError } from './damage.ts'

interface Decoder extends Lz4Module {
  context: number
}

let compiled: WebAssembly.Module | undefined
let decoder: Decoder | undefined

/** Decompresses an LZ4 frame that gives exactly the target's length. @throws DamageError if it does not, or is damaged */
export function decompressLz4Into(target: Uint8Array, bytes: Uint8Array): void {
  const size = target.byteLength
  if (size === 0) return
  decoder ??= createDecoder()
  const source = decoder._malloc(bytes.byteLength)
  const result = decoder._malloc(size)
  if (source === 0 || result === 0) throw new DamageError(`no memory to decompress ${size} bytes`)
  decoder.HEAPU8.set(bytes, source)
  const length = decoder._decompressFrame(decoder.context, result, size, source, bytes.byteLength)
  if (length !== size) {
    // It would take what it is given next for the rest of this frame.
    decoder = undefined
    throw new DamageError(
      length < 0 ? 'damaged LZ4 data' : `expected ${size} bytes of LZ4 data, got ${length}`,
    )
  }
  target.set(decoder.HEAPU8.subarray(result, result + length))
  decoder._free(source)
  decoder._free(result)
}

/** What the package's own function does is undone by one damaged frame; its module can be had again. */
function createDecoder(): Decoder {
  compiled ??= new WebAssembly.Module(readFileSync(wasmPath()))
  const module = compiled
  const created = {} as Lz4Module
  factory(
    Object.assign(created, {
      instantiateWasm(imports: WebAssembly.Imports, receive: (instance: WebAssembly.Instance) => void) {
        const instance = new WebAssembly.Instance(module, imports)
        receive(instance)
        return instance.exports
      },
    }),
  )
  return Object.assign(created, { context: created._createDecompressionContext() })
}

function wasmPath(): string {
  return createRequire(import.meta.url).resolve('@foxglove/wasm-lz4/dist/wasm-lz4.wasm')
}
