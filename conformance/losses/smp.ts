import {
  conventions,
  lovaszLoss,
  overlapLoss,
  type PixelOptions,
  pixelLoss,
  tensor,
  weightedSum,
} from '../../src/losses/index.ts'
import type { Answer, Case, Mapping, Parameter } from '../case.ts'
import {
  answer,
  channelsOf,
  ignoredMark,
  mapping,
  NotReproduced,
  oneHot,
  optional,
  predictionOf,
  read,
  targetOf,
  Unsupported,
  weightsOf,
} from './shared.ts'

// One channel is mode `binary`, several are `multiclass`.
const binary = (c: Case): boolean => channelsOf(c) === 1

const overlapArguments = {
  classes: null,
  log_loss: false,
  from_logits: true,
  smooth: 0,
  ignore_index: null,
  eps: 1e-7,
  class_weights: null,
}
type OverlapArguments = ReturnType<typeof read<typeof overlapArguments>>

function overlap(c: Case, p: OverlapArguments, alpha: number, beta: number, gamma: number): Answer {
  if (binary(c) && (p.classes !== null || p.class_weights !== null))
    throw new RangeError('binary has no classes')
  const classes = Array.isArray(p.classes) ? (p.classes as Parameter[]).map(Number) : undefined
  const weights = weightsOf(p.class_weights, channelsOf(c))
  return answer(
    c,
    overlapLoss({
      ...conventions.smp.tversky,
      activation: p.from_logits ? (binary(c) ? 'sigmoid' : 'softmax') : 'none',
      alpha,
      beta,
      numeratorSmoothing: p.smooth,
      denominatorSmoothing: p.smooth,
      floor: p.eps,
      ignoreLabel: optional(p.ignore_index),
      classes,
      classWeights: weights && classes ? classes.map(k => weights[k]!) : weights,
      transform: p.log_loss ? 'log' : 'none',
      totalTransform: gamma === 1 ? 'none' : { power: gamma },
    }),
  )
}

const dice: Mapping = mapping((c, parameters) => overlap(c, read(parameters, overlapArguments), 0.5, 0.5, 1))
const jaccard: Mapping = mapping((c, parameters) => overlap(c, read(parameters, overlapArguments), 1, 1, 1))
const tversky: Mapping = mapping((c, parameters) => {
  const p = read(parameters, { ...overlapArguments, alpha: 0.5, beta: 0.5, gamma: 1 })
  return overlap(c, p, p.alpha, p.beta, p.gamma)
})

const focal: Mapping = mapping((c, parameters) => {
  const p = read(parameters, {
    alpha: null,
    gamma: 2,
    ignore_index: null,
    from_logits: true,
    eps: 1e-7,
    reduction: 'mean',
    normalized: false,
    reduced_threshold: null,
    class_weights: null,
  })
  if (binary(c) && p.class_weights !== null) throw new RangeError('class_weights of one class')
  const channels = channelsOf(c)
  const ignored = optional(p.ignore_index)
  const weights = weightsOf(p.class_weights, channels)
  const none =
    binary(c) && p.reduction !== 'mean' && p.reduction !== 'sum' && p.reduction !== 'batchwise_mean'
  const batchwise = !binary(c) && p.reduction === 'batchwise_mean'
  const summed = p.reduction === 'sum' || p.reduction === 'batchwise_mean'
  if (!binary(c) && weights && !summed && p.reduction !== 'mean')
    throw new Unsupported('class_weights unreduced')
  const loss = pixelLoss({
    ...focalConvention(c, p.from_logits, p.eps),
    gamma: p.gamma,
    alpha: optional(p.alpha),
    ignoreLabel: ignored,
    normaliseFocal: p.normalized,
    reducedThreshold: optional(p.reduced_threshold),
    classWeights: weights,
    reduction: none ? 'none' : summed ? 'sum' : 'mean',
  })
  const pixels = c.shape[2]! * c.shape[3]!
  if (batchwise && weights) throw new Unsupported('class_weights unreduced')
  // Unless pixels are ignored, only the samples are summed there before a mean of what is left.
  const whole = weightedSum({ loss, weight: batchwise && ignored === undefined ? 1 / pixels : 1 })
  if (none) {
    const found = answer(c, loss, { none })
    if (!('value' in found)) return found
    const kept = Array.from(c.target, label => label !== ignored)
    return { ...found, value: Array.from(loss.values).filter((_, i) => kept[i]) }
  }
  return answer(c, whole)
})

/** With another eps, whose range is one of odds for several classes. */
function focalConvention(c: Case, fromLogits: boolean, eps: number): PixelOptions {
  const { focal, focalProbabilities, focalOdds } = conventions.smp
  if (fromLogits) return focal
  if (binary(c)) return { ...focalProbabilities, clip: [eps, 1 - eps] }
  return { ...focalOdds, clip: [eps / (1 + eps), (1 - eps) / (2 - eps)] }
}

const bce: Mapping = mapping((c, parameters) => {
  const p = read(parameters, {
    weight: null,
    ignore_index: -100 as Parameter,
    reduction: 'mean',
    smooth_factor: null,
    pos_weight: null,
  })
  const weights = weightsOf(p.weight, 1)
  const positive = weightsOf(p.pos_weight, 1)
  if ((weights?.length ?? 1) > 1 || (positive?.length ?? 1) > 1)
    throw new Unsupported('weights that are not a number')
  const none = p.reduction !== 'mean' && p.reduction !== 'sum'
  const loss = pixelLoss({
    ...conventions.smp.bce,
    ignoreLabel: binary(c) ? optional(p.ignore_index) : ignoredMark,
    smoothing: optional(p.smooth_factor) ?? 0,
    posWeight: positive?.[0] ?? 1,
    classWeights: weights && new Array<number>(channelsOf(c)).fill(weights[0]!),
    reduction: none ? 'none' : p.reduction === 'sum' ? 'sum' : 'mean',
  })
  return answer(c, loss, { none, ...(binary(c) ? {} : { target: oneHot(c, optional(p.ignore_index)) }) })
})

const crossEntropy: Mapping = mapping((c, parameters) => {
  const p = read(parameters, {
    reduction: 'mean',
    smooth_factor: null,
    ignore_index: -100 as Parameter,
    dim: 1,
  })
  if (p.smooth_factor === null) throw new RangeError('smooth_factor None')
  if (p.dim !== 1) throw new Unsupported('dim')
  if (binary(c)) throw new Unsupported('one class')
  const none = p.reduction !== 'mean' && p.reduction !== 'sum'
  const loss = pixelLoss({
    ...conventions.smp.crossEntropy,
    ignoreLabel: optional(p.ignore_index),
    smoothing: Number(p.smooth_factor),
    reduction: none ? 'none' : p.reduction === 'sum' ? 'sum' : 'mean',
  })
  return answer(c, loss, { none })
})

/** Equal errors make the gradient a matter of sorting, in the library as here: the value alone is compared. */
const lovasz: Mapping = mapping((c, parameters) => {
  const p = read(parameters, { per_image: false, ignore_index: null, from_logits: true })
  const ignoreLabel = optional(p.ignore_index)
  const options = { ignoreLabel, perSample: p.per_image }
  if (binary(c)) {
    const loss = lovaszLoss({ ...conventions.smp.lovasz, ...options })
    return { value: loss.evaluate(predictionOf(c), targetOf(c)) }
  }
  const samples = c.shape[0]!
  const pixels = c.target.length / samples
  const groups = p.per_image ? samples : 1
  const size = c.target.length / groups
  let ignoredGroups = 0
  for (let group = 0; group < groups; group++) {
    const all = c.target.subarray(group * size, (group + 1) * size).every(label => label === ignoreLabel)
    if (all) ignoredGroups++
  }
  const loss = lovaszLoss({ ...conventions.smp.lovaszSoftmax, ...options })
  const value = loss.evaluate(predictionOf(c), tensor(c.target, [samples, pixels / c.shape[3]!, c.shape[3]!]))
  if (ignoredGroups === 0) return { value }
  // No pixel at all is no number there, but an array of none.
  if (ignoredGroups === groups) return { value: [] }
  throw new NotReproduced('a sample without pixels turns the mean of the batch into an array of none')
})

const matthews: Mapping = mapping((c, parameters) => {
  const p = read(parameters, { eps: 1e-5 })
  return answer(c, overlapLoss({ ...conventions.smp.matthews, countSmoothing: p.eps }))
})

export const smp: Readonly<Record<string, Mapping>> = {
  dice_loss: dice,
  jaccard_loss: jaccard,
  tversky_loss: tversky,
  focal_loss: focal,
  bce_logits: bce,
  cross_entropy: crossEntropy,
  lovasz_loss: lovasz,
  mcc_loss: matthews,
}
