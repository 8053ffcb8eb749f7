import {
  clDiceLoss,
  conventions,
  hausdorffLoss,
  type Loss,
  neighbourLoss,
  wassersteinLoss,
} from '../../src/losses/index.ts'
import type { Mapping, Parameter } from '../case.ts'
import { activated, activation, withoutBackground } from './monai.ts'
import { answer, channelsOf, choice, mapping, read } from './shared.ts'

const reductions = ['mean', 'sum', 'none'] as const
const { monai } = conventions

/** MONAI's losses that are losses of their own here. */
const reduced = (
  make: (c: Parameters<Mapping>[0], p: Parameters<Mapping>[1]) => { loss: Loss; reduction: Parameter },
): Mapping =>
  mapping((c, parameters) => {
    const { loss, reduction } = make(c, parameters)
    return answer(c, loss, { none: choice('reduction', reduction, reductions) === 'none' })
  })

const wasserstein = reduced((_, parameters) => {
  const p = read(parameters, {
    dist_matrix: null as Parameter,
    weighting_mode: 'default' as Parameter,
    reduction: 'mean' as Parameter,
    smooth_nr: 1e-5,
    smooth_dr: 1e-5,
  })
  const loss = wassersteinLoss({
    ...monai.wasserstein,
    distances: (p.dist_matrix as Parameter[][]).map(row => row.map(Number)),
    weighting:
      choice('weighting_mode', p.weighting_mode, ['default', 'GDL']) === 'GDL' ? 'volume' : 'foreground',
    numeratorSmoothing: p.smooth_nr,
    denominatorSmoothing: p.smooth_dr,
    reduction: choice('reduction', p.reduction, reductions),
  })
  return { loss, reduction: p.reduction }
})

const hausdorff = (logarithm: boolean) =>
  reduced((c, parameters) => {
    const p = read(parameters, {
      ...activated,
      alpha: 2,
      include_background: false,
      reduction: 'mean' as Parameter,
      batch: false,
    })
    const loss = hausdorffLoss({
      ...monai.hausdorff,
      activation: activation(c, p),
      classes: withoutBackground(c, p.include_background),
      exponent: p.alpha,
      logarithm,
      sumOver: p.batch ? 'batch' : 'pixels',
      reduction: choice('reduction', p.reduction, reductions),
    })
    return { loss, reduction: p.reduction }
  })

const clDice = reduced((c, parameters) => {
  const p = read(parameters, {
    ...activated,
    iter_: 3,
    smooth_nr: 1,
    smooth_dr: 1,
    smooth: 1e-4,
    reduction: 'mean' as Parameter,
  })
  const loss = clDiceLoss({
    ...monai.clDice,
    activation: activation(c, p),
    classes: withoutBackground(c, p.include_background),
    iterations: p.iter_,
    numeratorSmoothing: p.smooth_nr,
    denominatorSmoothing: p.smooth_dr,
    smoothing: p.smooth,
    reduction: choice('reduction', p.reduction, reductions),
  })
  return { loss, reduction: p.reduction }
})

const neighbours = mapping((c, parameters) => {
  const p = read(parameters, {
    classes: channelsOf(c),
    dim: 2,
    kernel_size: 3,
    distance_type: 'l1' as Parameter,
    alpha: 0.1,
  })
  const loss = neighbourLoss({
    ...monai.neighbours,
    size: p.kernel_size,
    penalty: choice('distance_type', p.distance_type, ['l1', 'l2']) === 'l2' ? 'squared' : 'absolute',
    weight: p.alpha,
  })
  return answer(c, loss)
})

export const monaiOwn: Readonly<Record<string, Mapping>> = {
  wasserstein_dice_loss: wasserstein,
  hausdorff_dt_loss: hausdorff(false),
  log_hausdorff_dt_loss: hausdorff(true),
  soft_cldice_loss: clDice,
  nacl_loss: neighbours,
}
