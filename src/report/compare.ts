import { FRAME_MEANS, PIXEL_SCORES, scoreSpec } from '../metrics/score-table.ts'
import { type PairedDifference, pairedDifference } from './difference.ts'
import { readFramesBeside, readSummary } from './files.ts'
import type { FrameTable } from './frames.ts'
import type { Score, Summary } from './summary.ts'

/** One run to be compared. */
export interface Run {
  /** What it is called: the shortest end of its path that no other run shares. */
  name: string
  summary: Summary
  /** Its single frames, if their file is there. */
  frames: FrameTable | undefined
}

/** Reads a run with the frames beside its summary and the scores of its classes. @throws ResultFileError */
export function readRun(path: string, name: string): Run {
  const { summary, file } = readSummary(path)
  return { name, summary, frames: readFramesBeside(file, summary.classes) }
}

export interface ComparedRow {
  name: string
  values: Score[]
  /** Each run's value less the first run's. */
  differences: Score[]
  /** Indices of the runs with the highest and the lowest value; none where all are equal, or the runs are of other frames. */
  best: number[]
  worst: number[]
}

export interface Comparison {
  runs: string[]
  rows: ComparedRow[]
  /** Whether all runs scored the same frames, as far as that is known: only then is one the best. */
  same_frames: boolean
  /** The differences in frame-mean dice to the first run, a run each, the first run's left out. */
  paired: PairedDifference[]
}

/** Runs side by side; the first is the one the others are held against. */
export function compareRuns(runs: readonly Run[]): Comparison {
  const summaries = runs.map(run => run.summary)
  const [first, ...others] = runs
  const paired = others.map(run => pairedDifference(first!, run))
  const areSame = paired.every(difference => 'same_frames' in difference && difference.same_frames)
  const row = (name: string, value: (summary: Summary) => Score | undefined) =>
    comparedRow(
      name,
      summaries.map(summary => value(summary) ?? null),
      areSame,
    )
  const classNames = [...new Set(summaries.flatMap(summary => summary.classes.map(({ name }) => name)))]
  return {
    runs: runs.map(run => run.name),
    rows: [
      ...PIXEL_SCORES.map(name =>
        row(scoreSpec(name).mean === 'pixels' ? name : `pooled ${name}`, ({ pooled }) => pooled[name]),
      ),
      ...FRAME_MEANS.filter(name => summaries.some(({ frame_mean }) => name in frame_mean)).map(name =>
        row(`frame-mean ${name}`, ({ frame_mean }) => frame_mean[name]),
      ),
      row('frame dice p5', ({ frame_percentiles }) => frame_percentiles.dice.p5),
      row('frame dice p50', ({ frame_percentiles }) => frame_percentiles.dice.p50),
      ...classNames.map(name =>
        row(`dice ${name}`, ({ classes }) => classes.find(c => c.name === name)?.dice),
      ),
    ],
    same_frames: areSame,
    paired,
  }
}

function comparedRow(name: string, values: Score[], areSame: boolean): ComparedRow {
  const defined = values.filter(value => value !== null)
  const highest = Math.max(...defined)
  const lowest = Math.min(...defined)
  const where = (wanted: number) =>
    areSame ? [...values.keys()].filter(i => highest > lowest && values[i] === wanted) : []
  const differences = values.map(value => (value === null || values[0] == null ? null : value - values[0]))
  return { name, values, differences, best: where(highest), worst: where(lowest) }
}
