import { EvaluatedLoss, type Loss } from './loss.ts'
import type { Tensor } from './tensor.ts'

/** A loss and its factor. */
export interface WeightedLoss {
  readonly loss: Loss
  /** Default 1. */
  readonly weight?: number
}

class WeightedSum extends EvaluatedLoss {
  private readonly parts: readonly WeightedLoss[]

  constructor(parts: readonly WeightedLoss[]) {
    super()
    this.parts = parts
    this.values = new Float64Array(parts.length)
  }

  protected run(
    prediction: Tensor,
    target: Tensor,
    gradient: Tensor | undefined,
    scale: number,
    accumulate: boolean,
  ): void {
    let total = 0
    this.defined = 0
    for (let i = 0; i < this.parts.length; i++) {
      const { loss, weight = 1 } = this.parts[i]!
      const add = accumulate || i > 0
      const value = loss.evaluate(prediction, target, gradient, scale * weight, add)
      this.values[i] = value / scale
      if (!Number.isNaN(value)) this.defined++
      total += value
    }
    this.result[0] = total
  }
}

/**
 * A weighted sum of losses of the same prediction and target, such as Dice and cross entropy. `values` hold the
 * weighted value of each.
 */
export const weightedSum = (...parts: readonly WeightedLoss[]): Loss => {
  if (parts.length === 0) throw new RangeError('expected one loss or more, got none')
  return new WeightedSum(parts)
}
