import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accuracy,
  classCounts,
  cohenKappa,
  countLabels,
  frequencyWeightedIou,
  type GeneralisedDiceOptions,
  generalisedDiceScore,
  matthewsCorrelation,
  type ScoreOptions,
  score,
} from '../../src/metrics/index.ts'
import {
  counted,
  metricNames,
  plainAgreement,
  plainGeneralisedDice,
  plainScore,
  type Sample,
} from './plain.ts'

const IGNORED = 65_000

interface Input {
  classes: number
  ignored: number[]
  samples: Sample[]
  arrayType: number
}

const arrays = [
  (values: readonly number[]) => values,
  (values: readonly number[]) => Uint16Array.from(values),
  (values: readonly number[]) => Int32Array.from(values),
  (values: readonly number[]) => Uint32Array.from(values),
  (values: readonly number[]) => Float32Array.from(values),
  (values: readonly number[]) => Float64Array.from(values),
]

/** No pixel, one, all ignored, equal masks, few classes or so many that ids need more than a byte. */
const inputs: fc.Arbitrary<Input> = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 5 }) }, fc.constantFrom(256, 257, 300, 1000)),
    fc.integer({ min: 0, max: 12 }),
    fc.integer({ min: 1, max: 3 }),
    fc.constantFrom('any', 'any', 'any', 'equal', 'ignored', 'one class'),
    fc.boolean(),
  )
  .chain(([classes, pixels, count, kind, ignoresClass]) => {
    const id = fc.oneof(fc.integer({ min: 0, max: classes - 1 }), fc.constantFrom(0, classes - 1))
    const label = {
      any: fc.oneof({ weight: 5, arbitrary: id }, fc.constant(IGNORED)),
      equal: id,
      ignored: fc.constant(IGNORED),
      'one class': fc.constant(0),
    }[kind]
    const prediction = fc.oneof({ weight: 8, arbitrary: id }, fc.constant(classes))
    const list = (value: fc.Arbitrary<number>) => fc.array(value, { minLength: pixels, maxLength: pixels })
    const sample = fc
      .tuple(list(label), list(prediction))
      .map(([l, p]): Sample => ({ label: l, prediction: kind === 'equal' ? l : p }))
    return fc.record({
      classes: fc.constant(classes),
      ignored: fc.constant(ignoresClass && classes > 1 ? [IGNORED, classes - 1] : [IGNORED]),
      samples: fc.array(sample, { minLength: count, maxLength: count }),
      arrayType: fc.nat(arrays.length - 1),
    })
  })

const choices = {
  metric: fc.constantFrom(...metricNames),
  samples: fc.constantFrom('pooled' as const, 'mean' as const, 'all' as const),
  average: fc.constantFrom('macro' as const, 'micro' as const, 'weighted' as const),
  undefinedScore: fc.constantFrom('exclude' as const, 'one' as const, 'zero' as const, 0.25, -1),
  emptyLabel: fc.constantFrom('score' as const, 'exclude' as const),
  absentClass: fc.constantFrom('score' as const, 'exclude' as const),
  emptyMean: fc.constantFrom('undefined' as const, 'zero' as const),
  weightlessMean: fc.constantFrom('undefined' as const, 'zero' as const, 'macro' as const),
  beta: fc.constantFrom(0, 0.5, 1, 3),
  divisor: fc.constantFrom('weights' as const, 'weightsAndClasses' as const),
  weights: fc.infiniteStream(fc.constantFrom(0, 1, 2.5)),
  evaluated: fc.constantFrom('default', 'all' as const, 'some', 'last'),
  picks: fc.boolean(),
}

/** Random options that may stand together. */
const optionsFor = (classes: number) =>
  fc.record(choices, { requiredKeys: ['weights', 'evaluated', 'picks'] }).map(drawn => {
    const { weights, evaluated, picks, beta, average, divisor, ...rest } = drawn
    const ids =
      evaluated === 'default' || evaluated === 'all'
        ? undefined
        : evaluated === 'last' || classes === 1
          ? [classes - 1]
          : [classes - 1, 0]
    const options: ScoreOptions = {
      ...rest,
      ...(rest.samples === 'all' || average === undefined ? {} : { average }),
      ...(ids ? { evaluated: ids } : evaluated === 'all' ? { evaluated } : {}),
      ...(rest.metric?.startsWith('fBeta') && beta !== undefined ? { beta } : {}),
    }
    if (options.average !== 'weighted') return options
    const weighted = divisor === undefined ? options : { ...options, divisor }
    return picks ? { ...weighted, weights: [...weights.take(ids?.length ?? classes)] } : weighted
  })

const generalisedOptions = (classes: number) =>
  fc.record(
    {
      volumeWeights: fc.constantFrom('square' as const, 'simple' as const, 'uniform' as const),
      absentClass: fc.constantFrom('largest' as const, 'batch' as const),
      undefinedScore: fc.constantFrom('exclude' as const, 'one' as const, 'zero' as const),
      evaluated: fc.constantFrom([classes - 1], classes > 1 ? [classes - 1, 0] : [0]),
    },
    { requiredKeys: [] },
  )

const matricesOf = ({ classes, ignored, samples, arrayType }: Input) =>
  samples.map(({ prediction, label }) =>
    countLabels(arrays[arrayType]!(prediction), arrays[arrayType]!(label), {
      classes,
      ignoredLabels: ignored,
    }),
  )

const near = (actual: ArrayLike<number>, expected: readonly number[], what: string) => {
  expect(actual.length, what).toBe(expected.length)
  expected.forEach((value, i) => {
    if (Number.isNaN(value)) expect(actual[i], `${what} ${i}`).toBeNaN()
    else expect(actual[i], `${what} ${i}`).toBeCloseTo(value, 9)
  })
}

describe('of any input and any options', () => {
  it('the score is the plain one, and undefined only where that is', () => {
    fc.assert(
      fc.property(
        inputs.chain(input => fc.tuple(fc.constant(input), optionsFor(input.classes))),
        ([input, options]) => {
          // Many classes one by one over all pixels, the plain way, only where few are asked for.
          fc.pre(input.classes < 10 || options.evaluated !== undefined)
          const { samples, classes, ignored } = input
          const expected = plainScore(samples, classes, ignored, options)
          const actual = score(classCounts(matricesOf(input)), options)
          near([actual.value], [expected.value], 'value')
          near(actual.perSample, expected.perSample, 'sample')
          near(actual.perClass, expected.perClass, 'class')
          expect(actual.defined).toBe(expected.defined)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('agreement of all classes is the plain one', () => {
    fc.assert(
      fc.property(inputs, input => {
        const [matrix] = matricesOf(input)
        const pixels = counted(input.samples[0]!, input.ignored)
        const expected = plainAgreement(pixels, input.classes)
        near([accuracy(matrix!)], [expected.accuracy], 'accuracy')
        near([matthewsCorrelation(matrix!)], [expected.matthews], 'matthews')
        near([cohenKappa(matrix!)], [expected.kappa], 'kappa')
        near([frequencyWeightedIou(matrix!)], [expected.weightedIou], 'frequency-weighted iou')
        if (pixels.some(([, p]) => p >= input.classes)) return
        near([cohenKappa(matrix!, 'linear')], [expected.linear], 'linear')
        near([cohenKappa(matrix!, 'quadratic')], [expected.quadratic], 'quadratic')
        // Numbered without gaps.
        const present = [...new Set(pixels.flat())].sort((a, b) => a - b)
        const closed = pixels.map(([l, p]) => [present.indexOf(l), present.indexOf(p)] as const)
        const skipped = plainAgreement(closed, present.length)
        near([cohenKappa(matrix!, 'linear', 'skip')], [skipped.linear], 'linear, skipped')
        near([cohenKappa(matrix!, 'quadratic', 'skip')], [skipped.quadratic], 'quadratic, skipped')
      }),
      { numRuns: 500 },
    )
  })

  it('the generalised Dice score is the plain one', () => {
    fc.assert(
      fc.property(
        inputs.chain(input => fc.tuple(fc.constant(input), generalisedOptions(input.classes))),
        ([input, options]) => {
          const { classes, ignored, samples } = input
          const expected = plainGeneralisedDice(samples, classes, ignored, options)
          const actual = generalisedDiceScore(classCounts(matricesOf(input)), options)
          near(actual.perSample, expected.perSample, 'sample')
          near(actual.scores, expected.scores, 'class')
          expect(actual.defined).toBe(expected.defined)
        },
      ),
      { numRuns: 1000 },
    )
  })
})

it('no option of the generalised Dice score is without effect', () => {
  const drawn = fc.sample(inputs, { numRuns: 300, seed: 7 }).filter(({ classes }) => classes < 10)
  const differs = (a: GeneralisedDiceOptions, b: GeneralisedDiceOptions) =>
    drawn.some(input => {
      const counts = classCounts(matricesOf(input))
      const [one, other] = [a, b].map(options => generalisedDiceScore(counts, options).perSample)
      return one!.some((value, n) => !Object.is(value, other![n]))
    })
  for (const volumeWeights of ['simple', 'uniform'] as const)
    expect(differs({}, { volumeWeights }), volumeWeights).toBe(true)
  expect(differs({ volumeWeights: 'simple' }, { volumeWeights: 'uniform' })).toBe(true)
  for (const volumeWeights of ['simple', 'square'] as const)
    expect(differs({ volumeWeights }, { volumeWeights, absentClass: 'batch' }), volumeWeights).toBe(true)
  for (const undefinedScore of ['one', 'zero'] as const)
    expect(differs({}, { undefinedScore }), undefinedScore).toBe(true)
  expect(differs({}, { evaluated: [0] })).toBe(true)
})

it('no option of the score is without effect', () => {
  const drawn = fc.sample(inputs, { numRuns: 400, seed: 7 }).filter(({ classes }) => classes < 10)
  const counts = drawn.map(input => classCounts(matricesOf(input)))
  const differs = (a: ScoreOptions, b: ScoreOptions) =>
    counts.some(of => !Object.is(score(of, a).value, score(of, b).value))
  for (const metric of metricNames)
    if (metric !== 'dice' && metric !== 'fBeta') expect(differs({}, { metric }), metric).toBe(true)
  for (const samples of ['mean', 'all'] as const) expect(differs({}, { samples }), samples).toBe(true)
  expect(differs({ samples: 'mean' }, { samples: 'all' })).toBe(true)
  for (const average of ['micro', 'weighted'] as const) expect(differs({}, { average }), average).toBe(true)
  for (const undefinedScore of ['one', 'zero'] as const)
    expect(differs({}, { undefinedScore }), undefinedScore).toBe(true)
  expect(differs({}, { emptyLabel: 'exclude' })).toBe(true)
  expect(differs({ undefinedScore: 'zero' }, { undefinedScore: 'zero', absentClass: 'exclude' })).toBe(true)
  expect(differs({}, { emptyMean: 'zero' })).toBe(true)
  expect(differs({}, { evaluated: 'all' })).toBe(true)
  const weightless = { average: 'weighted', undefinedScore: 'one' } as const
  for (const weightlessMean of ['zero', 'macro'] as const)
    expect(differs(weightless, { ...weightless, weightlessMean }), weightlessMean).toBe(true)
  for (const metric of ['fBeta', 'fBetaOfRatios'] as const)
    expect(differs({ metric }, { metric, beta: 3 }), metric).toBe(true)
})
