import { describe, expect, it } from 'vitest'
import {
  conventions,
  type Loss,
  lovaszLoss,
  type Numbers,
  overlapLoss,
  pixelLoss,
  softmax,
  tensor,
  weightedSum,
} from '../../src/losses/index.ts'

/** Options as JavaScript or JSON may have them. */
type Any = Record<string, unknown>
const overlap = (options: Any) => () => overlapLoss(options as object)
const pixel = (options: Any) => () => pixelLoss(options as object)
const lovasz = (options: Any) => () => lovaszLoss(options as object)
const { keras, mmseg, monai, torch } = conventions

it.each<[string, () => unknown, RegExp]>([
  ['an unknown name', overlap({ ignore_index: 255 }), /"ignore_index" is no option; there are .*ignoreLabel/],
  ['the same of pixels', pixel({ ignore_index: 255 }), /"ignore_index" is no option/],
  ['the same of Lovász', lovasz({ per_image: true }), /"per_image" is no option/],
  ['no object', overlap(null as never), /overlapLoss: expected an object of options, got null/],
  ['an unknown activation', pixel({ activation: 'relu' }), /activation: expected none, .*got "relu"/],
  [
    'an activation without a slope',
    overlap({ activation: { value: Math.tanh } }),
    /expected \{ value, slope \}/,
  ],
  ['a background that is none', pixel({ background: false }), /background: expected keep, cut, got false/],
  ['null for a value', overlap({ reduction: null }), /reduction: expected .*got null/],
  ['negative alpha', overlap({ alpha: -0.1 }), /alpha: expected a number of at least 0, got -0.1/],
  ['text for a number', overlap({ beta: '0.5' }), /beta: expected a number of at least 0, got "0.5"/],
  ['negative smoothing', overlap({ denominatorSmoothing: -1 }), /denominatorSmoothing: expected a number/],
  ['NaN for smoothing', overlap({ numeratorSmoothing: Number.NaN }), /numeratorSmoothing.*got NaN/],
  ['power 0', overlap({ power: 0 }), /power: expected a number/],
  ['a power that is none', overlap({ transform: { power: '2' } }), /transform.power: expected a number/],
  ['classes twice', overlap({ classes: [1, 1] }), /classes: expected different class ids/],
  ['no classes', overlap({ classes: [] }), /classes: expected different class ids, at least one/],
  ['a list of ignored labels', overlap({ ignoreLabel: [255] }), /ignoreLabel: expected a number, got 255/],
  ['a layout with an axis twice', overlap({ layout: 'NNHW' }), /layout: expected a letter of its own/],
  ['alpha above 1 of the binary form', pixel({ activation: 'sigmoid', alpha: 2 }), /alpha: .*in 0..1, got 2/],
  ['negative alphas', pixel({ activation: 'softmax', alpha: [1, -1] }), /alpha: .*got -1/],
  ['negative gamma', pixel({ gamma: -1 }), /gamma: expected/],
  ['an infinite weight', pixel({ classWeights: [1, Infinity] }), /classWeights: .*got Infinity/],
  ['weights that are no list', pixel({ classWeights: 2 }), /classWeights: expected a list/],
  ['a flag that is none', pixel({ normalise: 'false' }), /normalise: expected true or false, got "false"/],
  ['hinge of probabilities', lovasz({ error: 'hinge', activation: 'sigmoid' }), /'hinge' takes logits/],
  ['no losses', () => weightedSum(), /expected one loss or more/],
  ['a weight below 0', () => weightedSum({ loss: overlapLoss(), weight: -1 }), /weight: expected/],
])('%s', (_, run, message) => {
  expect(run).toThrow(message)
})

it.each<[string, () => unknown, RegExp]>([
  [
    'alpha of class 0 that is cut off',
    pixel({ ...monai.focalSoftmax, background: 'cut', alpha: 0.3 }),
    /alpha has no effect: there is no class 0/,
  ],
  ['volume weights', overlap({ volumeWeights: 'square' }), /volumeWeights has no effect: .*sumOver/],
  ['class weights of Keras', overlap({ ...keras.dice, classWeights: [1, 2, 3, 4] }), /classWeights has no/],
  ['class weights of mmseg', overlap({ ...mmseg.dice, classWeights: [1, 2] }), /classWeights has no effect/],
  ['count smoothing', overlap({ countSmoothing: 1 }), /countSmoothing has no effect/],
  ['alpha of Matthews', overlap({ index: 'matthews', alpha: 1 }), /alpha has no effect/],
  ['a total of none', overlap({ totalTransform: 'logCosh', reduction: 'none' }), /totalTransform has no/],
  ['a lost class that is 0', overlap({ sumOver: 'all', ignoredClass: 'zero' }), /ignoredClass 'zero' has no/],
  ['posWeight of softmax', pixel({ activation: 'softmax', posWeight: 2 }), /posWeight has no effect/],
  ['normalise of sigmoid', pixel({ activation: 'sigmoid', normalise: true }), /normalise has no effect/],
  ['a rule without smoothing', pixel({ smoothingRule: 'flip' }), /smoothingRule has no effect/],
  ['clipFocal without clip', pixel({ clipFocal: false, gamma: 2 }), /clipFocal has no effect/],
  ['a threshold without gamma', pixel({ form: 'binary', reducedThreshold: 0.5 }), /reducedThreshold has no/],
  ['a floor of logits', pixel({ ...torch.bce, activation: 'sigmoid' }), /logFloor has no effect/],
  ['alphaRule of sigmoid', pixel({ activation: 'sigmoid', alphaRule: 'foreground' }), /alphaRule has no/],
])('without effect: %s', (_, run, message) => {
  expect(run).toThrow(RangeError)
  expect(run).toThrow(message)
})

const losses: [string, Loss][] = [
  ['overlap', overlapLoss()],
  ['pixel', pixelLoss()],
  ['Lovász', lovaszLoss()],
]
describe.each(losses)('%s loss', (_, loss) => {
  const two = tensor(new Float32Array([0.2, 0.9, 0.8, 0.1]), [1, 2, 1, 2])
  const one = tensor(new Float32Array([0.2, 0.9]), [1, 1, 1, 2])
  const labels = tensor(new Uint8Array([0, 1]), [1, 1, 2])
  const at = (data: unknown, shape: number[]) => tensor(data as Numbers, shape)
  it.each<[string, () => unknown, RegExp]>([
    ['255 of one channel', () => loss.evaluate(one, at(new Uint8Array([0, 255]), [1, 1, 2])), /label 255/],
    ['-1 of one channel', () => loss.evaluate(one, at(new Int8Array([0, -1]), [1, 1, 2])), /label -1/],
    ['a share of 1.5', () => loss.evaluate(one, at([0, 1.5], [1, 1, 2])), /shares in 0..1, got 1.5/],
    ['a share that is NaN', () => loss.evaluate(two, at([0, 1, Number.NaN, 0], [1, 2, 1, 2])), /got NaN/],
    ['logits', () => loss.evaluate(at([2, -1, 0, 1], [1, 2, 1, 2]), labels), /probabilities in 0..1, got 2/],
    ['negative', () => loss.evaluate(at([-0.2, 1, 0, 1], [1, 2, 1, 2]), labels), /0..1, got -0.2/],
    ['64-bit labels', () => loss.evaluate(two, at(new BigInt64Array(2), [1, 1, 2])), /BigInt64Array/],
    ['no target', () => loss.evaluate(two, undefined as never), /target: expected a tensor/],
    [
      'an integer gradient',
      () => loss.evaluate(two, labels, at(new Int32Array(4), [1, 2, 1, 2])),
      /Int32Array/,
    ],
    ['a turned gradient', () => loss.evaluate(two, labels, at([0, 0, 0, 0], [1, 2, 2, 1])), /shape/],
    [
      'a gradient in one place',
      () => loss.evaluate(two, labels, { ...two, data: new Float32Array(4), stride: [0, 2, 0, 0] }),
      /a place for each number/,
    ],
    ['few strides', () => loss.evaluate({ ...two, stride: [2, 1] }, labels), /expected 4 strides/],
    ['broken strides', () => loss.evaluate({ ...two, stride: [4, 2, 2, 0.5] }, labels), /whole strides/],
    ['no samples', () => loss.evaluate(at([], [0, 2, 1, 2]), at([], [0, 1, 2])), /axes of 1 or more/],
  ])('%s', (__, run, message) => {
    expect(run).toThrow(message)
  })

  it('what rounding leaves outside 0..1 is no logit', () => {
    const rounded = at([1.0001, -0.0001, -0.0001, 1.0001], [1, 2, 1, 2])
    expect(Math.abs(loss.evaluate(rounded, labels))).toBeLessThan(1e-3)
  })

  it('NaN that counts makes the value NaN, also of a class that is absent, whatever that counts as', () => {
    const absent = at([0.5, 0.5, Number.NaN, 0.5], [1, 2, 1, 2])
    for (const options of [
      { absent: 'exclude' },
      { absent: 'zero' },
      { undefined: 'exclude' },
      { undefined: 'zero' },
      { ignoreLabel: 1, ignoredClass: 'zero' },
    ] as const)
      expect(overlapLoss(options).evaluate(absent, at([0, 0], [1, 1, 2]))).toBeNaN()
    expect(loss.evaluate(at([Number.NaN, 0.5, 0.5, 0.5], [1, 2, 1, 2]), labels)).toBeNaN()
  })
})

it.each([overlapLoss, pixelLoss, lovaszLoss])('softmax of one channel: sigmoid (%#)', make => {
  const of = tensor([3, -3], [1, 1, 1, 2])
  expect(() => make({ activation: 'softmax' }).evaluate(of, tensor([0, 1], [1, 1, 2]))).toThrow(/'sigmoid'/)
})

it('the categorical form of one channel', () => {
  const of = tensor([0.5, 0.5], [1, 1, 1, 2])
  expect(() => pixelLoss({ form: 'categorical' }).evaluate(of, tensor([0, 1], [1, 1, 2]))).toThrow(/'binary'/)
})

it('an activation into integers', () => {
  expect(() => softmax(tensor([0, 1], [2]), 0, tensor(new Int32Array(2), [2]))).toThrow(/Int32Array/)
})

it('undefined is an option not given', () => {
  const of = tensor([0.5, 0.5], [1, 1, 1, 2])
  const target = tensor([0, 1], [1, 1, 2])
  const options = { alpha: undefined, activation: undefined, reduction: undefined }
  expect(overlapLoss(options).evaluate(of, target)).toBe(0.5)
  expect(pixelLoss({ ...monai.focal, gamma: undefined }).evaluate(of, target)).toBeGreaterThan(0)
})

it('no number outside 0..1 passes for a probability, wherever it is, but at an ignored pixel', () => {
  const pixels = 8192 + 19
  const places = [...new Array(19).keys(), 8190, 8191, 8192, 8193, 8199, 8200, pixels - 2, pixels - 1]
  const labels = Uint8Array.from({ length: pixels }, (_, i) => (i % 100 < 50 ? 0 : 1))
  for (const Numbers of [Float32Array, Float64Array])
    for (const ignoreLabel of [undefined, 255]) {
      const loss = overlapLoss({ ignoreLabel })
      for (const place of places)
        for (const [value, isRefused] of [
          [1.01, true],
          [-0.01, true],
          [1.0009, false],
          [-0.0009, false],
        ] as const) {
          const p = new Numbers(2 * pixels).fill(0.5)
          p[pixels + place] = value
          const target = labels.slice()
          const evaluate = () => loss.evaluate(tensor(p, [1, 2, 1, pixels]), tensor(target, [1, 1, pixels]))
          // An ignored pixel of the same block, then the place itself.
          if (ignoreLabel !== undefined) target[place === 3 ? 4 : 3] = ignoreLabel
          if (isRefused) expect(evaluate).toThrow(/expected probabilities in 0..1, got (1.0|-0.0)/)
          else expect(evaluate()).toBeCloseTo(0.5, 3)
          if (ignoreLabel === undefined) continue
          target[place] = ignoreLabel
          expect(evaluate).not.toThrow()
        }
    }
})
