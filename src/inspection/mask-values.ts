import { readCompressedHeader } from '../image/compressed.ts'
import type { Encoding } from '../image/encoding.ts'
import { ImageHeader, readImageHeader } from '../image/header.ts'
import { loadPng, pngEncoding, readPngHeader } from '../image/png.ts'
import { Kernels } from '../kernels/kernels.ts'
import { type PixelLayout, pixelBytes, type ValueType } from '../kernels/layout.ts'
import type { ValueCounts } from './value-counts.ts'

/** What a mask is, apart from its pixels. */
export interface MaskForm {
  /** As a message names it; of a PNG what it stores. */
  encoding: string
  holds: Encoding['holds']
  width: number
  height: number
  /** Colours by value, 0xrrggbb, of a PNG that has them. */
  palette?: readonly number[] | undefined
}

const kernels = new Kernels()

/**
 * Counts the values of a serialized sensor_msgs/Image; of probabilities none.
 * @throws MessageError when the bytes are none, or of an encoding that cannot be scored
 */
export function countImage(message: Uint8Array, counts: ValueCounts): MaskForm {
  const header = new ImageHeader()
  readImageHeader(message, header)
  const { encoding, width, height, offset, channels } = header
  const form = {
    encoding: encoding.holds === 'probabilities' ? `${encoding.name}${channels}` : encoding.name,
    holds: encoding.holds,
    width,
    height,
  }
  if (encoding.holds === 'probabilities') return form
  const view = new DataView(message.buffer, message.byteOffset + offset)
  countPixels(view, form, header, encoding.value, counts)
  return form
}

/** As {@link countImage}, of a serialized sensor_msgs/CompressedImage that holds a PNG. */
export function countCompressed(message: Uint8Array, counts: ValueCounts): MaskForm {
  const header = new ImageHeader()
  readCompressedHeader(message, header)
  return countPng(message.subarray(header.fileStart, header.fileEnd), counts)
}

/** As {@link countImage}, of a PNG file. */
export function countPng(file: Uint8Array, counts: ValueCounts): MaskForm {
  const { name, holds, value } = pngEncoding(readPngHeader(file))
  const { width, height, bits, palette } = loadPng(kernels, 0, file)
  const layout = kernels.preparation.layouts[0]
  const pixels = kernels.copyPixels(0, width, height, layout)
  countPixels(new DataView(pixels.buffer), { width, height }, layout, value, counts)
  return { encoding: bits < 8 ? `${name} of ${bits} bits` : name, holds, width, height, palette }
}

/** @param view begins with the first pixel */
function countPixels(
  view: DataView,
  { width, height }: { width: number; height: number },
  layout: PixelLayout,
  type: ValueType,
  counts: ValueCounts,
): void {
  const isLittle = layout.format === type.little
  const bytes = pixelBytes(layout)
  for (let y = 0; y < height; y++) {
    let at = y * layout.step
    let value = type.read(view, at, isLittle)
    let run = 1
    for (let x = 1; x < width; x++) {
      at += bytes
      const next = type.read(view, at, isLittle)
      if (next === value) {
        run++
        continue
      }
      counts.add(value, run)
      value = next
      run = 1
    }
    counts.add(value, run)
    if (counts.areTooMany) return
  }
}
