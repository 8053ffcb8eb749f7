import { MessageError } from '../cdr/message-error.ts'
import type { ImageHeader } from '../image/header.ts'
import type { Kernels } from '../kernels/kernels.ts'
import type { PixelLayout } from '../kernels/layout.ts'
import type { Tally } from '../kernels/tally.ts'
import type { Parameters } from '../parameters/table.ts'
import { type Configuration, MAX_CLASSES } from './configuration.ts'
import { maskError } from './mask-error.ts'
import { type MaskRules, maskRules } from './mask-rules.ts'
import { leaveOutIgnored, prepareMask } from './prepare.ts'

/** How a pair is counted: what the parameters say of it. */
export interface CountingRules {
  kind: Parameters['prediction.kind']
  /** Foreground probability from which on a pixel is of the second of two classes. */
  threshold: number
  /** How many classes are named; 0 when classes are the ids that are seen. */
  namedClasses: number
  /** 1 by id for values that are no class. */
  noClass: Uint8Array
  /** Whether a prediction of another size is brought to its label's. */
  isResized: boolean
  /** Whether frames are counted as a whole: no region is counted apart, and no border left out. */
  isWhole: boolean
  prediction: MaskRules
  label: MaskRules
}

export const countingRules = (
  parameters: Parameters,
  { names, noClass, regions }: Configuration,
): CountingRules => ({
  kind: parameters['prediction.kind'],
  threshold: parameters['prediction.threshold'],
  namedClasses: names.length,
  noClass,
  isResized: parameters.resize === 'nearest',
  isWhole: regions.length === 0 && parameters.ignored_border === 0,
  prediction: maskRules(parameters, 'prediction'),
  label: maskRules(parameters, 'label'),
})

/** Float rounding that a softmax may show around 0 and 1. */
const PROBABILITY_SLACK = 1e-3

/**
 * Counts the two messages that are loaded into the kernels, and leaves the result in them.
 * @param capacity class ids to be counted apart in label masks: the names there are, or without names those seen so
 *   far, and then more if the masks have larger ids
 * @param predictionTally where to add what the map of predictions does not name
 * @param labelTally as `predictionTally`, of labels
 * @returns how many were counted apart, ids 0 to that less one
 * @throws MessageError when the masks do not fit together or the rules
 */
export function countPair(
  kernels: Kernels,
  prediction: ImageHeader,
  label: ImageHeader,
  rules: CountingRules,
  capacity: number,
  predictionTally: Tally,
  labelTally: Tally,
): number {
  checkFit(prediction, label, rules)
  const { width, height } = label
  let predicted = prepareMask(kernels, 0, prediction, rules.prediction, predictionTally)
  if (prediction.width !== width || prediction.height !== height) {
    kernels.preparation.resize(prediction.width, prediction.height, predicted, width, height)
    predicted = kernels.preparation.layouts[0]
  }
  let labels = prepareMask(kernels, 1, label, rules.label, labelTally)
  if (rules.prediction.table?.canIgnore) labels = leaveOutIgnored(kernels, width, height, labels, labelTally)
  return prediction.isProbabilities
    ? countProbabilities(kernels, width, height, predicted, labels, rules)
    : countLabels(kernels, width, height, predicted, labels, rules, capacity)
}

/** A capacity that has room for an id: doubled until it has. */
export function capacityFor(id: number, capacity: number): number {
  while (capacity <= id) capacity *= 2
  return capacity
}

function checkFit(prediction: ImageHeader, label: ImageHeader, { kind, isResized }: CountingRules): void {
  if (prediction.width !== label.width || prediction.height !== label.height) {
    const isSwapped = prediction.width === label.height && prediction.height === label.width
    if (isSwapped || !isResized) throw sizeError(prediction, label, isSwapped)
  }
  if (label.isProbabilities) throw maskError('label', 'expected class ids, got probabilities')
  if (kind === 'labels' && prediction.isProbabilities) {
    throw new MessageError('prediction: expected class ids (prediction.kind), got probabilities')
  }
  if (kind === 'probabilities' && !prediction.isProbabilities) {
    throw new MessageError('prediction: expected probabilities (prediction.kind), got class ids')
  }
}

function sizeError(prediction: ImageHeader, label: ImageHeader, isSwapped: boolean): MessageError {
  const advice = isSwapped
    ? 'width and height are swapped: its publisher must exchange them'
    : "resize: nearest brings predictions to the label's size"
  return new MessageError(
    `size: prediction ${prediction.width}x${prediction.height}, label ${label.width}x${label.height}: ${advice}`,
  )
}

function countLabels(
  kernels: Kernels,
  width: number,
  height: number,
  prediction: PixelLayout,
  label: PixelLayout,
  { namedClasses, noClass }: CountingRules,
  capacity: number,
): number {
  checkPlaceForNoClass(kernels.border > 0, capacity)
  kernels.countLabels(width, height, prediction, label, capacity)
  if (namedClasses > 0 || capacity === MAX_CLASSES || !hasOutsideIds(kernels.counts, capacity))
    return capacity
  const largest = Math.max(
    kernels.largest(0, width, height, prediction, noClass),
    kernels.largest(1, width, height, label, noClass),
  )
  if (largest < capacity) return capacity
  const grown = capacityFor(largest, capacity)
  checkPlaceForNoClass(kernels.border > 0, grown)
  kernels.countLabels(width, height, prediction, label, grown)
  return grown
}

/** @throws MessageError when labels are left out and no byte is left that is no class */
function checkPlaceForNoClass(isLeftOut: boolean, classes: number): void {
  if (isLeftOut && classes === MAX_CLASSES) {
    throw new MessageError(
      'label: ignored_border, and regions.ignored of probabilities, are for at most 255 classes',
    )
  }
}

/** Whether a value of either mask is beyond the ids counted apart. */
function hasOutsideIds(counts: Uint32Array, outside: number): boolean {
  const stride = outside + 1
  for (let i = 0; i <= outside; i++) {
    if (counts[outside * stride + i]! > 0 || counts[i * stride + outside]! > 0) return true
  }
  return false
}

function countProbabilities(
  kernels: Kernels,
  width: number,
  height: number,
  prediction: PixelLayout,
  label: PixelLayout,
  rules: CountingRules,
): number {
  const { namedClasses } = rules
  const classes = prediction.channels === 1 ? 2 : prediction.channels
  if (namedClasses > 0 && classes !== namedClasses) {
    throw new MessageError(
      prediction.channels === 1
        ? `prediction: 32FC1 is the probability of the second of 2 classes, classes.names has ${namedClasses}`
        : `prediction: expected ${namedClasses} channels, one a class, got ${prediction.channels}`,
    )
  }
  checkPlaceForNoClass(kernels.border > 0 || (kernels.parts?.pixelsLeftOut ?? 0) > 0, classes)
  kernels.countProbabilities(width, height, prediction, label, classes, rules)
  if (kernels.minimum < -PROBABILITY_SLACK || kernels.maximum > 1 + PROBABILITY_SLACK) {
    throw new MessageError(
      `prediction: expected probabilities from 0 to 1, got ${kernels.minimum} to ${kernels.maximum}: are these logits?`,
    )
  }
  return classes
}
