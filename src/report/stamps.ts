import { int32Column, uint32Column } from './columns.ts'

const NANOSECONDS = 1_000_000_000n

/** Stamps of builtin_interfaces/Time, kept exactly: seconds and nanoseconds apart. */
export class Stamps {
  readonly #sec = int32Column()
  readonly #nanosec = uint32Column()

  get length(): number {
    return this.#sec.length
  }

  push(sec: number, nanosec: number): void {
    this.#sec.push(sec)
    this.#nanosec.push(nanosec)
  }

  /** As plain arrays, for {@link of}. */
  packed(): { sec: Int32Array; nanosec: Uint32Array } {
    return { sec: this.#sec.values.slice(), nanosec: this.#nanosec.values.slice() }
  }

  static of({ sec, nanosec }: ReturnType<Stamps['packed']>): Stamps {
    const stamps = new Stamps()
    for (let i = 0; i < sec.length; i++) stamps.push(sec[i]!, nanosec[i]!)
    return stamps
  }

  /** As builtin_interfaces/Time has it. */
  time(index: number): { sec: number; nanosec: number } {
    return { sec: this.#sec.at(index), nanosec: this.#nanosec.at(index) }
  }

  /** Nanoseconds since the epoch. */
  nanoseconds(index: number): bigint {
    return BigInt(this.#sec.at(index)) * NANOSECONDS + BigInt(this.#nanosec.at(index))
  }

  /** Below 0 where this stamp is before the one at `otherIndex` of `other`, 0 where they are equal. */
  compare(index: number, other: Stamps, otherIndex: number): number {
    return (
      this.#sec.at(index) - other.#sec.at(otherIndex) ||
      this.#nanosec.at(index) - other.#nanosec.at(otherIndex)
    )
  }

  /** Indices from `from` to before `to` in the order of their stamps; of equal ones in their own. */
  order(from: number, to: number): Uint32Array {
    const order = new Uint32Array(to - from).map((_, k) => from + k)
    const isOrdered = order.every((i, k) => k === 0 || this.compare(i - 1, this, i) <= 0)
    return isOrdered ? order : order.sort((i, j) => this.compare(i, this, j) || i - j)
  }

  /** Seconds after `origin` (nanoseconds since the epoch); exact to a nanosecond for 100 days. */
  secondsAfter(origin: bigint, index: number): number {
    return Number(this.nanoseconds(index) - origin) / 1e9
  }
}

/** A builtin_interfaces/Time from nanoseconds since the epoch. */
export function timeFromNanoseconds(stamp: bigint): { sec: number; nanosec: number } {
  const nanosec = ((stamp % NANOSECONDS) + NANOSECONDS) % NANOSECONDS
  return { sec: Number((stamp - nanosec) / NANOSECONDS), nanosec: Number(nanosec) }
}

/** The first and the last of all stamps, ns; the first list is not empty. */
export function stampRange(all: readonly Stamps[]): [first: bigint, last: bigint] {
  let [first, last] = [all[0]!.nanoseconds(0), all[0]!.nanoseconds(0)]
  for (const stamps of all) {
    for (let i = 0; i < stamps.length; i++) {
      const stamp = stamps.nanoseconds(i)
      if (stamp < first) first = stamp
      if (stamp > last) last = stamp
    }
  }
  return [first, last]
}
