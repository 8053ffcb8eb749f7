import {
  allocateBatch,
  conventions,
  lovaszLoss,
  overlapLoss,
  pixelLoss,
  tensor,
  weightedSum,
} from '../../src/losses/index.ts'
import { allocationOf } from '../support/allocation.ts'
import { BOXED_BYTES } from './boxed.ts'

// Prints the bytes that an evaluation with a gradient leaves on the heap, for each loss.

const [samples, channels, height, width] = [2, 4, 12, 16]
const pixels = height * width
const logits = tensor(
  Float32Array.from({ length: samples * channels * pixels }, (_, i) => Math.sin(i * 12.9898) * 3),
  [samples, channels, height, width],
)
const labels = tensor(
  Uint8Array.from({ length: samples * pixels }, (_, i) => (i % 7 === 0 ? 255 : i % 3)),
  [samples, height, width],
)
const gradient = tensor(new Float32Array(logits.data.length), logits.shape)
const ignoreLabel = 255
const losses = {
  dice: overlapLoss({ activation: 'softmax', ignoreLabel }),
  generalised: overlapLoss({ ...conventions.monai.generalisedDice, activation: 'softmax', ignoreLabel }),
  cross: pixelLoss({ activation: 'softmax', ignoreLabel, smoothing: 0.1 }),
  focal: pixelLoss({ activation: 'sigmoid', ignoreLabel, gamma: 2 }),
  lovasz: lovaszLoss({ activation: 'softmax', ignoreLabel }),
  sum: weightedSum(
    { loss: overlapLoss({ activation: 'softmax', ignoreLabel }) },
    { loss: pixelLoss({ activation: 'softmax', ignoreLabel }) },
  ),
}

let kept: object[] = []
const report: Record<string, number> = {}
const measure = async (run: () => void): Promise<number> => (await allocationOf(run, BOXED_BYTES)).heap
for (const [name, loss] of Object.entries(losses))
  report[name] = await measure(() => void loss.evaluate(logits, labels, gradient))
// Large enough for the kernels; the labels that are ignored are counted apart.
const large = tensor(new Float32Array(2 * 20_000).fill(0.5), [1, 2, 100, 200])
const largeLabels = tensor(
  Uint8Array.from({ length: 20_000 }, (_, i) => (i > 19_000 ? 255 : (i >> 5) & 1)),
  [1, 100, 200],
)
const largeGradient = tensor(new Float32Array(2 * 20_000), large.shape)
const inPlace = overlapLoss({ ignoreLabel })
report.inPlace = await measure(() => void inPlace.evaluate(large, largeLabels, largeGradient))
const batch = allocateBatch([1, 2, 100, 200])
batch.prediction.data.fill(0.5)
batch.target.data.set(largeLabels.data)
report.batch = await measure(() => void inPlace.evaluate(batch.prediction, batch.target, batch.gradient))
// What one small object an evaluation would leave, so that the measure is known to see it.
report.control = await measure(() => {
  kept = [{ a: 1, b: 2 }]
})
if (kept.length !== 1) throw new Error('the control did not run')
process.stdout.write(JSON.stringify(report))
