import { shown } from './options.ts'

/** Numbers in memory. Not `BigInt64Array`, `BigUint64Array` or arrays of strings, which are refused with a TypeError. */
export type Numbers =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | number[]

/** Numbers with a shape. An `ndarray` of any strides over a typed array is one; so is `{ data, shape }`. */
export interface Tensor {
  /** Every element, and what else the array may hold. */
  readonly data: Numbers
  /** Elements along each axis, all 1 or more. */
  readonly shape: readonly number[]
  /** Elements from one to the next along each axis; default row-major, the last axis being the innermost. */
  readonly stride?: readonly number[] | undefined
  /** Index of the first element in `data`; default 0. */
  readonly offset?: number | undefined
}

/** @throws TypeError unless the tensor holds numbers, and with `written` fractions. */
export function checkNumbers(of: Tensor, what: string, written = false): void {
  const data: unknown = of?.data
  const isNumbers =
    Array.isArray(data) ||
    (ArrayBuffer.isView(data) && !(data instanceof DataView || /^Big/.test(data.constructor.name)))
  if (!isNumbers || !Array.isArray(of.shape)) {
    const found = typeof data === 'object' && data !== null ? data.constructor?.name : shown(data)
    const expected = 'a tensor { data, shape } over a typed array of numbers'
    throw new TypeError(`${what}: expected ${expected}, got ${isNumbers ? 'no shape' : `data ${found}`}`)
  }
  if (written && !(Array.isArray(data) || /^Float/.test(data.constructor.name)))
    throw new TypeError(`${what}: expected a Float32Array or Float64Array, got ${data.constructor.name}`)
}

/** A row-major tensor over `data`. */
export const tensor = (data: Numbers, shape: readonly number[]): Tensor => ({ data, shape })

const defaultLayouts = ['', 'W', 'HW', '', 'NCHW', 'NCDHW']

/**
 * The axes of a tensor, a letter each: `N` samples, `C` classes (or channels), any other letter an axis of
 * space. Rank 3 is ambiguous, and so its layout has to be given.
 * @throws RangeError when the layout does not fit the rank.
 */
export function layoutOf(shape: readonly number[], layout: string | undefined): string {
  const found = layout ?? defaultLayouts[shape.length] ?? ''
  if (found === '')
    throw new RangeError(
      `expected a layout such as 'CHW', 'HWC' or 'NHW' for the shape [${shape.join(', ')}]`,
    )
  if (found.length !== shape.length)
    throw new RangeError(
      `expected ${found.length} axes for layout '${found}', got the shape [${shape.join(', ')}]`,
    )
  return found
}

/**
 * A tensor seen as samples × channels × pixels. Axes of space that lie in one piece are walked as one; up to
 * three others are walked with their strides. Loading another tensor allocates nothing.
 */
export class View {
  data: Numbers = []
  samples = 1
  channels = 1
  pixels = 1
  private start = 0
  private sampleStride = 0
  private channelStride = 0
  // Innermost first.
  private readonly sizes = new Int32Array(3)
  private readonly strides = new Int32Array(3)

  /** @throws RangeError when the layout does not fit the shape, or the shape or strides not the data. */
  load(of: Tensor, layout: string, what: string): void {
    const { shape, stride } = of
    this.data = of.data
    this.start = of.offset ?? 0
    if (stride && stride.length !== shape.length)
      throw new RangeError(
        `${what}: expected ${shape.length} strides for shape [${shape.join(', ')}], got [${stride.join(', ')}]`,
      )
    if (!(Number.isInteger(this.start) && (stride ?? []).every(Number.isInteger)))
      throw new RangeError(
        `${what}: expected whole strides and offset, got [${stride?.join(', ')}] and ${this.start}`,
      )
    this.samples = this.channels = this.pixels = 1
    this.sampleStride = this.channelStride = 0
    this.sizes.fill(1)
    this.strides.fill(0)
    let walked = 0
    let rowMajor = 1
    let lowest = this.start
    let highest = this.start
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis]!
      const step = stride ? stride[axis]! : rowMajor
      rowMajor *= size
      if (!(Number.isInteger(size) && size >= 1))
        throw new RangeError(`${what}: expected axes of 1 or more, got shape [${shape.join(', ')}]`)
      if (step > 0) highest += step * (size - 1)
      else lowest += step * (size - 1)
      const letter = layout[axis]
      if (letter === 'N') {
        this.samples = size
        this.sampleStride = step
      } else if (letter === 'C') {
        this.channels = size
        this.channelStride = step
      } else {
        this.pixels *= size
        if (size === 1) continue
        if (walked > 0 && step === this.strides[walked - 1]! * this.sizes[walked - 1]!) {
          this.sizes[walked - 1]! *= size
        } else {
          if (walked === 3)
            throw new RangeError(`${what}: more than three axes of space that are not in one piece`)
          this.sizes[walked] = size
          this.strides[walked++] = step
        }
      }
    }
    if (!(lowest >= 0 && highest < this.data.length))
      throw new RangeError(
        `${what}: shape [${shape.join(', ')}] reaches from ${lowest} to ${highest}, data holds ${this.data.length}`,
      )
  }

  /** Whether the pixels of each channel lie side by side. */
  get planar(): boolean {
    return this.sizes[1] === 1 && (this.strides[0] === 1 || this.pixels === 1)
  }

  /** Whether the data is just this, [samples, channels, pixels] in order. */
  get dense(): boolean {
    const { channels, pixels, samples, channelStride, sampleStride } = this
    return (
      this.planar &&
      this.start === 0 &&
      this.data.length === samples * channels * pixels &&
      (channels === 1 || channelStride === pixels) &&
      (samples === 1 || sampleStride === channels * pixels)
    )
  }

  /** Index of the first pixel of a plane in `data`. */
  planeStart(sample: number, channel: number): number {
    return this.start + sample * this.sampleStride + channel * this.channelStride
  }

  /**
   * Copies a plane to `out` from index `at` on.
   * @param probable whether to look for numbers outside 0..1: on the way that is free, in a round of its own it is not
   * @returns whether there are such numbers. NaN is none
   */
  readPlane(sample: number, channel: number, out: Float64Array, at: number, probable = false): boolean {
    const { data, sizes, strides } = this
    const inner = sizes[0]!
    const middle = sizes[1]!
    const outer = sizes[2]!
    const step = strides[0]!
    const start = this.planeStart(sample, channel)
    let isOutside = false
    let to = at
    for (let i = 0; i < outer; i++) {
      for (let j = 0; j < middle; j++) {
        let from = start + i * strides[2]! + j * strides[1]!
        if (!probable) for (let k = 0; k < inner; k++, from += step) out[to++] = data[from]!
        else
          for (let k = 0; k < inner; k++, from += step) {
            const p = data[from]!
            out[to++] = p
            // Below 0 just where p is below 0 or above 1.
            if (p * (1 - p) < 0) isOutside = true
          }
      }
    }
    return isOutside
  }

  /** Writes, or adds, `scale` times a plane of `values` from index `at` on. */
  writePlane(
    sample: number,
    channel: number,
    values: Float64Array,
    at: number,
    scale: number,
    accumulate: boolean,
  ): void {
    const { data, sizes, strides } = this
    const inner = sizes[0]!
    const middle = sizes[1]!
    const outer = sizes[2]!
    const step = strides[0]!
    const start = this.planeStart(sample, channel)
    let from = at
    for (let i = 0; i < outer; i++) {
      for (let j = 0; j < middle; j++) {
        let to = start + i * strides[2]! + j * strides[1]!
        if (accumulate) for (let k = 0; k < inner; k++, to += step) data[to]! += scale * values[from++]!
        else for (let k = 0; k < inner; k++, to += step) data[to] = scale * values[from++]!
      }
    }
  }
}
