import {
  type Activation,
  conventions,
  type ElementActivation,
  type Loss,
  overlapLoss,
  pixelLoss,
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
  read,
  Unsupported,
  weightsOf,
} from './shared.ts'

/** Functions that a case names. */
const functions: Readonly<Record<string, ElementActivation>> = {
  'torch.tanh': { value: Math.tanh, slope: x => 1 - Math.tanh(x) ** 2 },
  'torch.square': { value: x => x * x, slope: x => 2 * x },
}

const reductions = ['mean', 'sum', 'none'] as const

interface Activated {
  sigmoid: boolean
  softmax: boolean
  other_act: Parameter
}

export function activation(c: Case, p: Activated): Activation {
  if (p.other_act !== null) {
    const found = functions[String(p.other_act)]
    if (!found) throw new Unsupported(`other_act ${String(p.other_act)}`)
    return found
  }
  if (p.sigmoid && p.softmax) throw new RangeError('sigmoid and softmax')
  if (p.sigmoid) return 'sigmoid'
  return p.softmax && channelsOf(c) > 1 ? 'softmax' : 'none'
}

/** A single channel is never left out. */
export const withoutBackground = (c: Case, include: boolean): number[] | undefined =>
  include || channelsOf(c) === 1 ? undefined : Array.from({ length: channelsOf(c) - 1 }, (_, k) => k + 1)

export const activated = {
  include_background: true,
  to_onehot_y: false,
  sigmoid: false,
  softmax: false,
  other_act: null,
}
const ratio = { reduction: 'mean', smooth_nr: 1e-5, smooth_dr: 1e-5, batch: false }
const diceArguments = {
  ...activated,
  ...ratio,
  squared_pred: false,
  jaccard: false,
  weight: null,
  soft_label: false,
  ignore_index: null,
}
type DiceArguments = ReturnType<typeof read<typeof diceArguments>>

function diceLoss(c: Case, p: DiceArguments, reduction: 'mean' | 'sum' | 'none'): Loss {
  const classes = withoutBackground(c, p.include_background)
  const used = classes?.length ?? channelsOf(c)
  return overlapLoss({
    ...(p.jaccard ? conventions.monai.jaccard : conventions.monai.dice),
    activation: activation(c, p),
    classes,
    power: p.squared_pred ? 2 : 1,
    intersection: p.soft_label && !p.squared_pred ? 'norm' : 'product',
    numeratorSmoothing: p.smooth_nr / 2,
    denominatorSmoothing: p.smooth_dr / 2,
    sumOver: p.batch ? 'batch' : 'pixels',
    ignoreLabel: optional(p.ignore_index),
    classWeights: used === 1 ? undefined : weightsOf(p.weight, p.weight === 'ramp' ? channelsOf(c) : used),
    reduction,
  })
}

const dice: Mapping = mapping((c, parameters) => {
  const p = read(parameters, diceArguments)
  const reduction = choice('reduction', p.reduction, reductions)
  return answer(c, diceLoss(c, p, reduction), { none: reduction === 'none' })
})

const tversky: Mapping = mapping((c, parameters) => {
  const p = read(parameters, {
    ...activated,
    ...ratio,
    alpha: 0.5,
    beta: 0.5,
    soft_label: false,
    ignore_index: null,
  })
  const reduction = choice('reduction', p.reduction, reductions)
  const loss = overlapLoss({
    ...conventions.monai.tversky,
    activation: activation(c, p),
    classes: withoutBackground(c, p.include_background),
    alpha: p.alpha,
    beta: p.beta,
    intersection: p.soft_label ? 'norm' : 'product',
    numeratorSmoothing: p.smooth_nr,
    denominatorSmoothing: p.smooth_dr,
    sumOver: p.batch ? 'batch' : 'pixels',
    ignoreLabel: optional(p.ignore_index),
    reduction,
  })
  return answer(c, loss, { none: reduction === 'none' })
})

const generalisedArguments = { ...activated, ...ratio, w_type: 'square', soft_label: false }

const generalisedDice: Mapping = mapping((c, parameters) => {
  const p = read(parameters, generalisedArguments)
  const reduction = choice('reduction', p.reduction, reductions)
  const loss = overlapLoss({
    ...conventions.monai.generalisedDice,
    activation: activation(c, p),
    classes: withoutBackground(c, p.include_background),
    volumeWeights: choice('w_type', p.w_type, ['uniform', 'simple', 'square'] as const),
    intersection: p.soft_label ? 'norm' : 'product',
    numeratorSmoothing: p.smooth_nr / 2,
    denominatorSmoothing: p.smooth_dr / 2,
    sumOver: p.batch ? 'all' : 'classes',
    reduction,
  })
  return answer(c, loss, { none: reduction === 'none' })
})

const focalArguments = {
  include_background: true,
  to_onehot_y: false,
  gamma: 2,
  alpha: null,
  weight: null,
  reduction: 'mean',
  use_softmax: false,
  ignore_index: null,
}
type FocalArguments = ReturnType<typeof read<typeof focalArguments>>

function focalLoss(c: Case, p: FocalArguments): Loss {
  const isCut = !p.include_background && channelsOf(c) > 1
  const channels = channelsOf(c) - Number(isCut)
  if (p.use_softmax && channels === 1)
    throw new NotReproduced('softmax of a single channel is 1 whatever the logit: refused')
  if (p.weight !== null && typeof p.weight !== 'number' && channels === 1)
    throw new RangeError('weight of one channel')
  const weights = weightsOf(p.weight, p.weight === 'ramp' ? channelsOf(c) : channels)
  // It warns that a number is no alpha of softmax without the background, and takes none.
  const isNoAlpha = typeof p.alpha === 'number' && p.use_softmax && isCut
  const alpha = typeof p.alpha === 'number' ? p.alpha : weightsOf(p.alpha, channelsOf(c))
  const reduction = choice('reduction', p.reduction, reductions)
  return pixelLoss({
    ...(p.use_softmax ? conventions.monai.focalSoftmax : conventions.monai.focal),
    background: p.include_background ? 'keep' : 'cut',
    gamma: p.gamma,
    alpha: isNoAlpha ? undefined : alpha,
    classWeights: weights,
    ignoreLabel: optional(p.ignore_index),
    reduction: reduction === 'sum' ? 'samples' : reduction,
  })
}

const focal: Mapping = mapping((c, parameters) => {
  const p = read(parameters, focalArguments)
  return answer(c, focalLoss(c, p), { none: p.reduction === 'none' })
})

function atLeastZero(...factors: number[]): void {
  for (const factor of factors) if (!(factor >= 0)) throw new RangeError(`factor ${factor} below 0`)
}

/** Ramp weights are given for every class; Dice takes those of the classes it counts. */
function foregroundWeights(c: Case, p: { weight: Parameter; include_background: boolean }): number[] | null {
  const weights = weightsOf(p.weight, channelsOf(c))
  return weights ? (p.include_background ? weights : weights.slice(1)) : null
}

const diceCe: Mapping = mapping((c, parameters) => {
  const { soft_label: _, ignore_index: __, ...shared } = diceArguments
  const p = read(parameters, { ...shared, lambda_dice: 1, lambda_ce: 1, label_smoothing: 0 })
  atLeastZero(p.lambda_dice, p.lambda_ce)
  const reduction = choice('reduction', p.reduction, ['mean', 'sum'] as const)
  const single = channelsOf(c) === 1
  const weights = weightsOf(p.weight, channelsOf(c))
  const overlap = { ...diceArguments, ...p, weight: foregroundWeights(c, p) }
  const entropy = single
    ? pixelLoss({ ...conventions.torch.bceLogits, ...(weights ? { posWeight: weights } : {}), reduction })
    : pixelLoss({
        // A one-hot target is one of probabilities to torch.
        ...conventions.torch[p.to_onehot_y ? 'crossEntropy' : 'crossEntropyProbabilities'],
        classWeights: weights,
        smoothing: p.label_smoothing,
        reduction,
      })
  const loss = weightedSum(
    { loss: diceLoss(c, overlap, reduction), weight: p.lambda_dice },
    { loss: entropy, weight: p.lambda_ce },
  )
  return answer(c, loss, !single && !p.to_onehot_y ? { target: oneHot(c) } : {})
})

/** Dice sees the classes it counts, focal loss the channels that are left: the same with sigmoid. */
const diceFocal: Mapping = mapping((c, parameters) => {
  const { soft_label: _, ignore_index: __, ...shared } = diceArguments
  const p = read(parameters, { ...shared, gamma: 2, lambda_dice: 1, lambda_focal: 1, alpha: null })
  atLeastZero(p.lambda_dice, p.lambda_focal)
  const reduction = choice('reduction', p.reduction, reductions)
  if (reduction === 'none') throw new Unsupported('reduction none: two shapes are broadcast')
  const overlap = diceLoss(c, { ...diceArguments, ...p }, reduction)
  const pixel = focalLoss(c, {
    ...focalArguments,
    include_background: p.include_background,
    gamma: p.gamma,
    alpha: p.alpha,
    weight: p.weight,
    reduction: p.reduction,
  })
  return answer(
    c,
    weightedSum({ loss: overlap, weight: p.lambda_dice }, { loss: pixel, weight: p.lambda_focal }),
  )
})

export const monai: Readonly<Record<string, Mapping>> = {
  dice_loss: dice,
  jaccard_loss: dice,
  tversky_loss: tversky,
  generalized_dice_loss: generalisedDice,
  focal_loss: focal,
  dice_ce_loss: diceCe,
  dice_focal_loss: diceFocal,
}
