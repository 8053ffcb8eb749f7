import { MessageError } from './message-error.ts'

const ENCAPSULATION_BYTES = 4
const NOTHING = new Uint8Array(0)
const scratch = new DataView(new ArrayBuffer(4))

/**
 * Reads serialized messages where they lie, field after field in the order of their definition, and checks that each
 * field is within the message. One object reads one message after the other; it allocates nothing but what `text` and
 * `bytes` return.
 *
 * Kinds of encapsulation (DDS-XTypes 1.3, 7.6.3.1.2): 0 and 1 are CDR, 6 and 7 CDR2, which differ in values of eight
 * bytes alone; the odd ones are little-endian.
 */
export class CdrReader {
  /** Offset in the message of what is read next. */
  at = 0
  /** Where the text that {@link string} has read begins and ends, without a closing NUL. */
  start = 0
  end = 0
  #message: Uint8Array = NOTHING
  #isLittle = true

  /** Turns to a message. @throws MessageError when it is no CDR */
  begin(message: Uint8Array): void {
    this.#message = message
    this.at = 0
    this.#need(ENCAPSULATION_BYTES)
    const kind = message[1]!
    if (message[0] !== 0 || !(kind === 0 || kind === 1 || kind === 6 || kind === 7)) {
      throw new MessageError(`expected a CDR message, got encapsulation ${message[0]} ${kind}`)
    }
    this.#isLittle = (kind & 1) === 1
    this.at = ENCAPSULATION_BYTES
  }

  uint8(): number {
    this.#need(1)
    return this.#message[this.at++]!
  }

  uint16(): number {
    this.at = (this.at + 1) & ~1
    this.#need(2)
    const message = this.#message
    const a = message[this.at]!
    const b = message[this.at + 1]!
    this.at += 2
    return this.#isLittle ? a | (b << 8) : b | (a << 8)
  }

  int32(): number {
    // The encapsulation is as long as the largest alignment here, so that offsets align as the content does.
    const at = (this.at + 3) & ~3
    const message = this.#message
    if (at + 4 > message.length) throw truncated(message, at + 4)
    this.at = at + 4
    const a = message[at]!
    const b = message[at + 1]!
    const c = message[at + 2]!
    const d = message[at + 3]!
    return this.#isLittle ? a | (b << 8) | (c << 16) | (d << 24) : d | (c << 8) | (b << 16) | (a << 24)
  }

  uint32(): number {
    return this.int32() >>> 0
  }

  float32(): number {
    scratch.setInt32(0, this.int32())
    return scratch.getFloat32(0)
  }

  /** Passes a string, and puts its place into `start` and `end`. Its length counts a NUL, which some writers leave out. */
  string(field: string): void {
    this.start = this.#sequence(field)
    this.end = this.at
    if (this.end > this.start && this.#message[this.end - 1] === 0) this.end--
  }

  /** A string's text, of UTF-8. */
  text(field: string): string {
    this.string(field)
    const { buffer, byteOffset } = this.#message
    return Buffer.from(buffer, byteOffset + this.start, this.end - this.start).toString('utf8')
  }

  /** A sequence of bytes: a view of the message. */
  bytes(field: string): Uint8Array {
    const start = this.#sequence(field)
    return this.#message.subarray(start, this.at)
  }

  /** Passes a sequence of bytes; returns where it begins. */
  #sequence(field: string): number {
    const length = this.uint32()
    const start = this.at
    const { length: size } = this.#message
    if (start + length > size) {
      throw new MessageError(`${field}: ${length} bytes long in a message of ${size} bytes`)
    }
    this.at = start + length
    return start
  }

  #need(length: number): void {
    if (this.at + length > this.#message.length) throw truncated(this.#message, this.at + length)
  }
}

function truncated(message: Uint8Array, needed: number): MessageError {
  return new MessageError(`truncated: expected at least ${needed} bytes, got ${message.length}`)
}
