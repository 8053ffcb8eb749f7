/**
 * Metrics of probabilities over random inputs and options, against plain ones that are written as the definitions read
 * and share no code with them.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  averagePrecision,
  binaryOutcomes,
  brierScore,
  type CalibrationOptions,
  calibrationError,
  logLoss,
  type Outcomes,
  rocAuc,
  topOutcomes,
} from '../../src/metrics/index.ts'
import '../support/seed.ts'

/** A guess: its probability, and whether it was right. */
type Guess = readonly [p: number, y: number]

const IGNORED: number = 60_000
const labelArrays = [
  (values: readonly number[]) => values,
  (values: readonly number[]) => Uint16Array.from(values),
  (values: readonly number[]) => Int32Array.from(values),
  (values: readonly number[]) => Uint32Array.from(values),
  (values: readonly number[]) => Float64Array.from(values),
]
const probabilityArrays = [
  (values: readonly number[]) => values,
  (values: readonly number[]) => Float32Array.from(values),
  (values: readonly number[]) => Float64Array.from(values),
]

// Quarters among them, so that probabilities are equal, lie on edges, and are the same in single precision.
const share = fc.oneof(
  fc.constantFrom(0, 0.25, 0.5, 0.75, 1),
  fc.constantFrom(0, 1),
  fc.integer({ min: 0, max: 4096 }).map(k => k / 4096),
)

interface Binary {
  probability: number[]
  label: number[]
  ignored: readonly number[]
  arrays: [number, number]
}

/** No pixel, one, all ignored, one kind of label, all right, or any. */
const binary: fc.Arbitrary<Binary> = fc
  .tuple(
    fc.constantFrom('any', 'any', 'any', 'ignored', 'negative', 'positive', 'right'),
    fc.array(fc.tuple(share, fc.constantFrom(0, 1, IGNORED)), { maxLength: 24 }),
    fc.constantFrom([IGNORED], [IGNORED, 0], [IGNORED, 1]),
    fc.tuple(fc.nat(probabilityArrays.length - 1), fc.nat(labelArrays.length - 1)),
  )
  .map(([kind, pixels, ignored, arrays]) => {
    const label = pixels.map(
      ([, l]) => ({ ignored: IGNORED, negative: 0, positive: 1 })[kind as 'ignored'] ?? l,
    )
    const probability = pixels.map(([p], i) => (kind === 'right' && label[i]! < 2 ? label[i]! : p))
    return { probability, label, ignored, arrays }
  })

const outcomesOf = ({ probability, label, ignored, arrays: [p, l] }: Binary) =>
  binaryOutcomes(probabilityArrays[p]!(probability), labelArrays[l]!(label), ignored)

const plainGuesses = ({ probability, label, ignored }: Binary): Guess[] =>
  probability.map((p, i): Guess => [p, label[i]!]).filter(([, y]) => !ignored.includes(y))

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
const near = (actual: number, expected: number) =>
  Number.isFinite(expected) ? expect(actual).toBeCloseTo(expected, 10) : expect(actual).toBe(expected)

/** Share of the guesses with `y` that are at least as sure as `threshold`. */
const rate = (guesses: readonly Guess[], y: number, threshold: number) => {
  const all = guesses.filter(guess => guess[1] === y)
  return all.filter(([p]) => p >= threshold).length / all.length
}

function plainPrecision(guesses: readonly Guess[], undefinedScore: number): number {
  if (!guesses.some(([, y]) => y === 1)) return undefinedScore
  const thresholds = [...new Set(guesses.map(([p]) => p))].sort((a, b) => b - a)
  return sum(
    thresholds.map((threshold, i) => {
      const above = guesses.filter(([p]) => p >= threshold)
      const before = i === 0 ? 0 : rate(guesses, 1, thresholds[i - 1]!)
      return (rate(guesses, 1, threshold) - before) * (above.filter(([, y]) => y === 1).length / above.length)
    }),
  )
}

/** The curve is a polygon; its area up to `most` is summed in strips between all abscissae. */
function plainArea(guesses: readonly Guess[], most: number): number {
  const thresholds = [Infinity, ...new Set(guesses.map(([p]) => p))].sort((a, b) => b - a)
  const points = thresholds.map(t => ({ x: rate(guesses, 0, t), y: rate(guesses, 1, t) }))
  if (points.some(({ x, y }) => Number.isNaN(x + y))) return Number.NaN
  const height = (x: number) => {
    const right = points.findIndex(point => point.x >= x)
    const [a, b] = [points[right - 1]!, points[right]!]
    return a.y + ((b.y - a.y) * (x - a.x)) / (b.x - a.x)
  }
  let area = 0
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1]!, points[i]!]
    if (b.x === a.x || a.x >= most) continue
    const to = Math.min(b.x, most)
    area += ((a.y + (to === b.x ? b.y : height(to))) / 2) * (to - a.x)
  }
  if (most === 1) return area
  const [least, largest] = [most ** 2 / 2, most]
  return 0.5 * (1 + (area - least) / (largest - least))
}

function plainCalibration(guesses: readonly Guess[], options: CalibrationOptions): number {
  const { norm = 'l1', certain = 'last', closed = 'left', empty = 'undefined' } = options
  if (guesses.length === 0) return empty === 'zero' ? 0 : Number.NaN
  const count = options.bins ?? 15
  const edges = options.edges
    ? Array.from(options.edges)
    : Array.from({ length: count + 1 }, (_, i) => i / count)
  const bins = edges.map((edge, i) =>
    guesses.filter(([p]) => {
      const isLast = i === edges.length - 2
      if (closed === 'right')
        return i < edges.length - 1 && (p > edge || (p === 0 && i === 0)) && p <= edges[i + 1]!
      if (i === edges.length - 1) return certain === 'own' && p === 1
      return p >= edge && (p < edges[i + 1]! || (isLast && p === 1 && certain === 'last'))
    }),
  )
  const filled = bins.filter(({ length }) => length > 0)
  const gaps = filled.map(bin => Math.abs(sum(bin.map(([p]) => p)) - sum(bin.map(([, y]) => y))) / bin.length)
  const shares = filled.map(bin => bin.length / guesses.length)
  if (norm === 'max') return Math.max(...gaps)
  if (norm === 'mean') return sum(gaps) / gaps.length
  if (norm === 'l2') return Math.sqrt(sum(gaps.map((gap, i) => shares[i]! * gap ** 2)))
  return sum(gaps.map((gap, i) => shares[i]! * gap))
}

const replaced = { exclude: Number.NaN, one: 1, zero: 0 } as const
const undefinedScores = fc.constantFrom(undefined, 'exclude' as const, 'one' as const, 'zero' as const)
const rates = fc.constantFrom(1, 0.5, 1 / 3, 0.1, 0.9)
const clips = fc.constantFrom(undefined, 0, 1e-3, 0.25, 0.5)
const calibrations: fc.Arbitrary<CalibrationOptions> = fc
  .record(
    {
      bins: fc.constantFrom(1, 2, 4, 7, 15),
      edges: fc.constantFrom([0, 1], [0, 0.25, 1], Float32Array.of(0, 0.5, 0.75, 1)),
      norm: fc.constantFrom('l1' as const, 'l2' as const, 'max' as const, 'mean' as const),
      closed: fc.constantFrom('left' as const, 'right' as const),
      certain: fc.constantFrom('last' as const, 'own' as const),
      empty: fc.constantFrom('undefined' as const, 'zero' as const),
    },
    { requiredKeys: [] },
  )
  .map(({ bins, edges, certain, ...rest }) => ({
    ...rest,
    ...(certain === undefined || rest.closed === 'right' ? {} : { certain }),
    ...(edges ? { edges } : bins ? { bins } : {}),
  }))

describe('of any input and any options', () => {
  it('outcomes of foreground probabilities are the pixels that are not ignored', () => {
    fc.assert(
      fc.property(binary, input => {
        const { probability, outcome } = outcomesOf(input)
        const guesses = plainGuesses(input)
        expect(Array.from(probability)).toEqual(guesses.map(([p]) => p))
        expect(Array.from(outcome)).toEqual(guesses.map(([, y]) => y))
      }),
      { numRuns: 300 },
    )
  })

  it('rankings are the plain ones', () => {
    fc.assert(
      fc.property(binary, undefinedScores, rates, (input, undefinedScore, most) => {
        const guesses = plainGuesses(input)
        near(
          averagePrecision(outcomesOf(input), undefinedScore),
          plainPrecision(guesses, replaced[undefinedScore ?? 'exclude']),
        )
        near(rocAuc(outcomesOf(input), most), plainArea(guesses, most))
        near(rocAuc(outcomesOf(input)), plainArea(guesses, 1))
      }),
      { numRuns: 1000 },
    )
  })

  it('only the order of the probabilities decides a ranking', () => {
    fc.assert(
      fc.property(binary, rates, (input, most) => {
        const outcomes = outcomesOf(input)
        const stretched = {
          ...outcomes,
          probability: outcomes.probability.map(p => (p === 1 ? Infinity : p === 0 ? -Infinity : 5 * p - 2)),
        }
        near(rocAuc(stretched, most), rocAuc(outcomes, most))
        near(averagePrecision(stretched), averagePrecision(outcomes))
      }),
      { numRuns: 300 },
    )
  })

  it('Brier score and log loss are the plain ones', () => {
    fc.assert(
      fc.property(binary, clips, (input, clip) => {
        const guesses = plainGuesses(input)
        near(brierScore(outcomesOf(input)), sum(guesses.map(([p, y]) => (p - y) ** 2)) / guesses.length)
        const least = clip ?? 2 ** -52
        const costs = guesses.map(
          ([p, y]) => -Math.log(Math.max(y === 1 ? Math.min(p, 1 - least) : 1 - Math.max(p, least), least)),
        )
        const loss = logLoss(outcomesOf(input), clip)
        const expected = sum(costs) / guesses.length
        near(loss === 0 ? 0 : loss, expected === 0 ? 0 : expected)
      }),
      { numRuns: 500 },
    )
  })

  it('the calibration error is the plain one', () => {
    fc.assert(
      fc.property(binary, calibrations, (input, options) => {
        near(calibrationError(outcomesOf(input), options), plainCalibration(plainGuesses(input), options))
      }),
      { numRuns: 2000 },
    )
  })

  it('the largest of the classes, of a thousand too, is the plain one', () => {
    const several = fc
      .tuple(
        fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(256, 257, 300, 1000)),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 0, max: 4 }),
      )
      .chain(([classes, samples, pixels]) =>
        fc.record({
          classes: fc.constant(classes),
          samples: fc.constant(samples),
          probabilities: fc.array(share, {
            minLength: classes * samples * pixels,
            maxLength: classes * samples * pixels,
          }),
          label: fc.array(
            fc.oneof(fc.integer({ min: 0, max: classes - 1 }), fc.constantFrom(0, classes - 1, IGNORED)),
            { minLength: samples * pixels, maxLength: samples * pixels },
          ),
          ignored: fc.constantFrom([IGNORED], [IGNORED, classes - 1], [IGNORED, 255]),
          arrays: fc.tuple(fc.nat(probabilityArrays.length - 1), fc.nat(labelArrays.length - 1)),
        }),
      )
    fc.assert(
      fc.property(several, ({ classes, samples, probabilities, label, ignored, arrays: [p, l] }) => {
        const pixels = label.length / samples
        const expected = label
          .map((own, at): Guess => {
            const n = Math.floor(at / pixels)
            const all = Array.from(
              { length: classes },
              (_, c) => probabilities[(n * classes + c) * pixels + (at % pixels)]!,
            )
            const most = Math.max(...all)
            return [most, Number(all.indexOf(most) === own)]
          })
          .filter((_, at) => !ignored.includes(label[at]!))
        const found = topOutcomes(
          probabilityArrays[p]!(probabilities),
          labelArrays[l]!(label),
          classes,
          samples,
          ignored,
        )
        expect(Array.from(found.probability)).toEqual(expected.map(guess => guess[0]))
        expect(Array.from(found.outcome)).toEqual(expected.map(guess => guess[1]))
      }),
      { numRuns: 150 },
    )
  })

  it('NaN at a pixel that counts is an error, wherever it is, and at an ignored one nothing', () => {
    fc.assert(
      fc.property(binary, fc.nat(), (input, place) => {
        fc.pre(input.label.length > 0)
        const at = place % input.label.length
        const probability = input.probability.map((p, i) => (i === at ? Number.NaN : p))
        const spoilt = { ...input, probability }
        if (input.ignored.includes(input.label[at]!)) expect(outcomesOf(spoilt)).toEqual(outcomesOf(input))
        else expect(() => outcomesOf(spoilt)).toThrow(`the probability at pixel ${at} is NaN`)
        const outcomes: Outcomes = {
          probability: Float64Array.from(probability),
          outcome: new Uint8Array(probability.length),
        }
        for (const metric of [rocAuc, averagePrecision, brierScore, logLoss, calibrationError])
          expect(() => metric(outcomes)).toThrow(`probability ${at} is NaN`)
        const classes = 3
        const planes = Array.from({ length: classes }, () => input.probability).flat()
        planes[(place % classes) * input.label.length + at] = Number.NaN
        const top = () => topOutcomes(planes, input.label, classes, 1, input.ignored)
        if (input.ignored.includes(input.label[at]!)) expect(top).not.toThrow()
        else expect(top).toThrow(`the probability at pixel ${at} is NaN`)
      }),
      { numRuns: 300 },
    )
  })
})

it('no option is without effect', () => {
  const drawn = fc.sample(binary, { numRuns: 300, seed: 5 }).map(outcomesOf)
  const differs = <T>(metric: (outcomes: Outcomes, option: T) => number, a: T, b: T) =>
    drawn.some(outcomes => !Object.is(metric(outcomes, a), metric(outcomes, b)))
  for (const most of [0.1, 0.5, 0.9]) expect(differs(rocAuc, 1, most), `rate ${most}`).toBe(true)
  for (const score of ['one', 'zero'] as const)
    expect(differs(averagePrecision, 'exclude', score), score).toBe(true)
  for (const clip of [0, 1e-3, 0.5]) expect(differs(logLoss, Number.EPSILON, clip), `clip ${clip}`).toBe(true)
  const others: CalibrationOptions[] = [
    { bins: 2 },
    { edges: [0, 0.5, 1] },
    { norm: 'l2' },
    { norm: 'max' },
    { certain: 'own' },
    { empty: 'zero' },
  ]
  for (const other of others) expect(differs(calibrationError, {}, other), JSON.stringify(other)).toBe(true)
  expect(differs(calibrationError, { norm: 'l2' }, { norm: 'max' })).toBe(true)
})
