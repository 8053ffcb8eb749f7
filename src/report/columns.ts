type NumberArray = Float64Array | Uint32Array | Int32Array | Uint8Array | Uint16Array

/** A typed array that grows by doubling: a long recording's frames as compact numbers. */
export class Column<T extends NumberArray> {
  #values: T
  readonly #make: (length: number) => T
  length = 0

  constructor(make: (length: number) => T, capacity = 256) {
    this.#make = make
    this.#values = make(capacity)
  }

  push(value: number): void {
    if (this.length === this.#values.length) {
      const grown = this.#make(this.length * 2)
      grown.set(this.#values)
      this.#values = grown
    }
    this.#values[this.length++] = value
  }

  at(index: number): number {
    return this.#values[index]!
  }

  /** The values pushed so far; a view, invalid after the next push. */
  get values(): T {
    return this.#values.subarray(0, this.length) as T
  }
}

export const float64Column = () => new Column(length => new Float64Array(length))
export const uint32Column = () => new Column(length => new Uint32Array(length))
export const int32Column = () => new Column(length => new Int32Array(length))
export const uint8Column = () => new Column(length => new Uint8Array(length))
