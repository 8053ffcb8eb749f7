import { PlaneKernels } from '../kernels/planes.ts'
import { type Numbers, type Tensor, tensor } from './tensor.ts'

/** What a batch of labelled pictures needs. All values are 0 at first, and the data are the caller's to fill. */
export interface Batch {
  /** Float32 [samples, classes, height, width]. */
  readonly prediction: TensorOf<Float32Array>
  /** Class ids, uint8 [samples, height, width]. */
  readonly target: TensorOf<Uint8Array>
  /** Float32, as the prediction. */
  readonly gradient: TensorOf<Float32Array>
}

/** A tensor whose array is of a kind. */
export interface TensorOf<T extends Numbers> extends Tensor {
  /** Row-major. */
  readonly data: T
}

/**
 * Tensors in the memory of the WebAssembly kernels. Overlap losses of probabilities sum and differentiate them where
 * they are; others are copied through on the way.
 * @param shape [samples, classes, height, width]
 * @throws RangeError when the shape is no four positive integers, or needs more than 4 GB
 * @example
 * ```ts
 * import { allocateBatch, overlapLoss } from 'dice-monitor'
 *
 * const { prediction, target, gradient } = allocateBatch([1, 2, 1, 2])
 * prediction.data.set([0.75, 0.5, 0.25, 0.5])
 * target.data.set([0, 1])
 * console.log(overlapLoss().evaluate(prediction, target, gradient).toFixed(4)) // 0.3810
 * ```
 */
export function allocateBatch(shape: readonly [number, number, number, number]): Batch {
  const [samples, classes, height, width] = shape
  if (shape.length !== 4 || !shape.every(size => Number.isInteger(size) && size >= 1)) {
    throw new RangeError(`expected a shape of four positive integers, got [${shape.join(', ')}]`)
  }
  const { p, labels, gradient } = PlaneKernels.allocate({ samples, classes, pixels: height * width })
  return {
    prediction: tensor(p, shape) as Batch['prediction'],
    target: tensor(labels, [samples, height, width]) as Batch['target'],
    gradient: tensor(gradient, shape) as Batch['gradient'],
  }
}
