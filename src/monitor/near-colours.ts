import type { Tally } from '../kernels/tally.ts'
import { colourText } from '../ontology/ontology.ts'

/** So far from a colour of the map in each channel a colour is hardly another one, but that one blended or compressed. */
const NEAR = 16

/** A colour of a map, with the name that it has there. */
export interface NamedColour {
  colour: number
  name: string
}

export const namedColourText = ({ colour, name }: NamedColour): string => `${colourText(colour)} ${name}`

/** The colour of a map that one which is none nearly is; undefined where none is near. */
export function nearColour(colour: number, named: ReadonlyMap<number, string>): NamedColour | undefined {
  let nearest: NamedColour | undefined
  let least = Number.POSITIVE_INFINITY
  for (const [candidate, name] of named) {
    const apart = SHIFTS.map(shift => Math.abs(((candidate >> shift) & 255) - ((colour >> shift) & 255)))
    const squares = apart.reduce((sum, distance) => sum + distance * distance, 0)
    if (Math.max(...apart) > NEAR || squares >= least) continue
    least = squares
    nearest = { colour: candidate, name }
  }
  return nearest
}

const SHIFTS = [16, 8, 0]

/** Pixels of colours that are near one of the map, and the most frequent of these colours with its nearest. */
export function nearMisses(
  { areColours, count, values, counts }: Tally,
  named: ReadonlyMap<number, string>,
): { pixels: number; colour: number; nearest: NamedColour } | undefined {
  if (!areColours) return undefined
  let pixels = 0
  let most = 0
  let found: { colour: number; nearest: NamedColour } | undefined
  for (let i = 0; i < count; i++) {
    const nearest = nearColour(values[i]!, named)
    if (!nearest) continue
    pixels += counts[i]!
    if (counts[i]! <= most) continue
    most = counts[i]!
    found = { colour: values[i]!, nearest }
  }
  return found && { pixels, ...found }
}
