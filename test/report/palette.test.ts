import { expect, test } from 'vitest'
import { classColor, SPECIAL } from '../../src/report/palette.ts'
import type { Rgb } from '../../src/report/png.ts'

type Vector = readonly [number, number, number]
type Matrix = readonly [Vector, Vector, Vector]

const times = (matrix: Matrix, [x, y, z]: Vector): Vector =>
  matrix.map(([a, b, c]) => a * x + b * y + c * z) as unknown as Vector

const linear = (color: Rgb): Vector =>
  color.map(value => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as unknown as Vector

/** Machado, Oliveira and Fernandes 2009, severity 1. */
const DEUTERANOPIA: Matrix = [
  [0.367322, 0.860646, -0.227968],
  [0.280085, 0.672501, 0.047413],
  [-0.01182, 0.04294, 0.968881],
]
const IDENTITY: Matrix = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
]

/** Of linear RGB (Ottosson 2020). */
function oklab(rgb: Vector): Vector {
  const inside = rgb.map(value => Math.max(0, Math.min(1, value))) as unknown as Vector
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    inside,
  )
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones.map(Math.cbrt) as unknown as Vector,
  )
}

test.each([
  ['as they are', IDENTITY],
  ['under deuteranopia', DEUTERANOPIA],
])('the colours of classes are apart %s, from each other and from what is no class', (_, vision) => {
  const seen = (color: Rgb) => oklab(times(vision, linear(color)))
  const distance = (a: Rgb, b: Rgb) => {
    const [x, y] = [seen(a), seen(b)]
    return Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2])
  }
  const classes = Array.from({ length: 14 }, (_, id) => classColor(id))
  const nearest = (colors: readonly Rgb[]) =>
    Math.min(...colors.flatMap((a, i) => colors.slice(i + 1).map(b => distance(a, b))))
  expect(nearest(classes)).toBeGreaterThan(0.11)
  expect(nearest(classes.slice(0, 8))).toBeGreaterThan(0.15)
  for (const color of classes) {
    expect(distance(color, SPECIAL.ignored)).toBeGreaterThan(0.11)
    expect(distance(color, SPECIAL.unknown)).toBeGreaterThan(0.11)
  }
})
