/** Messages of one subscription that are taken one after the other before anything else is served. */
const AT_ONCE = 10

/** How far behind a subscription is: told from messages that wait already when the one before is done with. */
export class Backlog {
  /** Messages that the subscription's callback was given. */
  taken = 0
  /** Most messages in a row that waited already, since the last {@link look}. */
  #longest = 0
  #run = 0

  /**
   * Takes what waits, by calling `take` until it brings nothing, or so often that others must be served too.
   * @returns whether more may wait
   */
  drain(take: () => void, depth: number): boolean {
    const most = Math.min(depth, AT_ONCE)
    let count = 0
    while (count < most) {
      const before = this.taken
      take()
      if (this.taken === before) break
      count++
    }
    this.#run += count
    if (this.#run > this.#longest) this.#longest = this.#run
    if (count < most) this.#run = 0
    return count === most
  }

  /** The longest run since this was called last. One of `depth` found the history full. */
  look(): number {
    const longest = this.#longest
    this.#longest = 0
    return longest
  }
}
