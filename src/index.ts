/**
 * @module dice-monitor
 *
 * The library: training losses with gradients, segmentation metrics, and the engine that the ROS node and the
 * command line are built on.
 */

export type { Encoding } from './image/encoding.ts'
export type { ImageHeader } from './image/header.ts'
export {
  type CompressedImageMessage,
  type ImageMessage,
  type PngMask,
  serializeCompressedImage,
  serializeImage,
  serializePng,
} from './image/serialize.ts'
export * from './losses/index.ts'
export * from './metrics/index.ts'
export type { Scores } from './metrics/scoring.ts'
export type { Classes } from './monitor/classes.ts'
export type { CriticalRates } from './monitor/critical-rates.ts'
export type { Frame } from './monitor/frame.ts'
export type { GroupScores } from './monitor/group-scores.ts'
export type { InputStatistics } from './monitor/input.ts'
export { Monitor } from './monitor/monitor.ts'
export type { RegionScores, ScoredRegion } from './monitor/region-scores.ts'
export { overlapStatus, type Status } from './monitor/status.ts'
export { Level } from './monitor/verdict.ts'
export type { CriticalError } from './ontology/critical-errors.ts'
export type { Group } from './ontology/groups.ts'
export type { Region } from './ontology/regions.ts'
export { ParameterError, parametersFrom, type RawValue } from './parameters/parameters.ts'
export {
  PARAMETERS,
  type ParameterName,
  type ParameterSpec,
  type Parameters,
  type ParameterType,
  type ParameterTypes,
} from './parameters/table.ts'
