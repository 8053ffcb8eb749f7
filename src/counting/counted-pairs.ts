import type { CountedPair } from './jobs.ts'

/** Pairs of messages that were counted before they were asked for. */
export class CountedPairs {
  #pairs: CountedPair[] = []

  add(pairs: readonly CountedPair[]): void {
    this.#pairs.push(...pairs)
  }

  /** Removes and returns the counts of two messages in message memory, if there are any by so many classes. */
  take(prediction: Uint8Array, label: Uint8Array, classes: number): CountedPair | undefined {
    const index = this.#pairs.findIndex(
      pair =>
        pair.predictionAddress === prediction.byteOffset &&
        pair.predictionLength === prediction.byteLength &&
        pair.labelAddress === label.byteOffset &&
        pair.labelLength === label.byteLength &&
        pair.classes === classes,
    )
    return index < 0 ? undefined : this.#pairs.splice(index, 1)[0]
  }

  /** Forgets the pairs with a message in a block of message memory: something else will be there. */
  forget({ byteOffset, byteLength }: Uint8Array): void {
    const isWithin = (address: number) => address >= byteOffset && address < byteOffset + byteLength
    this.#pairs = this.#pairs.filter(
      ({ predictionAddress, labelAddress }) => !isWithin(predictionAddress) && !isWithin(labelAddress),
    )
  }
}
