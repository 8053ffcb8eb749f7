import { MessageError } from '../cdr/message-error.ts'
import { CdrWriter } from '../cdr/writer.ts'
import { otherFile } from '../image/file-kind.ts'
import { isPng, type Png, readPng } from '../image/png.ts'
import { type ImageMessage, writeImageStart } from '../image/serialize.ts'
import { Arena } from '../kernels/arena.ts'
import { PixelFormat } from '../kernels/layout.ts'
import { allocated } from '../kernels/memory-error.ts'
import { Preparation } from '../kernels/preparation.ts'
import { readBytes } from '../regular-file.ts'
import { type Brushed, paintedIds } from './brush.ts'
import { FolderError } from './error.ts'
import { categoriesOf, type Segments } from './segments.ts'
import { reasonOf } from './walk.ts'

/** What the masks of a side are like. */
export interface MaskForm {
  /** Bits of an id: of more the masks are something else. */
  bits: 8 | 16
  /** Whether a palette's indices are the ids, or its colours are looked up. */
  palette: 'index' | 'colour'
}

/** A mask out of a file. */
export interface ReadMask {
  /** A serialized sensor_msgs/Image. */
  message: Uint8Array
  width: number
  height: number
  areColours: boolean
  /** Where the pixels begin in the message, and the bytes of one. */
  offset: number
  pixelBytes: number
  /** The value, or the colour 0xrrggbb, of every pixel; undefined where there are several. */
  only: number | undefined
}

/** A mask to be read. */
export interface MaskRequest {
  path: string
  form: MaskForm
  /** ns since 1970. */
  stamp: bigint
  /** The categories of the segments in it, where its colours are their numbers. */
  segments?: Segments | undefined
  /** The frame itself, where it is in no file of its own. */
  brushed?: Brushed | undefined
}

type Pixels = Pick<ImageMessage, 'width' | 'height' | 'encoding'> & { isBigEndian: boolean; data: Uint8Array }

const NANOSECONDS = 1_000_000_000n

/** Reads masks from PNG files as messages that the engine takes. Its memory is kept from one to the next. */
export class MaskReader {
  readonly #arena = new Arena(undefined, 0)
  readonly #preparation = new Preparation(this.#arena)
  readonly #writer = new CdrWriter()

  /**
   * @param take gives the memory for a message of so many bytes
   * @throws FolderError for a file that cannot be read, is no PNG or not of the form
   */
  read({ path, form, stamp, segments, brushed }: MaskRequest, take = allocate): ReadMask {
    const pixels = brushed ? painted(brushed) : this.#pixels(path, form, segments)
    const { data, width, height } = pixels
    const nanosec = ((stamp % NANOSECONDS) + NANOSECONDS) % NANOSECONDS
    const step = data.length / height
    this.#writer.begin()
    writeImageStart(this.#writer, {
      ...pixels,
      step,
      sec: Number((stamp - nanosec) / NANOSECONDS),
      nanosec: Number(nanosec),
    })
    this.#writer.uint32(data.length)
    const start = this.#writer.message
    const message = take(start.length + data.length)
    message.set(start)
    message.set(data, start.length)
    const pixelBytes = step / width
    return {
      message,
      width,
      height,
      areColours: pixelBytes > 2,
      offset: start.length,
      pixelBytes,
      only: onlyValue(data, pixelBytes),
    }
  }

  #pixels(path: string, form: MaskForm, segments: Segments | undefined): Pixels {
    const bytes = readMaskFile(path)
    try {
      const png = readPng(bytes)
      const { width, height, bits, samples, palette } = png
      if (bits > form.bits) {
        throw new FolderError(`a PNG of ${bits} bits, expected ${form.bits} as in the others`)
      }
      const data = this.#place(png)
      const size = { width, height, isBigEndian: bits === 16 }
      if (segments) {
        const colours = palette ? coloured(data, palette) : data
        return { ...size, ...categoriesOf(colours, colours.length / (width * height), segments) }
      }
      if (palette && form.palette === 'colour') {
        return { ...size, encoding: 'rgb8', data: coloured(data, palette) }
      }
      if (samples <= 2) return { ...size, encoding: bits === 16 ? 'mono16' : 'mono8', data }
      return { ...size, encoding: samples === 3 ? 'rgb8' : 'rgba8', data }
    } catch (error) {
      if (error instanceof MessageError) throw new FolderError(error.message)
      throw error
    }
  }

  /** The pixels, in memory that the next picture takes. */
  #place(png: Png): Uint8Array {
    const { width, height } = png
    const preparation = this.#preparation
    const fault = preparation.placePng(0, png)
    if (fault !== '') throw new FolderError(`PNG: ${fault}`)
    const [layout] = preparation.layouts
    if (layout.format === PixelFormat.GA8) preparation.pick(0, width, height, layout, 'r')
    const { heap } = this.#arena
    const start = this.#arena.locate(0, width, height, layout)
    return heap.subarray(start, start + layout.step * height)
  }
}

function painted(brushed: Brushed): Pixels {
  const { width, height } = brushed
  return { width, height, encoding: 'mono8', isBigEndian: false, data: paintedIds(brushed) }
}

const allocate = (length: number): Uint8Array => allocated(length, bytes => new Uint8Array(bytes))

/** What a PNG file holds. @throws FolderError that says what is there instead */
export function readMaskFile(path: string): Buffer {
  let bytes: Buffer
  try {
    bytes = readBytes(path)
  } catch (error) {
    throw new FolderError(`cannot be read: ${reasonOf(error)}`)
  }
  if (bytes.length === 0) throw new FolderError('an empty file')
  if (!isPng(bytes)) throw new FolderError(whatElse(bytes))
  return bytes
}

const LFS_POINTER = 'version https://git-lfs.github.com/spec/'

/** What is named as a PNG and is none. */
function whatElse(bytes: Buffer): string {
  if (bytes.toString('latin1', 0, LFS_POINTER.length) === LFS_POINTER) {
    return 'a pointer of Git LFS in place of the file: git lfs pull brings it'
  }
  const [name, reason] = otherFile(bytes) ?? []
  if (name === 'JPEG') {
    return 'a JPEG named .png: JPEG changes values, so it can be no mask; save it as PNG at the source'
  }
  return name === undefined
    ? 'expected a PNG file'
    : `a file of another kind named .png (${name}): ${reason}; save it as PNG at the source`
}

/** Indices as the colours of their palette; what it does not have is black, as viewers show it. */
function coloured(indices: Uint8Array, palette: readonly number[]): Uint8Array {
  const colours = new Uint8Array(3 * indices.length)
  for (let i = 0; i < indices.length; i++) {
    const colour = palette[indices[i]!] ?? 0
    colours[3 * i] = colour >> 16
    colours[3 * i + 1] = colour >> 8
    colours[3 * i + 2] = colour
  }
  return colours
}

function onlyValue(data: Uint8Array, bytes: number): number | undefined {
  const view = Buffer.from(data.buffer, data.byteOffset, data.length)
  // All pixels are equal when each is equal to the next.
  if (!view.subarray(0, -bytes || 0).equals(view.subarray(bytes))) return undefined
  return view.readUIntBE(0, Math.min(bytes, 3))
}
