import { type Connectivity, connectivityRule, innerBoundary, innerRing } from './boundary.ts'
import { checkArgument, checkOptions, numberFrom, oneOf, spacingRule } from './checks.ts'
import { checkSameSize, type DistanceOptions, distancesBetween, type Mask } from './distance.ts'
import { surfaceElements } from './surface-elements.ts'

const isVolume = (mask: Mask) => mask?.depth !== undefined

const boundaryRules = (mask: Mask) => ({
  distance: oneOf('euclidean', 'taxicab', 'chessboard'),
  spacing: spacingRule(isVolume(mask)),
  connectivity: connectivityRule(mask),
  boundary: oneOf('pixels', 'elements'),
})

const surfaceRules = (mask: Mask) => ({
  ...boundaryRules(mask),
  oneEmpty: oneOf('undefined', 'infinite', 'diagonal', 'throw'),
  bothEmpty: oneOf('undefined', 'zero', 'throw'),
})

const hausdorffRules = (mask: Mask) => ({
  ...surfaceRules(mask),
  percentile: numberFrom(0, 100),
  directions: oneOf('larger', 'pooled', 'prediction'),
})

const averageRules = (mask: Mask) => ({
  ...surfaceRules(mask),
  directions: oneOf('pooled', 'mean', 'both', 'prediction'),
})

/** What a boundary is, and how distances are measured. */
export interface BoundaryOptions extends DistanceOptions {
  /** Neighbours that make a pixel a boundary pixel when outside the mask: of an image 4 (by edge) or 8 (by corner too), of a volume 6 (by face), 18 (by edge too) or 26. */
  readonly connectivity?: Connectivity
  /**
   * `pixels` (default) of the mask with a neighbour outside, which count alike; or `elements` of its surface between pixels,
   * which count by their length, in a volume by their area (Nikolov 2018; MONAI's `use_subvoxels`). They have no
   * `connectivity`.
   */
  readonly boundary?: 'pixels' | 'elements'
}

/** What empty masks mean for a distance. */
export interface SurfaceOptions extends BoundaryOptions {
  /**
   * One mask is empty: NaN (`undefined`, default), Infinity (`infinite`), the image's diagonal (`diagonal`, the worst
   * case, which means can take in), or an error (`throw`).
   */
  readonly oneEmpty?: 'undefined' | 'infinite' | 'diagonal' | 'throw'
  /** Both masks are empty: NaN (`undefined`, default), 0 (`zero`, the best case), or an error (`throw`). */
  readonly bothEmpty?: 'undefined' | 'zero' | 'throw'
}

/** Options of {@link hausdorffDistance}. */
export interface HausdorffOptions extends SurfaceOptions {
  /**
   * Of the distances, 0..100, with linear interpolation; of `elements` the distance up to which they have that share of the
   * surface. Default 100, the largest.
   */
  readonly percentile?: number
  /**
   * `larger` (default): of the two directions' percentiles; `pooled`: percentile of all distances of both;
   * `prediction`: only the way from the prediction's boundary to the label's.
   */
  readonly directions?: 'larger' | 'pooled' | 'prediction'
}

/**
 * Hausdorff distance of two masks' boundaries (Huttenlocher 1993), or a percentile of it, in units of `spacing`.
 * @throws RangeError where the masks are not of one size, for options out of range, and where an option asks for an error
 *   of empty masks; TypeError for what is no mask
 * @example
 * ```ts
 * import { hausdorffDistance } from 'dice-monitor'
 *
 * const label = { data: [1, 1, 0, 0], width: 4, height: 1 }
 * const prediction = { data: [1, 0, 0, 1], width: 4, height: 1 }
 * console.log(hausdorffDistance(prediction, label)) // 2
 * console.log(hausdorffDistance(prediction, label, { spacing: [0.5, 0.25] })) // 0.5
 * ```
 */
export function hausdorffDistance(prediction: Mask, label: Mask, options: HausdorffOptions = {}): number {
  checkOptions('hausdorffDistance', options, hausdorffRules(label))
  const { percentile = 100, directions = 'larger' } = options
  const distances = surfaceDistances(prediction, label, options)
  if (distances.empty !== undefined) return distances.empty
  const { toLabel, toPrediction } = distances
  if (directions === 'prediction') return percentileOf(toLabel, percentile)
  if (directions === 'pooled') return percentileOf(pooled(toLabel, toPrediction), percentile)
  return Math.max(percentileOf(toLabel, percentile), percentileOf(toPrediction, percentile))
}

/**
 * Mean distance of the boundaries (of a volume surfaces), in units of `spacing`.
 * @param options.directions `pooled` (default; `both` is the same): mean of the distances of both directions together,
 *   the average symmetric surface distance. `mean`: mean of the two directions' means (MASD of Metrics Reloaded,
 *   Maier-Hein 2024), which does not weigh the longer boundary more. `prediction`: from the prediction to the label only
 */
export function averageSurfaceDistance(
  prediction: Mask,
  label: Mask,
  options: SurfaceOptions & { readonly directions?: 'pooled' | 'mean' | 'both' | 'prediction' } = {},
): number {
  checkOptions('averageSurfaceDistance', options, averageRules(label))
  const distances = surfaceDistances(prediction, label, options)
  if (distances.empty !== undefined) return distances.empty
  const { toLabel, toPrediction } = distances
  if (options.directions === 'mean') return (meanOf(toLabel) + meanOf(toPrediction)) / 2
  return meanOf(options.directions === 'prediction' ? toLabel : pooled(toLabel, toPrediction))
}

/** The way from each part of a boundary to the other boundary, and how much each counts; without sizes all alike. */
interface Ways {
  readonly distances: Float64Array
  readonly sizes: Float64Array | undefined
}

const totalOf = ({ distances, sizes }: Ways) =>
  sizes === undefined ? distances.length : sizes.reduce((sum, size) => sum + size, 0)

const meanOf = (ways: Ways) =>
  ways.distances.reduce((sum, distance, i) => sum + distance * (ways.sizes?.[i] ?? 1), 0) / totalOf(ways)

/**
 * Share of both boundaries within `tolerance` of the other (Nikolov 2018, by boundary pixels); NaN where both masks
 * are empty, 0 where one is.
 */
export function surfaceDice(
  prediction: Mask,
  label: Mask,
  tolerance: number,
  options: BoundaryOptions = {},
): number {
  checkArgument('surfaceDice', 'tolerance', tolerance, numberFrom(0))
  checkOptions('surfaceDice', options, boundaryRules(label))
  const { toLabel, toPrediction } = boundaryDistances(prediction, label, options)
  return (
    (within(toLabel, tolerance) + within(toPrediction, tolerance)) /
    (totalOf(toLabel) + totalOf(toPrediction))
  )
}

/**
 * Boundary IoU (Cheng 2021): IoU of the masks' inner rings, whose thickness is `dilationRatio` of the image's
 * diagonal, rounded half to even, at least 1 pixel; NaN where both masks are empty.
 */
export function boundaryIou(prediction: Mask, label: Mask, dilationRatio = 0.02): number {
  checkSameSize(prediction, label)
  if (isVolume(label)) throw new RangeError('boundaryIou: expected images, got volumes')
  checkArgument('boundaryIou', 'dilationRatio', dilationRatio, numberFrom(0))
  const { width, height } = label
  // Not Math.hypot, which may be off by the last bit, and so on the other side of a half.
  const thickness = Math.max(1, roundHalfEven(dilationRatio * Math.sqrt(width * width + height * height)))
  const p = innerRing(prediction, thickness).data
  const l = innerRing(label, thickness).data
  let both = 0
  let either = 0
  for (let i = 0; i < p.length; i++) {
    both += p[i]! & l[i]!
    either += p[i]! | l[i]!
  }
  return both / either
}

/** What {@link boundaryFScore} gives. */
export interface BoundaryFScore {
  /** Share of the prediction's boundary within the tolerance of the label's; NaN without one. */
  readonly precision: number
  /** Share of the label's boundary within the tolerance of the prediction's; NaN without one. */
  readonly recall: number
  /** Harmonic mean; 0 where one mask is empty or nothing is near, NaN where both are empty. */
  readonly f: number
}

/** Boundary F-score (Csurka 2013; Martin 2004) at a tolerance; a boundary pixel has one of 8 neighbours outside (26 in a volume). */
export function boundaryFScore(
  prediction: Mask,
  label: Mask,
  tolerance: number,
  options: BoundaryOptions = {},
): BoundaryFScore {
  checkArgument('boundaryFScore', 'tolerance', tolerance, numberFrom(0))
  checkOptions('boundaryFScore', options, boundaryRules(label))
  const connectivity = options.boundary === 'elements' ? undefined : isVolume(label) ? 26 : 8
  const { toLabel, toPrediction } = boundaryDistances(prediction, label, {
    ...options,
    connectivity: options.connectivity ?? connectivity,
  })
  const precision = within(toLabel, tolerance) / totalOf(toLabel)
  const recall = within(toPrediction, tolerance) / totalOf(toPrediction)
  if (Number.isNaN(precision) && Number.isNaN(recall)) return { precision, recall, f: Number.NaN }
  return {
    precision,
    recall,
    f: precision * recall > 0 ? (2 * precision * recall) / (precision + recall) : 0,
  }
}

type Boundary = Omit<BoundaryOptions, 'connectivity'> & { readonly connectivity?: Connectivity | undefined }

function boundaryDistances(prediction: Mask, label: Mask, options: Boundary) {
  checkSameSize(prediction, label)
  const p = boundaryOf(prediction, options)
  const l = boundaryOf(label, options)
  const [toLabel, toPrediction] = distancesBetween(p.places, l.places, options)
  return {
    toLabel: { distances: toLabel, sizes: p.sizes },
    toPrediction: { distances: toPrediction, sizes: l.sizes },
  }
}

function boundaryOf(mask: Mask, { boundary, connectivity, spacing }: Boundary) {
  if (boundary !== 'elements') return { places: innerBoundary(mask, connectivity), sizes: undefined }
  if (connectivity !== undefined)
    throw new RangeError("connectivity has no effect: it is of boundary 'pixels', not of 'elements'")
  return surfaceElements(mask, spacing)
}

function surfaceDistances(prediction: Mask, label: Mask, options: SurfaceOptions) {
  const distances = boundaryDistances(prediction, label, options)
  const { toLabel, toPrediction } = distances
  const emptyMasks = Number(toLabel.distances.length === 0) + Number(toPrediction.distances.length === 0)
  return { ...distances, empty: emptyMasks === 0 ? undefined : emptyDistance(emptyMasks, label, options) }
}

function emptyDistance(emptyMasks: number, mask: Mask, options: SurfaceOptions): number {
  const rule = (emptyMasks === 2 ? options.bothEmpty : options.oneEmpty) ?? 'undefined'
  if (rule === 'throw') throw new RangeError(`${emptyMasks === 2 ? 'both masks are' : 'one mask is'} empty`)
  if (rule === 'infinite') return Infinity
  if (rule === 'zero') return 0
  if (rule === 'undefined') return Number.NaN
  const sizes = [...(mask.depth === undefined ? [] : [mask.depth]), mask.height, mask.width]
  return Math.hypot(...sizes.map((size, axis) => size * (options.spacing?.[axis] ?? 1)))
}

function percentileOf({ distances: values, sizes }: Ways, percentile: number): number {
  if (percentile === 100) return values.reduce((most, value) => Math.max(most, value))
  if (sizes) return percentileBySize(values, sizes, percentile)
  const sorted = values.slice().sort()
  const rank = (percentile / 100) * (sorted.length - 1)
  const below = sorted[Math.floor(rank)]!
  const above = sorted[Math.ceil(rank)]!
  return below + (above - below) * (rank - Math.floor(rank))
}

/**
 * Distances up to the tolerance, ties included: 3 pixels of 0.1 are within 0.3 although 3 · 0.1 is more in binary. A
 * distance, its spacing and the tolerance are rounded by less than four units in the last place together.
 */
function within({ distances, sizes }: Ways, tolerance: number): number {
  const most = tolerance * (1 + 4 * Number.EPSILON)
  let found = 0
  for (let i = 0; i < distances.length; i++) if (distances[i]! <= most) found += sizes ? sizes[i]! : 1
  return found
}

/** The least distance up to which the elements have this share, in percent, of the surface; what is it but for rounding is it. */
function percentileBySize(values: Float64Array, sizes: Float64Array, percentile: number): number {
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!)
  const total = totalOf({ distances: values, sizes })
  let covered = 0
  for (const at of order) {
    covered += sizes[at]!
    if (covered / total >= (percentile / 100) * (1 - 1e-12)) return values[at]!
  }
  return values[order.at(-1)!]!
}

const pooled = (a: Ways, b: Ways): Ways => ({
  distances: joined(a.distances, b.distances),
  sizes: a.sizes && b.sizes && joined(a.sizes, b.sizes),
})

function joined(a: Float64Array, b: Float64Array): Float64Array {
  const all = new Float64Array(a.length + b.length)
  all.set(a)
  all.set(b, a.length)
  return all
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  if (value - floor !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}
