import { MessageError } from '../cdr/message-error.ts'
import { CdrReader } from '../cdr/reader.ts'
import { type Encoding, encodingNamed } from '../image/encoding.ts'
import { pngEncoding, pngSize, readPngHeader } from '../image/png.ts'

export const IMAGE = 'sensor_msgs/msg/Image'
const COMPRESSED_IMAGE = 'sensor_msgs/msg/CompressedImage'

export const isImageType = (type: string): boolean => type === IMAGE || type === COMPRESSED_IMAGE
export const isCompressedType = (type: string): boolean => type === COMPRESSED_IMAGE

/** What a first look at a serialized image message tells. */
export interface ImageDescription {
  /** `mono8`, `32FC3`, ...; for a CompressedImage its format text. */
  encoding: string
  /** What a pixel is; undefined where the image is none that masks are read from. */
  holds: Encoding['holds'] | undefined
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
      return { encoding: reader.text('format'), ...describeFile(reader.bytes('data')) }
    }
    const [height, width] = [reader.uint32(), reader.uint32()]
    const encoding = reader.text('encoding')
    return { encoding, holds: encodingNamed(encoding)?.holds, width, height }
  } catch (error) {
    if (error instanceof MessageError) return undefined
    throw error
  }
}

function describeFile(file: Uint8Array): Omit<ImageDescription, 'encoding'> {
  const { width, height } = pngSize(file) ?? {}
  return { holds: holdsOf(file), width, height }
}

/** Undefined for what is no PNG, or one that masks are not read from. */
function holdsOf(file: Uint8Array): ImageDescription['holds'] {
  try {
    return pngEncoding(readPngHeader(file)).holds
  } catch (error) {
    if (error instanceof MessageError) return undefined
    throw error
  }
}
