export {
  BLOCK,
  COUNTS,
  EXTREMES,
  IGNORED,
  PLANE_BLOCK,
  PLANE_SUMS,
  PLANE_VALUES,
  RUNS,
  RUN_BLOCK,
  SUMS,
  THRESHOLD,
  dataStart,
} from './memory'
export { inflate, inflated } from './inflate'
export { gather } from './gather'
export { leaveOut } from './leave-out'
export { countLabels, countRectangles } from './labels'
export { largest } from './largest'
export { leaveOutBorder } from './border'
export { mapColours } from './map-colours'
export { mapValues } from './map-values'
export { narrow, swapWords } from './narrow'
export { isGray, pick } from './pick'
export { countForeground } from './foreground'
export { countChannels } from './channels'
export { differentiatePlane, findRuns, sumPlane } from './planes'
export { resize } from './resize'
export { crossEntropy, softmax, softmaxGradient } from './softmax'
export { equalPixels } from './runs'
export { clearTally, countCode, TALLY, TALLY_SLOTS, tally } from './tally'
export { unfilter } from './unfilter'
export { spread, unpackBits } from './unpack'
