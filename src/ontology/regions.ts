import { ParameterError } from '../parameters/parameters.ts'

/** Where a region is, in parts of the width and of the height; for a mask, a file. */
export type Shape =
  | { kind: 'rows'; from: number; to: number }
  | { kind: 'polygon'; points: readonly (readonly [x: number, y: number])[] }
  | { kind: 'mask'; file: string }

/** A part of the picture that is scored by itself, or left out. */
export interface Region {
  /** As written before the colon. */
  name: string
  /** @internal */
  shape: Shape
  /** Whether its pixels are in no count. */
  isIgnored: boolean
}

/** Each pixel has a bit a region. */
const MAX_REGIONS = 16

const FORMS = '"name: rows 0.66-1", "name: polygon 0.3,1 0.5,0.5 0.7,1" or "name: mask FILE.png"'

/**
 * Reads `regions` and `regions.ignored`.
 * @throws ParameterError for what cannot be read, more than 16 regions, or a name that is given twice or is none
 */
export function regionsOf(texts: readonly string[], ignored: readonly string[]): Region[] {
  if (texts.length > MAX_REGIONS) throw fault(`expected at most ${MAX_REGIONS} regions, got ${texts.length}`)
  const regions = texts.map(text => region(text, ignored))
  const names = regions.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw fault(`"${twice}" names two regions`)
  const unknown = ignored.find(name => !names.includes(name))
  if (unknown !== undefined) {
    throw new ParameterError(
      `parameter regions.ignored: unknown region "${unknown}", regions has ${names.join(', ') || 'none'}`,
    )
  }
  return regions
}

function region(text: string, ignored: readonly string[]): Region {
  const match = /^([^:]*):\s*(\S+)\s+(.*)$/s.exec(text)
  const [name, kind, rest] = match ? [match[1]!.trim(), match[2]!, match[3]!.trim()] : []
  if (!name || !kind || !rest) throw fault(`expected ${FORMS}, got "${text}"`)
  if (name.includes('/')) throw fault(`"${text}": a name may have no slash`)
  return { name, shape: shape(text, kind, rest), isIgnored: ignored.includes(name) }
}

function shape(text: string, kind: string, rest: string): Shape {
  if (kind === 'mask') return { kind, file: rest }
  if (kind === 'rows') {
    const [from = Number.NaN, to = Number.NaN, ...others] = rest.split('-').map(part)
    if (others.length > 0 || !(from < to)) {
      throw fault(`"${text}": expected rows from a lower to a higher part of the height, "rows 0.66-1"`)
    }
    return { kind, from, to }
  }
  if (kind === 'polygon') {
    const points = rest.split(/\s+/).map(point => {
      const [x = Number.NaN, y = Number.NaN, ...others] = point.split(',').map(part)
      if (others.length > 0 || Number.isNaN(x + y)) {
        throw fault(`"${text}": expected corners x,y from 0 to 1, got "${point}"`)
      }
      return [x, y] as const
    })
    if (points.length < 3) throw fault(`"${text}": expected at least 3 corners, got ${points.length}`)
    return { kind, points }
  }
  throw fault(`"${text}": expected rows, polygon or mask, got "${kind}"`)
}

/** A number from 0 to 1; else NaN. */
function part(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  return value >= 0 && value <= 1 ? value : Number.NaN
}

const fault = (message: string) => new ParameterError(`parameter regions: ${message}`)
