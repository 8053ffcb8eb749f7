import { readCompressedHeader } from '../image/compressed.ts'
import { ImageHeader, readImageHeader } from '../image/header.ts'
import { MAX_CLASSES } from '../monitor/configuration.ts'
import type { Frame } from '../monitor/frame.ts'
import type { MaskRules } from '../monitor/mask-rules.ts'
import type { Monitor } from '../monitor/monitor.ts'
import { NO_CLASS, type SmallMask, sampleMask } from './masks.ts'

/** A serialized message of a mask, and what makes class ids of it. */
export interface MaskMessage {
  message: Uint8Array
  /** Whether it holds a file. */
  isFile: boolean
  rules: MaskRules
}

/** The masks of a frame as they came, and how they are read: plain data, which can be sent to a thread. */
export interface MaskPair {
  label: MaskMessage
  prediction: MaskMessage
  /** Of the masks that are read. */
  width: number
  height: number
  /** As of MaskOptions. */
  classes: number
  threshold: number
  /** 1 for ids of labels that are no class. */
  ignored: Uint8Array
}

/** The masks of the frame just scored, to be no wider and no higher than `longest`. The messages are borrowed. */
export function maskPair(frame: Frame, monitor: Monitor, longest: number): MaskPair {
  const { configuration, rules } = monitor
  const { label, prediction } = frame
  return {
    label: { message: frame.labelMessage, isFile: label.isFile, rules: rules.label },
    prediction: { message: frame.predictionMessage, isFile: prediction.isFile, rules: rules.prediction },
    ...sizeWithin(label, longest),
    ...sampling(monitor),
    ignored: configuration.ignored,
  }
}

/** The size of a mask that is to be no wider and no higher than `longest`. */
export function sizeWithin({ width, height }: { width: number; height: number }, longest: number) {
  const scale = Math.min(1, longest / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/** How ids are read of masks: as of MaskOptions. */
export const sampling = ({ classes, parameters }: Monitor) => ({
  classes: classes.areNamed ? classes.names.length : MAX_CLASSES,
  threshold: parameters['prediction.threshold'],
})

/** Class ids of both masks; ignored labels are no class. */
export function readMasks(pair: MaskPair): { label: SmallMask; prediction: SmallMask } {
  const label = readMask(pair.label, pair)
  const { ids } = label
  for (let i = 0; i < ids.length; i++) if (pair.ignored[ids[i]!] === 1) ids[i] = NO_CLASS
  return { label, prediction: readMask(pair.prediction, pair) }
}

function readMask({ message, isFile, rules }: MaskMessage, { width, height, classes, threshold }: MaskPair) {
  const header = new ImageHeader()
  if (isFile) readCompressedHeader(message, header)
  else readImageHeader(message, header)
  return sampleMask(message, header, { width, height, classes, threshold, rules })
}
