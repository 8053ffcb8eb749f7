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
