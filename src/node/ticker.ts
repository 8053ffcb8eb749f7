/** Between two ticks while something waits or comes, and otherwise, ms. */
const BUSY = 50
const IDLE = 250
/** Ticks in a row without anything before the slow ones: a stream of one message a second is never idle. */
const QUIET_TICKS = 25

/** Calls what only time settles: often while something waits, and seldom else, as every wake costs CPU time. */
export class Ticker {
  readonly #tick: () => void
  readonly #isWaiting: () => boolean
  #timer: NodeJS.Timeout
  #isBusy = true
  #quiet = 0

  /**
   * @param tick must not throw
   * @param isWaiting whether something waits for time to pass
   */
  constructor(tick: () => void, isWaiting: () => boolean) {
    this.#tick = tick
    this.#isWaiting = isWaiting
    this.#timer = setInterval(this.#onTimer, BUSY)
  }

  /** Something came. Allocates only where nothing had come for a while. */
  wake(): void {
    this.#quiet = 0
    if (!this.#isBusy) this.#become(true)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  readonly #onTimer = (): void => {
    this.#tick()
    this.#quiet = this.#isWaiting() ? 0 : this.#quiet + 1
    if (this.#isBusy && this.#quiet >= QUIET_TICKS) this.#become(false)
  }

  #become(isBusy: boolean): void {
    this.#isBusy = isBusy
    clearInterval(this.#timer)
    this.#timer = setInterval(this.#onTimer, isBusy ? BUSY : IDLE)
  }
}
