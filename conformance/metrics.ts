import type { Mappings } from './case.ts'
import { monaiMetrics } from './metrics/monai.ts'
import { definitionMetrics, kerasMetrics, medpyMetrics, mmsegMetrics } from './metrics/others.ts'
import { sklearnMetrics } from './metrics/sklearn.ts'
import { smpMetrics } from './metrics/smp.ts'
import { metricsReloadedMetrics, surfaceDistanceMetrics } from './metrics/surfaces.ts'
import { torchmetricsMetrics } from './metrics/torchmetrics.ts'

/** Scores from counts, probabilities and shape. */
export const metrics: Mappings = {
  definition: definitionMetrics,
  keras: kerasMetrics,
  medpy: medpyMetrics,
  mmseg: mmsegMetrics,
  monai: monaiMetrics,
  sklearn: sklearnMetrics,
  metrics_reloaded: metricsReloadedMetrics,
  smp: smpMetrics,
  surface_distance: surfaceDistanceMetrics,
  torchmetrics: torchmetricsMetrics,
}
