import { type Loss, type Tensor, tensor } from '../../src/losses/index.ts'
import type { Answer, Case, Mapping, Parameter, Parameters } from '../case.ts'

/** Says that a mapping does not cover what a case asks for. */
export class Unsupported extends Error {}

/** Says that a library's answer is a mistake that is not imitated. */
export class NotReproduced extends Error {}

/** What an argument holds, by its default: a flag, a number, or whatever the library takes. */
type Read<T> = { [K in keyof T]: T[K] extends boolean ? boolean : T[K] extends number ? number : Parameter }

/** The arguments, with the library's defaults; one the mapping does not know is unsupported. */
export function read<T extends Record<string, Parameter>>(parameters: Parameters, defaults: T): Read<T> {
  for (const name of Object.keys(parameters))
    if (!(name in defaults)) throw new Unsupported(`argument ${name}`)
  return { ...defaults, ...parameters } as Read<T>
}

export const mapping =
  (answer: Mapping): Mapping =>
  (c, parameters) => {
    try {
      return answer(c, parameters)
    } catch (error) {
      if (error instanceof Unsupported) return { unsupported: error.message }
      if (error instanceof NotReproduced) return { notReproduced: error.message }
      throw error
    }
  }

/** `ramp`, a number for all, or one for each class. */
export function weightsOf(weights: Parameter, classes: number): number[] | undefined {
  if (weights === null || weights === undefined) return undefined
  if (weights === 'ramp') return Array.from({ length: classes }, (_, c) => (c + 1) / 2)
  if (typeof weights === 'number') return new Array<number>(classes).fill(weights)
  if (Array.isArray(weights)) return weights.map(Number)
  throw new Unsupported(`weights ${String(weights)}`)
}

export const optional = (value: Parameter): number | undefined =>
  value === null || value === undefined ? undefined : Number(value)

export function choice<T extends string>(name: string, value: Parameter, allowed: readonly T[]): T {
  const found = allowed.find(one => one === value)
  if (found === undefined) throw new RangeError(`${name}: ${String(value)}`)
  return found
}

export const channelsOf = (c: Case): number => c.shape[1]!
export const predictionOf = (c: Case): Tensor => tensor(c.prediction, c.shape)
export const targetOf = (c: Case): Tensor => tensor(c.target, c.targetShape)

/** What `oneHot` writes on every channel of an ignored pixel. */
export const ignoredMark = -1

/** One-hot map of the labels in the prediction's shape. */
export function oneHot(c: Case, ignored?: number): Tensor {
  const [samples, channels, height, width] = c.shape as [number, number, number, number]
  const pixels = height * width
  const data = new Float64Array(samples * channels * pixels)
  for (let n = 0; n < samples; n++)
    for (let i = 0; i < pixels; i++) {
      const label = c.target[n * pixels + i]!
      for (let k = 0; k < channels; k++)
        data[(n * channels + k) * pixels + i] = label === ignored ? ignoredMark : label === k ? 1 : 0
    }
  return tensor(data, c.shape)
}

/** One sample, a view of the same numbers. */
export function sampleOf(of: Tensor, n: number): Tensor {
  const size = of.shape.slice(1).reduce((product, axis) => product * axis, 1)
  return { data: of.data, shape: [1, ...of.shape.slice(1)], offset: n * size }
}

/** Value and gradient of a loss of NCHW maps; the parts themselves where nothing is reduced. */
export function answer(
  c: Case,
  loss: Loss,
  { target = targetOf(c), none = false }: { target?: Tensor; none?: boolean } = {},
): Answer {
  const gradient = new Float64Array(c.prediction.length)
  const value = loss.evaluate(predictionOf(c), target, tensor(gradient, c.shape))
  return { value: none ? loss.values.slice() : value, gradient }
}
