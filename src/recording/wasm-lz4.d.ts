declare module '@foxglove/wasm-lz4/dist/wasm-lz4.js' {
  /** What Emscripten makes of the LZ4 library. Addresses are bytes in `HEAPU8`, which is another one after it has grown. */
  export interface Lz4Module {
    HEAPU8: Uint8Array
    _malloc(bytes: number): number
    _free(address: number): void
    _createDecompressionContext(): number
    /** @returns bytes written, negative if the frame is damaged */
    _decompressFrame(
      context: number,
      target: number,
      capacity: number,
      source: number,
      length: number,
    ): number
  }

  /** Fills a module; at once if its `instantiateWasm` does so. */
  export default function factory(module: Lz4Module): unknown
}
