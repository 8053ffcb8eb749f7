import {
  type ClassCounts,
  type ConfusionMatrix,
  classCounts,
  classMask,
  countLabels,
  type Mask,
} from '../../src/metrics/index.ts'
import type { Case, Parameter } from '../case.ts'
import { NotReproduced, Unsupported } from '../losses/shared.ts'

export { choice, mapping, NotReproduced, optional, read, Unsupported } from '../losses/shared.ts'

/** Label and predicted class ids of one sample. */
interface Sample {
  readonly prediction: ArrayLike<number>
  readonly label: ArrayLike<number>
}

export function samplesOf(c: Case): Sample[] {
  if (c.domain !== 'labels') throw new Unsupported(`domain ${c.domain}`)
  const [samples = 1, ...axes] = c.targetShape
  const size = axes.reduce((product, axis) => product * axis, 1)
  return Array.from({ length: samples }, (_, n) => ({
    prediction: c.prediction.subarray(n * size, (n + 1) * size),
    label: c.target.subarray(n * size, (n + 1) * size),
  }))
}

export const hasLabel = (c: Case, label: number): boolean => c.target.includes(label)

/** A label that is neither ignored nor a class. */
export const hasStrayLabel = (c: Case, ignored?: number): boolean =>
  c.target.some(label => label !== ignored && (label < 0 || label >= c.classes))

const ignoring = (ignored: number | undefined) => (ignored === undefined ? {} : { ignoredLabels: [ignored] })

/** Counts of all samples together; labels that are no class are left out. */
export function matrixOf(c: Case, ignored?: number): ConfusionMatrix {
  const stray = [...new Set(c.target)].filter(label => label < 0 || label >= c.classes)
  const ignoredLabels = [...(ignored === undefined ? [] : [ignored]), ...stray]
  return countLabels(c.prediction, c.target, { classes: c.classes, ignoredLabels })
}

/**
 * One matrix a sample. Where a library sees a label that is no class as a pixel without one, it becomes a class of
 * its own after the others: what is predicted there is false.
 */
export function matricesOf(c: Case, ignored?: number): ConfusionMatrix[] {
  const stray = hasStrayLabel(c, ignored)
  return samplesOf(c).map(({ prediction, label }) =>
    countLabels(
      prediction,
      Array.from(label, value =>
        value !== ignored && (value < 0 || value >= c.classes) ? c.classes : value,
      ),
      { classes: c.classes + Number(stray), ...ignoring(ignored) },
    ),
  )
}

export const countsOf = (c: Case, ignored?: number): ClassCounts => classCounts(matricesOf(c, ignored))

/** Class ids from `first` to the last. */
export const classesFrom = (c: Case, first: number): number[] =>
  Array.from({ length: c.classes - first }, (_, i) => first + i)

/** Foreground, or all but it where there is only one class. */
export const evaluatedClasses = (c: Case, includeBackground: boolean): number[] =>
  classesFrom(c, includeBackground || c.classes === 1 ? 0 : 1)

/** The masks of a class, sample by sample; pixels with an ignored label are in neither. */
export function masksOf(c: Case, id: number, ignored?: number): { prediction: Mask; label: Mask }[] {
  const [, height = 1, width = 1] = c.targetShape
  return samplesOf(c).map(({ prediction, label }) => {
    const kept = (values: ArrayLike<number>) =>
      Array.from(values, (value, i) => (ignored !== undefined && label[i] === ignored ? -1 : value))
    return {
      prediction: classMask(kept(prediction), id, width, height),
      label: classMask(kept(label), id, width, height),
    }
  })
}

/** A single pair of foreground masks. */
export function onlyMasks(c: Case): { prediction: Mask; label: Mask } {
  const [masks, ...more] = masksOf(c, 1)
  if (masks === undefined || more.length > 0 || c.classes !== 2)
    throw new Unsupported('volumes and several classes')
  return masks
}

export function spacingOf(spacing: Parameter): { spacing?: readonly [number, number] } {
  if (spacing === null || spacing === undefined) return {}
  if (typeof spacing === 'number') return { spacing: [spacing, spacing] }
  if (!Array.isArray(spacing) || !spacing.every(step => typeof step === 'number'))
    throw new Unsupported('spacing a sample')
  if (spacing.length !== 2) throw new RangeError(`spacing: ${spacing.length} numbers`)
  return { spacing: [Number(spacing[0]), Number(spacing[1])] }
}

export const rows = (values: Float64Array, width: number): number[][] =>
  Array.from({ length: values.length / width }, (_, n) =>
    Array.from(values.subarray(n * width, (n + 1) * width)),
  )

/** Counts as shares of rows, columns or all; 0/0 is 0. */
export function normalized({ counts, classes }: ConfusionMatrix, normalize: Parameter): number[][] {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const divisor = (l: number, p: number) => {
    let sum = 0
    for (let k = 0; k < classes; k++)
      sum += normalize === 'true' ? counts[l * classes + k]! : counts[k * classes + p]!
    return normalize === 'all' ? total : sum
  }
  const shares = counts.map((count, i) =>
    count === 0 ? 0 : count / divisor(Math.floor(i / classes), i % classes),
  )
  return rows(normalize === null || normalize === 'none' ? counts : shares, classes)
}

/** Of torchmetrics. */
export const isBinary = (c: Case) => c.call.includes('.binary_')

/**
 * A label that is no class is refused, or the library fails on it. Of several classes it counts distinct labels at
 * most, and so can overlook one: what does not use the label as an index then takes the pixel for a miss.
 * @param overlooks `always`, or `absent`: where another class is absent
 */
export function refuseStrayLabels(c: Case, ignored?: number, overlooks?: 'always' | 'absent'): void {
  if (!hasStrayLabel(c, ignored)) return
  const few = new Set(c.target).size <= c.classes + Number(ignored !== undefined)
  if (!isBinary(c) && (overlooks === 'always' || (overlooks === 'absent' && few)))
    throw new NotReproduced('a label that is no class and not ignored is scored as a miss')
  throw new RangeError('a label that is no class')
}
