import { timeFromNanoseconds } from './stamps.ts'

const QUOTE = 0x22
const COMMA = 0x2c
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30

/** Powers of ten that a double holds exactly, as far as decimals of exact integers need them. */
const TENS = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`))

/**
 * The records of a CSV file by RFC 4180, one at a time, read from its bytes: half a million lines of digits would
 * otherwise be strings first. Empty lines are skipped.
 */
export class CsvRecords {
  /** Fields of this record. */
  count = 0
  readonly #bytes: Buffer
  /** Where the next record begins. */
  #at = 0
  /** Where the fields of this record begin and end. */
  readonly #starts: number[] = []
  readonly #ends: number[] = []

  /** @param bytes UTF-8 */
  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Goes to the next record; false if there is none. @throws Error where a quotation mark is out of place */
  next(): boolean {
    do {
      if (this.#at >= this.#bytes.length) return false
      this.#read()
    } while (this.count === 1 && this.#starts[0] === this.#ends[0])
    return true
  }

  text(field: number): string {
    const text = this.#bytes.toString('utf8', this.#starts[field]!, this.#ends[field]!)
    return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text
  }

  /** NaN of an empty field, and of what is no number. */
  number(field: number): number {
    const bytes = this.#bytes
    const end = this.#ends[field]!
    let at = this.#starts[field]!
    const isNegative = bytes[at] === MINUS
    if (isNegative) at++
    let digits = 0
    let decimals = -1
    const start = at
    for (; at < end; at++) {
      const byte = bytes[at]!
      if (byte === POINT && decimals < 0) decimals = 0
      else {
        const digit = byte - ZERO
        if (digit < 0 || digit > 9) return this.#otherNumber(field)
        digits = 10 * digits + digit
        if (decimals >= 0) decimals++
      }
    }
    // One division of two exact numbers is rounded rightly.
    if (at === start || digits > Number.MAX_SAFE_INTEGER || decimals === 0 || decimals >= TENS.length)
      return this.#otherNumber(field)
    const value = decimals > 0 ? digits / TENS[decimals]! : digits
    return isNegative ? -value : value
  }

  /** Reads whole nanoseconds into `time`; false where the field is none, of at most 19 digits. */
  nanoseconds(field: number, time: { sec: number; nanosec: number }): boolean {
    const start = this.#starts[field]!
    const end = this.#ends[field]!
    const split = end - 9
    const isPlain = split > start && end - start <= 19 && this.#isDigits(start, end)
    if (isPlain) {
      time.sec = this.#digits(start, split)
      time.nanosec = this.#digits(split, end)
      return true
    }
    const text = this.text(field)
    if (!/^-?\d{1,19}$/.test(text)) return false
    Object.assign(time, timeFromNanoseconds(BigInt(text)))
    return true
  }

  #isDigits(start: number, end: number): boolean {
    for (let at = start; at < end; at++) {
      const digit = this.#bytes[at]! - ZERO
      if (digit < 0 || digit > 9) return false
    }
    return true
  }

  #digits(start: number, end: number): number {
    let value = 0
    for (let at = start; at < end; at++) value = 10 * value + this.#bytes[at]! - ZERO
    return value
  }

  #otherNumber(field: number): number {
    const text = this.text(field)
    return text === '' ? Number.NaN : Number(text)
  }

  #read(): void {
    const bytes = this.#bytes
    const starts = this.#starts
    const ends = this.#ends
    const { length } = bytes
    let count = 0
    let at = this.#at
    for (;;) {
      const start = at
      if (bytes[at] === QUOTE) at = this.#endOfQuoted(at)
      else at = this.#endOfPlain(at)
      const isLast = at >= length || bytes[at] === LINE_FEED
      starts[count] = start
      ends[count++] = isLast && at > start && bytes[at - 1] === CARRIAGE_RETURN ? at - 1 : at
      at++
      if (isLast) break
    }
    this.count = count
    this.#at = at
  }

  #endOfPlain(start: number): number {
    const bytes = this.#bytes
    const { length } = bytes
    for (let at = start; at < length; at++) {
      const byte = bytes[at]!
      // Digits, points and letters are all above the comma.
      if (byte > COMMA) continue
      if (byte === COMMA || byte === LINE_FEED) return at
      if (byte === QUOTE) throw misplaced()
    }
    return length
  }

  /** Behind the closing quotation mark; a pair of them is one within. */
  #endOfQuoted(start: number): number {
    const bytes = this.#bytes
    let at = start + 1
    for (;;) {
      at = bytes.indexOf(QUOTE, at)
      if (at < 0) throw misplaced()
      if (bytes[at + 1] !== QUOTE) break
      at += 2
    }
    at++
    if (bytes[at] === CARRIAGE_RETURN) at++
    if (at < bytes.length && bytes[at] !== COMMA && bytes[at] !== LINE_FEED) throw misplaced()
    return at
  }
}

const misplaced = () => new Error('a quotation mark is out of place')
