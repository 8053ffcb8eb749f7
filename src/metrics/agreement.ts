import { checkArgument, oneOf } from './checks.ts'
import { type ConfusionMatrix, checkMatrix } from './confusion.ts'
import { matthews } from './ratios.ts'
import { type EmptyClass, iou } from './scores.ts'

/** ΣTP / ΣN over all evaluated pixels; NaN without any. */
export function accuracy(matrix: ConfusionMatrix): number {
  checkMatrix('accuracy', matrix)
  const { truePositives, labelPixels } = matrix.sums()
  return truePositives[matrix.classes]! / labelPixels[matrix.classes]!
}

/**
 * Matthews correlation of all classes at once (Matthews 1975; R_K of Gorodkin 2004), in [-1, 1]. It is 0/0 where
 * labels or predictions are all of one class.
 * @param undefinedScore what 0/0 is; default NaN (`exclude`). `epsilon`, for two classes only, adds 2^-23 to the four
 *   sums, so that a constant prediction keeps a sign; full agreement on a single class is 1 then.
 */
export function matthewsCorrelation(
  matrix: ConfusionMatrix,
  undefinedScore: EmptyClass | 'epsilon' = 'exclude',
): number {
  checkMatrix('matthewsCorrelation', matrix)
  checkArgument(
    'matthewsCorrelation',
    'undefinedScore',
    undefinedScore,
    oneOf('exclude', 'one', 'zero', 'epsilon'),
  )
  const { classes } = matrix
  const { truePositives, labelPixels, predictionPixels } = matrix.sums()
  const total = labelPixels[classes]!
  // Predictions that are no class are one more class, without label.
  const unknown = total - predictionPixels[classes]!
  let agreement = 0
  let labels = 0
  let predictions = unknown * (total - unknown)
  for (let c = 0; c < classes; c++) {
    const l = labelPixels[c]!
    const p = predictionPixels[c]!
    const tp = truePositives[c]!
    agreement += tp * (total - l - p + tp) - (p - tp) * (l - tp)
    labels += l * (total - l)
    predictions += p * (total - p)
  }
  if (labels !== 0 && predictions !== 0) return matthews(agreement, labels, predictions)
  if (undefinedScore === 'epsilon') return matthewsNearEmpty(matrix)
  return undefinedScore === 'exclude' ? Number.NaN : undefinedScore === 'one' ? 1 : 0
}

/** Two classes of which one is never labelled, or never predicted. */
function matthewsNearEmpty(matrix: ConfusionMatrix): number {
  if (matrix.classes !== 2) return 0
  const { truePositives, labelPixels, predictionPixels } = matrix.sums()
  const right = truePositives[2]!
  const wrong = labelPixels[2]! - right
  if (wrong === 0 && right > 0) return 1
  if (right === 0 && wrong > 0) return -1
  const epsilon = 2 ** -23
  let product = 1
  for (let c = 0; c < 2; c++) product *= (labelPixels[c]! + epsilon) * (predictionPixels[c]! + epsilon)
  return (Math.sqrt(epsilon) * (right - wrong)) / Math.sqrt(product)
}

/**
 * Cohen's kappa (Cohen 1960): agreement beyond chance, at most 1; NaN where chance alone agrees wholly.
 * @param weights of a disagreement of classes i and j: 1 (`none`, default), |i-j| or (i-j)² (Cohen 1968), for
 *   classes that have an order
 * @param absentClass whether a class in neither mask has its place in that order (`keep`, default) or not (`skip`)
 */
export function cohenKappa(
  matrix: ConfusionMatrix,
  weights: 'none' | 'linear' | 'quadratic' = 'none',
  absentClass: 'keep' | 'skip' = 'keep',
): number {
  checkMatrix('cohenKappa', matrix)
  checkArgument('cohenKappa', 'weights', weights, oneOf('none', 'linear', 'quadratic'))
  checkArgument('cohenKappa', 'absentClass', absentClass, oneOf('keep', 'skip'))
  if (absentClass === 'skip') {
    if (weights === 'none') throw new RangeError('cohenKappa: absentClass: without weights there is no order')
    const { labelPixels: l, predictionPixels: p } = matrix.sums()
    const present = Array.from({ length: matrix.classes }, (_, c) => c).filter(c => l[c]! + p[c]! > 0)
    return cohenKappa(matrix.select(present), weights)
  }
  const { classes, unknownPrediction } = matrix
  if (weights !== 'none' && unknownPrediction.some(count => count > 0))
    throw new RangeError('cohenKappa: a prediction that is no class has no distance to one')
  const { labelPixels, predictionPixels } = matrix.sums()
  const total = labelPixels[classes]!
  const unknown = total - predictionPixels[classes]!
  let observed = 0
  let expected = 0
  for (let l = 0; l < classes; l++) {
    const label = labelPixels[l]!
    observed += unknownPrediction[l]!
    expected += (label * unknown) / total
    for (let p = 0; p < classes; p++) {
      const weight =
        weights === 'none' ? Number(l !== p) : weights === 'linear' ? Math.abs(l - p) : (l - p) ** 2
      observed += weight * matrix.at(l, p)
      expected += (weight * label * predictionPixels[p]!) / total
    }
  }
  return 1 - observed / expected
}

/** Σ over classes of (share of label pixels)·IoU (Long 2015); NaN without pixels. */
export function frequencyWeightedIou(matrix: ConfusionMatrix): number {
  checkMatrix('frequencyWeightedIou', matrix)
  const { truePositives, labelPixels, predictionPixels } = matrix.sums()
  let sum = 0
  for (let c = 0; c < matrix.classes; c++) {
    const label = labelPixels[c]!
    if (label > 0) sum += label * iou(truePositives[c]!, label, predictionPixels[c]!)
  }
  return sum / labelPixels[matrix.classes]!
}
