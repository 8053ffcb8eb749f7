import { conventions, overlapLoss, type PixelOptions, pixelLoss, tensor } from '../../src/losses/index.ts'
import type { Answer, Case, Mapping, Parameter } from '../case.ts'
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

const reductions = ['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none'] as const
const common = {
  reduction: 'sum_over_batch_size' as Parameter,
  name: null as Parameter,
  dtype: null as Parameter,
}

const reductionOf = (value: Parameter): 'mean' | 'sum' | 'none' => {
  const found = choice('reduction', value ?? 'none', reductions)
  return found === 'sum' || found === 'none' ? found : 'mean'
}

const axesOf = (axis: Parameter): number[] => {
  const axes =
    axis === null ? [0, 1, 2, 3] : Array.isArray(axis) ? (axis as Parameter[]).map(Number) : [Number(axis)]
  return axes.map(one => {
    if (!(Number.isInteger(one) && one >= -4 && one < 4)) throw new RangeError(`axis ${one}`)
    return one < 0 ? one + 4 : one
  })
}

/**
 * Axes follow N, H, W, C. Those of N, H and W that are summed become pixels, the others samples, so that any
 * choice is one of `sumOver: 'pixels'` and `'classes'`.
 */
function overlap(
  c: Case,
  axis: Parameter,
  reduction: 'mean' | 'sum' | 'none',
  alpha: number,
  beta: number,
  epsilon: number,
): Answer {
  const summed = axesOf(axis)
  const [samples, channels, height, width] = c.shape as [number, number, number, number]
  const sizes = [samples, height, width]
  const kept = [0, 1, 2].filter(a => !summed.includes(a))
  const order = [...kept, ...[0, 1, 2].filter(a => summed.includes(a))]
  const rows = kept.reduce((product, a) => product * sizes[a]!, 1)
  const pixels = (samples * height * width) / rows
  const from = new Uint32Array(c.prediction.length)
  const label = new Uint32Array(c.target.length)
  const place = [0, 0, 0]
  let k = 0
  for (place[order[0]!] = 0; place[order[0]!]! < sizes[order[0]!]!; place[order[0]!]!++)
    for (place[order[1]!] = 0; place[order[1]!]! < sizes[order[1]!]!; place[order[1]!]!++)
      for (place[order[2]!] = 0; place[order[2]!]! < sizes[order[2]!]!; place[order[2]!]!++, k++) {
        const [n, y, x] = place as [number, number, number]
        label[k] = (n * height + y) * width + x
        const [row, pixel] = [Math.floor(k / pixels), k % pixels]
        for (let channel = 0; channel < channels; channel++)
          from[(row * channels + channel) * pixels + pixel] =
            ((n * channels + channel) * height + y) * width + x
      }
  const shape = [rows, channels, pixels]
  const permuted = new Float64Array(from.length)
  const loss = overlapLoss({
    layout: 'NCW',
    alpha,
    beta,
    denominatorSmoothing: epsilon,
    sumOver: summed.includes(3) ? 'classes' : 'pixels',
    reduction,
  })
  const value = loss.evaluate(
    tensor(
      Float64Array.from(from, i => c.prediction[i]!),
      shape,
    ),
    tensor(
      Float64Array.from(label, i => c.target[i]!),
      [rows, pixels],
    ),
    tensor(permuted, shape),
  )
  const gradient = new Float64Array(from.length)
  for (let i = 0; i < from.length; i++) gradient[from[i]!] = permuted[i]!
  return { value: reduction === 'none' ? loss.values.slice() : value, gradient }
}

const dice: Mapping = mapping((c, parameters) => {
  const p = read(parameters, { ...common, axis: null as Parameter })
  return overlap(c, p.axis, reductionOf(p.reduction), 0.5, 0.5, conventions.keras.dice.denominatorSmoothing)
})

const tversky: Mapping = mapping((c, parameters) => {
  const p = read(parameters, { ...common, axis: null as Parameter, alpha: 0.5, beta: 0.5 })
  if (p.alpha !== p.beta)
    throw new NotReproduced(
      'alpha weighs the false negatives and beta the false positives, against its own documentation',
    )
  const { denominatorSmoothing } = conventions.keras.tversky
  return overlap(c, p.axis, reductionOf(p.reduction), p.alpha, p.beta, denominatorSmoothing)
})

/** Losses of elements, of which the library first takes the mean over the last axis. */
function elements(c: Case, axis: number, options: PixelOptions, reduction: 'mean' | 'sum' | 'none'): Answer {
  if (axis !== -1 && axis !== 3) throw new Unsupported('axis')
  const target = channelsOf(c) > 1 ? { target: oneHot(c) } : {}
  return answer(c, pixelLoss({ ...options, reduction }), { none: reduction === 'none', ...target })
}

const bceArguments = { ...common, from_logits: false, label_smoothing: 0, axis: -1 }

const bce: Mapping = mapping((c, parameters) => {
  const p = read(parameters, bceArguments)
  const options = p.from_logits ? conventions.keras.bceLogits : conventions.keras.bce
  return elements(c, p.axis, { ...options, smoothing: p.label_smoothing }, reductionOf(p.reduction))
})

const binaryFocal = (c: Case, parameters: Readonly<Record<string, Parameter>>): Answer => {
  const p = read(parameters, { ...bceArguments, apply_class_balancing: false, alpha: 0.25, gamma: 2 })
  const options: PixelOptions = {
    ...conventions.keras.focal,
    activation: p.from_logits ? 'sigmoid' : 'none',
    gamma: p.gamma,
    alpha: p.apply_class_balancing ? p.alpha : undefined,
    smoothing: p.label_smoothing,
  }
  return elements(c, p.axis, options, reductionOf(p.reduction))
}

function categorical(
  c: Case,
  axis: number,
  options: PixelOptions,
  reduction: 'mean' | 'sum' | 'none',
): Answer {
  if (axis !== -1 && axis !== 3) throw new Unsupported('axis')
  return answer(c, pixelLoss({ ...options, reduction }), { none: reduction === 'none' })
}

const categoricalFocal = (c: Case, parameters: Readonly<Record<string, Parameter>>): Answer => {
  const p = read(parameters, { ...bceArguments, alpha: 0.25 as Parameter, gamma: 2 })
  const options: PixelOptions = {
    ...conventions.keras.categoricalFocal,
    activation: p.from_logits ? 'softmax' : 'none',
    gamma: p.gamma,
    alpha: weightsOf(p.alpha, channelsOf(c)),
    smoothing: p.label_smoothing,
  }
  return categorical(c, p.axis, options, reductionOf(p.reduction))
}

const crossEntropy = (c: Case, parameters: Readonly<Record<string, Parameter>>): Answer => {
  const p = read(parameters, bceArguments)
  const options = p.from_logits ? conventions.keras.crossEntropyLogits : conventions.keras.crossEntropy
  return categorical(c, p.axis, { ...options, smoothing: p.label_smoothing }, reductionOf(p.reduction))
}

const sparseCrossEntropy = (c: Case, parameters: Readonly<Record<string, Parameter>>): Answer => {
  const p = read(parameters, { ...common, from_logits: false, ignore_class: null as Parameter, axis: -1 })
  const options = p.from_logits
    ? conventions.keras.sparseCrossEntropyLogits
    : conventions.keras.sparseCrossEntropy
  return categorical(
    c,
    p.axis,
    { ...options, ignoreLabel: optional(p.ignore_class) },
    reductionOf(p.reduction),
  )
}

/** One op is several callables: the call says which. */
const byCall = (calls: Record<string, Mapping>): Mapping =>
  mapping((c, parameters) => {
    const found = calls[c.call]
    if (!found) throw new Unsupported(c.call)
    return found(c, parameters)
  })

export const keras: Readonly<Record<string, Mapping>> = {
  dice_loss: dice,
  tversky_loss: tversky,
  bce,
  bce_logits: bce,
  focal_loss: byCall({
    'keras.losses.BinaryFocalCrossentropy': binaryFocal,
    'keras.losses.CategoricalFocalCrossentropy': categoricalFocal,
  }),
  cross_entropy: byCall({
    'keras.losses.CategoricalCrossentropy': crossEntropy,
    'keras.losses.SparseCategoricalCrossentropy': sparseCrossEntropy,
  }),
}
