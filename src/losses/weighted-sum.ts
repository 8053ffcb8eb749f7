import type { Loss } from './loss.ts'
import { within } from './options.ts'
import type { Tensor } from './tensor.ts'

/** A loss and its factor. */
export interface WeightedLoss {
  /** As {@link overlapLoss} and its kin make it. */
  readonly loss: Loss
  /** 0 or more; default 1. A loss of weight 0 is 0, also where it is undefined. */
  readonly weight?: number | undefined
}

class WeightedSum implements Loss {
  readonly values: Float64Array<ArrayBuffer>
  defined = 0
  private readonly parts: readonly WeightedLoss[]

  constructor(parts: readonly WeightedLoss[]) {
    this.parts = parts
    this.values = new Float64Array(parts.length)
  }

  evaluate(prediction: Tensor, target: Tensor, gradient?: Tensor, scale = 1, accumulate = false): number {
    let total = 0
    this.defined = 0
    for (const [i, { loss, weight = 1 }] of this.parts.entries()) {
      const value = loss.evaluate(prediction, target, gradient, scale * weight, accumulate || i > 0)
      this.values[i] = weight === 0 ? 0 : value / scale
      if (!Number.isNaN(value)) this.defined++
      if (weight !== 0) total += value
    }
    return total
  }
}

/**
 * A weighted sum of losses of the same prediction and target, such as Dice and cross entropy. `values` hold the
 * weighted value of each. A part that is undefined makes the value NaN, and leaves the gradient of the others as it is.
 * @throws RangeError without a loss and for a weight below 0, TypeError for what is no loss
 * @example
 * ```ts
 * import { overlapLoss, pixelLoss, tensor, weightedSum } from 'dice-monitor'
 *
 * const loss = weightedSum({ loss: overlapLoss() }, { loss: pixelLoss(), weight: 0.5 })
 * const probabilities = tensor(new Float32Array([0.75, 0.5, 0.25, 0.5]), [1, 2, 1, 2])
 * loss.evaluate(probabilities, tensor(new Uint8Array([0, 1]), [1, 1, 2]))
 * console.log([...loss.values].map(value => value.toFixed(4))) // [ '0.3810', '0.2452' ]
 * ```
 */
export const weightedSum = (...parts: readonly WeightedLoss[]): Loss => {
  if (parts.length === 0) throw new RangeError('expected one loss or more, got none')
  for (const part of parts) {
    if (typeof part?.loss?.evaluate !== 'function')
      throw new TypeError('expected losses as { loss, weight }, got another value')
    if (part.weight !== undefined) within('weight', part.weight, 0)
  }
  return new WeightedSum(parts)
}
