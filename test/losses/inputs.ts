import fc from 'fast-check'
import { type Tensor, tensor } from '../../src/losses/index.ts'

/** A batch of random maps: NCHW predictions with labels or a soft map to go with them. */
export interface Batch {
  samples: number
  channels: number
  height: number
  width: number
  logits: Float64Array
  labels: Int32Array
}

export const size = (b: Batch): number => b.samples * b.channels * b.height * b.width
export const shapeOf = (b: Batch): number[] => [b.samples, b.channels, b.height, b.width]

/** Logits in steps of 1/64 within ±4, labels of every class or of few. */
export const batches = (channels: fc.Arbitrary<number>): fc.Arbitrary<Batch> =>
  fc
    .record({
      samples: fc.integer({ min: 1, max: 3 }),
      channels,
      height: fc.integer({ min: 1, max: 4 }),
      width: fc.integer({ min: 1, max: 4 }),
    })
    .chain(b => {
      const pixels = b.samples * b.height * b.width
      const top = Math.max(b.channels - 1, 1)
      return fc.record({
        samples: fc.constant(b.samples),
        channels: fc.constant(b.channels),
        height: fc.constant(b.height),
        width: fc.constant(b.width),
        logits: fc
          .array(fc.integer({ min: -256, max: 256 }), {
            minLength: pixels * b.channels,
            maxLength: pixels * b.channels,
          })
          .map(values => Float64Array.from(values, value => value / 64 + 1 / 256)),
        labels: fc
          .array(fc.integer({ min: 0, max: top }), { minLength: pixels, maxLength: pixels })
          .map(values => Int32Array.from(values)),
      })
    })

export const prediction = (b: Batch): Tensor => tensor(b.logits, shapeOf(b))
export const labels = (b: Batch): Tensor => tensor(b.labels, [b.samples, b.height, b.width])

/** Strictly inside 0..1. */
export const probabilities = (b: Batch): Tensor =>
  tensor(
    b.logits.map(x => 1 / (1 + Math.exp(-x))),
    shapeOf(b),
  )

/** The same numbers in memory of another order, with a gap: rank 4 NCHW, last axis first. */
export function strided(of: Tensor): Tensor {
  const [n, c, h, w] = of.shape as [number, number, number, number]
  const stride = [2, 2 * n, 2 * n * c, 2 * n * c * h]
  const data = new Float64Array(2 * n * c * h * w + 3)
  let k = 0
  for (let i = 0; i < n; i++)
    for (let j = 0; j < c; j++)
      for (let y = 0; y < h; y++)
        for (let x = 0; x < w; x++)
          data[3 + i * stride[0]! + j * stride[1]! + y * stride[2]! + x * stride[3]!] = of.data[k++]!
  return { data, shape: of.shape, stride, offset: 3 }
}

/** Row-major copy of a tensor of rank 4. */
export function contiguous(of: Tensor): Float64Array {
  const [n, c, h, w] = of.shape as [number, number, number, number]
  const stride = of.stride ?? [c * h * w, h * w, w, 1]
  const values: number[] = []
  for (let i = 0; i < n; i++)
    for (let j = 0; j < c; j++)
      for (let y = 0; y < h; y++)
        for (let x = 0; x < w; x++)
          values.push(
            of.data[(of.offset ?? 0) + i * stride[0]! + j * stride[1]! + y * stride[2]! + x * stride[3]!]!,
          )
  return Float64Array.from(values)
}
