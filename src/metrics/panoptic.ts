import { checkOptions, labelValues, oneOf } from './checks.ts'
import { checkPair } from './count-labels.ts'
import { commonPixels, type Quality, qualityOf, Segments } from './segments.ts'

/** Classes and instances of pixels, two values a pixel. A segment is the pixels that have both values the same. */
export interface SegmentMap {
  /** Class ids. */
  readonly classes: ArrayLike<number>
  /** Numbers that tell instances of a class apart; without meaning for classes of stuff. */
  readonly instances: ArrayLike<number>
}

/** What {@link countSegments} matches. */
export interface PanopticOptions {
  /** Ids of classes that have instances, such as tree. */
  readonly things: readonly number[]
  /** Ids of classes that have none, such as grass: all pixels of one are a segment. */
  readonly stuff: readonly number[]
  /** Classes of the label that are left out (void); any other has to be a thing or stuff. Default none. */
  readonly ignoredLabels?: readonly number[]
  /** A predicted class that is neither: an error (default), or left out as `void`, also of the label's area. */
  readonly unknownPrediction?: 'error' | 'void'
  /**
   * What a segment of stuff needs to count: `half` (default) more than half of the union, as things do; `any` takes every
   * overlap, divided by the label's segments (the modified quality of Porzi 2019).
   */
  readonly stuffMatching?: 'half' | 'any'
}

/** Segments by class, things first, each list in ascending order. They add over images. */
export interface SegmentCounts {
  /** The classes, in the order of the other lists. */
  readonly ids: readonly number[]
  /** Pairs that matched. */
  readonly matched: Float64Array
  /** Predicted segments without a label. */
  readonly falsePositives: Float64Array
  /** Labelled segments without a prediction. */
  readonly falseNegatives: Float64Array
  /** Σ IoU of the matched segments. */
  readonly iouSum: Float64Array
}

/** Pixels of segments of two maps and of what they have in common. */
interface Overlaps {
  /** Segments by number, of the prediction and of the label: their class and their pixels. */
  readonly prediction: Segments
  readonly label: Segments
  /** Pixels of prediction p and label l at p · segments of the label + l. */
  readonly common: ReadonlyMap<number, number>
}

const VOID = -1

/**
 * Matches the segments of one image (Kirillov 2019): a prediction and a label of one class match with an IoU above 1/2,
 * which only one can have. What lies on void is in no area, and a segment that is mostly void is no error.
 * @param into counts to add to
 * @throws RangeError where sizes differ, and for classes that are neither things nor stuff; nothing is counted then
 */
export function countSegments(
  prediction: SegmentMap,
  label: SegmentMap,
  options: PanopticOptions,
  into: SegmentCounts = noSegments(options),
): SegmentCounts {
  const ids = classesOf(options)
  if (into.ids.join() !== ids.join())
    throw new RangeError(`countSegments: counts have the classes ${into.ids}, expected ${ids}`)
  checkPair('countSegments', prediction.classes, label.classes)
  checkPair('countSegments', prediction.instances, label.instances)
  checkPair('countSegments', prediction.classes, label.instances)
  const overlaps = overlapsOf(prediction, label, options)
  const { matched, falsePositives, falseNegatives, iouSum } = into
  const place = new Map(ids.map((id, at) => [id, at]))
  const isLoose = (id: number) => options.stuffMatching === 'any' && options.stuff.includes(id)
  const found = { prediction: new Set<number>(), label: new Set<number>() }
  const onVoid = voidPixels(overlaps)
  const labels = overlaps.label.classes.length
  for (const [key, pixels] of overlaps.common) {
    const [p, l] = [Math.floor(key / labels), key % labels]
    const id = overlaps.label.classes[l]!
    if (id === VOID || overlaps.prediction.classes[p] !== id) continue
    const union =
      overlaps.prediction.pixels[p]! -
      onVoid.prediction[p]! +
      overlaps.label.pixels[l]! -
      onVoid.label[l]! -
      pixels
    const iou = pixels / union
    const at = place.get(id)!
    if (isLoose(id)) iouSum[at]! += iou
    else if (iou > 0.5) {
      found.prediction.add(p)
      found.label.add(l)
      iouSum[at]! += iou
      matched[at]!++
    }
  }
  overlaps.label.classes.forEach((id, l) => {
    if (id === VOID) return
    if (isLoose(id)) matched[place.get(id)!]!++
    else if (!found.label.has(l) && onVoid.label[l]! <= overlaps.label.pixels[l]! / 2)
      falseNegatives[place.get(id)!]!++
  })
  overlaps.prediction.classes.forEach((id, p) => {
    if (id === VOID || isLoose(id) || found.prediction.has(p)) return
    if (onVoid.prediction[p]! <= overlaps.prediction.pixels[p]! / 2) falsePositives[place.get(id)!]!++
  })
  return into
}

/** Things first, as in {@link SegmentCounts}. @throws TypeError and RangeError for options that cannot be meant */
function classesOf(options: PanopticOptions): number[] {
  checkOptions('countSegments', options, {
    things: labelValues,
    stuff: labelValues,
    ignoredLabels: labelValues,
    unknownPrediction: oneOf('error', 'void'),
    stuffMatching: oneOf('half', 'any'),
  })
  const { things, stuff, ignoredLabels = [] } = options
  const ascending = (ids: readonly number[] | undefined) => [...(ids ?? [])].sort((a, b) => a - b)
  const ids = [...ascending(things), ...ascending(stuff)]
  if (ids.length === 0) throw new RangeError('countSegments: expected things or stuff, got neither')
  if (new Set(ids).size !== ids.length)
    throw new RangeError(`countSegments: a class stands twice in things ${things} and stuff ${stuff}`)
  const both = ids.find(id => ignoredLabels.includes(id))
  if (both !== undefined)
    throw new RangeError(`countSegments: class ${both} is in ignoredLabels and in things or stuff`)
  return ids
}

/** Counts without a segment yet. @throws TypeError and RangeError for options that cannot be meant */
export function noSegments(options: PanopticOptions): SegmentCounts {
  const ids = classesOf(options)
  const zeros = () => new Float64Array(ids.length)
  return { ids, matched: zeros(), falsePositives: zeros(), falseNegatives: zeros(), iouSum: zeros() }
}

function overlapsOf(prediction: SegmentMap, label: SegmentMap, options: PanopticOptions): Overlaps {
  const { things, stuff, ignoredLabels = [], unknownPrediction = 'error' } = options
  const isThing = new Set(things)
  const isStuff = new Set(stuff)
  const isIgnored = new Set(ignoredLabels)
  const numbers = (map: SegmentMap, segments: Segments, mayBeVoid: (id: number) => boolean, what: string) =>
    Uint32Array.from(map.classes, (id, i) => {
      if (isThing.has(id)) return segments.of(id, map.instances[i]!)
      if (isStuff.has(id)) return segments.of(id, 0)
      if (mayBeVoid(id)) return segments.of(VOID, 0)
      throw new RangeError(`countSegments: ${what} ${id} at pixel ${i} is neither a thing nor stuff`)
    })
  const of = { prediction: new Segments(), label: new Segments() }
  const predictions = numbers(prediction, of.prediction, () => unknownPrediction === 'void', 'prediction')
  const labels = numbers(label, of.label, id => isIgnored.has(id), 'label')
  return { ...of, common: commonPixels(of.prediction, predictions, of.label, labels) }
}

/** Of each segment the pixels that are void in the other map. */
function voidPixels({ prediction, label, common }: Overlaps) {
  const onVoid = {
    prediction: new Float64Array(prediction.classes.length),
    label: new Float64Array(label.classes.length),
  }
  for (const [key, pixels] of common) {
    const [p, l] = [Math.floor(key / label.classes.length), key % label.classes.length]
    if (label.classes[l] === VOID) onVoid.prediction[p]! += pixels
    if (prediction.classes[p] === VOID) onVoid.label[l]! += pixels
  }
  return onVoid
}

/** Quality of a class. */
export interface ClassQuality extends Quality {
  /** The class's id. */
  readonly id: number
}

/** Means over classes, and each class. */
export interface PanopticQuality extends Quality {
  /** In the order of the counts' `ids`. */
  readonly perClass: readonly ClassQuality[]
}

/**
 * Panoptic, segmentation and recognition quality (Kirillov 2019): means over the classes that occur in either map, and of
 * each class, NaN for one that does not.
 * @example
 * ```ts
 * import { countSegments, panopticQuality } from 'dice-monitor'
 *
 * // Grass (0) is stuff, trees (1) are things: one is found with 2 of its 3 pixels, one is not.
 * const label = { classes: [0, 1, 1, 1, 0, 1], instances: [0, 1, 1, 1, 0, 2] }
 * const prediction = { classes: [0, 1, 1, 0, 0, 0], instances: [0, 5, 5, 0, 0, 0] }
 * const { perClass } = panopticQuality(countSegments(prediction, label, { things: [1], stuff: [0] }))
 * console.log(perClass[0]!.segmentation.toFixed(4), perClass[0]!.recognition.toFixed(4)) // 0.6667 0.6667
 * ```
 */
export function panopticQuality(counts: SegmentCounts): PanopticQuality {
  const { ids, matched, falsePositives, falseNegatives, iouSum } = counts
  const perClass = ids.map((id, at) => ({
    id,
    ...qualityOf(matched[at]!, falsePositives[at]!, falseNegatives[at]!, iouSum[at]!),
  }))
  const defined = perClass.filter(({ recognition }) => !Number.isNaN(recognition))
  const mean = (of: keyof Quality) => defined.reduce((sum, one) => sum + one[of], 0) / defined.length
  return {
    panoptic: mean('panoptic'),
    segmentation: mean('segmentation'),
    recognition: mean('recognition'),
    perClass,
  }
}
