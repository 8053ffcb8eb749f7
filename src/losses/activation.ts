import { checkNumbers, layoutOf, type Tensor, View } from './tensor.ts'

/** 1 / (1 + e^-x); 0 where e^-x overflows. */
export const logistic = (x: number): number => 1 / (1 + Math.exp(-x))

/** log(1 + e^x) without overflow. */
export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))

/** log Σ e^x over channels, a value a pixel, for one sample of planes [channels, pixels] from `at` on. */
export function logSumExp(
  x: Float64Array,
  at: number,
  channels: number,
  pixels: number,
  out: Float64Array,
): void {
  for (let i = 0; i < pixels; i++) {
    let top = x[at + i]!
    for (let c = 1, k = at + pixels + i; c < channels; c++, k += pixels) if (x[k]! > top) top = x[k]!
    let sum = 0
    for (let c = 0, k = at + i; c < channels; c++, k += pixels) sum += Math.exp(x[k]! - top)
    out[i] = top + Math.log(sum)
  }
}

/** Softmax over channels in place, for one sample of planes [channels, pixels] from `at` on. */
export function softmaxPlanes(x: Float64Array, at: number, channels: number, pixels: number): void {
  for (let i = 0; i < pixels; i++) {
    let top = x[at + i]!
    for (let c = 1, k = at + pixels + i; c < channels; c++, k += pixels) if (x[k]! > top) top = x[k]!
    let sum = 0
    for (let c = 0, k = at + i; c < channels; c++, k += pixels) sum += x[k] = Math.exp(x[k]! - top)
    for (let c = 0, k = at + i; c < channels; c++, k += pixels) x[k]! /= sum
  }
}

function like(input: Tensor): Tensor {
  const size = input.shape.reduce((product, axis) => product * axis, 1)
  const data = input.data instanceof Float32Array ? new Float32Array(size) : new Float64Array(size)
  return { data, shape: input.shape }
}

function checkOutput(input: Tensor, output: Tensor): void {
  checkNumbers(input, 'input')
  checkNumbers(output, 'output', true)
  if (output.shape.length !== input.shape.length || output.shape.some((axis, i) => axis !== input.shape[i]))
    throw new RangeError(
      `expected an output of shape [${input.shape.join(', ')}], got [${output.shape.join(', ')}]`,
    )
}

/** `N` for the axis before the normalised one would do as well: only `C` matters here. */
const axisLayout = (rank: number, axis: number): string => {
  const at = axis < 0 ? axis + rank : axis
  if (!(Number.isInteger(at) && at >= 0 && at < rank))
    throw new RangeError(`expected an axis of ${rank}, got ${axis}`)
  return `${'XYZUVWABD'.slice(0, at)}C${'XYZUVWABD'.slice(at, rank - 1)}`
}

function overAxis(input: Tensor, axis: number, output: Tensor, logarithm: boolean): Tensor {
  checkOutput(input, output)
  const layout = axisLayout(input.shape.length, axis)
  const from = new View()
  const to = new View()
  from.load(input, layout, 'input')
  to.load(output, layout, 'output')
  const { channels, pixels } = from
  const x = new Float64Array(channels * pixels)
  for (let c = 0; c < channels; c++) from.readPlane(0, c, x, c * pixels)
  if (logarithm) {
    const sum = new Float64Array(pixels)
    logSumExp(x, 0, channels, pixels, sum)
    for (let k = 0; k < x.length; k++) x[k]! -= sum[k % pixels]!
  } else softmaxPlanes(x, 0, channels, pixels)
  for (let c = 0; c < channels; c++) to.writePlane(0, c, x, c * pixels, 1, false)
  return output
}

/**
 * e^x / Σ e^x along `axis`, stable for any logits.
 * @param axis of the classes; counted from the end where it is below 0
 * @param output same shape, any strides; made if absent. May be the input itself.
 * @throws RangeError for an axis that there is not, and for an output of another shape; TypeError for what holds no numbers
 * @example
 * ```ts
 * import { softmax, tensor } from 'dice-monitor'
 *
 * const { data } = softmax(tensor(new Float32Array([0, 0, 1, -1]), [1, 2, 1, 2]))
 * console.log(Array.from(data, p => p.toFixed(3))) // [ '0.269', '0.731', '0.731', '0.269' ]
 * ```
 */
export const softmax = (input: Tensor, axis = 1, output: Tensor = like(input)): Tensor =>
  overAxis(input, axis, output, false)

/**
 * x - log Σ e^x along `axis`, stable for any logits.
 * @param axis of the classes; counted from the end where it is below 0
 * @param output same shape, any strides; made if absent. May be the input itself.
 * @throws RangeError for an axis that there is not, and for an output of another shape; TypeError for what holds no numbers
 */
export const logSoftmax = (input: Tensor, axis = 1, output: Tensor = like(input)): Tensor =>
  overAxis(input, axis, output, true)

/**
 * 1 / (1 + e^-x) of every element.
 * @param output same shape, any strides; made if absent. May be the input itself.
 * @throws RangeError for an output of another shape; TypeError for what holds no numbers
 */
export function sigmoid(input: Tensor, output: Tensor = like(input)): Tensor {
  checkOutput(input, output)
  const from = new View()
  const to = new View()
  const layout = layoutOf(input.shape, 'XYZUVWABD'.slice(0, input.shape.length))
  from.load(input, layout, 'input')
  to.load(output, layout, 'output')
  const x = new Float64Array(from.pixels)
  from.readPlane(0, 0, x, 0)
  for (let i = 0; i < x.length; i++) x[i] = logistic(x[i]!)
  to.writePlane(0, 0, x, 0, 1, false)
  return output
}
