import { MessageError } from '../../cdr/message-error.ts'
import type { PictureReader } from './picture.ts'

/** Reads ROS 1's serialization: little-endian, without alignment, strings without a closing NUL. */
class Fields {
  readonly #view: DataView
  #at = 0

  constructor(message: Uint8Array) {
    this.#view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1))
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true)
  }

  bytes(): Uint8Array {
    const length = this.uint32()
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + this.#advance(length), length)
  }

  text(): string {
    return Buffer.from(this.bytes()).toString('utf8')
  }

  #advance(length: number): number {
    const at = this.#at
    if (at + length > this.#view.byteLength) {
      throw new MessageError(`expected at least ${at + length} bytes, got ${this.#view.byteLength}`)
    }
    this.#at = at + length
    return at
  }
}

/** Reader of ROS 1's sensor_msgs/Image or CompressedImage. */
export function readRos1Image(kind: 'raw' | 'compressed'): PictureReader {
  return message => {
    const fields = new Fields(message)
    fields.uint32() // the header's seq, which ROS 2 has no more
    const header = { sec: fields.uint32() | 0, nanosec: fields.uint32(), frameId: fields.text() }
    if (kind === 'compressed') return { ...header, format: fields.text(), data: fields.bytes() }
    return {
      ...header,
      height: fields.uint32(),
      width: fields.uint32(),
      encoding: fields.text(),
      isBigEndian: fields.uint8() !== 0,
      step: fields.uint32(),
      data: fields.bytes(),
    }
  }
}
