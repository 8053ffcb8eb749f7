import { shown } from './options.ts'
import { layoutOf, type Tensor } from './tensor.ts'

/** The sizes of the axes of space, the last axis first; 1 for those that there are not. */
export type Sizes = readonly [width: number, height: number, depth: number]

function axesOf({ shape }: Tensor, layout: string | undefined): number[] {
  const letters = layoutOf(shape, layout)
  return shape.filter((_, axis) => !'NC'.includes(letters[axis]!))
}

/** How many axes of space there are. */
export const rankOf = (prediction: Tensor, layout: string | undefined): number =>
  axesOf(prediction, layout).length

/** @throws RangeError where there are more than three axes of space */
export function sizesOf(prediction: Tensor, layout: string | undefined): Sizes {
  const sizes = axesOf(prediction, layout)
  if (sizes.length > 3) throw new RangeError(`expected at most three axes of space, got ${sizes.length}`)
  const [width = 1, height = 1, depth = 1] = sizes.toReversed()
  return [width, height, depth]
}

/** @throws RangeError unless the option is a list of different channels */
export function checkClasses(classes: readonly number[] | undefined): void {
  const isList =
    Array.isArray(classes) &&
    classes.length > 0 &&
    new Set(classes).size === classes.length &&
    classes.every(id => Number.isInteger(id) && id >= 0)
  if (classes !== undefined && !isList)
    throw new RangeError(`classes: expected different channels, got ${shown(classes)}`)
}

/** The channels that enter, by default all. @throws RangeError for one that there is not */
export function channelsOf(classes: readonly number[] | undefined, channels: number): readonly number[] {
  for (const c of classes ?? [])
    if (c >= channels) throw new RangeError(`classes: ${c} is none of the ${channels} channels`)
  return classes ?? Array.from({ length: channels }, (_, c) => c)
}
