import fc from 'fast-check'
import { expect } from 'vitest'

/** Two label maps of one size; `unknown` and `ignored` are values that are no class. */
export interface Pair {
  classes: number
  width: number
  height: number
  prediction: Uint8Array
  label: Uint8Array
}

export const pairs = (classes: fc.Arbitrary<number>, strays = false): fc.Arbitrary<Pair> =>
  fc
    .tuple(classes, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
    .chain(([count, width, height]) => {
      const known = fc.integer({ min: 0, max: count - 1 })
      const value = strays ? fc.oneof({ weight: 6, arbitrary: known }, fc.constant(255)) : known
      const map = fc
        .array(value, { minLength: width * height, maxLength: width * height })
        .map(values => Uint8Array.from(values))
      return fc.record({
        classes: fc.constant(count),
        width: fc.constant(width),
        height: fc.constant(height),
        prediction: map,
        label: map,
      })
    })

export const maskOf = (rows: readonly string[]) => ({
  data: Uint8Array.from(rows.join(''), pixel => Number(pixel === '#')),
  width: rows[0]!.length,
  height: rows.length,
})

/** Equal up to rounding, or both undefined. */
export function expectNear(actual: number, expected: number): void {
  if (Number.isNaN(expected)) expect(actual).toBeNaN()
  else expect(actual).toBeCloseTo(expected, 12)
}
