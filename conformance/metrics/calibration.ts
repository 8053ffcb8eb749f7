import {
  binaryOutcomes,
  calibrationError,
  classOutcomes,
  metricConventions,
  topOutcomes,
} from '../../src/metrics/index.ts'
import type { Mapping, Parameter } from '../case.ts'
import {
  choice,
  evaluatedClasses,
  isBinary,
  mapping,
  optional,
  read,
  refuseStrayLabels,
  Unsupported,
} from './shared.ts'

const { monai, torchmetrics } = metricConventions

/** MONAI's `CalibrationErrorMetric`, a number a sample and channel. */
export const monaiCalibration: Mapping = mapping((c, parameters) => {
  const of = read(parameters, {
    num_bins: 20,
    include_background: true,
    calibration_reduction: 'expected' as Parameter,
    right: false,
  })
  const kind = choice('calibration_reduction', of.calibration_reduction, ['expected', 'average', 'maximum'])
  const norm = ({ expected: 'l1', average: 'mean', maximum: 'max' } as const)[kind]
  const samples = c.targetShape[0]!
  const pixels = c.target.length / samples
  const value = Array.from({ length: samples }, (_, n) =>
    evaluatedClasses(c, of.include_background).map(id => {
      const outcomes = classOutcomes(
        c.prediction.subarray(n * pixels * c.classes, (n + 1) * pixels * c.classes),
        c.target.subarray(n * pixels, (n + 1) * pixels),
        c.classes,
        id,
      )
      const closed = of.right ? 'left' : 'right'
      return calibrationError(outcomes, { ...monai.calibrationError, bins: of.num_bins, closed, norm })
    }),
  )
  return { value }
})

export const torchmetricsCalibration: Mapping = mapping((c, parameters) => {
  const of = read(parameters, {
    n_bins: 15,
    norm: 'l1' as Parameter,
    ignore_index: null as Parameter,
    validate_args: true,
    num_classes: c.classes,
  })
  const ignored = optional(of.ignore_index)
  refuseStrayLabels(c, ignored, 'always')
  if (c.domain !== 'probs') throw new Unsupported(`domain ${c.domain}`)
  if (!(Number.isInteger(of.n_bins) && of.n_bins > 0)) throw new RangeError(`n_bins ${of.n_bins}`)
  const norm = choice('norm', of.norm, ['l1', 'l2', 'max'])
  const left = ignored === undefined ? [] : [ignored]
  const outcomes = isBinary(c)
    ? binaryOutcomes(c.prediction, c.target, left)
    : topOutcomes(c.prediction, c.target, c.classes, c.targetShape[0], left)
  const { bins: _, ...convention } = {
    l1: torchmetrics.calibrationError,
    l2: torchmetrics.calibrationErrorL2,
    max: torchmetrics.calibrationErrorMax,
  }[norm]
  return { value: calibrationError(outcomes, { ...convention, edges: float32Edges(of.n_bins) }) }
})

/** Its bins are drawn in single precision, from both ends to the middle. */
function float32Edges(bins: number): Float64Array {
  const step = Math.fround(1 / bins)
  return Float64Array.from({ length: bins + 1 }, (_, i) =>
    Math.fround(i < (bins + 1) / 2 ? step * i : 1 - Math.fround(step * (bins - i))),
  )
}
