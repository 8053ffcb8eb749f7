/**
 * The library: training losses with gradients, segmentation metrics, and the engine that the ROS node and the
 * command line are built on.
 */
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
export type { Frame } from './monitor/frame.ts'
export { Monitor } from './monitor/monitor.ts'
export { overlapStatus, type Status } from './monitor/status.ts'
export { ParameterError, parametersFrom, type RawValue } from './parameters/parameters.ts'
export type { Parameters } from './parameters/table.ts'
