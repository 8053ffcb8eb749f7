/** A sensor_msgs/Image to serialize. */
export interface ImageMessage {
  sec: number
  nanosec: number
  frameId?: string
  width: number
  height: number
  encoding: string
  isBigEndian?: boolean
  /** Bytes from one row to the next; as many as a row's pixels take where it is left out. */
  step?: number
  data: Uint8Array
}

/** The message as CDR in little-endian byte order, as rmw implementations send it. */
export function serializeImage(image: ImageMessage): Uint8Array {
  const frameId = Buffer.from(image.frameId ?? '', 'utf8')
  const encoding = Buffer.from(image.encoding, 'utf8')
  // Fields before the pixels take at most 48 bytes besides the two strings.
  const message = Buffer.alloc(48 + frameId.length + encoding.length + image.data.length)
  message.writeUInt16BE(1)
  message.writeInt32LE(image.sec, 4)
  message.writeUInt32LE(image.nanosec, 8)
  message.writeUInt32LE(frameId.length + 1, 12)
  message.set(frameId, 16)
  let at = aligned(16 + frameId.length + 1)
  at = message.writeUInt32LE(image.height, at)
  at = message.writeUInt32LE(image.width, at)
  at = message.writeUInt32LE(encoding.length + 1, at)
  message.set(encoding, at)
  at = message.writeUInt8(image.isBigEndian ? 1 : 0, at + encoding.length + 1)
  at = message.writeUInt32LE(image.step ?? image.data.length / image.height, aligned(at))
  at = message.writeUInt32LE(image.data.length, at)
  message.set(image.data, at)
  return message.subarray(0, at + image.data.length)
}

const aligned = (offset: number) => (offset + 3) & ~3
