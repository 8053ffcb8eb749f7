import { CLASS_COLUMN_SCORES, COLUMN_SCORES } from '../metrics/score-table.ts'
import { FrameTable } from './frames.ts'
import { Stamps } from './stamps.ts'

type ByScore = Record<string, Float64Array>

/** Frames as plain arrays, to be sent from one thread to another: what frames.csv has of them. */
export interface PackedFrames {
  length: number
  labels: ReturnType<Stamps['packed']>
  predictions: ReturnType<Stamps['packed']>
  pixelsEvaluated: Float64Array
  pixelsIgnored: Float64Array
  scores: ByScore
  classes: { id: number; scores: ByScore }[]
}

export function packFrames(frames: FrameTable, classes: readonly { id: number }[]): PackedFrames {
  const byName = (names: readonly string[], values: (name: never) => Float64Array): ByScore =>
    Object.fromEntries(names.map(name => [name, values(name as never).slice()]))
  return {
    length: frames.length,
    labels: frames.labelStamps.packed(),
    predictions: frames.predictionStamps.packed(),
    pixelsEvaluated: frames.pixelsEvaluated.values.slice(),
    pixelsIgnored: frames.pixelsIgnored.values.slice(),
    scores: byName(COLUMN_SCORES, name => frames.score(name).values),
    classes: classes.map(({ id }) => ({
      id,
      scores: byName(CLASS_COLUMN_SCORES, name => frames.ofClass(id, name)),
    })),
  }
}

/** The frames as they would be read from frames.csv. */
export function unpackFrames(packed: PackedFrames): FrameTable {
  const frames = new FrameTable()
  const [labels, predictions] = [Stamps.of(packed.labels), Stamps.of(packed.predictions)]
  const classIds = packed.classes.map(({ id }) => id)
  for (let i = 0; i < packed.length; i++) {
    frames.push({
      label: labels.time(i),
      prediction: predictions.time(i),
      scores: {
        mean: name => packed.scores[name]?.[i] ?? Number.NaN,
        ofClasses: name => packed.classes.map(({ scores }) => scores[name]![i]!),
      },
      windowDice: Number.NaN,
      pixelsEvaluated: packed.pixelsEvaluated[i]!,
      pixelsIgnored: packed.pixelsIgnored[i]!,
      level: 0,
      classCount: classIds.length,
      classIds,
    })
  }
  return frames
}
