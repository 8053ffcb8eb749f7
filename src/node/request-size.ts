/** Elements of all sequences, and bytes of all text, that a request may hold. The parameters need some hundreds. */
const MAX_ELEMENTS = 4096
const MAX_TEXT = 256 * 1024
/** What an element counts that is a message itself, which takes rclnodejs so much longer to read. */
const MESSAGE_WEIGHT = 16

/**
 * A C structure of a message as rclnodejs's ref-struct shows it. Text and sequences are structures of `data`, `size`
 * and `capacity`; of a sequence the type of `data` has the type of the elements.
 */
interface Structure {
  readonly constructor: StructureType
  /** Where it is in memory, as a Buffer of ref-napi's. */
  ref(): Address
}
interface Address {
  hexAddress(): string
}
interface StructureType {
  readonly fields?: Readonly<Record<string, { type: StructureType }>>
  readonly type?: StructureType
}
interface Sequence extends Structure {
  readonly size: number
  readonly data: Structure[] & { readonly buffer: Address }
}
/** Bytes of a text's data, size and capacity. */
const TEXT_BYTES = 24

/** Frees what a pointer points to. The pointer is `offset` bytes behind `address`, in hexadecimal. */
export type Free = (address: string, offset: number) => void

/** What is too large about a request that was taken and not yet read, in words; undefined when it may be read. */
export function requestExcess(request: object): string | undefined {
  const size = { elements: 0, text: 0 }
  const fits = measure(request as Structure, size)
  if (fits) return undefined
  return size.text > MAX_TEXT
    ? `the request is too large: expected at most ${MAX_TEXT} bytes of text`
    : `the request is too large: expected at most ${MAX_ELEMENTS / MESSAGE_WEIGHT} parameters and ${MAX_ELEMENTS} array elements`
}

/** Adds up a structure, until it is too large: then false. */
function measure(structure: Structure, size: { elements: number; text: number }): boolean {
  const { fields } = structure.constructor
  for (const name in fields) {
    const { type } = fields[name]!
    if (!type.fields) continue
    const value = (structure as unknown as Record<string, Structure>)[name]!
    if (!isSequence(type)) {
      if (!measure(value, size)) return false
      continue
    }
    const sequence = value as Sequence
    const kind = kindOf(type)
    if (kind === Kind.text) size.text += sequence.size
    else size.elements += sequence.size * (kind === Kind.messages ? MESSAGE_WEIGHT : 1)
    if (size.text > MAX_TEXT || size.elements > MAX_ELEMENTS) return false
    if ((kind === Kind.texts || kind === Kind.messages) && !measureElements(sequence, size)) return false
  }
  return true
}

function measureElements(
  { data, size: length }: Sequence,
  size: { elements: number; text: number },
): boolean {
  // Through the pointer, ref-array does not know the length.
  data.length = length
  for (let i = 0; i < length; i++) if (!measure(data[i]!, size)) return false
  return true
}

/**
 * Frees the memory of a request that was taken and will not be read. What rclnodejs does for it goes through every
 * number of an array, seconds for a million, and leaves the arrays that it would have handed on.
 */
export function releaseRequest(request: object, free: Free): void {
  release(request as Structure, free)
}

function release(structure: Structure, free: Free): void {
  const { fields } = structure.constructor
  for (const name in fields) {
    const { type } = fields[name]!
    if (!type.fields) continue
    const value = (structure as unknown as Record<string, Structure>)[name]!
    if (isSequence(type)) releaseSequence(value as Sequence, type, free)
    else release(value, free)
  }
}

function releaseSequence(sequence: Sequence, type: StructureType, free: Free): void {
  const kind = kindOf(type)
  const length = sequence.size
  if (kind !== Kind.text && length === 0) return
  const { data } = sequence
  if (kind === Kind.messages) {
    data.length = length
    for (let i = 0; i < length; i++) release(data[i]!, free)
  } else if (kind === Kind.texts) {
    const address = data.buffer.hexAddress()
    for (let i = 0; i < length; i++) free(address, i * TEXT_BYTES)
  }
  free(sequence.ref().hexAddress(), 0)
}

const isSequence = ({ fields }: StructureType) => fields !== undefined && 'capacity' in fields

const Kind = { text: 0, numbers: 1, texts: 2, messages: 3 } as const

/** What a structure of data, size and capacity holds. rclnodejs wraps numbers and texts in a structure with `data`. */
function kindOf({ fields }: StructureType): number {
  const element = fields!.data!.type.type
  if (!element) return Kind.text
  if (!element.fields) return Kind.numbers
  const names = Object.keys(element.fields)
  if (names.length > 1 || names[0] !== 'data') return Kind.messages
  return isSequence(element.fields.data!.type) ? Kind.texts : Kind.numbers
}
