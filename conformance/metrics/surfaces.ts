import {
  averageSurfaceDistance,
  boundaryFScore,
  classCounts,
  countLabels,
  hausdorffDistance,
  type Mask,
  metricConventions,
  type ScoreOptions,
  score,
  surfaceDice,
} from '../../src/metrics/index.ts'
import type { Case, Mapping, Parameter } from '../case.ts'
import { mapping, NotReproduced, read } from './shared.ts'

// A single pair of masks, images or volumes: [1, (D,) H, W].
function pairOf(c: Case): { prediction: Mask; label: Mask } {
  const [width = 1, height = 1, depth] = c.targetShape.slice(1).toReversed()
  const of = (data: ArrayLike<number>): Mask => ({ data: Array.from(data), width, height, depth })
  return { prediction: of(c.prediction), label: of(c.target) }
}

const spacingOf = (spacing: Parameter) =>
  Array.isArray(spacing) ? { spacing: (spacing as Parameter[]).map(Number) } : {}

/** DeepMind's: surfaces of elements. */
const elements = (
  measure: (
    masks: ReturnType<typeof pairOf>,
    options: { spacing?: number[]; boundary: 'elements' },
    p: Measured,
  ) => number | number[],
): Mapping =>
  mapping((c, parameters) => {
    const p = read(parameters, { spacing_mm: null as Parameter, tolerance_mm: 0, percent: 100 })
    return { value: measure(pairOf(c), { ...spacingOf(p.spacing_mm), boundary: 'elements' }, p) }
  })

interface Measured {
  readonly tolerance_mm: number
  readonly percent: number
}

export const surfaceDistanceMetrics: Readonly<Record<string, Mapping>> = {
  surface_dice: elements(({ prediction, label }, options, p) =>
    surfaceDice(prediction, label, p.tolerance_mm, options),
  ),
  surface_overlap: elements(({ prediction, label }, options, p) => {
    const { precision, recall } = boundaryFScore(prediction, label, p.tolerance_mm, options)
    return [recall, precision]
  }),
  robust_hausdorff: elements(({ prediction, label }, options, p) => {
    const value = hausdorffDistance(prediction, label, { ...options, percentile: p.percent })
    // It adds up sizes in single steps of rounding: just at the percentage the one distance or the next.
    if (p.percent < 100) {
      const near = [1 - 1e-9, 1 + 1e-9].map(factor =>
        hausdorffDistance(prediction, label, { ...options, percentile: p.percent * factor }),
      )
      if (near[0] !== near[1])
        throw new NotReproduced('rounding decides which distance has the percentage of the surface')
    }
    return value
  }),
  average_surface_distance: elements(({ prediction, label }, options) => {
    const from = { ...options, directions: 'prediction' } as const
    return [averageSurfaceDistance(label, prediction, from), averageSurfaceDistance(prediction, label, from)]
  }),
}

const { metricsReloaded } = metricConventions

const counted = (options: ScoreOptions): Mapping =>
  mapping((c, parameters) => {
    read(parameters, {})
    const counts = classCounts(countLabels(c.prediction, c.target, { classes: 2 }))
    return { value: score(counts, options).value }
  })

const measured = (
  measure: (masks: ReturnType<typeof pairOf>, options: { spacing?: number[] }, p: Reloaded) => number,
): Mapping =>
  mapping((c, parameters) => {
    const p = read(parameters, { pixdim: null as Parameter, hd_perc: 95, nsd: 1 })
    return { value: measure(pairOf(c), spacingOf(p.pixdim), p) }
  })

interface Reloaded {
  readonly hd_perc: number
  readonly nsd: number
}

/** Metrics Reloaded, pairs of foreground masks. */
export const metricsReloadedMetrics: Readonly<Record<string, Mapping>> = {
  dsc: counted(metricsReloaded.dice),
  intersection_over_union: counted(metricsReloaded.iou),
  measured_average_distance: measured(({ prediction, label }, options) =>
    averageSurfaceDistance(prediction, label, { ...metricsReloaded.surfaceDistance, ...options }),
  ),
  measured_masd: measured(({ prediction, label }, options) =>
    averageSurfaceDistance(prediction, label, { ...metricsReloaded.meanSurfaceDistance, ...options }),
  ),
  measured_hausdorff_distance: measured(({ prediction, label }, options) =>
    hausdorffDistance(prediction, label, { ...metricsReloaded.hausdorff, ...options }),
  ),
  measured_hausdorff_distance_perc: measured(({ prediction, label }, options, p) => {
    const convention = metricsReloaded.hausdorff95
    return hausdorffDistance(prediction, label, { ...convention, ...options, percentile: p.hd_perc })
  }),
  normalised_surface_distance: measured(({ prediction, label }, options, p) => {
    const empty = [prediction, label].filter(({ data }) => !Array.from(data).includes(1)).length
    if (empty === 1) throw new NotReproduced('the distance to an empty mask is of a place outside the image')
    return empty === 2 ? 1 : surfaceDice(prediction, label, p.nsd, options)
  }),
}
