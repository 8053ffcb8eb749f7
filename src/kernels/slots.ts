import { Arena, type Slot as MaskSlot } from './arena.ts'
import { type KernelMemory, PAGE, sharedMemory } from './instance.ts'

/** Of kernel memory: what an address can be, and what is left to the kernels whatever messages take. */
const MAX_BYTES = 2 ** 32
const KERNEL_BYTES = 2 ** 30

/** Room for one message. */
interface Slot {
  /** All of it. */
  readonly room: Uint8Array
  /** What it holds. */
  message: Uint8Array
}

/**
 * Kernel memory in slots that hold a message each, which is counted where it lies. Slots are used again, so that in
 * steady state a message allocates nothing, and kept until the memory is renewed, as kernel memory cannot shrink.
 */
export class MessageSlots {
  /** None before {@link renew}. */
  #memory: KernelMemory | undefined
  #byPage: (Slot | undefined)[] = []
  /** Those that are free, those used last at the end. */
  #free: Slot[] = []
  // Not the array's length: V8 gives back the memory of an array that gets shorter.
  #freeCount = 0
  #used = 0
  #mostUsed = 0
  #bytes = 0
  readonly #maxBytes: number

  /** @param maxBytes of all slots; messages beyond lie on the heap */
  constructor(maxBytes = MAX_BYTES - KERNEL_BYTES) {
    this.#maxBytes = maxBytes
  }

  /** Most bytes of slots that were taken at once since {@link endSpell} was called last. */
  get neededBytes(): number {
    return this.#mostUsed
  }

  endSpell(): void {
    this.#mostUsed = this.#used
  }

  /** Other memory, in which the slots are from now on. What lies in the former one stays valid. */
  renew(): KernelMemory {
    this.#memory = sharedMemory(MAX_BYTES)
    this.#byPage = []
    this.#free = []
    this.#freeCount = 0
    this.#used = 0
    this.#mostUsed = 0
    this.#bytes = 0
    return this.#memory
  }

  /**
   * Room for at least `length` bytes, which is taken until its message is released.
   * @throws RangeError when there is no memory
   */
  take(length: number): Uint8Array {
    const slot = this.#takeFree(length) ?? this.#make(length)
    if (!slot) return Buffer.allocUnsafeSlow(length)
    this.#used += slot.room.length
    if (this.#used > this.#mostUsed) this.#mostUsed = this.#used
    return slot.room
  }

  /** The message of `length` bytes at the beginning of a room that was taken. */
  message(room: Uint8Array, length: number): Uint8Array {
    const slot = this.#slotAt(room)
    if (!slot) return room.subarray(0, length)
    if (slot.message.length !== length) slot.message = room.subarray(0, length)
    return slot.message
  }

  /** Takes back a message, or a room without one, that nobody uses any longer. Of what is no slot's it does nothing. */
  release(message: Uint8Array): void {
    const slot = this.#slotAt(message)
    if (!slot) return
    this.#used -= slot.room.length
    this.#free[this.#freeCount++] = slot
  }

  /** Whether a message lies in this memory, at its offset. */
  holds(message: Uint8Array): boolean {
    return this.#slotAt(message) !== undefined
  }

  /** The slot whose room or message this is. */
  #slotAt(bytes: Uint8Array): Slot | undefined {
    const slot = this.#byPage[Math.floor(bytes.byteOffset / PAGE)]
    return slot && (slot.message === bytes || slot.room === bytes) ? slot : undefined
  }

  #takeFree(length: number): Slot | undefined {
    for (let i = this.#freeCount - 1; i >= 0; i--) {
      const slot = this.#free[i]!
      if (slot.room.length < length) continue
      this.#free[i] = this.#free[--this.#freeCount]!
      return slot
    }
    return undefined
  }

  /** A new slot; undefined where there is no room for it. */
  #make(length: number): Slot | undefined {
    const bytes = capacityFor(length)
    if (!this.#memory || this.#bytes + bytes > this.#maxBytes) return undefined
    let page: number
    try {
      page = this.#memory.grow(bytes / PAGE)
    } catch (error) {
      if (error instanceof RangeError) return undefined
      throw error
    }
    const room = new Uint8Array(this.#memory.buffer, page * PAGE, bytes)
    const slot = { room, message: room }
    this.#byPage[page] = slot
    this.#bytes += bytes
    return slot
  }
}

/**
 * What a slot for so many bytes has: the next power of two, so that messages which grow little by little leave no more
 * behind than they take. Pages that are not written to are not there.
 */
function capacityFor(length: number): number {
  let bytes = PAGE
  while (bytes < length) bytes *= 2
  return bytes
}

/** The memory of slots, in which messages are counted where they lie, and others as elsewhere. */
export class SlotArena extends Arena {
  readonly #slots: MessageSlots

  constructor(slots: MessageSlots) {
    super(slots.renew(), 0)
    this.#slots = slots
  }

  /** But for messages that were held at once lately. */
  override get bytes(): number {
    return super.bytes - this.#slots.neededBytes
  }

  override renew(): void {
    super.renew(this.#slots.renew())
  }

  override load(slot: MaskSlot, message: Uint8Array): void {
    if (this.#slots.holds(message)) this.loadAt(slot, message.byteOffset, message.length)
    else super.load(slot, message)
  }
}
