const IMAGE = 'sensor_msgs/msg/Image'
const COMPRESSED_IMAGE = 'sensor_msgs/msg/CompressedImage'

export const isImageType = (type: string): boolean => type === IMAGE || type === COMPRESSED_IMAGE
export const isCompressedType = (type: string): boolean => type === COMPRESSED_IMAGE

/** What a first look at a serialized image message tells. */
export interface ImageDescription {
  /** `mono8`, `32FC3`, ...; for a CompressedImage its format text. */
  encoding: string
  /** Of the pixels; undefined where it would need decoding. */
  width: number | undefined
  height: number | undefined
}

/** The description of a CDR sensor_msgs Image or CompressedImage; undefined when the bytes are none. */
export function describeImage(type: string, message: Uint8Array): ImageDescription | undefined {
  try {
    const fields = new CdrFields(message)
    fields.uint32()
    fields.uint32()
    fields.text()
    if (isCompressedType(type)) return { encoding: fields.text(), ...pngSize(fields.bytes()) }
    const [height, width] = [fields.uint32(), fields.uint32()]
    return { encoding: fields.text(), width, height }
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Reads CDR fields one after another; beyond the end a RangeError. */
class CdrFields {
  readonly #view: DataView
  readonly #little: boolean
  #at = 4

  constructor(message: Uint8Array) {
    this.#view = new DataView(message.buffer, message.byteOffset, message.byteLength)
    this.#little = (this.#view.getUint8(1) & 1) === 1
  }

  uint32(): number {
    this.#at = (this.#at + 3) & ~3
    this.#at += 4
    return this.#view.getUint32(this.#at - 4, this.#little)
  }

  bytes(): Uint8Array {
    const length = this.uint32()
    if (this.#at + length > this.#view.byteLength) throw new RangeError('beyond the end')
    this.#at += length
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + this.#at - length, length)
  }

  text(): string {
    return Buffer.from(this.bytes()).toString('utf8').replace(/\0$/, '')
  }
}

/** A PNG's size, from its first chunk. */
function pngSize(data: Uint8Array): { width: number | undefined; height: number | undefined } {
  const isPng = data.length >= 24 && Buffer.from(data.subarray(0, 4)).toString('latin1') === '\x89PNG'
  if (!isPng) return { width: undefined, height: undefined }
  const view = new DataView(data.buffer, data.byteOffset)
  return { width: view.getUint32(16), height: view.getUint32(20) }
}
