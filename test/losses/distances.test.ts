import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clDiceLoss, conventions, hausdorffLoss, tensor, wassersteinLoss } from '../../src/losses/index.ts'
import { expectClose, gradientOf } from './gradients.ts'

interface Case {
  loss: 'wasserstein' | 'hausdorff'
  weighting: 'foreground' | 'volume'
  exponent: number
  background: boolean
  batch: boolean
  logarithm: boolean
  reduction: 'mean' | 'sum' | 'none'
  value: number[]
  gradient: number[]
}

/** What MONAI 1.6.1 answers, computed with it in float64, but for its distances, which are float32 there. */
const known = JSON.parse(readFileSync(join(import.meta.dirname, 'distances.json'), 'utf8')) as {
  cases: Case[]
  volumeValue: number
} & Record<
  'logits' | 'labels' | 'probabilities' | 'binary' | 'volume' | 'volumeLabels' | 'volumeGradient',
  number[]
> & { distances: number[][] }
const { monai } = conventions
const title = ({ value, gradient, ...options }: Case) => JSON.stringify(options)

describe("answers are MONAI's", () => {
  it.each(known.cases.filter(({ loss }) => loss === 'wasserstein').map(one => [title(one), one] as const))(
    '%s',
    (_, { weighting, reduction, value, gradient }) => {
      const { distances } = known
      const loss = wassersteinLoss({ ...monai.wasserstein, distances, weighting, reduction })
      const logits = tensor(known.logits, [2, 3, 3, 4])
      const found = gradientOf(loss, logits, tensor(known.labels, [2, 3, 4]))
      expectClose(reduction === 'none' ? loss.values : [found.value], value, 2e-7)
      expectClose(found.gradient, gradient, 2e-7)
    },
  )

  it.each(known.cases.filter(({ loss }) => loss === 'hausdorff').map(one => [title(one), one] as const))(
    '%s',
    (_, { exponent, background, batch, logarithm, reduction, value, gradient }) => {
      const loss = hausdorffLoss({
        ...monai.hausdorff,
        ...{ exponent, logarithm, reduction, sumOver: batch ? 'batch' : 'pixels' },
        ...(background ? {} : { classes: [1] }),
      })
      const found = gradientOf(
        loss,
        tensor(known.probabilities, [2, 2, 4, 5]),
        tensor(known.binary, [2, 4, 5]),
      )
      expectClose(reduction === 'none' ? loss.values : [found.value], value, 1e-6)
      expectClose(found.gradient, gradient, 1e-6)
    },
  )

  it('of a volume too', () => {
    const shape = [1, 1, 3, 4, 3]
    const found = gradientOf(hausdorffLoss(), tensor(known.volume, shape), tensor(known.volumeLabels, shape))
    expectClose([found.value], [known.volumeValue], 1e-6)
    expectClose(found.gradient, known.volumeGradient, 1e-6)
  })
})

const distances = [
  [0, 1, 2],
  [1, 0, 4],
  [2, 4, 0],
]
// No probability is 1/2, where a mask changes and the loss leaps.
const logits = fc.array(
  fc.integer({ min: -8, max: 8 }).map(x => x / 4 + 0.0625),
  { minLength: 24, maxLength: 24 },
)
const labels = fc.array(fc.constantFrom(0, 1, 2, 255), { minLength: 8, maxLength: 8 })

describe('gradients', () => {
  it('are the slopes of the value, none where nothing counts, in any activation and reduction', () => {
    const losses = fc.constantFrom(
      ...(['mean', 'sum', 'none'] as const).flatMap(reduction =>
        (['softmax', 'sigmoid'] as const).flatMap(activation => {
          const options = { activation, reduction, ignoreLabel: 255 }
          const smoothed = { numeratorSmoothing: 0.5, denominatorSmoothing: 1 }
          return [
            wassersteinLoss({ ...options, distances }),
            wassersteinLoss({ ...options, ...smoothed, distances, weighting: 'volume' }),
            hausdorffLoss(options),
            hausdorffLoss({ ...options, classes: [2, 0], exponent: 1.5, sumOver: 'batch' }),
            ...(reduction === 'none' ? [] : [hausdorffLoss({ ...options, logarithm: true })]),
          ]
        }),
      ),
    )
    fc.assert(
      fc.property(losses, logits, labels, (loss, x, t) => {
        const shape = [2, 3, 2, 2]
        const target = tensor(t, [2, 2, 2])
        const { value, gradient } = gradientOf(loss, tensor(x, shape), target, 2)
        if (Number.isNaN(value)) {
          expect(gradient.every(slope => slope === 0)).toBe(true)
          return
        }
        x.forEach((at, k) => {
          const step = 1e-5
          const moved = (by: number) => loss.evaluate(tensor(x.with(k, at + by), shape), target) * 2
          const slope = (moved(step) - moved(-step)) / (2 * step)
          const pixel = Math.floor(k / 12) * 4 + (k % 4)
          if (t[pixel] === 255) expect(gradient[k]).toBe(0)
          else expect(gradient[k]).toBeCloseTo(slope, 4)
        })
      }),
      { numRuns: 200 },
    )
  })

  it('of labels and their one-hot map are the same', () => {
    fc.assert(
      fc.property(logits, labels, (x, t) => {
        const map = Float64Array.from({ length: 24 }, (_, k) =>
          Number(t[Math.floor(k / 12) * 4 + (k % 4)] === Math.floor((k % 12) / 4)),
        )
        t.forEach((label, pixel) => {
          if (label === 255)
            for (let c = 0; c < 3; c++) map[Math.floor(pixel / 4) * 12 + c * 4 + (pixel % 4)] = 255
        })
        const options = { activation: 'softmax', ignoreLabel: 255 } as const
        for (const make of [
          () => wassersteinLoss({ ...options, distances, weighting: 'volume' }),
          () => hausdorffLoss(options),
        ]) {
          const shape = [2, 3, 2, 2]
          const ofLabels = gradientOf(make(), tensor(x, shape), tensor(t, [2, 2, 2]))
          expect(gradientOf(make(), tensor(x, shape), tensor(map, shape))).toEqual(ofLabels)
        }
      }),
    )
  })
})

it('a prediction that is no number at a pixel that counts makes the value none, whatever the other samples are', () => {
  const shape = [2, 2, 1, 3]
  const x = [Number.NaN, 0.4, 0.8, 0.1, 0.6, 0.2, 0.3, 0.9, 0.4, 0.7, 0.1, 0.6]
  const losses = [
    wassersteinLoss({
      distances: [
        [0, 1],
        [1, 0],
      ],
      ignoreLabel: 255,
    }),
    hausdorffLoss({ ignoreLabel: 255 }),
    hausdorffLoss({ ignoreLabel: 255, sumOver: 'batch', reduction: 'sum' }),
    clDiceLoss({ ignoreLabel: 255 }),
    clDiceLoss({ ignoreLabel: 255, reduction: 'sum', ...monai.clDice }),
  ]
  for (const loss of losses) {
    const target = (first: number) => tensor([first, 1, 0, 1, 0, 1], [2, 1, 3])
    expect(loss.evaluate(tensor(x, shape), target(1))).toBeNaN()
    expect(loss.evaluate(tensor(x, shape), target(255))).not.toBeNaN()
  }
})

describe('the Wasserstein loss', () => {
  const options = { distances, activation: 'none' } as const
  const certain = (...ids: number[]) =>
    tensor(
      Float64Array.from({ length: 3 * ids.length }, (_, k) =>
        Number(ids[k % ids.length] === Math.floor(k / ids.length)),
      ),
      [1, 3, 1, ids.length],
    )
  const labelled = (...ids: number[]) => tensor(ids, [1, 1, ids.length])

  it('costs what classes lie apart, as a share of the largest distance', () => {
    const loss = wassersteinLoss(options)
    // W is 0 and 1/4: 1 - 2 (1 + 3/4) / (2 (1 + 3/4) + 1/4), then W of 0 and 1.
    expect(loss.evaluate(certain(1, 0), labelled(1, 1))).toBeCloseTo(1 - 3.5 / 3.75, 15)
    expect(loss.evaluate(certain(1, 2), labelled(1, 1))).toBeCloseTo(1 - 2 / 3, 15)
    expect(loss.evaluate(certain(1, 1), labelled(1, 1))).toBe(0)
  })

  it('of background alone, and of nothing, is undefined, by option 0', () => {
    const nothing = labelled(255, 255)
    for (const target of [labelled(0, 0), nothing]) {
      const loss = wassersteinLoss({ ...options, ignoreLabel: 255 })
      const found = gradientOf(loss, certain(0, 0), target)
      expect(found).toEqual({ value: Number.NaN, gradient: [0, 0, 0, 0, 0, 0] })
      expect(loss.defined).toBe(0)
    }
    const zero = wassersteinLoss({ ...options, ignoreLabel: 255, empty: 'zero' })
    expect(zero.evaluate(certain(0, 0), nothing)).toBe(0)
  })

  it('leaves a sample without a value out of the mean', () => {
    const loss = wassersteinLoss(options)
    const two = tensor([...certain(0, 0).data, ...certain(1, 2).data], [2, 3, 1, 2])
    expect(loss.evaluate(two, tensor([0, 0, 1, 1], [2, 1, 2]))).toBeCloseTo(1 / 3, 15)
    expect(loss.defined).toBe(1)
  })

  it.each<[string, object]>([
    ['distances: expected a row of numbers for each class', {}],
    ['distances: expected a row of numbers for each class', { distances: [[0, 1]] }],
    [
      'distances: expected a number of at least 0, got -1',
      {
        distances: [
          [0, -1],
          [1, 0],
        ],
      },
    ],
    [
      'distances: expected one above 0, got all 0',
      {
        distances: [
          [0, 0],
          [0, 0],
        ],
      },
    ],
    ['weighting: expected foreground, volume', { distances, weighting: 'GDL' }],
    ['reduction: expected mean, sum, none', { distances, reduction: 'max' }],
    ['numeratorSmoothing: expected a number of at least 0', { distances, numeratorSmoothing: -1 }],
    ['denominatorSmoothing: expected a number of at least 0', { distances, denominatorSmoothing: -1 }],
    ['"weights" is no option', { distances, weights: [1] }],
  ])('refuses what cannot be meant: %s', (message, wrong) => {
    expect(() => wassersteinLoss(wrong as { distances: number[][] })).toThrow(message)
  })

  it('wants a distance for each channel', () => {
    const two = tensor([0.5, 0.5], [1, 2, 1, 1])
    expect(() => wassersteinLoss(options).evaluate(two, tensor([1], [1, 1, 1]))).toThrow(
      'distances: 3 classes, the prediction has 2 channels',
    )
  })
})

describe('the Hausdorff loss', () => {
  const line = (...values: number[]) => tensor(values, [1, 1, 1, values.length])

  it('weighs an error by its distance from both boundaries', () => {
    // Only the last pixel is wrong: 3 from the label's boundary, 1 from the prediction's.
    const loss = hausdorffLoss()
    expect(loss.evaluate(line(1, 0, 0, 1), line(1, 0, 0, 0))).toBe((1 * (1 + 9)) / 4)
    expect(hausdorffLoss({ exponent: 1 }).evaluate(line(1, 0, 0, 1), line(1, 0, 0, 0))).toBe(1)
  })

  it('has no distance where there is no boundary, and takes 1/2 for outside', () => {
    expect(hausdorffLoss().evaluate(line(0.2, 0.5), line(0, 0))).toBe(0)
    expect(hausdorffLoss().evaluate(line(1, 0.5), line(1, 1))).toBe(0.25 / 2)
  })

  it('of nothing is undefined, by option 0, and left out of a mean of others', () => {
    const options = { ignoreLabel: 255 }
    const found = gradientOf(hausdorffLoss(options), line(1, 0), line(255, 255))
    expect(found).toEqual({ value: Number.NaN, gradient: [0, 0] })
    expect(hausdorffLoss({ ...options, empty: 'zero' }).evaluate(line(1, 0), line(255, 255))).toBe(0)
    expect(hausdorffLoss({ ...options, logarithm: true }).evaluate(line(1, 0), line(255, 255))).toBeNaN()
    const two = tensor([1, 0, 1, 1], [2, 1, 1, 2])
    const loss = hausdorffLoss(options)
    expect(loss.evaluate(two, tensor([255, 255, 1, 0], [2, 1, 1, 2]))).toBe(0.5)
    expect(loss.defined).toBe(1)
  })

  it.each<[string, object]>([
    ['exponent: expected a number of at least 0', { exponent: -1 }],
    ['classes: expected different channels, got ', { classes: [] }],
    ['classes: expected different channels, got 1,1', { classes: [1, 1] }],
    ['classes: expected different channels, got -1', { classes: [-1] }],
    ['logarithm: expected true or false', { logarithm: 1 }],
    ['logarithm has no effect', { logarithm: true, reduction: 'none' }],
    ['sumOver: expected pixels, batch', { sumOver: 'all' }],
    ['reduction: expected mean, sum, none', { reduction: 'samples' }],
    ['"alpha" is no option', { alpha: 2 }],
  ])('refuses what cannot be meant: %s', (message, wrong) => {
    expect(() => hausdorffLoss(wrong)).toThrow(message)
  })

  it('wants channels that there are', () => {
    expect(() => hausdorffLoss({ classes: [1] }).evaluate(line(1), line(1))).toThrow(
      'classes: 1 is none of the 1 channels',
    )
  })
})
