import { MessageError } from '../cdr/message-error.ts'
import { CdrReader } from '../cdr/reader.ts'
import { printable } from '../printable.ts'

/** What the ids of masks are called, from the mask of this stamp on. */
export interface PublishedNames {
  /** Undefined where the message has no stamp: from now on. */
  stamp: { sec: number; nanosec: number } | undefined
  names: ReadonlyMap<number, string>
}

/** More is no list of classes. */
const MOST_BYTES = 2 ** 20
const MOST_NAMES = 4096
const LONGEST_NAME = 256

/**
 * Reads a serialized vision_msgs/LabelInfo.
 * @throws MessageError when it is none, is too large, or gives one id two names
 */
export function readLabelInfo(message: Uint8Array): PublishedNames {
  const reader = begin(message)
  const stamp = checkedStamp(reader.int32(), reader.uint32())
  reader.string('frame_id')
  const count = reader.uint32()
  if (count > MOST_NAMES) throw new MessageError(`expected at most ${MOST_NAMES} names, got ${count}`)
  const names = new Map<number, string>()
  for (let i = 0; i < count; i++) add(names, reader.uint16(), reader.text('class_name'))
  reader.float32()
  return { stamp, names }
}

/**
 * Reads a serialized std_msgs/String that holds Isaac Sim's JSON, `{"2": {"class": "grass"}, "time_stamp": {"sec": 1,
 * "nanosec": 2}}`.
 * @throws MessageError when it is none or too large
 */
export function readSemanticLabels(message: Uint8Array): PublishedNames {
  const fields = parseObject(begin(message).text('data'))
  const names = new Map<number, string>()
  let stamp: PublishedNames['stamp']
  for (const [key, value] of Object.entries(fields)) {
    if (key === 'time_stamp') stamp = stampOf(value)
    else if (/^-?\d{1,10}$/.test(key) && Number(key) === Number(key) >> 0) {
      if (names.size === MOST_NAMES) throw new MessageError(`expected at most ${MOST_NAMES} names`)
      const name = isObject(value) ? value.class : value
      if (typeof name !== 'string') {
        throw new MessageError(`"${key}": expected { "class": NAME }, got ${shown(value)}`)
      }
      add(names, Number(key), name)
    } else throw new MessageError(`expected ids and time_stamp, got the key ${shown(key)}`)
  }
  return { stamp, names }
}

function begin(message: Uint8Array): CdrReader {
  if (message.length > MOST_BYTES) {
    throw new MessageError(`expected at most ${MOST_BYTES} bytes of names, got ${message.length}`)
  }
  const reader = new CdrReader()
  reader.begin(message)
  return reader
}

function add(names: Map<number, string>, id: number, text: string): void {
  const name = text.trim()
  if (name.length > LONGEST_NAME) {
    throw new MessageError(`expected names of at most ${LONGEST_NAME} characters, got ${name.length}`)
  }
  const before = names.get(id)
  if (before !== undefined && before !== name) {
    throw new MessageError(`id ${id} is both ${shown(before)} and ${shown(name)}`)
  }
  if (name !== '') names.set(id, name)
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new MessageError(`expected JSON, got ${shown(text)}`)
  }
  if (!isObject(value)) throw new MessageError(`expected a JSON object, got ${shown(value)}`)
  return value
}

function stampOf(value: unknown): PublishedNames['stamp'] {
  const { sec, nanosec } = isObject(value) ? value : {}
  if (
    typeof sec !== 'number' ||
    typeof nanosec !== 'number' ||
    sec !== sec >> 0 ||
    nanosec !== nanosec >>> 0
  ) {
    throw new MessageError(`time_stamp: expected { "sec": S, "nanosec": N }, got ${shown(value)}`)
  }
  return checkedStamp(sec, nanosec)
}

function checkedStamp(sec: number, nanosec: number): PublishedNames['stamp'] {
  if (nanosec > 999_999_999) {
    throw new MessageError(`stamp: expected at most 999999999 nanoseconds, got ${nanosec}`)
  }
  return { sec, nanosec }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const shown = (value: unknown) => printable(JSON.stringify(value) ?? String(value), 60)
