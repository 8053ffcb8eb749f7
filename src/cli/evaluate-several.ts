import { availableParallelism } from 'node:os'
import type { DriveOutcome, ScoredDrive } from '../evaluation/drive.ts'
import { evaluateDrives } from '../evaluation/drives.ts'
import { driveNames } from '../evaluation/find-recordings.ts'
import type { RawValue } from '../parameters/parameters.ts'
import { shownPath } from '../remote/address.ts'
import { resultFiles } from '../report/files.ts'
import type { FrameTable } from '../report/frames.ts'
import { MergeError, mergeRuns } from '../report/merge.ts'
import { unpackFrames } from '../report/packed-frames.ts'
import { reportPage } from '../report/page/page.ts'
import type { Summary } from '../report/summary.ts'
import { writeFiles } from '../report/write-files.ts'
import { type Checks, check, reportFailure } from './checks.ts'
import { inputError } from './errors.ts'
import type { EvaluateOptions } from './evaluate.ts'
import { chosenFormat, printedRun } from './format.ts'
import { interruptible } from './interrupt.ts'
import type { Messages } from './messages.ts'
import { writePlots } from './plots.ts'
import { startProgress } from './progress.ts'
import { VERSION } from './version.ts'

/** Options of `evaluate` that matter where there are several recordings. */
export interface SeveralOptions {
  jobs?: number
  allPairs?: boolean
}

export interface SeveralRequest {
  options: EvaluateOptions
  chosen: ReadonlyMap<string, RawValue>
  checks: Checks
  messages: Messages
}

/** `dice-monitor evaluate` of several recordings. @returns the exit code @throws CliError where none was scored */
export async function evaluateSeveral(
  paths: readonly string[],
  { options, chosen, checks, messages }: SeveralRequest,
): Promise<number> {
  const outcomes = await evaluatedDrives(paths, options, chosen, messages)
  const scored = outcomes.filter(outcome => 'summary' in outcome)
  const failed = outcomes.length - scored.length
  if (scored.length === 0) {
    const error = inputError(`none of ${outcomes.length} recordings could be scored`)
    reportFailure(checks, error.message, error)
    throw error
  }
  const { summary, frames } = pooled(scored)
  if (options.output !== undefined) {
    const page = reportPage({ summary, frames, pictures: [], received: undefined })
    writeFiles(options.output, resultFiles(summary, frames, page))
    messages.note(
      `wrote a folder a recording, and summary.json, frames.csv and report.html to ${options.outputName}`,
    )
  }
  const drives = outcomes.map(driveRow)
  if (options.plots !== undefined) writePlots(options.plots, summary, frames)
  process.stdout.write(printedRun(summary, chosenFormat(options), drives))
  if (failed > 0) messages.warn(`${failed} of ${outcomes.length} recordings could not be scored`)
  return check(checks, { run: { name: `${outcomes.length} drives`, summary, frames }, drives }, messages)
}

const driveRow = (outcome: DriveOutcome) => ({
  name: outcome.drive.name,
  summary: 'summary' in outcome ? outcome.summary : undefined,
  failure: 'failure' in outcome ? outcome.failure : undefined,
})

/** What became of the drives, in the order of their paths. */
async function evaluatedDrives(
  paths: readonly string[],
  options: EvaluateOptions,
  chosen: ReadonlyMap<string, RawValue>,
  messages: Messages,
): Promise<DriveOutcome[]> {
  const names = driveNames(paths)
  const drives = paths.map((path, i) => ({ path, name: names[i]! }))
  const outcomes = new Map<string, DriveOutcome[]>(paths.map(path => [path, []]))
  const progress = startProgress(options.quiet === true)
  const pairs = new Set<string>()
  let pairsScored = 0
  let done = 0
  const onOutcome = (outcome: DriveOutcome) => {
    outcomes.get(outcome.drive.path)!.push(outcome)
    progress.pause(() => tell(outcome, pairs, messages))
    if ('summary' in outcome) pairsScored += outcome.summary.pairing.matched
    progress.update(++done / drives.length, pairsScored)
  }
  const request = {
    chosen,
    label: options.label,
    prediction: options.prediction,
    start: options.start,
    end: options.end,
    version: VERSION,
    allPairs: options.allPairs === true,
    output: options.output,
    saveWorst: options.saveWorst,
    image: options.image,
  }
  try {
    await interruptible(checkInterrupted =>
      evaluateDrives(drives, request, {
        jobs: options.jobs ?? availableParallelism(),
        onOutcome,
        checkInterrupted,
      }),
    )
  } finally {
    progress.stop()
  }
  return [...outcomes.values()].flat()
}

/** Problems that are told of a drive; all are in its summary. */
const MOST_PROBLEMS = 5

/** Says what the user must know of a drive. @param pairs topics that were told already */
function tell(outcome: DriveOutcome, pairs: Set<string>, messages: Messages): void {
  const path = shownPath(outcome.drive.path)
  if (!('summary' in outcome)) {
    messages.warn(outcome.failure.startsWith(path) ? outcome.failure : `${path}: ${outcome.failure}`)
    return
  }
  const { source, pairing } = outcome.summary
  for (const note of outcome.notes) messages.warn(`${path}: ${note}`)
  const pair = `scoring prediction ${source.prediction_topic} against label ${source.label_topic}`
  if (!pairs.has(pair)) messages.note(pair)
  pairs.add(pair)
  for (const problem of pairing.problems.slice(0, MOST_PROBLEMS)) messages.warn(`${path}: ${problem}`)
  const others = pairing.problems.length - MOST_PROBLEMS
  if (others > 0) messages.warn(`${path}: ${others} more problems, in its summary.json`)
  if (pairing.truncated) messages.warn(`${path} could not be read whole: scored as far as it could`)
}

function pooled(drives: readonly ScoredDrive[]): { summary: Summary; frames: FrameTable } {
  const runs = drives.map(({ drive, summary, frames }) => ({
    name: drive.name,
    summary,
    frames: unpackFrames(frames),
  }))
  try {
    const { summary, frames } = mergeRuns(runs, VERSION)
    return { summary, frames: frames! }
  } catch (error) {
    if (error instanceof MergeError) throw inputError(error.message)
    throw error
  }
}
