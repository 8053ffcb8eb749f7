import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { conventions, overlapLoss, pixelLoss, tensor } from '../../src/losses/index.ts'
import { expectClose, gradientOf } from './gradients.ts'

interface Case {
  loss: 'dice' | 'diceMacro' | 'tversky' | 'focal'
  options: object
  value: number
  gradient: number[]
}

/** What kornia 0.8.3 answers in float64. */
const known = JSON.parse(readFileSync(join(import.meta.dirname, 'kornia.json'), 'utf8')) as {
  logits: number[]
  labels: number[]
  cases: Case[]
}
const logits = tensor(known.logits, [2, 3, 2, 3])
const labels = tensor(known.labels, [2, 2, 3])

describe("answers are kornia's", () => {
  it.each(known.cases.map(one => [`${one.loss} ${JSON.stringify(one.options)}`, one] as const))(
    '%s',
    (_, one) => {
      const { kornia } = conventions
      const loss =
        one.loss === 'focal'
          ? pixelLoss({ ...kornia.focal, ...one.options })
          : overlapLoss({ ...kornia[one.loss], ...one.options })
      const found = gradientOf(loss, logits, labels)
      expectClose([found.value], [one.value], 1e-9)
      expectClose(found.gradient, one.gradient, 1e-9)
    },
  )
})

describe('the mean of the means of samples', () => {
  const two = tensor([1, 1, 0, 0, 0.5, 0.5, 0.5, 0.5], [2, 2, 1, 2])
  const options = { reduction: 'sampleMeans', absent: 'exclude' } as const

  it('weighs samples alike, however many classes they have', () => {
    const target = tensor([0, 0, 0, 1], [2, 1, 2])
    // One class without error, two that are 1/2 wrong: a mean of three would be 1/3.
    expect(overlapLoss(options).evaluate(two, target)).toBeCloseTo((0 + 0.5) / 2, 14)
    expect(overlapLoss({ absent: 'exclude' }).evaluate(two, target)).toBeCloseTo(1 / 3, 14)
  })

  it('leaves out a sample with nothing left, and is empty where that is all', () => {
    const loss = overlapLoss({ ...options, ignoreLabel: 255 })
    expect(loss.evaluate(two, tensor([255, 255, 0, 1], [2, 1, 2]))).toBeCloseTo(0.5, 14)
    const nothing = tensor([255, 255, 255, 255], [2, 1, 2])
    expect(gradientOf(loss, two, nothing)).toEqual({ value: Number.NaN, gradient: new Array(8).fill(0) })
    expect(overlapLoss({ ...options, ignoreLabel: 255, empty: 'zero' }).evaluate(two, nothing)).toBe(0)
  })

  it('by weights divides by those of the classes of the sample', () => {
    const target = tensor([0, 0, 0, 1], [2, 1, 2])
    const wrong = tensor([1, 1, 0, 0, 0.5, 1, 0.5, 0], [2, 2, 1, 2])
    const weighted = overlapLoss({ ...options, classWeights: [3, 1], divisor: 'weights' })
    // The second sample: 1 - 2·0.5/2.5 of class 0, 1 of class 1.
    expect(weighted.evaluate(wrong, target)).toBeCloseTo((0 + (3 * 0.6 + 1) / 4) / 2, 14)
  })

  it('needs samples by themselves', () => {
    expect(() => overlapLoss({ reduction: 'sampleMeans', sumOver: 'batch' })).toThrow(
      /has no effect: samples/,
    )
    expect(() => overlapLoss({ reduction: 'sampleMeans', sumOver: 'classes' })).toThrow(
      /has no effect: samples/,
    )
  })
})
