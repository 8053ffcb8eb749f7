import {
  addN,
  customGrad,
  mul,
  type Scalar,
  scalar,
  type Tensor as TfTensor,
  tensor,
  zerosLike,
} from '@tensorflow/tfjs-core'
import type { CommonOptions, Loss } from './loss.ts'
import { type LovaszOptions, lovaszLoss as makeLovasz } from './lovasz.ts'
import { overlapLoss as makeOverlap, type OverlapOptions } from './overlap.ts'
import { pixelLoss as makePixel, type PixelOptions } from './pixel.ts'
import type { Numbers } from './tensor.ts'

/**
 * A loss as TensorFlow.js takes it: in `model.compile({ loss })`, in the function that `optimizer.minimize`
 * minimises, and under `tf.grads`. The derivative is with respect to `prediction`.
 */
export type TfjsLoss = (target: TfTensor, prediction: TfTensor) => Scalar

/** TensorFlow.js lays images out `NHWC`. */
const layoutOf = (rank: number): string | undefined => (rank === 4 ? 'NHWC' : rank === 3 ? 'HWC' : undefined)

/**
 * Wraps a loss of this library. Value and gradient are its own, computed in float64 on the CPU and rounded to
 * the float32 of tensors, and so the same on every backend; on a GPU backend the prediction is read back first.
 * @param loss with the layout `NHWC` (`HWC` without batches) in its options
 */
export function toTfjs(loss: Loss): TfjsLoss {
  const differentiable = customGrad((prediction, target, save) => {
    const of = prediction as TfTensor
    const wanted = target as TfTensor
    const gradient = new Float32Array(of.size)
    const value = loss.evaluate(
      { data: of.dataSync() as Numbers, shape: of.shape },
      { data: wanted.dataSync() as Numbers, shape: wanted.shape },
      { data: gradient, shape: of.shape },
    )
    const saved = tensor(gradient, of.shape)
    ;(save as (tensors: TfTensor[]) => void)([saved])
    return {
      value: scalar(value),
      gradFunc: (upstream, kept) => {
        const [first] = kept as TfTensor[]
        // The target is data: nothing flows back to it.
        return [mul(first!, upstream as Scalar), zerosLike(wanted)]
      },
    }
  })
  return (target, prediction) => differentiable(prediction, target) as Scalar
}

const withLayout = <T extends CommonOptions>(make: (options: T) => Loss, options: T): TfjsLoss => {
  // The rank is known only when tensors come; a loss is made for each of the two that there are.
  const made = new Map<number, TfjsLoss>()
  return (target, prediction) => {
    let loss = made.get(prediction.rank)
    if (!loss) {
      const layout = options.layout ?? layoutOf(prediction.rank)
      loss = toTfjs(make(layout === undefined ? options : { ...options, layout }))
      made.set(prediction.rank, loss)
    }
    return loss(target, prediction)
  }
}

/** The overlap loss of `NHWC` tensors (`HWC` without a batch), or of the layout in its options. */
export const overlapLoss = (options: OverlapOptions = {}): TfjsLoss => withLayout(makeOverlap, options)

/** The pixel loss of `NHWC` tensors (`HWC` without a batch), or of the layout in its options. */
export const pixelLoss = (options: PixelOptions = {}): TfjsLoss => withLayout(makePixel, options)

/** The Lovász loss of `NHWC` tensors (`HWC` without a batch), or of the layout in its options. */
export const lovaszLoss = (options: LovaszOptions = {}): TfjsLoss => withLayout(makeLovasz, options)

/** A weighted sum of losses, such as Dice and cross entropy. */
export const weightedSum =
  (...parts: readonly { readonly loss: TfjsLoss; readonly weight?: number }[]): TfjsLoss =>
  (target, prediction) =>
    addN(parts.map(({ loss, weight = 1 }) => mul(loss(target, prediction), weight))) as Scalar
