import '@tensorflow/tfjs-backend-cpu'
import '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import { afterAll, describe, expect, it } from 'vitest'
import * as plain from '../../src/losses/index.ts'
import * as tfjs from '../../src/losses/tfjs.ts'
import { hardDice, stonesInGrass } from './terrain.ts'

const shape = [2, 3, 4, 3] as const
const logits = Float32Array.from({ length: 72 }, (_, i) => Math.fround(Math.sin(i * 12.9898) * 4))
const labels = Int32Array.from({ length: 24 }, (_, i) => (i * 7) % 3)
const layout = 'NHWC'

const pairs: [string, tfjs.TfjsLoss, plain.Loss][] = [
  ['Dice', tfjs.overlapLoss({ activation: 'softmax' }), plain.overlapLoss({ activation: 'softmax', layout })],
  [
    'Tversky, log',
    tfjs.overlapLoss({ activation: 'sigmoid', alpha: 0.3, beta: 0.7, transform: 'log', layout }),
    plain.overlapLoss({ activation: 'sigmoid', alpha: 0.3, beta: 0.7, transform: 'log', layout }),
  ],
  [
    'focal',
    tfjs.pixelLoss({ activation: 'softmax', gamma: 2 }),
    plain.pixelLoss({ activation: 'softmax', gamma: 2, layout }),
  ],
  ['Lovász', tfjs.lovaszLoss({ activation: 'softmax' }), plain.lovaszLoss({ activation: 'softmax', layout })],
  [
    'Dice and cross entropy',
    tfjs.weightedSum(
      { loss: tfjs.overlapLoss({ activation: 'softmax' }), weight: 0.5 },
      { loss: tfjs.pixelLoss({ activation: 'softmax' }) },
    ),
    plain.weightedSum(
      { loss: plain.overlapLoss({ activation: 'softmax', layout }), weight: 0.5 },
      { loss: plain.pixelLoss({ activation: 'softmax', layout }) },
    ),
  ],
]

describe.each(['cpu', 'wasm'])('on the %s backend', backend => {
  it.each(pairs)('%s has our value and gradient', async (_, ours, loss) => {
    expect(await tf.setBackend(backend)).toBe(true)
    expect(tf.getBackend()).toBe(backend)
    const expected = new Float64Array(72)
    const value = loss.evaluate(
      { data: logits, shape },
      { data: labels, shape: [2, 3, 4] },
      { data: expected, shape },
    )
    const prediction = tf.tensor4d(logits, [...shape])
    const target = tf.tensor3d(labels, [2, 3, 4], 'int32')
    expect(ours(target, prediction).dataSync()[0]).toBe(Math.fround(value))
    // Through tf.grads, behind another operation, so that what flows in is not 1.
    const [gradient] = tf.grads((x: tf.Tensor) => tf.mul(ours(target, x), 3))([prediction])
    const actual = gradient!.dataSync()
    for (let i = 0; i < 72; i++) expect(actual[i]).toBeCloseTo(3 * expected[i]!, 6)
  })

  it('an optimizer minimises a loss', async () => {
    await tf.setBackend(backend)
    const loss = tfjs.overlapLoss({ activation: 'softmax' })
    const target = tf.tensor3d(labels, [2, 3, 4], 'int32')
    const variable = tf.variable(tf.tensor4d(logits, [...shape]))
    const optimizer = tf.train.sgd(20)
    const before = loss(target, variable).dataSync()[0]!
    for (let step = 0; step < 40; step++) optimizer.minimize(() => loss(target, variable))
    const after = loss(target, variable).dataSync()[0]!
    expect(before).toBeGreaterThan(0.4)
    expect(after).toBeLessThan(0.05)
    variable.dispose()
  })
})

afterAll(() => tf.setBackend('cpu'))

describe('labels as a target', () => {
  /** A model whose output is its input, times a weight that is 1 at first. */
  function identity(channels: number, loss: tfjs.TfjsLoss) {
    const model = sequential({
      layers: [
        layers.dense({
          inputShape: [3, 4, channels],
          units: channels,
          useBias: false,
          kernelInitializer: initializers.identity({}),
        }),
      ],
    })
    model.compile({ optimizer: tf.train.sgd(0), loss })
    return model
  }
  const x = () => tf.tensor4d(logits, [...shape])
  const y = (values: Int32Array = labels) => tf.tensor3d(values, [2, 3, 4], 'int32')
  const withIgnored = labels.map((id, i) => (i % 5 === 0 ? 255 : id))
  const inFit = async (loss: tfjs.TfjsLoss, target: tf.Tensor) => {
    const { history } = await identity(3, loss).fit(x(), target, { epochs: 1, batchSize: 2, verbose: 0 })
    return history.loss![0]
  }

  it('are refused by fit as they are, which is why there is labelTarget', async () => {
    await expect(inFit(tfjs.overlapLoss({ activation: 'softmax' }), y())).rejects.toThrow(/dimension/)
  })

  it.each<[string, { ignoreLabel?: number }, Int32Array]>([
    ['all counted', {}, labels],
    ['some ignored', { ignoreLabel: 255 }, withIgnored],
    ['a class ignored', { ignoreLabel: 1 }, labels],
  ])('give in fit and in evaluate what the loss gives of them: %s', async (_, ignoring, ids) => {
    for (const loss of [
      tfjs.overlapLoss({ activation: 'softmax', ...ignoring }),
      tfjs.pixelLoss({ activation: 'softmax', ...ignoring }),
    ]) {
      const expected = loss(y(ids), x()).dataSync()[0]!
      const target = tfjs.labelTarget(y(ids), 3, ignoring.ignoreLabel)
      expect(target.shape).toEqual([2, 3, 4, 3])
      expect(await inFit(loss, target)).toBeCloseTo(expected, 6)
      const evaluated = identity(3, loss).evaluate(x(), target, { batchSize: 2 }) as tf.Scalar
      expect(evaluated.dataSync()[0]).toBeCloseTo(expected, 6)
    }
  })

  it('are taken by fitDataset as they are', async () => {
    const loss = tfjs.pixelLoss({ activation: 'softmax' })
    const batches = [{ xs: x(), ys: y() }]
    const dataset = {
      size: 1,
      iterator: async () => ({ next: async () => ({ value: batches[0]!, done: batches.length === 0 }) }),
    }
    type Dataset = Parameters<ReturnType<typeof sequential>['fitDataset']>[0]
    const { history } = await identity(3, loss).fitDataset(dataset as unknown as Dataset, {
      epochs: 1,
      batchesPerEpoch: 1,
      verbose: 0,
    })
    expect(history.loss![0]).toBeCloseTo(loss(y(), x()).dataSync()[0]!, 6)
  })

  it('of one channel are themselves', () => {
    const target = tfjs.labelTarget(tf.tensor1d([0, 1, 255], 'int32'), 1, 255)
    expect([target.shape, [...target.dataSync()]]).toEqual([
      [3, 1],
      [0, 1, 255],
    ])
  })

  it('are one-hot, with an ignored value in every channel', () => {
    const target = tfjs.labelTarget(tf.tensor1d([2, 0, 255], 'int32'), 3, 255)
    expect([...target.dataSync()]).toEqual([0, 0, 1, 1, 0, 0, 255, 255, 255])
  })

  it.each([
    [[0, 3], 3, 255, /label 3 at pixel 1 is no class \(0\.\.2\)/],
    [[-1], 3, 255, /label -1 at pixel 0/],
    [[255], 3, undefined, /label 255/],
    [[2], 1, undefined, /label 2 at pixel 0 is no class \(0\.\.1\)/],
    [[0.5], 2, undefined, /label 0\.5/],
    [[0], 0, undefined, /classes: expected a positive integer, got 0/],
    [[0], 1.5, undefined, /classes: expected a positive integer, got 1\.5/],
  ])('of %j for %d classes are refused', (values, classes, ignoreLabel, message) => {
    const ids = tf.tensor1d(values, 'float32')
    expect(() => tfjs.labelTarget(ids, classes, ignoreLabel)).toThrow(message)
    expect(() => tfjs.labelTarget(ids, classes, ignoreLabel)).toThrow(RangeError)
  })
})

describe('a gradient', () => {
  it('is computed where something is differentiated, and nowhere else', () => {
    const asked: boolean[] = []
    const spy = (rank: number): plain.Loss => {
      const loss = plain.overlapLoss({ activation: 'softmax', layout: rank === 4 ? 'NHWC' : 'HWC' })
      return {
        values: loss.values,
        defined: 0,
        evaluate: (p, t, gradient) => {
          asked.push(gradient !== undefined)
          return loss.evaluate(p, t, gradient)
        },
      }
    }
    const loss = tfjs.weightedSum({ loss: Object.assign(tfjs.overlapLoss(), { forRank: spy }) })
    const x = tf.tensor4d(logits, [...shape])
    const y = tf.tensor3d(labels, [2, 3, 4], 'int32')
    const alone = loss(y, x).dataSync()[0]
    expect(asked).toEqual([false])
    expect(tf.tidy(() => loss(y, x)).dataSync()[0]).toBe(alone)
    expect(asked).toEqual([false, false])
    const { value } = tf.valueAndGrad((of: tf.Tensor) => loss(y, of))(x)
    expect(asked).toEqual([false, false, true])
    expect(value.dataSync()[0]).toBe(alone)
  })
})

describe('a small convolutional network on stones in grass, 4 % of the pixels', () => {
  const picture = stonesInGrass(24, 4, 3)
  /** Dice after some steps from the same weights. */
  async function trained(loss: tfjs.TfjsLoss): Promise<number> {
    await tf.setBackend('cpu')
    const model = sequential({
      layers: [
        layers.conv2d({
          inputShape: [24, 24, 3],
          filters: 6,
          kernelSize: 3,
          padding: 'same',
          activation: 'relu',
          kernelInitializer: initializers.glorotNormal({ seed: 1 }),
        }),
        layers.conv2d({
          filters: 1,
          kernelSize: 3,
          padding: 'same',
          activation: 'sigmoid',
          kernelInitializer: initializers.glorotNormal({ seed: 2 }),
        }),
      ],
    })
    model.compile({ optimizer: tf.train.adam(0.03), loss })
    const x = tf.tensor4d(picture.rgb, [1, 24, 24, 3])
    const y = tf.tensor4d(Float32Array.from(picture.label), [1, 24, 24, 1])
    await model.fit(x, y, { epochs: 60, verbose: 0, shuffle: false })
    return hardDice((model.predict(x) as tf.Tensor).dataSync(), picture.label)
  }

  it('is learnt with Dice loss and not with cross entropy alone', async () => {
    const share = picture.label.reduce((sum, one) => sum + one, 0) / picture.label.length
    expect(share).toBeLessThan(0.05)
    expect(await trained(tfjs.overlapLoss({ ...plain.conventions.keras.dice }))).toBeGreaterThan(0.9)
    expect(await trained(tfjs.pixelLoss({ ...plain.conventions.keras.bce }))).toBeLessThan(0.1)
  }, 60_000)
})
