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
  dataStart,
} from './memory'
export { gather } from './gather'
export { countLabels } from './labels'
export { largest } from './largest'
export { narrow, swapWords } from './narrow'
export { countForeground, countChannels } from './probabilities'
export { differentiatePlane, findRuns, sumPlane } from './planes'
