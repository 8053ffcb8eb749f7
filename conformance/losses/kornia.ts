import { conventions, overlapLoss, pixelLoss } from '../../src/losses/index.ts'
import type { Mapping, Parameter } from '../case.ts'
import {
  answer,
  channelsOf,
  choice,
  mapping,
  NotReproduced,
  optional,
  read,
  Unsupported,
  weightsOf,
} from './shared.ts'

const { kornia: convention } = conventions

const dice: Mapping = mapping((c, parameters) => {
  const p = read(parameters, {
    average: 'micro' as Parameter,
    eps: 1e-8,
    weight: null as Parameter,
    ignore_index: -100 as Parameter,
  })
  const isMacro = choice('average', p.average, ['micro', 'macro']) === 'macro'
  const weights = weightsOf(p.weight, channelsOf(c))
  if (weights && !isMacro) throw new Unsupported('weights within the one ratio')
  const ignored = optional(p.ignore_index)
  refuseEmptySamples(c, isMacro, ignored)
  const loss = overlapLoss({
    ...(isMacro ? convention.diceMacro : convention.dice),
    denominatorSmoothing: p.eps / 2,
    ignoreLabel: ignored,
    classWeights: weights,
  })
  return answer(c, loss)
})

/** What is defined here is said in the conventions: a sample of which nothing is left is in no mean. */
function refuseEmptySamples(c: Parameters<Mapping>[0], isMean: boolean, ignored: number | undefined): void {
  const size = c.target.length / c.targetShape[0]!
  for (let from = 0; isMean && from < c.target.length; from += size)
    if (c.target.subarray(from, from + size).every(label => label === ignored))
      throw new NotReproduced('a sample that is all ignored counts as a loss of 1')
}

const tversky: Mapping = mapping((c, parameters) => {
  const p = read(parameters, { alpha: 0.5, beta: 0.5, eps: 1e-8, ignore_index: -100 as Parameter })
  const ignored = optional(p.ignore_index)
  refuseEmptySamples(c, true, ignored)
  const loss = overlapLoss({
    ...convention.tversky,
    alpha: p.alpha,
    beta: p.beta,
    denominatorSmoothing: p.eps,
    ignoreLabel: ignored,
  })
  return answer(c, loss)
})

const focal: Mapping = mapping((c, parameters) => {
  const p = read(parameters, {
    alpha: null as Parameter,
    gamma: 2,
    reduction: 'none' as Parameter,
    weight: null as Parameter,
    ignore_index: -100 as Parameter,
  })
  const reduction = choice('reduction', p.reduction, ['none', 'mean', 'sum'])
  const loss = pixelLoss({
    ...convention.focal,
    alpha: optional(p.alpha),
    gamma: p.gamma,
    classWeights: weightsOf(p.weight, channelsOf(c)),
    ignoreLabel: optional(p.ignore_index),
    divisor: 'all',
    reduction,
  })
  return answer(c, loss, { none: reduction === 'none' })
})

export const kornia: Readonly<Record<string, Mapping>> = {
  dice_loss: dice,
  tversky_loss: tversky,
  focal_loss: focal,
}
