import { KernelRoom } from '../monitor/kernel-room.ts'
import { MessageCollection } from './collection.ts'
import { SharedSegments } from './shared-segments.ts'
import { SteadyClock } from './steady-clock.ts'
import { Ticker } from './ticker.ts'

/** What all nodes of one process have together. */
export class Shared {
  readonly steady = new SteadyClock()
  readonly kernels = new KernelRoom()
  readonly collection = new MessageCollection()
  readonly segments = new SharedSegments()
  readonly #lookers: { tick: () => void; isWaiting: () => boolean }[] = []
  /** Wakes for all of them. */
  readonly ticker = new Ticker(
    () => {
      for (const { tick } of this.#lookers) tick()
    },
    () => this.#lookers.some(({ isWaiting }) => isWaiting()),
  )

  /**
   * Has one more look at what only time settles.
   * @param tick must not throw
   * @param isWaiting whether something waits for time to pass
   */
  look(tick: () => void, isWaiting: () => boolean): void {
    this.#lookers.push({ tick, isWaiting })
  }
}
