import { expect } from 'vitest'
import { type Loss, type Tensor, tensor } from '../../src/losses/index.ts'

/** A loss and its gradient, of which nothing stays that was there before. */
export function gradientOf(loss: Loss, prediction: Tensor, target: Tensor, scale = 1) {
  const gradient = tensor(new Float64Array(prediction.data.length).fill(7), prediction.shape)
  const value = loss.evaluate(prediction, target, gradient, scale)
  return { value, gradient: Array.from(gradient.data) }
}

export function expectClose(found: ArrayLike<number>, expected: number[], tolerance: number): void {
  expect(found.length).toBe(expected.length)
  expected.forEach((value, i) => {
    expect(Math.abs(found[i]! - value)).toBeLessThan(tolerance * (1 + Math.abs(value)))
  })
}
