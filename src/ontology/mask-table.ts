import { Code, type ColourTables, MAPPED_CLASSES, type ValueTable } from '../kernels/tables.ts'
import { ParameterError } from '../parameters/parameters.ts'
import { colourTables } from './colour-table.ts'
import type { Meaning, Meanings } from './meanings.ts'
import { NO_CLASS } from './meanings.ts'
import { IGNORE } from './ontology.ts'

/** What turns one topic's masks into class ids. */
export interface MaskTable {
  values: ValueTable
  /** undefined where the map names no colour. */
  colours: ColourTables | undefined
  /** Codes by the colours that are looked for, 0xrrggbb. */
  codes: ReadonlyMap<number, number>
  /** Why a colour image cannot be read by its colours, though the map names some. */
  sharedColour: string | undefined
  /** The colours that are looked for, 0xrrggbb, with the names that they have. */
  named: ReadonlyMap<number, string>
  /** Whether pixels may be left out by {@link Code.IGNORED}. */
  canIgnore: boolean
}

/**
 * Lays the meanings out for the kernels.
 * @param names the classes; their index is their id
 * @param ignoredValues values that are left out where the map does not name them
 * @throws ParameterError for a class that is none of `names`, or too many of them
 */
export function maskTable(
  meanings: Meanings,
  names: readonly string[],
  ignoredValues: readonly number[],
): MaskTable {
  if (names.length > MAPPED_CLASSES) {
    throw new ParameterError(`a map takes at most ${MAPPED_CLASSES} classes, got ${names.length}`)
  }
  const ids = new Map(names.map((name, id) => [name, id]))
  const rest = meanings.rest ? codeOf(meanings.rest, ids) : Code.UNLISTED
  const codes = new Map<number, number>()
  for (const [colour, meaning] of meanings.colours) codes.set(colour, codeOf(meaning, ids))
  const values = valueTable(meanings, ids, rest, meanings.rest ? [] : ignoredValues)
  const named = new Map([...meanings.colours].map(([colour, { target }]) => [colour, target]))
  return {
    values,
    colours: codes.size > 0 ? colourTables(codes, rest) : undefined,
    codes,
    sharedColour: meanings.sharedColour,
    named,
    canIgnore: rest === Code.IGNORED || [...codes.values(), ...valueCodes(values)].includes(Code.IGNORED),
  }
}

/** An entry's class must be one; a class that only the ontology names may be left out of `classes.names`. */
function codeOf({ target, source, isExplicit }: Meaning, ids: ReadonlyMap<string, number>): number {
  if (target === IGNORE) return Code.IGNORED
  if (target === NO_CLASS) return Code.NO_CLASS
  const id = ids.get(target)
  if (id !== undefined) return id
  if (!isExplicit) return Code.UNLISTED
  throw new ParameterError(
    `${source}: unknown class "${target}", the classes are ${[...ids.keys()].join(', ')}`,
  )
}

function valueTable(
  { values }: Meanings,
  ids: ReadonlyMap<string, number>,
  rest: number,
  ignoredValues: readonly number[],
): ValueTable {
  const bytes = new Uint8Array(256).fill(rest)
  const ranges: number[][] = []
  for (const { first, last, ...meaning } of values) {
    const code = codeOf(meaning, ids)
    for (let value = Math.max(0, first); value <= Math.min(255, last); value++) bytes[value] = code
    if (first < 0) ranges.push([first, Math.min(last, -1), code])
    if (last > 255) ranges.push([Math.max(first, 256), last, code])
  }
  for (const value of new Set(ignoredValues)) {
    if (values.some(({ first, last }) => first <= value && value <= last)) continue
    if (value >= 0 && value < 256) bytes[value] = Code.IGNORED
    else if (value === value >> 0) ranges.push([value, value, Code.IGNORED])
  }
  ranges.sort((a, b) => a[0]! - b[0]!)
  return { bytes, ranges: new Uint8Array(Int32Array.from(ranges.flat()).buffer), rest }
}

function valueCodes({ bytes, ranges }: ValueTable): number[] {
  return [...bytes, ...new Int32Array(ranges.buffer).filter((_, i) => i % 3 === 2)]
}
