/** How the losses of parts become one. */
interface Reduction {
  readonly reduction: 'mean' | 'sum' | 'none'
  readonly empty: 'nan' | 'zero'
}

/** What parts give together. */
interface Reduced {
  /** Of `none` the sum. */
  readonly value: number
  /** How many parts are defined. */
  readonly defined: number
}

/**
 * Reduces the losses of parts, and scales the gradient of their sum to match. A part that is 0/0 is `undefined`, and in no
 * sum and no mean; one that is NaN because the prediction is makes the value NaN.
 */
export function reduceParts(
  losses: readonly (number | undefined)[],
  gradient: Float64Array,
  { reduction, empty }: Reduction,
): Reduced {
  const known = losses.filter(loss => loss !== undefined)
  const defined = known.length
  const sum = known.reduce((total, loss) => total + loss, 0)
  if (reduction !== 'mean') return { value: sum, defined }
  if (defined === 0) return { value: empty === 'zero' ? 0 : Number.NaN, defined }
  for (let k = 0; k < gradient.length; k++) gradient[k]! /= defined
  return { value: sum / defined, defined }
}

/** The losses of parts as a loss lists them: NaN for 0/0. */
export const listParts = (losses: readonly (number | undefined)[]): Float64Array<ArrayBuffer> =>
  Float64Array.from(losses, loss => loss ?? Number.NaN)
