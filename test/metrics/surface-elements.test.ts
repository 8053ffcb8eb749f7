import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  averageSurfaceDistance,
  boundaryFScore,
  hausdorffDistance,
  type Mask,
  surfaceDice,
} from '../../src/metrics/index.ts'
import { surfaceElements } from '../../src/metrics/surface-elements.ts'

interface Case {
  shape: number[]
  spacing: number[]
  label: string
  prediction: string
  tolerance: number
  percentile: number
  /** From the label, from the prediction. */
  average: (number | string)[]
  overlap: (number | string)[]
  hausdorff: number | string
  dice: number | string
}

/** What DeepMind's surface-distance 0.1 answers. */
const known = JSON.parse(
  readFileSync(join(import.meta.dirname, 'surface-elements.json'), 'utf8'),
) as readonly Case[]

const maskOf = (shape: readonly number[], pixels: string): Mask => {
  const [width = 1, height = 1, depth] = shape.toReversed()
  return { data: Uint8Array.from(pixels, Number), width, height, depth }
}

function expectNear(found: number, expected: number | string): void {
  if (!Number.isFinite(Number(expected))) expect(found).toBeNaN()
  else expect(found).toBeCloseTo(Number(expected), 10)
}

describe("surface metrics of elements are DeepMind's", () => {
  it.each(known.map((one, i) => [`${i}: ${one.shape.join(' x ')}`, one] as const))('%s', (_, one) => {
    const { shape, spacing, tolerance, percentile, average, overlap } = one
    const [prediction, label] = [maskOf(shape, one.prediction), maskOf(shape, one.label)]
    const options = { spacing, boundary: 'elements' } as const
    expectNear(surfaceDice(prediction, label, tolerance, options), one.dice)
    expectNear(hausdorffDistance(prediction, label, { ...options, percentile }), one.hausdorff)
    const from = { ...options, directions: 'prediction' } as const
    expectNear(averageSurfaceDistance(prediction, label, from), average[1]!)
    expectNear(averageSurfaceDistance(label, prediction, from), average[0]!)
    const { precision, recall } = boundaryFScore(prediction, label, tolerance, options)
    expectNear(precision, overlap[1]!)
    expectNear(recall, overlap[0]!)
  })
})

describe('elements', () => {
  const total = (mask: Mask, spacing?: number[]) =>
    surfaceElements(mask, spacing).sizes.reduce((sum, size) => sum + size, 0)

  it('have the lengths of the contour, in units of the spacing', () => {
    // A lone pixel is cut at its four corners; a row of two has a stretch on either side as well.
    expect(total(maskOf([1, 1], '1'), [3, 4])).toBe(4 * 2.5)
    expect(total(maskOf([1, 2], '11'), [3, 4])).toBe(4 * 2.5 + 2 * 4)
    expect(total(maskOf([2, 1], '11'), [3, 4])).toBe(4 * 2.5 + 2 * 3)
    expect(total(maskOf([2, 2], '1001'), [3, 4])).toBe(8 * 2.5)
    expect(total(maskOf([2, 2], '1110'), [3, 4])).toBe(6 * 2.5 + 3 + 4)
  })

  it('have the areas of the surface: of a voxel eight corners, of a row four ridges besides', () => {
    expect(total(maskOf([1, 1, 1], '1'))).toBeCloseTo(8 * (Math.sqrt(3) / 8), 12)
    const ridge = Math.hypot(2, 3) / 2
    const corner = total(maskOf([1, 1, 1], '1'), [2, 3, 5])
    expect(total(maskOf([1, 1, 2], '11'), [2, 3, 5])).toBeCloseTo(corner + 4 * 5 * ridge, 12)
  })

  it('are none of an empty mask, and one place more along each axis than pixels', () => {
    const { places, sizes } = surfaceElements(maskOf([2, 3, 4], '0'.repeat(24)), undefined)
    expect([places.width, places.height, places.depth, sizes.length]).toEqual([5, 4, 3, 0])
    expect(surfaceElements(maskOf([1, 1], '1'), undefined).places).toEqual({
      data: Uint8Array.of(1, 1, 1, 1),
      width: 2,
      height: 2,
    })
  })

  it('have no connectivity', () => {
    const one = maskOf([1, 1], '1')
    const wrong = { boundary: 'elements', connectivity: 8 } as const
    expect(() => surfaceDice(one, one, 1, wrong)).toThrow(/connectivity has no effect/)
    expect(() => boundaryFScore(one, one, 1, wrong)).toThrow(/connectivity has no effect/)
    expect(() => surfaceDice(one, one, 1, { boundary: 'edges' as 'pixels' })).toThrow(
      /boundary: expected one of pixels, elements, got "edges"/,
    )
  })

  it('of both ways together weigh by their sizes', () => {
    const [p, l] = [maskOf([1, 4], '1100'), maskOf([1, 4], '0110')]
    const options = { boundary: 'elements', percentile: 60 } as const
    const one = hausdorffDistance(p, l, { ...options, directions: 'prediction' })
    expect(hausdorffDistance(p, l, { ...options, directions: 'pooled' })).toBe(one)
    expect(averageSurfaceDistance(p, l, { boundary: 'elements' })).toBeCloseTo(
      averageSurfaceDistance(p, l, { boundary: 'elements', directions: 'mean' }),
      12,
    )
  })
})
