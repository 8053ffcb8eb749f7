import { PlaneKernels } from '../kernels/planes.ts'
import { type Tensor, tensor } from './tensor.ts'

/** What a batch of labelled pictures needs. All values are 0 at first, and the data are the caller's to fill. */
export interface Batch {
  /** Float32 [samples, classes, height, width]. */
  readonly prediction: Tensor & { readonly data: Float32Array }
  /** Class ids, uint8 [samples, height, width]. */
  readonly target: Tensor & { readonly data: Uint8Array }
  /** Float32, as the prediction. */
  readonly gradient: Tensor & { readonly data: Float32Array }
}

/**
 * Tensors in the memory of the WebAssembly kernels. Overlap losses of probabilities sum and differentiate them where
 * they are; others are copied through on the way.
 * @param shape [samples, classes, height, width]
 * @throws RangeError when the shape is no four positive integers, or needs more than 4 GB
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
