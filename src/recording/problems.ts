import { printable } from '../printable.ts'

interface Occurrences {
  count: number
  first: string
}

/** Kinds of problems that are named: whoever has so many knows, and a hostile file can have any number. */
const MOST_KINDS = 50

/** What could not be read, named and counted: one line for each kind of problem of each file. */
export class Problems {
  readonly #found = new Map<string, Occurrences>()
  #others = 0

  /**
   * @param what the kind of problem, with the file's name: equal ones are counted together
   * @param where the place of this one, e.g. `at byte 12`
   */
  add(what: string, where = ''): void {
    const text = printable(what)
    const known = this.#found.get(text)
    if (known) known.count++
    else if (this.#found.size === MOST_KINDS) this.#others++
    else this.#found.set(text, { count: 1, first: printable(where) })
  }

  get size(): number {
    return this.#found.size
  }

  texts(): string[] {
    const named = [...this.#found].map(([what, { count, first }]) => {
      if (count === 1) return first === '' ? what : `${what} (${first})`
      return first === '' ? `${what} (${count} times)` : `${what} (${count} times, first ${first})`
    })
    return this.#others === 0 ? named : [...named, othersText(this.#others)]
  }
}

const othersText = (count: number) => `${count} more problems of other kinds`

/** The first of several lists of texts, as many as {@link Problems} names, and how many more there are. */
export function firstTexts(texts: readonly string[]): string[] {
  const others = texts.length - MOST_KINDS
  // One line more is no shorter than to say that there is one.
  return others <= 1 ? [...texts] : [...texts.slice(0, MOST_KINDS), othersText(others)]
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
