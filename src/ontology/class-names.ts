import type { Meanings } from './meanings.ts'

/** The largest class id that a number can name. */
const LARGEST_ID = 255

/**
 * The classes where `classes.names` has none: those that the maps name, the label's first, in the order in which
 * they are named. Where all of their names are numbers, as unnamed classes are called, these are the ids.
 */
export function classesOf(label: Meanings | undefined, prediction: Meanings | undefined): string[] {
  const names = [...new Set([...(label?.classes ?? []), ...(prediction?.classes ?? [])])]
  const ids = names.map(name => (/^\d{1,3}$/.test(name) ? Number(name) : LARGEST_ID + 1))
  const largest = Math.max(...ids)
  if (names.length === 0 || largest > LARGEST_ID) return names
  return Array.from({ length: largest + 1 }, (_, id) => String(id))
}
