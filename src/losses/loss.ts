import type { Tensor } from './tensor.ts'

/** What turns a prediction's channels into probabilities; `none` when they are probabilities already. */
export type Activation = 'none' | 'sigmoid' | 'softmax'

/**
 * A loss with its options and its buffers. The buffers grow when a larger input comes, and are kept: with a
 * gradient tensor given, evaluating inputs of a size seen before allocates nothing.
 */
export interface Loss {
  /**
   * @param prediction probabilities or logits, in the layout of the options
   * @param target labels (the prediction's layout without `C`, or with `C` of size 1), or a map of the
   *   prediction's shape: one-hot, or soft in 0..1
   * @param gradient takes d(value)/d(prediction); the prediction's shape, any strides. With
   *   `reduction: 'none'` it is the gradient of the sum of `values`
   * @param scale factor on value and gradient
   * @param accumulate add to what `gradient` holds
   * @returns the value; NaN where it is undefined. With `reduction: 'none'` the sum of `values`
   * @throws RangeError for shapes that do not fit and for labels that are no class
   */
  evaluate(
    prediction: Tensor,
    target: Tensor,
    gradient?: Tensor | undefined,
    scale?: number,
    accumulate?: boolean,
  ): number
  /** The parts the value was reduced from, as each loss describes. Not scaled. */
  readonly values: Float64Array
  /** How many of the parts were defined, and so not 0/0. */
  readonly defined: number
}

/** What `evaluate` does is left to `run`, which leaves the scaled value in `result`. */
export abstract class EvaluatedLoss implements Loss {
  values = new Float64Array(0)
  defined = 0
  /** A number returned by a function that is not inlined is boxed; one kept here is not. */
  protected readonly result = new Float64Array(1)

  evaluate(prediction: Tensor, target: Tensor, gradient?: Tensor, scale = 1, accumulate = false): number {
    this.run(prediction, target, gradient, scale, accumulate)
    return this.result[0]!
  }

  protected abstract run(
    prediction: Tensor,
    target: Tensor,
    gradient: Tensor | undefined,
    scale: number,
    accumulate: boolean,
  ): void
}

/** Options of every loss. */
export interface CommonOptions {
  /** Axes of the prediction, `N`, `C` and any letters for space; by rank `NCHW`, `HW`, `W`, `NCDHW`. */
  layout?: string
  /** Default `none`. */
  activation?: Activation
  /** Pixels with this target value count nowhere. */
  ignoreLabel?: number | undefined
  /** A label that is no class: `error` (default) throws, `none` lets the pixel belong to no class. */
  unknownLabel?: 'error' | 'none'
}

export const activations: readonly Activation[] = ['none', 'sigmoid', 'softmax']

/** @throws RangeError unless `value` is one of `allowed`. */
export function oneOf<T>(name: string, value: T, allowed: readonly T[]): T {
  if (!allowed.includes(value))
    throw new RangeError(`${name}: expected ${allowed.map(String).join(', ')}, got ${String(value)}`)
  return value
}

/** @throws RangeError unless `value` is a number of at least `low`, at most `high`. */
export function within(name: string, value: number, low: number, high = Infinity): number {
  if (!(value >= low && value <= high))
    throw new RangeError(`${name}: expected a number in ${low}..${high}, got ${value}`)
  return value
}

/** @throws RangeError unless there is a weight of 0 or more for each class. */
export function checkWeights(name: string, weights: readonly number[], classes: number): void {
  if (weights.length !== classes)
    throw new RangeError(`${name}: expected ${classes} weights, one a class, got ${weights.length}`)
  for (const weight of weights) within(name, weight, 0)
}
