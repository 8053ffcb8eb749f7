import {
  conventions,
  type OverlapOptions,
  overlapLoss,
  pixelLoss,
  tensor,
  weightedSum,
} from '../../src/losses/index.ts'
import type { Case, Mapping, Parameter } from '../case.ts'
import {
  answer,
  channelsOf,
  choice,
  mapping,
  NotReproduced,
  oneHot,
  optional,
  predictionOf,
  read,
  sampleOf,
  targetOf,
  Unsupported,
  weightsOf,
} from './shared.ts'

const reductions = ['mean', 'sum', 'none'] as const
const named = { loss_weight: 1, loss_name: null as Parameter }

const range = (size: number): number[] => Array.from({ length: size }, (_, k) => k)

/** The ignore index leaves a class out; a pixel whose label is no class keeps its prediction. */
const dice: Mapping = mapping((c, parameters) => {
  const p = read(parameters, {
    ...named,
    use_sigmoid: true,
    activate: true,
    reduction: 'mean',
    naive_dice: false,
    ignore_index: 255 as Parameter,
    eps: 1e-3,
  })
  const reduction = choice('reduction', p.reduction, reductions)
  const channels = channelsOf(c)
  const ignored = optional(p.ignore_index)
  const classes = range(channels).filter(k => k !== ignored)
  if (classes.length === 0) throw new RangeError('no class left')
  const activation = !p.activate ? 'none' : p.use_sigmoid ? 'sigmoid' : channels > 1 ? 'softmax' : 'none'
  if (activation === 'none' && c.domain === 'logits')
    throw new NotReproduced('logits that are taken for probabilities: refused')
  const options: OverlapOptions = {
    ...(p.naive_dice
      ? { ...conventions.mmseg.naiveDice, numeratorSmoothing: p.eps / 2, denominatorSmoothing: p.eps / 2 }
      : conventions.mmseg.dice),
    activation,
    ignoreLabel: channels === 1 ? undefined : ignored,
  }
  // Also the label of a single channel is a class id there.
  const target = channels === 1 ? oneHot(c) : targetOf(c)
  const gradient = new Float64Array(c.prediction.length)
  const samples = c.shape[0]!
  const values = new Float64Array(samples)
  const scale = p.loss_weight / (reduction === 'mean' ? samples : 1)
  for (let n = 0; n < samples; n++) {
    const loss = overlapLoss(
      p.naive_dice ? options : { ...options, denominatorSmoothing: vnetSmoothing(c, n, classes, p.eps) },
    )
    values[n] = loss.evaluate(
      sampleOf(predictionOf(c), n),
      sampleOf(target, n),
      sampleOf(tensor(gradient, c.shape), n),
      scale,
    )
  }
  return { value: reduction === 'none' ? values : values.reduce((sum, value) => sum + value, 0), gradient }
})

/** The target's sum of squares takes its eps in float32 there, the prediction's in its own precision. */
function vnetSmoothing(c: Case, n: number, classes: readonly number[], eps: number): number {
  const pixels = c.shape[2]! * c.shape[3]!
  const labels = c.target.subarray(n * pixels, (n + 1) * pixels)
  const count = labels.reduce((sum, label) => sum + (classes.includes(label) ? 1 : 0), 0)
  return (eps + Math.fround(count + Math.fround(eps)) - count) / 2
}

const tversky: Mapping = mapping((c, parameters) => {
  const p = read(parameters, {
    ...named,
    smooth: 1,
    class_weight: null,
    ignore_index: 255 as Parameter,
    alpha: 0.3,
    beta: 0.7,
  })
  if (p.alpha + p.beta !== 1) throw new RangeError('alpha and beta do not add up to 1')
  const channels = channelsOf(c)
  if (channels === 1) throw new Unsupported('one class')
  const ignored = optional(p.ignore_index)
  const loss = overlapLoss({
    ...conventions.mmseg.tversky,
    alpha: p.alpha,
    beta: p.beta,
    numeratorSmoothing: p.smooth,
    denominatorSmoothing: p.smooth,
    classWeights: weightsOf(p.class_weight, channels),
    ignoreLabel: ignored,
  })
  return answer(c, weightedSum({ loss, weight: p.loss_weight }))
})

const crossEntropy: Mapping = mapping((c, parameters) => {
  const p = read(parameters, {
    ...named,
    use_sigmoid: false,
    use_mask: false,
    reduction: 'mean',
    class_weight: null,
    avg_non_ignore: false,
    ignore_index: 255,
  })
  const reduction = choice('reduction', p.reduction, reductions)
  const channels = channelsOf(c)
  const weights = weightsOf(p.class_weight, channels)
  if (p.use_mask) throw new Unsupported('use_mask')
  if (p.use_sigmoid) {
    if (weights) throw new Unsupported('class_weight with use_sigmoid is spread along the width')
    const loss = pixelLoss({
      ...(p.avg_non_ignore ? conventions.mmseg.bceKept : conventions.mmseg.bce),
      ignoreLabel: p.ignore_index,
      reduction,
    })
    const found = answer(c, weightedSum({ loss, weight: p.loss_weight }))
    return reduction === 'none' && 'value' in found
      ? { ...found, value: loss.values.map(value => value * p.loss_weight) }
      : found
  }
  if (channels === 1) throw new Unsupported('one class')
  if (weights && reduction === 'mean' && c.target.some(label => label >= channels))
    throw new RangeError('no weight for the ignored label')
  const loss = pixelLoss({
    ...(p.avg_non_ignore && !weights ? conventions.mmseg.crossEntropyKept : conventions.mmseg.crossEntropy),
    ignoreLabel: p.ignore_index,
    classWeights: weights,
    reduction,
  })
  const found = answer(c, weightedSum({ loss, weight: p.loss_weight }))
  return reduction === 'none' && 'value' in found
    ? { ...found, value: loss.values.map(value => value * p.loss_weight) }
    : found
})

export const mmseg: Readonly<Record<string, Mapping>> = {
  dice_loss: dice,
  tversky_loss: tversky,
  cross_entropy: crossEntropy,
}
