import { loadPng, type Png } from '../../src/image/png.ts'
import { Kernels } from '../../src/kernels/kernels.ts'
import { PixelFormat, pixelBytes, VALUE_TYPES } from '../../src/kernels/layout.ts'

/** Kernels whose memory tests may look into. */
export class OpenKernels extends Kernels {
  /** The pixels of a slot, as its layout has them: values, or colours as 0xrrggbb. */
  pixels(slot: 0 | 1, width: number, height: number): number[] {
    const layout = this.preparation.layouts[slot]
    const view = new DataView(this.arena.heap.buffer, this.arena.locate(slot, width, height, layout))
    const type = Object.values(VALUE_TYPES).find(({ little, big }) =>
      [little, big].includes(layout.format as never),
    )!
    const isLittle = layout.format !== PixelFormat.U16BE
    return Array.from({ length: width * height }, (_, i) => {
      const at = Math.floor(i / width) * layout.step + (i % width) * pixelBytes(layout)
      return type.read(view, at, isLittle)
    })
  }
}

/** What a PNG holds. */
export function decode(kernels: OpenKernels, file: Uint8Array): { png: Png; values: number[] } {
  const png = loadPng(kernels, 0, file)
  return { png, values: kernels.pixels(0, png.width, png.height) }
}
