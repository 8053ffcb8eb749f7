import { printable } from '../printable.ts'

interface Occurrences {
  count: number
  first: string
}

/** What could not be read, named and counted: one line for each kind of problem of each file. */
export class Problems {
  readonly #found = new Map<string, Occurrences>()

  /**
   * @param what the kind of problem, with the file's name: equal ones are counted together
   * @param where the place of this one, e.g. `at byte 12`
   */
  add(what: string, where = ''): void {
    const text = printable(what)
    const known = this.#found.get(text)
    if (known) known.count++
    else this.#found.set(text, { count: 1, first: printable(where) })
  }

  get size(): number {
    return this.#found.size
  }

  texts(): string[] {
    return [...this.#found].map(([what, { count, first }]) => {
      if (count === 1) return first === '' ? what : `${what} (${first})`
      return first === '' ? `${what} (${count} times)` : `${what} (${count} times, first ${first})`
    })
  }
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
