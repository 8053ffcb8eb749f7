import { expect, it } from 'vitest'
import { sharedMemory } from '../../src/kernels/instance.ts'
import { Kernels } from '../../src/kernels/kernels.ts'
import { PixelFormat, type PixelLayout } from '../../src/kernels/layout.ts'
import type { Parts } from '../../src/kernels/parts.ts'
import { SEED } from '../support/seed.ts'
import { random } from './masks.ts'

/** Width and height of masks; the narrow ones have rows that a block of 64 pixels reaches beyond. */
const SIZES = [
  [700, 40],
  [200, 90],
  [65, 50],
  [64, 50],
  [63, 50],
  [40, 30],
  [5, 3],
] as const

type Value = (x: number, y: number) => number

/** Cuts every row in three at places that change from row to row: the left and right parts, and the middle one. */
function cutRows(width: number, height: number, next: () => number): Parts {
  const outer: number[] = []
  const inner: number[] = []
  for (let y = 0; y < height; y++) {
    const cuts = [Math.floor(next() * (width + 1)), Math.floor(next() * (width + 1))].sort((a, b) => a - b)
    const [from, to] = cuts as [number, number]
    if (from > 0) outer.push(y, y + 1, 0, from)
    if (to > from) inner.push(y, y + 1, from, to)
    if (width > to) outer.push(y, y + 1, to, width)
  }
  const rectangles = Int32Array.from([...outer, ...inner])
  const starts = Int32Array.of(0, outer.length / 4, rectangles.length / 4)
  return { width, height, rectangles, starts, leftOut: new Int32Array(0), pixelsLeftOut: 0 }
}

/** Pixel by pixel. */
function countsOf(p: Uint8Array, l: Uint8Array, parts: Parts, part: number, classes: number): number[] {
  const counts = new Array<number>((classes + 1) ** 2).fill(0)
  for (let i = parts.starts[part]!; i < parts.starts[part + 1]!; i++) {
    const [top, bottom, left, right] = parts.rectangles.subarray(4 * i, 4 * i + 4)
    for (let y = top!; y < bottom!; y++)
      for (let x = left!; x < right!; x++) {
        const at = y * parts.width + x
        counts[Math.min(l[at]!, classes) * (classes + 1) + Math.min(p[at]!, classes)]!++
      }
  }
  return counts
}

it('counts rows of noise and of areas cut anywhere, each part by itself, up to the last byte of memory', () => {
  const next = random(SEED)
  const memory = sharedMemory(16 * 2 ** 20)
  const kernels = new Kernels(memory, 0)
  // Memory grows for the rectangles of the first, and then no more.
  kernels.loadAt(0, 64, 700 * 300)
  kernels.loadAt(1, 64, 700 * 300)
  kernels.parts = cutRows(700, 300, next)
  const layout700: PixelLayout = { offset: 0, step: 700, format: PixelFormat.U8, channels: 1 }
  kernels.countLabels(700, 300, layout700, layout700, 8)
  const heap = new Uint8Array(memory.buffer)
  for (const classes of [2, 3, 8, 10, 11, 126, 200]) {
    const noise: Value = () => Math.floor(next() * (classes + 2))
    const areas: Value = (x, y) => (Math.floor(x / 37) + Math.floor(y / 5)) % classes
    const both: Value = (x, y) => (Math.floor(y / 9) % 2 === 0 ? noise(x, y) : areas(x, y))
    for (const [width, height] of SIZES) {
      const layout: PixelLayout = { offset: 0, step: width, format: PixelFormat.U8, channels: 1 }
      const pixels = width * height
      for (const value of [noise, areas, both]) {
        for (const last of [0, 1] as const) {
          const masks = [0, 1].map(() =>
            Uint8Array.from({ length: pixels }, (_, i) => value(i % width, Math.floor(i / width))),
          )
          // The mask that is the last one ends where memory does.
          const ends = [heap.length - last * pixels, heap.length - (1 - last) * pixels]
          for (const mask of [0, 1] as const) {
            heap.set(masks[mask]!, ends[mask]! - pixels)
            kernels.loadAt(mask, ends[mask]! - pixels, pixels)
          }
          const parts = cutRows(width, height, next)
          kernels.parts = parts
          kernels.countLabels(width, height, layout, layout, classes)
          const expected = [0, 1].map(part => countsOf(masks[0]!, masks[1]!, parts, part, classes))
          expect(memory.buffer.byteLength).toBe(heap.length)
          const what = `${classes} classes, ${width}x${height}, mask ${last} last`
          expect([...kernels.partCounts[0]!], what).toEqual(expected[0])
          expect([...kernels.partCounts[1]!], what).toEqual(expected[1])
          expect([...kernels.counts], what).toEqual(expected[0]!.map((count, i) => count + expected[1]![i]!))
          kernels.parts = undefined
          kernels.countLabels(width, height, layout, layout, classes)
          expect([...kernels.counts], what).toEqual(expected[0]!.map((count, i) => count + expected[1]![i]!))
        }
      }
    }
  }
})
