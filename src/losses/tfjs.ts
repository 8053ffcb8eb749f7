/** @module dice-monitor/tfjs */
import {
  customGrad,
  engine,
  mul,
  type Scalar,
  scalar,
  type Tensor as TfTensor,
  tensor,
} from '@tensorflow/tfjs-core'
import type { Loss } from './loss.ts'
import { type LovaszOptions, lovaszLoss as makeLovasz } from './lovasz.ts'
import { type CommonOptions, shown } from './options.ts'
import { overlapLoss as makeOverlap } from './overlap.ts'
import type { OverlapOptions } from './overlap-options.ts'
import { pixelLoss as makePixel } from './pixel.ts'
import type { PixelOptions } from './pixel-options.ts'
import type { Numbers, Tensor } from './tensor.ts'
import { weightedSum as makeSum } from './weighted-sum.ts'

/**
 * A loss as TensorFlow.js takes it: in `model.compile({ loss })`, in the function that `optimizer.minimize`
 * minimises, and under `tf.grads`. The derivative is with respect to `prediction`.
 */
export interface TfjsLoss {
  (target: TfTensor, prediction: TfTensor): Scalar
  /** The loss behind it, for predictions of a rank. */
  readonly forRank: (rank: number) => Loss
}

const read = (from: TfTensor): Tensor => ({ data: from.dataSync() as Numbers, shape: from.shape })

/**
 * Value and gradient are this library's own, computed in float64 on the CPU and rounded to the float32 of tensors,
 * and so the same on every backend; on a GPU backend the prediction is read back first. One operation with a
 * gradient of its own: it needs no other gradient to be registered. Where nothing is differentiated, as in
 * `model.evaluate`, there is none.
 */
function differentiable(loss: Loss, target: TfTensor, prediction: TfTensor): Scalar {
  if (!engine().isTapeOn()) return scalar(loss.evaluate(read(prediction), read(target)))
  const operation = customGrad((x, save) => {
    const of = x as TfTensor
    const gradient = new Float32Array(of.size)
    const value = loss.evaluate(read(of), read(target), { data: gradient, shape: of.shape })
    ;(save as (tensors: TfTensor[]) => void)([tensor(gradient, of.shape)])
    return {
      value: scalar(value),
      gradFunc: (upstream, kept) => mul((kept as TfTensor[])[0]!, upstream as Scalar),
    }
  })
  return operation(prediction) as Scalar
}

function toTfjs(make: (rank: number) => Loss): TfjsLoss {
  const made = new Map<number, Loss>()
  const forRank = (rank: number): Loss => {
    const loss = made.get(rank) ?? make(rank)
    made.set(rank, loss)
    return loss
  }
  const loss = (target: TfTensor, prediction: TfTensor) =>
    differentiable(forRank(prediction.rank), target, prediction)
  return Object.assign(loss, { forRank })
}

/** TensorFlow.js lays images out `NHWC`. */
function withLayout<T extends CommonOptions>(make: (options: T) => Loss, options: T): TfjsLoss {
  return toTfjs(rank => {
    const layout = options.layout ?? (rank === 4 ? 'NHWC' : rank === 3 ? 'HWC' : undefined)
    return make(layout === undefined ? options : { ...options, layout })
  })
}

/** The overlap loss of `NHWC` tensors (`HWC` without a batch), or of the layout in its options. */
export const overlapLoss = (options: OverlapOptions = {}): TfjsLoss => withLayout(makeOverlap, options)

/** The pixel loss of `NHWC` tensors (`HWC` without a batch), or of the layout in its options. */
export const pixelLoss = (options: PixelOptions = {}): TfjsLoss => withLayout(makePixel, options)

/** The Lovász loss of `NHWC` tensors (`HWC` without a batch), or of the layout in its options. */
export const lovaszLoss = (options: LovaszOptions = {}): TfjsLoss => withLayout(makeLovasz, options)

/** A weighted sum of losses, such as Dice and cross entropy. */
export const weightedSum = (
  ...parts: readonly { readonly loss: TfjsLoss; readonly weight?: number }[]
): TfjsLoss =>
  toTfjs(rank => makeSum(...parts.map(({ loss, weight = 1 }) => ({ loss: loss.forRank(rank), weight }))))

/**
 * Labels as a target of the shape that the model puts out, which is the only one that `fit`, `evaluate` and
 * `trainOnBatch` of tfjs-layers take: one-hot, and with one class the labels themselves. `fitDataset` and a loss that is
 * called take labels as they are. It holds the classes' number of values a pixel.
 * @param labels class ids `[N, H, W]` or of any other shape
 * @param classes channels of the model's output
 * @param ignoreLabel the loss's own. Where it is no class, a pixel with it holds it in every channel
 * @returns float32 `[N, H, W, classes]`, the caller's to dispose of
 * @throws RangeError for a label that is neither a class nor ignored, and unless `classes` is a positive integer
 */
export function labelTarget(labels: TfTensor, classes: number, ignoreLabel?: number): TfTensor {
  if (!(Number.isInteger(classes) && classes >= 1))
    throw new RangeError(`classes: expected a positive integer, got ${shown(classes)}`)
  const ids = labels.dataSync()
  const target = new Float32Array(ids.length * classes)
  // Of one channel the labels are 0 and 1.
  const count = Math.max(classes, 2)
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!
    const at = i * classes
    if (Number.isInteger(id) && id >= 0 && id < count) {
      if (classes === 1) target[at] = id
      else target[at + id] = 1
    } else if (id === ignoreLabel) target.fill(id, at, at + classes)
    else throw new RangeError(`label ${id} at pixel ${i} is no class (0..${count - 1}) and not ignored`)
  }
  return tensor(target, [...labels.shape, classes])
}
