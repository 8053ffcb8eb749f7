import { ImageHeader, readImageHeader } from '../src/image/header.ts'
import { serializeImage } from '../src/image/serialize.ts'
import { Kernels } from '../src/kernels/kernels.ts'
import { type PlanarArrays, PlaneKernels } from '../src/kernels/planes.ts'

/** Nanoseconds of processor time that `run` took over `count` frames from `first` on, in rotation over `frames`. */
export function timed(run: (frame: number) => void, frames: number, first: number, count: number): number {
  const start = process.cpuUsage()
  for (let i = 0; i < count; i++) run((first + i) % frames)
  const { user, system } = process.cpuUsage(start)
  return (user + system) * 1e3
}

/** From the bytes of two messages to counts: headers, copy and kernel. */
export class OurLabels {
  readonly #predictions: Uint8Array[]
  readonly #labels: Uint8Array[]
  readonly #prediction = new ImageHeader()
  readonly #label = new ImageHeader()
  readonly #kernels = new Kernels()
  readonly #classes: number

  constructor(frames: readonly Uint8Array[], width: number, height: number, classes: number) {
    const pixels = width * height
    const message = (data: Uint8Array) =>
      serializeImage({ sec: 1, nanosec: 2, frameId: 'camera', width, height, encoding: 'mono8', data })
    this.#predictions = frames.map(frame => message(frame.subarray(0, pixels)))
    this.#labels = frames.map(frame => message(frame.subarray(pixels)))
    this.#classes = classes
  }

  run = (frame: number): void => {
    const prediction = this.#predictions[frame]!
    const label = this.#labels[frame]!
    readImageHeader(prediction, this.#prediction)
    readImageHeader(label, this.#label)
    const { width, height } = this.#label
    this.#kernels.load(0, prediction)
    this.#kernels.load(1, label)
    this.#kernels.countLabels(width, height, this.#prediction, this.#label, this.#classes)
  }

  /** Counts of the classes, row-major; there is nothing outside in the benchmark's data. */
  result(frame: number): number[] {
    this.run(frame)
    const { counts } = this.#kernels
    const classes = this.#classes
    return Array.from({ length: classes * classes }, (_, i) => {
      return counts[Math.floor(i / classes) * (classes + 1) + (i % classes)]!
    })
  }
}

/**
 * What the overlap losses do on planar float32 maps, sums and gradients: in arrays that `allocateBatch` made, or
 * `elsewhere`, in any.
 */
export class OurPlanes {
  readonly #frames: { kernels: PlaneKernels; arrays: PlanarArrays }[]
  readonly #shape: { samples: number; classes: number; pixels: number }
  readonly #factors: Float64Array

  constructor(frames: readonly Uint8Array[], pixels: number, classes: number, elsewhere: boolean) {
    this.#shape = { samples: 1, classes, pixels }
    const length = classes * pixels
    this.#frames = frames.map(frame => {
      const arrays = elsewhere
        ? { p: new Float32Array(length), labels: new Uint8Array(pixels), gradient: new Float32Array(length) }
        : PlaneKernels.allocate(this.#shape)
      arrays.p.set(new Float32Array(frame.slice(0, 4 * length).buffer))
      arrays.labels.set(frame.subarray(4 * length))
      return { kernels: PlaneKernels.owning(arrays.p, arrays.labels) ?? new PlaneKernels(), arrays }
    })
    // Of a class's label, and everywhere.
    this.#factors = Float64Array.from({ length: 2 * classes }, (_, i) =>
      i % 2 === 0 ? -0.5 : 0.125 * (i - 1),
    )
  }

  sum = (frame: number): void => {
    const { kernels, arrays } = this.#frames[frame]!
    kernels.sum(arrays.p, arrays.labels, this.#shape)
  }

  differentiate = (frame: number): void => {
    const { kernels, arrays } = this.#frames[frame]!
    kernels.differentiate(arrays.gradient, arrays.labels, this.#shape, this.#factors)
  }

  sums(frame: number): number[] {
    this.sum(frame)
    return Array.from(this.#frames[frame]!.kernels.sums).filter((_, i) => i % 4 !== 3)
  }

  gradientSums(frame: number): number[] {
    this.differentiate(frame)
    const { classes, pixels } = this.#shape
    const { gradient } = this.#frames[frame]!.arrays
    return Array.from({ length: classes }, (_, c) => {
      let sum = 0
      for (let i = c * pixels; i < (c + 1) * pixels; i++) sum += gradient[i]!
      return sum
    })
  }
}
