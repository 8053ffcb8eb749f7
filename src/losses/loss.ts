import type { Tensor } from './tensor.ts'

/**
 * A loss with its options and its buffers. The buffers grow when a larger input comes, and are kept.
 */
export interface Loss {
  /**
   * @param prediction probabilities in 0..1 or logits, in the layout of the options. NaN at a pixel that counts makes
   *   the value NaN
   * @param target labels (the prediction's layout without `C`, or with `C` of size 1), or a map of the prediction's
   *   shape: one-hot, or soft in 0..1. With one channel 0, 1, or a share in 0..1 of the foreground
   * @param gradient takes d(value)/d(prediction); floating-point, the prediction's shape, any strides. With
   *   `reduction: 'none'` it is the gradient of the sum of `values`. It is 0 where nothing counts, where a part of
   *   the value is undefined, and where a slope is infinite
   * @param scale factor on value and gradient
   * @param accumulate add to what `gradient` holds
   * @returns the value; NaN where it is undefined. With `reduction: 'none'` the sum of `values`
   * @throws TypeError for what is no tensor of numbers; RangeError for shapes and strides that do not fit, for values
   *   that are no probabilities, and for labels that are no class
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
