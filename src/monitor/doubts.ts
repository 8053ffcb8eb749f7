import { dice, meanScore } from '../metrics/scores.ts'
import { parseEntry } from '../ontology/entry.ts'
import { colourText, IGNORE } from '../ontology/ontology.ts'
import type { Parameters } from '../parameters/table.ts'
import { evaluatedClasses } from './configuration.ts'
import type { InputStatistics } from './input.ts'
import type { MaskNames } from './mask-names.ts'
import type { MaskName } from './mask-rules.ts'
import type { Monitor } from './monitor.ts'
import { namedColourText, nearMisses } from './near-colours.ts'

/** Names and values listed in one sentence. */
const MOST_LISTED = 8
/** So many messages of one stamp are no message that was sent twice; two of the stamp 0 are enough. */
const SAME_STAMPS = 3

/** A reason not to trust the scores, which no score shows by itself. */
export interface Doubt {
  mask: MaskName
  kind:
    | 'binary'
    | 'all ignored'
    | 'outside'
    | 'near colours'
    | 'saturated'
    | 'stretched'
    | 'names'
    | 'unknown names'
    | 'stamps'
    | 'never labelled'
    | 'never predicted'
  /** What it is, and what to set. */
  text: string
  /** Whether it may well be as it should be: of a drive that is not over, or of masks that only were few. */
  isHint: boolean
}

/** The pixels of a run by class, as a summary has them. */
export interface ScoredPixels {
  classes: readonly {
    id: number
    name: string
    dice: number | null
    label_pixels: number
    prediction_pixels: number
  }[]
  pixels: { ignored: number }
}

type LabelParameters = Pick<
  Parameters,
  | 'classes.names'
  | 'classes.evaluated'
  | 'classes.ignored_labels'
  | 'label.map'
  | 'label.ontology'
  | 'empty_class'
>

/**
 * Whether labels look like binary masks of 0 and 255 of which all that is not 0 is left out, without anybody having
 * said so: scores are then of one class, and a predictor that knows nothing else has the best.
 */
export function isBinaryLeftOut({ classes, pixels }: ScoredPixels, parameters: BinaryParameters): boolean {
  // What these leave out is counted as ignored too, whatever the values are.
  const isCut = (parameters.ignored_border ?? 0) > 0 || (parameters['regions.ignored'] ?? []).length > 0
  return !isCut && scoresZeroAlone({ classes, pixels }, parameters)
}

function scoresZeroAlone({ classes, pixels }: ScoredPixels, parameters: BinaryParameters): boolean {
  const labelled = classes.filter(({ label_pixels }) => label_pixels > 0)
  const [only] = labelled
  return labelled.length === 1 && pixels.ignored > 0 && isMeaningOfZero(only!, parameters, classes.length)
}

/** A summary of an earlier version does not have all of them. */
type BinaryParameters = Partial<
  Pick<Parameters, 'label.map' | 'label.ontology' | 'label.names_from' | 'ignored_border' | 'regions.ignored'>
>

/** Whether 0 is this class, and nothing says what is to be ignored. */
function isMeaningOfZero(
  { id, name }: { id: number; name: string },
  parameters: BinaryParameters,
  classes: number,
): boolean {
  const map = parameters['label.map'] ?? []
  if (parameters['label.ontology'] || (parameters['label.names_from'] ?? 'none') !== 'none') return false
  if (map.length === 0) return id === 0
  const entries = map.map(text => parseEntry(text))
  return (
    classes > 1 &&
    !entries.some(({ target }) => target === IGNORE) &&
    entries.some(({ subject, target }) => {
      return subject.kind === 'values' && subject.first <= 0 && subject.last >= 0 && target === name
    })
  )
}

/** What is doubtful about what a monitor has scored since its start or the last reset. Allocates. */
export function doubtsOf(monitor: Monitor): Doubt[] {
  const { predictionInput, labelInput, frame } = monitor
  const doubts: Doubt[] = []
  const add = (mask: MaskName, kind: Doubt['kind'], text: string, isHint = false) => {
    if (text !== '') doubts.push({ mask, kind, text, isHint })
  }
  add('prediction', 'stamps', stampText(predictionInput))
  add('label', 'stamps', stampText(labelInput))
  for (const mask of ['prediction', 'label'] as const) {
    const names = monitor.names(mask)
    if (!names) continue
    add(mask, 'names', namesText(names))
    add(mask, 'unknown names', unknownText(names), true)
  }
  if (frame.frameCount === 0) return doubts
  add('prediction', 'stretched', predictionInput.stretch.text, true)
  for (const [mask, input] of [
    ['prediction', predictionInput],
    ['label', labelInput],
  ] as const) {
    add(mask, 'saturated', saturatedText(input))
    add(mask, 'near colours', nearText(input))
  }
  const scored = scoredPixels(monitor)
  const { parameters } = monitor
  const areValuesLeftOut = labelInput.leftOut.pixels + labelInput.unmapped.pixels > 0
  const isBinary =
    isBinaryLeftOut(scored, parameters) || (areValuesLeftOut && scoresZeroAlone(scored, parameters))
  if (isBinary) add('label', 'binary', binaryText(scored, parameters, labelInput))
  const { allIgnored } = labelInput
  add('label', 'all ignored', allIgnoredText(monitor), allIgnored < frame.frameCount)
  add('prediction', 'outside', outsideText(predictionInput, 'they count as wrong'))
  if (!isBinary) add('label', 'outside', outsideText(labelInput, 'their pixels are left out'))
  if (isBinary || allIgnored === frame.frameCount) return doubts
  add('label', 'never labelled', neverLabelled(scored, parameters), true)
  add('prediction', 'never predicted', neverPredicted(scored, parameters), true)
  return doubts
}

function scoredPixels({ totals, classes, frame, configuration }: Monitor): ScoredPixels {
  const { truePositives, labelPixels, predictionPixels } = totals.sums()
  const ids = [...classes.ids.subarray(0, frame.classCount)]
  return {
    classes: ids
      .filter(id => configuration.evaluated[id] === 1 || labelPixels[id]! > 0)
      .map(id => ({
        id,
        name: classes.name(id),
        dice: dice(truePositives[id]!, labelPixels[id]!, predictionPixels[id]!),
        label_pixels: labelPixels[id]!,
        prediction_pixels: predictionPixels[id]!,
      })),
    pixels: { ignored: totals.ignored },
  }
}

function stampText({ received, withFirstStamp, firstSec, firstNanosec }: InputStatistics): string {
  if (withFirstStamp < received || received < 2) return ''
  if (firstSec === 0 && firstNanosec === 0) {
    return `all of its ${received} messages have the stamp 0, so that none but the first can be paired: its publisher must set header.stamp to that of the picture that the mask is of`
  }
  if (received < SAME_STAMPS) return ''
  const stamp = `${firstSec}.${String(firstNanosec).padStart(9, '0')}`
  return `all of its ${received} messages have the stamp ${stamp} s, so that none but the first can be paired: its publisher must set header.stamp anew for every picture`
}

function namesText({ rejected, lastError }: MaskNames): string {
  return rejected === 0 ? '' : `${rejected} messages of names were not used, the last for: ${lastError}`
}

function unknownText({ mask, unknown }: MaskNames): string {
  return unknown.size === 0
    ? ''
    : `published names that are no class: ${limited([...unknown])}; name them in classes.names or on the left of ${mask}.map if they are to be scored`
}

function saturatedText({ saturatedFrom }: InputStatistics): string {
  return saturatedFrom === ''
    ? ''
    : `its PNG files were made of ${saturatedFrom}, of which PNG has 8 bits: negative values are 0 now, and those above 255 are 255; publish mono8 or mono16, or Image messages`
}

function nearText({ unmapped, named }: InputStatistics): string {
  const near = nearMisses(unmapped, named)
  if (!near) return ''
  return `${near.pixels} pixels are nearly of a colour of the map, as ${colourText(near.colour)} is of ${namedColourText(near.nearest)}, and not equal to it: was the mask smoothed, resized with interpolation, or JPEG before?`
}

function binaryText(
  { classes, pixels }: ScoredPixels,
  parameters: LabelParameters,
  labelInput: InputStatistics,
): string {
  const evaluated = classes.reduce((sum, { label_pixels }) => sum + label_pixels, 0)
  const share = ((100 * pixels.ignored) / (pixels.ignored + evaluated)).toFixed(1)
  const only = classes.find(({ label_pixels }) => label_pixels > 0)!.name
  const ignored = parameters['classes.ignored_labels']
  const isOutside = labelInput.unmapped.pixels > 0
  const value =
    labelInput.unmapped.most ?? labelInput.leftOut.most ?? (ignored.includes(255) ? 255 : (ignored[0] ?? 255))
  const why = isOutside ? `${value} is no class` : `classes.ignored_labels is [${ignored.join(', ')}]`
  const names = parameters['classes.names']
  const [background, foreground] = names.length > 1 ? names : ['background', 'foreground']
  const named = names.length === 1 ? 'classes.names: [background, foreground], ' : ''
  return (
    `class ${only} is all that is scored, and the other ${share} % of the labels' pixels are left out (${why}): ` +
    `a predictor that knows nothing else scores best, so no gate is met. For masks of 0 and ${value} set ${named}` +
    `label.map: ["0:${background}", "${value}:${foreground}"] and prediction.map: ["0:${background}", "*:${foreground}"]; ` +
    `if ${value} is void, say so: label.map: ["0:${only}", "${value}:ignore"]`
  )
}

function allIgnoredText({ labelInput, frame, parameters }: Monitor): string {
  const { allIgnored } = labelInput
  if (allIgnored === 0) return ''
  const all = frame.frameCount
  const values = labelInput.isMapped
    ? 'label.map and label.ontology name no class in them'
    : `they hold nothing but values that are no class, or in classes.ignored_labels (${parameters['classes.ignored_labels'].join(', ')})`
  return allIgnored === all
    ? `every pixel of all ${all} labels is left out, so that nothing is scored: ${values}`
    : `every pixel of ${allIgnored} of ${all} labels is left out, so that their frames have no score: ${values}`
}

function outsideText(input: InputStatistics, effect: string): string {
  const values = input.describeOutside()
  return values === ''
    ? ''
    : `${values}: ${effect}; name them in a map, or in classes.ignored_labels if they are to be no class`
}

/** Classes that are predicted and never labelled have a dice of 0, which is meant where they are named for the mean. */
function neverLabelled(scored: ScoredPixels, parameters: LabelParameters): string {
  if (parameters['classes.evaluated'].length > 0) return ''
  const evaluated = onlyEvaluated(scored, parameters)
  const missing = evaluated.filter(c => c.label_pixels === 0 && c.prediction_pixels > 0)
  if (missing.length === 0) return ''
  const others = evaluated.filter(c => c.label_pixels > 0).map(({ name }) => name)
  return `${listed(missing)} in no label, and predicted: a dice of 0 each, ${meanText(evaluated, missing, parameters)}. If labels cannot have ${missing.length > 1 ? 'them' : 'it'}, set classes.evaluated: [${limited(others)}]`
}

/** Classes that are labelled and never predicted have a dice of 0. */
function neverPredicted(scored: ScoredPixels, parameters: LabelParameters): string {
  const evaluated = onlyEvaluated(scored, parameters)
  const missing = evaluated.filter(c => c.label_pixels > 0 && c.prediction_pixels === 0)
  if (missing.length === 0) return ''
  const ids = missing.map(({ id }) => id)
  const ignored = [...new Set([...parameters['classes.ignored_labels'], ...ids])]
  const remedy =
    parameters['label.map'].length > 0 || parameters['label.ontology'] !== ''
      ? 'map it to ignore in label.map'
      : `set classes.ignored_labels: [${limited(ignored)}]`
  return `${listed(missing)} in no prediction, and labelled: a dice of 0 each, ${meanText(evaluated, missing, parameters)}. Is it called otherwise in predictions? Then map it; if it is void, ${remedy}`
}

function onlyEvaluated({ classes }: ScoredPixels, parameters: LabelParameters): ScoredPixels['classes'] {
  const flags = evaluatedClasses(parameters)
  return classes.filter(({ id }) => flags[id] === 1)
}

function meanText(
  classes: ScoredPixels['classes'],
  missing: ScoredPixels['classes'],
  { empty_class }: LabelParameters,
): string {
  const mean = (of: ScoredPixels['classes']) => {
    const values = Float64Array.from(of, ({ dice: value }) => value ?? Number.NaN)
    const kind = empty_class === 'one' || empty_class === 'zero' ? empty_class : 'exclude'
    return meanScore(values, undefined, of.length, kind).toFixed(4)
  }
  return `the mean is ${mean(classes)}, and without ${mean(classes.filter(one => !missing.includes(one)))}`
}

const limited = (items: readonly (string | number)[]) =>
  items.slice(0, MOST_LISTED).join(', ') + (items.length > MOST_LISTED ? ', ...' : '')

const listed = (classes: ScoredPixels['classes']) =>
  `${classes.length > 1 ? 'classes' : 'class'} ${limited(classes.map(({ name }) => name))} ${classes.length > 1 ? 'are' : 'is'}`
