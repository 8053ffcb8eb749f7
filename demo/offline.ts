import { CLASS_SCORES, SCORE_NAMES, scoreSpec } from '../src/metrics/score-table.ts'
import type { Frame } from '../src/monitor/frame.ts'
import { Monitor } from '../src/monitor/monitor.ts'
import type { Parameters } from '../src/parameters/table.ts'
import { openRecording } from '../src/recording/open.ts'
import type { Metrics } from './live.ts'

/** What a frame would be as a message, without the two times that differ from run to run. */
type Fields = Record<string, number | number[]>

/** Scores a recording straight through the engine, without ROS. */
export async function scoreWithoutRos(
  path: string,
  topics: { prediction: string; label: string },
  parameters: Parameters,
): Promise<Fields[]> {
  const frames: Fields[] = []
  const monitor = new Monitor(parameters)
  monitor.onFrame = frame => frames.push(fieldsOf(frame))
  const recording = await openRecording(path)
  for await (const batch of recording.messages({ topics: Object.values(topics) })) {
    for (const { topic, logTime, data } of batch) {
      const now = Number(logTime - recording.startTime!) / 1e9
      if (topic === topics.prediction) monitor.offerPrediction(data, now, now)
      else monitor.offerLabel(data, now, now)
    }
  }
  monitor.flush()
  await recording.close()
  return frames
}

function fieldsOf(frame: Frame): Fields {
  const classes = (values: ArrayLike<number>) =>
    Array.from({ length: frame.classCount }, (_, i) => values[i]!)
  const scores: Fields = {}
  for (const name of SCORE_NAMES) {
    const { loss, window } = scoreSpec(name)
    scores[name] = frame.scores.mean(name)
    if (loss) scores[`${name}_loss`] = 1 - frame.scores.mean(name)
    if (window) scores[`window_${name}`] = frame.windowScores.mean(name)
  }
  for (const name of CLASS_SCORES) scores[`class_${name}`] = classes(frame.scores.ofClasses(name))
  return {
    ...scores,
    window_frames: frame.windowFrames,
    classes_defined: frame.classesDefined,
    pixels_evaluated: frame.pixelsEvaluated,
    pixels_ignored: frame.pixelsIgnored,
    pixels_unknown_prediction: frame.pixelsUnknownPrediction,
    class_id: classes(frame.classIds),
    group_dice: Array.from(frame.groups.scores.ofClasses('dice')),
    group_iou: Array.from(frame.groups.scores.ofClasses('iou')),
    region_dice: Array.from(frame.regions.dice),
    critical_error_rate: Array.from(frame.criticalErrors.rates),
    level: frame.level,
    frame_count: frame.frameCount,
  }
}

/** Compares every number to the last bit. @returns how many were compared, and the first that differ */
export function compare(
  live: readonly Metrics[],
  offline: readonly Fields[],
): { numbers: number; differences: string[] } {
  const differences: string[] = []
  let numbers = 0
  offline.forEach((fields, index) => {
    for (const [name, value] of Object.entries(fields)) {
      const expected = typeof value === 'number' ? [value] : value
      const field = live[index]?.[name]
      const actual = typeof field === 'object' ? Array.from(field as ArrayLike<number>) : [Number(field)]
      numbers += expected.length
      const isSame = actual.length === expected.length && expected.every((x, i) => Object.is(x, actual[i]))
      if (!isSame)
        differences.push(`frame ${index + 1}, ${name}: ${actual} over DDS, ${expected} without ROS`)
    }
  })
  return { numbers, differences }
}
