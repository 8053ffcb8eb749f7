import { MAX_CLASSES } from '../monitor/configuration.ts'
import type { Frame } from '../monitor/frame.ts'
import type { Monitor } from '../monitor/monitor.ts'
import { NO_CLASS, type SmallMask, sampleMask } from './masks.ts'

/** The two masks of the frame just scored, no wider and no higher than `longest`; ignored labels are no class. */
export function frameMasks(
  frame: Frame,
  { classes, parameters, configuration, rules }: Monitor,
  longest: number,
): { label: SmallMask; prediction: SmallMask } {
  const { label } = frame
  const scale = Math.min(1, longest / Math.max(label.width, label.height))
  const options = {
    width: Math.max(1, Math.round(label.width * scale)),
    height: Math.max(1, Math.round(label.height * scale)),
    classes: classes.areNamed ? classes.names.length : MAX_CLASSES,
    threshold: parameters['prediction.threshold'],
  }
  const labelMask = sampleMask(frame.labelMessage, label, { ...options, rules: rules.label })
  const { ids } = labelMask
  for (let i = 0; i < ids.length; i++) if (configuration.ignored[ids[i]!] === 1) ids[i] = NO_CLASS
  const prediction = sampleMask(frame.predictionMessage, frame.prediction, {
    ...options,
    rules: rules.prediction,
  })
  return { label: labelMask, prediction }
}
