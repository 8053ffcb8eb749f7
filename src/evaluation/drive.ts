import { join } from 'node:path'
import type { InPlace } from '../counting/in-place.ts'
import { resultFiles } from '../report/files.ts'
import { type PackedFrames, packFrames } from '../report/packed-frames.ts'
import { reportPage } from '../report/page/page.ts'
import { saveFrames } from '../report/saved-frames.ts'
import type { Summary } from '../report/summary.ts'
import { writeFiles } from '../report/write-files.ts'
import { type Evaluation, type EvaluationRequest, evaluate } from './evaluate.ts'
import { failureText } from './failure.ts'
import { folderName } from './find-recordings.ts'
import { openRecordingSource } from './recording-source.ts'
import type { MaskSource, TopicPair } from './source.ts'
import { chooseAllPairs, chooseTopics } from './topics.ts'

/** A recording to be evaluated among others. */
export interface Drive {
  path: string
  /** Of the folder of its results. */
  name: string
}

/** What is wanted of every drive: data alone, so that another thread can be told. */
export interface DriveRequest
  extends Pick<EvaluationRequest, 'chosen' | 'start' | 'end' | 'version' | 'saveWorst' | 'image'> {
  label?: string | undefined
  prediction?: string | undefined
  /** Every plausible pair of topics instead of the only one. */
  allPairs: boolean
  /** Where each drive gets a folder with its files; undefined for none. */
  output: string | undefined
}

/** What became of a drive: what it scored, or why it could not be. */
export type DriveOutcome = ScoredDrive | { drive: Drive; failure: string }

export interface ScoredDrive {
  drive: Drive
  summary: Summary
  frames: PackedFrames
  /** What is to be said besides. */
  notes: readonly string[]
}

/**
 * Scores a drive, and writes its files. Of a failure that is not ours the rest need not know more than the text.
 * @param inPlace where this thread counts one drive after the other
 */
export async function evaluateDrive(
  drive: Drive,
  request: DriveRequest,
  checkInterrupted: () => void,
  inPlace?: InPlace,
): Promise<DriveOutcome[]> {
  try {
    const source = await openRecordingSource(drive.path, { threads: 1, inPlace })
    try {
      return await evaluateSource(source, drive, request, checkInterrupted)
    } finally {
      await source.close()
    }
  } catch (error) {
    return [{ drive, failure: failureText(error) }]
  }
}

async function evaluateSource(
  source: MaskSource,
  drive: Drive,
  request: DriveRequest,
  checkInterrupted: () => void,
): Promise<DriveOutcome[]> {
  const { allPairs, output } = request
  const pairs = allPairs ? await chooseAllPairs(source, request) : [await chooseTopics(source, request)]
  const outcomes: DriveOutcome[] = []
  for (const topics of pairs) {
    const part = pairs.length === 1 ? drive : { ...drive, name: pairName(drive.name, topics, pairs) }
    try {
      const evaluation = await evaluate(source, {
        ...request,
        topics,
        withPictures: output !== undefined,
        onProgress: () => {},
        checkInterrupted,
      })
      outcomes.push(delivered(part, evaluation, output))
    } catch (error) {
      outcomes.push({ drive: part, failure: failureText(error) })
    }
  }
  return outcomes
}

/** The drive's name and the prediction's, and the label's too where a prediction is of several pairs. */
function pairName(name: string, { prediction, label }: TopicPair, pairs: readonly TopicPair[]): string {
  const isAlone = pairs.filter(pair => pair.prediction === prediction).length === 1
  return folderName(`${name}${prediction}${isAlone ? '' : label}`)
}

function delivered(drive: Drive, evaluation: Evaluation, output: string | undefined): ScoredDrive {
  const { summary, frames, worst, saved, received, notes } = evaluation
  if (output !== undefined) {
    const folder = join(output, drive.name)
    const page = reportPage({ summary, frames, pictures: worst.frames, received })
    writeFiles(folder, resultFiles(summary, frames, page))
    saveFrames(folder, saved.frames, summary.classes)
  }
  return { drive, summary, frames: packFrames(frames, summary.classes), notes }
}
