import { conventions, logSoftmax, pixelLoss, sigmoid, softmax, type Tensor } from '../../src/losses/index.ts'
import type { Mapping, Parameter } from '../case.ts'
import {
  answer,
  channelsOf,
  choice,
  mapping,
  oneHot,
  optional,
  predictionOf,
  read,
  Unsupported,
  weightsOf,
} from './shared.ts'

const reductions = ['mean', 'sum', 'none'] as const

/** One weight for all: a list would be spread along the width. */
function scalarWeight(weight: Parameter): number | undefined {
  if (weight === null) return undefined
  if (typeof weight !== 'number') throw new Unsupported('weights that are not a number')
  return weight
}

const bce: Mapping = mapping((c, parameters) => {
  const p = read(parameters, { weight: null, reduction: 'mean' })
  const reduction = choice('reduction', p.reduction, reductions)
  if (c.prediction.some(x => !(x >= 0 && x <= 1))) throw new RangeError('expected probabilities')
  const weight = scalarWeight(p.weight)
  const loss = pixelLoss({
    ...conventions.torch.bce,
    classWeights: weight === undefined ? undefined : new Array<number>(channelsOf(c)).fill(weight),
    reduction,
  })
  return answer(c, loss, { none: reduction === 'none', ...(channelsOf(c) > 1 ? { target: oneHot(c) } : {}) })
})

const bceLogits: Mapping = mapping((c, parameters) => {
  const p = read(parameters, { weight: null, reduction: 'mean', pos_weight: null })
  const reduction = choice('reduction', p.reduction, reductions)
  const weight = scalarWeight(p.weight)
  const loss = pixelLoss({
    ...conventions.torch.bceLogits,
    posWeight: scalarWeight(p.pos_weight) ?? 1,
    classWeights: weight === undefined ? undefined : new Array<number>(channelsOf(c)).fill(weight),
    reduction,
  })
  return answer(c, loss, { none: reduction === 'none', ...(channelsOf(c) > 1 ? { target: oneHot(c) } : {}) })
})

const crossEntropy: Mapping = mapping((c, parameters) => {
  const p = read(parameters, { weight: null, ignore_index: -100, reduction: 'mean', label_smoothing: 0 })
  const reduction = choice('reduction', p.reduction, reductions)
  if (channelsOf(c) === 1) throw new Unsupported('one class')
  const loss = pixelLoss({
    ...conventions.torch.crossEntropy,
    classWeights: weightsOf(p.weight, channelsOf(c)),
    ignoreLabel: optional(p.ignore_index),
    smoothing: p.label_smoothing,
    reduction,
  })
  return answer(c, loss, { none: reduction === 'none' })
})

/** torchvision's `sigmoid_focal_loss`. */
const focal: Mapping = mapping((c, parameters) => {
  const p = read(parameters, { alpha: 0.25, gamma: 2, reduction: 'none' })
  const reduction = choice('reduction', p.reduction, reductions)
  if (p.alpha !== -1 && !(p.alpha >= 0 && p.alpha <= 1)) throw new RangeError(`alpha ${p.alpha}`)
  const loss = pixelLoss({
    ...conventions.torchvision.focal,
    alpha: p.alpha === -1 ? undefined : p.alpha,
    gamma: p.gamma,
    reduction,
  })
  return answer(c, loss, { none: reduction === 'none', ...(channelsOf(c) > 1 ? { target: oneHot(c) } : {}) })
})

const alongAxis = (of: (input: Tensor, axis: number) => Tensor): Mapping =>
  mapping((c, parameters) => {
    const p = read(parameters, { dim: 1 })
    return { value: Float64Array.from(of(predictionOf(c), p.dim).data) }
  })

export const torch: Readonly<Record<string, Mapping>> = {
  bce,
  bce_logits: bceLogits,
  cross_entropy: crossEntropy,
  softmax: alongAxis((input, axis) => softmax(input, axis)),
  log_softmax: alongAxis((input, axis) => logSoftmax(input, axis)),
  sigmoid: mapping((c, parameters) => {
    read(parameters, {})
    return { value: Float64Array.from(sigmoid(predictionOf(c)).data) }
  }),
}

export const torchvision: Readonly<Record<string, Mapping>> = { focal_loss: focal }
