import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conventions, type Loss, lovaszLoss, overlapLoss, pixelLoss, tensor } from '../../src/losses/index.ts'
import { dice, iou } from '../../src/metrics/scores.ts'
import { type Batch, batches, labels, prediction, probabilities, shapeOf } from './inputs.ts'

const several = batches(fc.integer({ min: 2, max: 4 }))
const single = batches(fc.constant(1))
const { paper } = conventions

/** Equal values and gradients of two losses of the same input. */
function same(a: Loss, b: Loss, of = prediction, factor = 1): void {
  fc.assert(
    fc.property(several, batch => {
      const first = tensor(new Float64Array(batch.logits.length), shapeOf(batch))
      const second = tensor(new Float64Array(batch.logits.length), shapeOf(batch))
      const value = a.evaluate(of(batch), labels(batch), first)
      expect(b.evaluate(of(batch), labels(batch), second, factor)).toBeCloseTo(value, 12)
      for (let i = 0; i < first.data.length; i++) expect(second.data[i]).toBeCloseTo(first.data[i]!, 12)
    }),
    { numRuns: 30 },
  )
}

/** A one-hot map of a random arg max. */
const hard = (b: Batch) => {
  const pixels = b.height * b.width
  const map = new Float64Array(b.logits.length)
  const chosen = new Int32Array(b.labels.length)
  for (let n = 0; n < b.samples; n++)
    for (let i = 0; i < pixels; i++) {
      let best = 0
      const at = (c: number) => (n * b.channels + c) * pixels + i
      for (let c = 1; c < b.channels; c++) if (b.logits[at(c)]! > b.logits[at(best)]!) best = c
      map[at(best)] = 1
      chosen[n * pixels + i] = best
    }
  return { map: tensor(map, shapeOf(b)), chosen }
}

describe('identities of the papers', () => {
  it('Tversky at 1/2, 1/2 is Dice; at 1, 1 it is Jaccard', () => {
    same(
      overlapLoss({ ...paper.tversky, alpha: 0.5, beta: 0.5, activation: 'softmax', undefined: 'zero' }),
      overlapLoss({ ...paper.dice, activation: 'softmax', undefined: 'zero' }),
    )
    fc.assert(
      fc.property(several, b => {
        const options = { activation: 'softmax', reduction: 'none' } as const
        const d = overlapLoss(options)
        const j = overlapLoss({ ...options, alpha: 1, beta: 1 })
        d.evaluate(prediction(b), labels(b))
        j.evaluate(prediction(b), labels(b))
        // J = D / (2 - D)
        for (let i = 0; i < d.values.length; i++)
          expect(1 - j.values[i]!).toBeCloseTo((1 - d.values[i]!) / (1 + d.values[i]!), 12)
      }),
    )
  })

  it('focal loss at gamma 0 is cross entropy, binary and categorical', () => {
    same(pixelLoss({ activation: 'sigmoid', gamma: 0 }), pixelLoss({ activation: 'sigmoid' }))
    same(pixelLoss({ activation: 'softmax', gamma: 0 }), pixelLoss({ activation: 'softmax' }))
    // At alpha 1/2 it is half of it.
    same(
      pixelLoss({ activation: 'sigmoid', alpha: 0.5 }),
      pixelLoss({ activation: 'sigmoid' }),
      prediction,
      0.5,
    )
  })

  it('focal Tversky at gamma 1 is Tversky summed over classes', () => {
    same(
      overlapLoss({ ...paper.focalTversky, transform: { power: 1 }, activation: 'softmax' }),
      overlapLoss({ ...paper.tversky, reduction: 'samples', activation: 'softmax' }),
    )
  })

  it("V-Net's squares change nothing for hard predictions", () => {
    fc.assert(
      fc.property(several, b => {
        const { map } = hard(b)
        expect(overlapLoss({ ...paper.vnet }).evaluate(map, labels(b))).toEqual(
          overlapLoss({ ...paper.dice }).evaluate(map, labels(b)),
        )
      }),
    )
  })

  it('cross entropy of two classes is binary cross entropy of the difference of their logits', () => {
    fc.assert(
      fc.property(batches(fc.constant(2)), b => {
        const pixels = b.height * b.width
        const difference = new Float64Array(b.labels.length).map((_, k) => {
          const at = Math.floor(k / pixels) * 2 * pixels + (k % pixels)
          return b.logits[at + pixels]! - b.logits[at]!
        })
        const binary = pixelLoss({ activation: 'sigmoid' }).evaluate(
          tensor(difference, [b.samples, 1, b.height, b.width]),
          labels(b),
        )
        expect(pixelLoss({ activation: 'softmax' }).evaluate(prediction(b), labels(b))).toBeCloseTo(
          binary,
          12,
        )
      }),
    )
  })

  it('the Lovász extension of a hard prediction is its Jaccard loss', () => {
    fc.assert(
      fc.property(several, b => {
        const { map } = hard(b)
        const jaccard = overlapLoss({ alpha: 1, beta: 1, sumOver: 'batch', absent: 'exclude' })
        expect(lovaszLoss().evaluate(map, labels(b))).toBeCloseTo(jaccard.evaluate(map, labels(b)), 12)
      }),
    )
  })
})

describe('loss = 1 - score', () => {
  it('of a hard prediction, with the scores that the node publishes', () => {
    fc.assert(
      fc.property(several, b => {
        const { map, chosen } = hard(b)
        const loss = overlapLoss({ sumOver: 'batch', reduction: 'none' })
        const jaccard = overlapLoss({ sumOver: 'batch', reduction: 'none', alpha: 1, beta: 1 })
        loss.evaluate(map, labels(b))
        jaccard.evaluate(map, labels(b))
        for (let c = 0; c < b.channels; c++) {
          const inLabel = b.labels.filter(label => label === c).length
          const inPrediction = chosen.filter(label => label === c).length
          const both = b.labels.filter((label, i) => label === c && chosen[i] === c).length
          if (inLabel + inPrediction === 0) {
            expect([loss.values[c], jaccard.values[c]]).toEqual([Number.NaN, Number.NaN])
            continue
          }
          expect(1 - loss.values[c]!).toBeCloseTo(dice(both, inLabel, inPrediction), 14)
          expect(1 - jaccard.values[c]!).toBeCloseTo(iou(both, inLabel, inPrediction), 14)
        }
      }),
    )
  })

  it('Matthews of a hard prediction is the correlation of prediction and target', () => {
    fc.assert(
      fc.property(single, b => {
        const p = b.logits.map(x => (x > 0 ? 1 : 0))
        const value = overlapLoss({ index: 'matthews', sumOver: 'all' }).evaluate(
          tensor(p, shapeOf(b)),
          labels(b),
        )
        const mean = (v: ArrayLike<number>) => Array.from(v).reduce((sum, x) => sum + x, 0) / v.length
        const [mp, mt] = [mean(p), mean(b.labels)]
        const covariance = mean(p.map((x, i) => (x - mp) * (b.labels[i]! - mt)))
        const correlation = covariance / Math.sqrt(mp * (1 - mp) * mt * (1 - mt))
        if (Number.isNaN(correlation)) expect(value).toBeNaN()
        else expect(1 - value).toBeCloseTo(correlation, 10)
      }),
    )
  })

  it('is 0 for a perfect prediction of classes that are there', () => {
    fc.assert(
      fc.property(several, b => {
        const { map, chosen } = hard(b)
        for (const loss of [
          overlapLoss({ undefined: 'exclude' }),
          overlapLoss({ undefined: 'exclude', alpha: 1, beta: 1 }),
        ])
          expect(loss.evaluate(map, tensor(chosen, [b.samples, b.height, b.width]))).toBe(0)
      }),
    )
  })
})

it('probabilities, or the logits they come from: the same value', () => {
  fc.assert(
    fc.property(several, b => {
      const options = { sumOver: 'batch' } as const
      expect(
        overlapLoss({ ...options, activation: 'sigmoid' }).evaluate(prediction(b), labels(b)),
      ).toBeCloseTo(overlapLoss(options).evaluate(probabilities(b), labels(b)), 12)
      expect(pixelLoss({ activation: 'sigmoid' }).evaluate(prediction(b), labels(b))).toBeCloseTo(
        pixelLoss({ form: 'binary' }).evaluate(probabilities(b), labels(b)),
        10,
      )
    }),
  )
})
