import { expect, it } from 'vitest'
import {
  conventions,
  type Loss,
  lovaszLoss,
  overlapLoss,
  pixelLoss,
  type Tensor,
  tensor,
} from '../../src/losses/index.ts'

// What MONAI 1.6.1 and segmentation-models-pytorch 0.6.0 answer, computed with them.
const probabilities = tensor([0.9, 0.8, 0.3, 0.1, 0.2, 0.7], [1, 2, 1, 3])
const logits = tensor([0.9, 0.8, 0.3, 0.1, -0.2, 0.7], [1, 2, 1, 3])
const labels = (...values: number[]): Tensor => tensor(values, [1, 1, 3])
const map = (...values: number[]): Tensor => tensor(values, [1, 2, 1, 3])
const { monai, smp } = conventions

it.each<[string, Loss, Tensor, Tensor, number, number[]]>([
  [
    'MONAI Dice, class 0 ignored, one-hot',
    overlapLoss({ ...monai.dice, ignoreLabel: 0 }),
    probabilities,
    map(1, 0, 0, 0, 1, 1),
    0.6896499730194716,
    [0, 4.1322e-6, 4.1322e-6, 0, -0.2378110829, -0.2378110829],
  ],
  [
    'the same, labels',
    overlapLoss({ ...monai.dice, ignoreLabel: 0 }),
    probabilities,
    labels(0, 1, 1),
    0.6896499730194716,
    [0, 4.1322e-6, 4.1322e-6, 0, -0.2378110829, -0.2378110829],
  ],
  [
    'MONAI Tversky, class 0 ignored, one-hot',
    overlapLoss({ ...monai.tversky, ignoreLabel: 0 }),
    probabilities,
    map(1, 0, 0, 0, 1, 1),
    0.6896447737123026,
    [0, 8.2642e-6, 8.2642e-6, 0, -0.2378100373, -0.2378100373],
  ],
  ...[labels(0, 1, 255), map(1, 0, 0, 0, 1, 0)].map(
    (target): [string, Loss, Tensor, Tensor, number, number[]] => [
      'MONAI Dice, 255 ignored, labels and zeros',
      overlapLoss({ ...monai.dice, ignoreLabel: 255 }),
      probabilities,
      target,
      0.5128172328374373,
      [-0.2469124371, 0.1234565615, 0, 0.1183443332, -0.650880519, 0],
    ],
  ),
  [
    'MONAI focal, 255 ignored',
    pixelLoss({ ...monai.focal, ignoreLabel: 255 }),
    probabilities,
    labels(0, 1, 255),
    0.4561969041824341,
    [-0.0323396474, 0.3370816708, 0, 0.1697973013, -0.1122596934, 0],
  ],
  ...[labels(0, 1, 1), map(1, 0, 0, 0, 1, 1)].map(
    (target): [string, Loss, Tensor, Tensor, number, number[]] => [
      'MONAI focal, class 0 ignored, labels and one-hot',
      pixelLoss({ ...monai.focal, ignoreLabel: 0 }),
      probabilities,
      target,
      0.5025233030319214,
      [0, 0.3370816708, 0.2147532403, 0, -0.1122596934, -0.0479273647],
    ],
  ),
  [
    'MONAI focal after softmax, alpha',
    pixelLoss({ ...monai.focalSoftmax, alpha: 0.25, ignoreLabel: 255 }),
    probabilities,
    labels(0, 1, 255),
    0.06743821501731873,
    [-0.0296322256, 0.0719579011, 0, 0.0296322294, -0.0719579086, 0],
  ],
  [
    'the same, none ignored',
    pixelLoss({ ...monai.focalSoftmax, alpha: 0.25 }),
    probabilities,
    labels(0, 1, 1),
    0.025921985507011414,
    [-0.0098774089, 0.0239859689, 0.006815061, 0.0098774098, -0.0239859708, -0.006815061],
  ],
  [
    'SMP focal, 255 ignored',
    pixelLoss({ ...smp.focal, ignoreLabel: 255 }),
    logits,
    labels(0, 1, 255),
    0.2581181526184082,
    [-0.0161698218, 0.1685408056, 0, 0.0848986655, -0.0958666727, 0],
  ],
  [
    'SMP focal, class weights',
    pixelLoss({ ...smp.focal, ignoreLabel: 255, classWeights: [1, 3] }),
    logits,
    labels(0, 1, 255),
    0.24067142605781555,
    [-0.0080849109, 0.0842704028, 0, 0.1273480058, -0.1438000202, 0],
  ],
  [
    'SMP focal, sum',
    pixelLoss({ ...smp.focal, reduction: 'sum' }),
    logits,
    labels(0, 1, 1),
    0.6793934106826782,
    [-0.0323396437, 0.3370816112, 0.2147532254, 0.1697973311, -0.1917333454, -0.047927361],
  ],
  [
    'SMP Dice, class weights',
    overlapLoss({ ...smp.dice, activation: 'softmax', ignoreLabel: 255, classWeights: [1, 3] }),
    logits,
    labels(0, 1, 255),
    0.6020129919052124,
    [-0.066199705, 0.1665375084, 0, 0.066199705, -0.1665375084, 0],
  ],
  [
    'SMP Lovász',
    lovaszLoss({ ...smp.lovaszSoftmax, ignoreLabel: 255 }),
    logits,
    labels(0, 1, 255),
    0.625800371170044,
    [-0.0534774289, 0.1474589556, 0, 0.0534774177, -0.1474589556, 0],
  ],
])('%s', (_, loss, prediction, target, value, gradient) => {
  const found = tensor(new Float64Array(6), [1, 2, 1, 3])
  expect(loss.evaluate(prediction, target, found)).toBeCloseTo(value, 6)
  for (let i = 0; i < 6; i++) expect(found.data[i]).toBeCloseTo(gradient[i]!, 7)
})

const three = tensor([0.9, 0.8, 0.3, 0.1, -0.2, 0.7, -0.4, 0.5, 1.2], [1, 3, 1, 3])
const shares = tensor([0.9, 0.8, 0.3, 0.1, 0.2, 0.7, 0.4, 0.5, 0.25], [1, 3, 1, 3])
const tanh = { value: Math.tanh, slope: (x: number) => 1 - Math.tanh(x) ** 2 }

it.each<[string, Loss, Tensor, Tensor, number, number[]]>([
  [
    'MONAI Dice, other_act=torch.tanh',
    overlapLoss({ ...monai.dice, activation: tanh }),
    three,
    labels(0, 1, 2),
    0.6184958044111696,
    [
      -0.0889258441, 0.0374023263, 0.0612251765, -0.0573876339, -0.4809445332, -0.036791681, 0.1295605412,
      0.1190836549, -0.0599540623,
    ],
  ],
  [
    'MONAI focal without background',
    pixelLoss({ ...monai.focal, background: 'cut' }),
    three,
    labels(0, 1, 2),
    0.23552244901657104,
    [0, 0, 0, 0.0565991029, -0.0639111102, 0.1041989848, 0.027260242, 0.0876919776, -0.0056809322],
  ],
  [
    'the same, one-hot',
    pixelLoss({ ...monai.focal, background: 'cut' }),
    three,
    tensor([1, 0, 0, 0, 1, 0, 0, 0, 1], [1, 3, 1, 3]),
    0.23552244901657104,
    [0, 0, 0, 0.0565991029, -0.0639111102, 0.1041989848, 0.027260242, 0.0876919776, -0.0056809322],
  ],
  [
    'the same, 255 ignored',
    pixelLoss({ ...monai.focal, background: 'cut', ignoreLabel: 255 }),
    three,
    labels(0, 1, 255),
    0.4532414376735687,
    [0, 0, 0, 0.1697973013, -0.1917333156, 0, 0.0817807317, 0.2630758882, 0],
  ],
  [
    'the same, the background ignored',
    pixelLoss({ ...monai.focal, background: 'cut', ignoreLabel: 0 }),
    three,
    labels(0, 1, 2),
    0.5626773238182068,
    [0, 0, 0, 0, -0.1917333156, 0.312596947, 0, 0.2630758882, -0.0170427952],
  ],
  [
    'the same after softmax, with class weights',
    pixelLoss({ ...monai.focalSoftmax, background: 'cut', classWeights: [1, 3] }),
    three,
    labels(0, 1, 2),
    0.11587756872177124,
    [0, 0, 0, 0, -0.1041989923, 0.0689684898, 0, 0.1041989848, -0.0689684898],
  ],
  [
    'SMP focal of probabilities',
    pixelLoss(smp.focalOdds),
    shares,
    labels(0, 1, 2),
    0.30829499339287336,
    [
      -0.0422079654, 0.030110857, 0.0125129499, 0.002426082, -0.5519238001, 0.0278824785, 0.0173784333,
      0.0215790982, -0.4106738247,
    ],
  ],
  [
    'the same, one channel',
    pixelLoss(smp.focalProbabilities),
    tensor([0.9, 0.8, 0.3], [1, 1, 1, 3]),
    labels(0, 1, 1),
    0.8213221138324847,
    [4.0815510558, -0.0464191402, -1.1062984198],
  ],
])('%s', (_, loss, prediction, target, value, gradient) => {
  const found = tensor(new Float64Array(gradient.length), prediction.shape)
  expect(loss.evaluate(prediction, target, found)).toBeCloseTo(value, 7)
  for (let i = 0; i < gradient.length; i++) expect(found.data[i]).toBeCloseTo(gradient[i]!, 7)
})

it.each<[string, Loss, number, number[]]>([
  [
    'Dice',
    overlapLoss(smp.dice),
    0.3406398039257651,
    [-0.0334765988, -0.0348465128, 0.0216703054, 0.0210104912, -0.0470830252, -0.0421746014],
  ],
  [
    'Jaccard',
    overlapLoss(smp.jaccard),
    0.5064590015485985,
    [-0.0399116131, -0.0415448578, 0.0258358637, 0.0218719916, -0.0490135867, -0.0439039011],
  ],
  [
    'Tversky',
    overlapLoss({ ...smp.tversky, alpha: 0.3, beta: 0.7 }),
    0.3530781639769732,
    [-0.0406894999, -0.042354577, 0.0129379673, 0.0116741163, -0.0537897375, -0.0481821363],
  ],
  [
    'focal',
    pixelLoss(smp.focal),
    0.13948928775599626,
    [-0.0107798802, -0.013169878, 0.0715844114, 0.0565991025, -0.0639111111, -0.0159757871],
  ],
])("SMP's multilabel %s is of a map whose pixels may be of several classes", (_, loss, value, gradient) => {
  const found = tensor(new Float64Array(6), [1, 2, 1, 3])
  expect(loss.evaluate(logits, map(1, 1, 0, 0, 1, 1), found)).toBeCloseTo(value, 7)
  for (let i = 0; i < 6; i++) expect(found.data[i]).toBeCloseTo(gradient[i]!, 7)
})

it('a background that is cut off leaves what a gradient holds, when it accumulates', () => {
  const found = tensor(new Float64Array(18).fill(1), [2, 3, 1, 3])
  const twice = tensor([...(three.data as number[]), ...(three.data as number[])], [2, 3, 1, 3])
  const both = tensor([0, 1, 2, 2, 1, 0], [2, 1, 3])
  pixelLoss({ ...monai.focal, background: 'cut' }).evaluate(twice, both, found, 1, true)
  expect([...found.data].map(g => g === 1)).toEqual(Array.from({ length: 18 }, (_, k) => k % 9 < 3))
})

it('a single channel has no background to cut off', () => {
  const one = tensor([0.9, 0.8, 0.3], [1, 1, 1, 3])
  const values = (['keep', 'cut'] as const).map(background =>
    pixelLoss({ ...monai.focal, background }).evaluate(one, labels(0, 1, 1)),
  )
  expect(values[0]).toBe(values[1])
})

it('probabilities that are taken for odds are in 0..1', () => {
  const wrong = tensor([0.9, 1.8, 0.3, 0.1, 0.2, 0.7], [1, 2, 1, 3])
  expect(() => pixelLoss(smp.focalOdds).evaluate(wrong, labels(0, 1, 1))).toThrow(/in 0\.\.1, got 1\.8/)
})
