import { MessageSlots } from '../kernels/slots.ts'
import { KernelRoom } from '../monitor/kernel-room.ts'
import { printable } from '../printable.ts'
import { MessageCollection } from './collection.ts'
import { loadNative, type Native, type NoNative } from './native.ts'
import type { Node } from './rclnodejs.ts'
import { HeapRooms, NATIVE, RCLNODEJS, type Receptions, type Rooms } from './reception.ts'
import { SharedSegments } from './shared-segments.ts'
import { SteadyClock } from './steady-clock.ts'
import { Ticker } from './ticker.ts'

/** What all nodes of one process have together. */
export class Shared {
  readonly steady = new SteadyClock()
  readonly native: Native | NoNative
  /** Where masks come to lie. */
  readonly rooms: Rooms
  readonly kernels: KernelRoom
  readonly collection = new MessageCollection()
  readonly segments = new SharedSegments()
  #means = ''
  readonly #lookers: { tick: () => void; isWaiting: () => boolean }[] = []
  /** Wakes for all of them. */
  readonly ticker = new Ticker(
    () => {
      for (const { tick } of this.#lookers) tick()
    },
    () => this.#lookers.some(({ isWaiting }) => isWaiting()),
  )

  constructor(native = loadNative()) {
    this.native = native
    const slots = 'reason' in native ? undefined : new MessageSlots()
    this.rooms = slots ?? new HeapRooms()
    this.kernels = new KernelRoom(slots)
  }

  /** Says in the log what takes the messages where that is not the native take: once for all nodes. */
  tellMeans({ means, isFallback }: Receptions, logger: ReturnType<Node['getLogger']>): void {
    if (means === NATIVE || means === RCLNODEJS || means === this.#means) return
    this.#means = means
    logger[isFallback ? 'warn' : 'info'](printable(`messages are taken by ${means}`))
  }

  /**
   * Has one more look at what only time settles.
   * @param tick must not throw
   * @param isWaiting whether something waits for time to pass
   */
  look(tick: () => void, isWaiting: () => boolean): void {
    this.#lookers.push({ tick, isWaiting })
  }
}
