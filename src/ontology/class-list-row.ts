import { parseColour } from './ontology.ts'

/** What is wrong with a class list. */
export class ClassListError extends Error {
  override name = 'ClassListError'
}

/** A class as a list names it. */
export interface ListedClass {
  name: string
  ids: number[]
  /** 0xrrggbb. */
  color?: number | undefined
  /** By its name where it is left out. */
  isVoid?: boolean
}

/** Names of what is no class. */
export const IS_VOID = /^_*(void|undefined|unlabell?ed|unannotated|ignored?)_*$/i

/** A line that is not empty. */
export interface Row {
  text: string
  /** The error that says where this is. */
  unlike(expected: string): ClassListError
}

export function rowsOf(text: string): Row[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line, i) => ({
      text: line.trim(),
      unlike: (expected: string) =>
        new ClassListError(`line ${i + 1}: expected ${expected}, got "${line.trim()}"`),
    }))
    .filter(row => row.text !== '')
}

/** 0xrrggbb of `r,g,b`, `r g b` or `#rrggbb`; undefined where there is none. */
export function colourOf(text: string, row: Pick<Row, 'unlike'>): number | undefined {
  if (text.trim() === '') return undefined
  const hex = parseColour(text.trim())
  if (hex !== undefined) return hex
  const parts = text.trim().split(/[\s,]+/)
  const isColour = parts.length === 3 && parts.every(part => /^\d{1,3}$/.test(part) && Number(part) <= 255)
  if (!isColour) throw row.unlike('a colour of three numbers up to 255')
  return rgb(parts.map(Number))
}

export const rgb = ([r, g, b]: readonly number[]): number => (r! << 16) | (g! << 8) | b!
