import { accuracy, cohenKappa, frequencyWeightedIou, matthewsCorrelation } from './agreement.ts'
import { checkOptions, labelValues, oneOf } from './checks.ts'
import { classCounts } from './class-counts.ts'
import { ConfusionMatrix } from './confusion.ts'
import { countLabels } from './count-labels.ts'
import { score } from './score.ts'
import type { EmptyClass } from './scores.ts'

const CLASS_METRICS = ['dice', 'iou', 'precision', 'recall', 'specificity'] as const satisfies ClassMetric[]
/** A score of one class against the rest that an evaluation gives. */
export type ClassMetric = 'dice' | 'iou' | 'precision' | 'recall' | 'specificity'

/** What {@link evaluateMasks} and a {@link Meter} score. */
export interface EvaluationOptions {
  /** How many classes there are, or their names: a class's id is its place. */
  readonly classes: number | readonly string[]
  /** Label values left out of every count; default none. Any other label must be a class. */
  readonly ignoredLabels?: readonly number[]
  /** Ids or names of the classes that the means are over; default all that a label may have. */
  readonly evaluated?: readonly (number | string)[]
  /** What the score of a class in neither mask is: NaN and in no mean (`exclude`, default), 1 or 0. */
  readonly emptyClass?: EmptyClass
}

/** Scores of one class, in 0..1; NaN where 0/0. Pixels are those whose label is not ignored. */
export type ClassEvaluation = { readonly [N in ClassMetric]: number } & {
  /** Its value in a mask. */
  readonly id: number
  /** Its name, or the id as text. */
  readonly name: string
  /** Whether the means take it in. */
  readonly isEvaluated: boolean
  /** Pixels of it in the label. */
  readonly labelPixels: number
  /** Evaluated pixels of it in the prediction. */
  readonly predictionPixels: number
}

/**
 * Means over the evaluated classes of the scores from the counts of all pixels together, and what is of all pixels at
 * once: `accuracy`, `matthewsCorrelation`, `cohenKappa` and `frequencyWeightedIou`.
 */
export type Evaluation = { readonly [N in ClassMetric]: number } & {
  /** As the function {@link accuracy} gives it. */
  readonly accuracy: number
  /** As the function {@link matthewsCorrelation} gives it. */
  readonly matthewsCorrelation: number
  /** As the function {@link cohenKappa} gives it. */
  readonly cohenKappa: number
  /** As the function {@link frequencyWeightedIou} gives it. */
  readonly frequencyWeightedIou: number
  /** Every class, by id. */
  readonly classes: readonly ClassEvaluation[]
  /** How many pixels there were. */
  readonly pixels: {
    /** Those whose label is a class that is not ignored. */
    readonly evaluated: number
    /** Those whose label is ignored. */
    readonly ignored: number
    /** Wrong predictions that are no class. */
    readonly unknownPrediction: number
  }
  /** The counts that all of it is made of; they add. */
  readonly counts: ConfusionMatrix
}

/**
 * Adds up masks batch by batch; `scores` are those of all of them together.
 * @example
 * ```ts
 * import { Meter } from 'dice-monitor'
 *
 * const meter = new Meter({ classes: 2 })
 * meter.add([0, 1], [0, 1]).add([1, 1], [0, 1])
 * console.log(meter.scores.accuracy) // 0.75
 * ```
 */
export class Meter {
  readonly #names: readonly string[]
  readonly #ignored: readonly number[]
  readonly #evaluated: readonly number[] | undefined
  readonly #emptyClass: EmptyClass
  readonly #counts: ConfusionMatrix

  /** @throws TypeError and RangeError for options that are none or are out of range */
  constructor(options: EvaluationOptions) {
    checkOptions('evaluateMasks', options, {
      classes: classesRule,
      ignoredLabels: labelValues,
      evaluated: value => (Array.isArray(value) && value.length > 0 ? undefined : 'a list of ids or names'),
      emptyClass: oneOf('exclude', 'one', 'zero'),
    })
    if (options.classes === undefined)
      throw new TypeError('evaluateMasks: classes: expected how many there are, or their names')
    this.#names = namesOf(options.classes)
    this.#ignored = options.ignoredLabels ?? []
    this.#evaluated = options.evaluated && idsOf(options.evaluated, this.#names)
    this.#emptyClass = options.emptyClass ?? 'exclude'
    this.#counts = new ConfusionMatrix(this.#names.length)
  }

  /**
   * @param prediction class ids, in an array of any shape, or a mask or tensor with them as `data`; what is no class is
   *   a wrong prediction
   * @param label class ids of as many pixels
   * @throws RangeError where the sizes differ, or a label is neither a class nor ignored; nothing is counted then
   */
  add(prediction: Labels, label: Labels): this {
    const [classes, ignoredLabels] = [this.#names.length, this.#ignored]
    checkShapes(prediction, label)
    countLabels(valuesOf(prediction), valuesOf(label), { classes, ignoredLabels }, this.#counts)
    return this
  }

  /** Forgets what was added. */
  reset(): void {
    this.#counts.clear()
  }

  /** Of all masks that were added since the start or the last reset. */
  get scores(): Evaluation {
    const counts = new ConfusionMatrix(this.#names.length).add(this.#counts)
    const sums = counts.sums()
    const { labelPixels, predictionPixels } = sums
    const against = classCounts(counts)
    const evaluated = this.#evaluated ?? this.#mayBeLabel(counts)
    const options = { evaluated, undefinedScore: this.#emptyClass }
    const ids = this.#names.map((_, id) => id)
    const ofClasses = Object.fromEntries(
      CLASS_METRICS.map(metric => [metric, score(against, { metric, evaluated: ids }).perClass]),
    ) as Record<ClassMetric, Float64Array>
    const pick = (of: (metric: ClassMetric) => number) =>
      Object.fromEntries(CLASS_METRICS.map(metric => [metric, of(metric)])) as Record<ClassMetric, number>
    return {
      ...pick(metric => (evaluated.length === 0 ? Number.NaN : score(against, { ...options, metric }).value)),
      accuracy: accuracy(counts),
      matthewsCorrelation: matthewsCorrelation(counts),
      cohenKappa: cohenKappa(counts),
      frequencyWeightedIou: frequencyWeightedIou(counts),
      classes: this.#names.map((name, id) => ({
        id,
        name,
        isEvaluated: evaluated.includes(id),
        ...pick(metric => ofClasses[metric][id]!),
        labelPixels: labelPixels[id]!,
        predictionPixels: predictionPixels[id]!,
      })),
      pixels: {
        evaluated: labelPixels[counts.classes]!,
        ignored: counts.ignored,
        unknownPrediction: counts.unknownPrediction.reduce((sum, pixels) => sum + pixels, 0),
      },
      counts,
    }
  }

  #mayBeLabel({ classes }: ConfusionMatrix): number[] {
    return [...new Array(classes).keys()].filter(id => !this.#ignored.includes(id))
  }
}

/** Class ids: an array, or a mask or tensor that has them as `data`. */
export type Labels = ArrayLike<number> | LabelArray

/** Class ids in an object, as masks and tensors have them. */
export type LabelArray = {
  /** A value a pixel. */
  readonly data: ArrayLike<number>
}

/**
 * All usual scores of a prediction against a label, with names. For several, a {@link Meter} adds them up.
 * @param prediction class ids, in an array of any shape, or a mask or tensor with them as `data`
 * @param label class ids of as many pixels
 * @throws TypeError and RangeError for options and masks that cannot be meant
 * @example
 * ```ts
 * import { evaluateMasks } from 'dice-monitor'
 *
 * const { dice, classes, pixels } = evaluateMasks([0, 1, 1, 0], [0, 1, 0, 255], {
 *   classes: ['grass', 'rock'],
 *   ignoredLabels: [255],
 * })
 * console.log(dice.toFixed(4), pixels.evaluated) // 0.6667 3
 * console.log(classes[1]!.name, classes[1]!.precision) // rock 0.5
 * ```
 */
export function evaluateMasks(prediction: Labels, label: Labels, options: EvaluationOptions): Evaluation {
  return new Meter(options).add(prediction, label).scores
}

const isWrapped = (labels: Labels): labels is { readonly data: ArrayLike<number> } =>
  typeof labels === 'object' && labels !== null && 'data' in labels

const valuesOf = (labels: Labels) => (isWrapped(labels) ? labels.data : labels)

/** Masks of as many pixels and another shape do not lie on each other. @throws RangeError */
function checkShapes(prediction: Labels, label: Labels): void {
  const [of, to] = [shapeOf(prediction), shapeOf(label)]
  if (of !== undefined && to !== undefined && of !== to)
    throw new RangeError(`evaluateMasks: the prediction is ${of}, the label ${to}`)
}

function shapeOf(labels: Labels): string | undefined {
  const { shape, width, height, depth, stride } = labels as Record<string, unknown>
  if (stride !== undefined) throw new TypeError('evaluateMasks: expected masks in order, without strides')
  if (Array.isArray(shape)) return shape.join('x')
  return width === undefined ? undefined : [depth, height, width].filter(n => n !== undefined).join('x')
}

function classesRule(value: unknown): string | undefined {
  const expected = 'a positive integer, or different names'
  if (typeof value === 'number') return Number.isSafeInteger(value) && value > 0 ? undefined : expected
  const isNames =
    Array.isArray(value) &&
    value.length > 0 &&
    new Set(value).size === value.length &&
    value.every(name => typeof name === 'string' && name !== '')
  return isNames ? undefined : expected
}

const namesOf = (classes: number | readonly string[]) =>
  typeof classes === 'number' ? Array.from({ length: classes }, (_, id) => String(id)) : classes

function idsOf(evaluated: readonly (number | string)[], names: readonly string[]): number[] {
  const ids = evaluated.map(one => (typeof one === 'string' ? names.indexOf(one) : one))
  ids.forEach((id, place) => {
    if (names[id] === undefined)
      throw new RangeError(`evaluateMasks: evaluated: ${JSON.stringify(evaluated[place])} is no class`)
  })
  if (new Set(ids).size !== ids.length)
    throw new RangeError('evaluateMasks: evaluated: a class stands there twice')
  return ids
}
