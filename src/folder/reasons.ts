import { printable } from '../printable.ts'

/** How many are named one by one. */
const MOST_NAMED = 20

/** What could not be used and why: those of one reason together. */
export class Reasons {
  readonly #names = new Map<string, string[]>()

  /** How many there are of all reasons together. */
  count = 0

  add(reason: string, name: string): void {
    this.count++
    const names = this.#names.get(reason)
    if (names) names.push(name)
    else this.#names.set(reason, [name])
  }

  /** A line a reason. */
  lines(): string[] {
    return [...this.#names].map(([reason, names]) => `${listed(names, MOST_NAMED)}: ${reason}`)
  }
}

/** The first names, and how many more there are. */
export function listed(names: readonly string[], most: number): string {
  const more = names.length > most ? `, and ${names.length - most} more` : ''
  return `${names
    .slice(0, most)
    .map(name => printable(name))
    .join(', ')}${more}`
}
