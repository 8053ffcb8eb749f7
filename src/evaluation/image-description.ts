import { MessageError } from '../cdr/message-error.ts'
import { CdrReader } from '../cdr/reader.ts'

export const IMAGE = 'sensor_msgs/msg/Image'
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
  const reader = new CdrReader()
  try {
    reader.begin(message)
    reader.int32()
    reader.uint32()
    reader.string('frame_id')
    if (isCompressedType(type)) {
      return { encoding: reader.text('format'), ...pngSize(reader.bytes('data')) }
    }
    const [height, width] = [reader.uint32(), reader.uint32()]
    return { encoding: reader.text('encoding'), width, height }
  } catch (error) {
    if (error instanceof MessageError) return undefined
    throw error
  }
}

/** A PNG's size, from its first chunk. */
function pngSize(data: Uint8Array): { width: number | undefined; height: number | undefined } {
  const isPng = data.length >= 24 && Buffer.from(data.subarray(0, 4)).toString('latin1') === '\x89PNG'
  if (!isPng) return { width: undefined, height: undefined }
  const view = new DataView(data.buffer, data.byteOffset)
  return { width: view.getUint32(16), height: view.getUint32(20) }
}
