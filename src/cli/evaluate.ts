import { type Evaluation, evaluate as evaluateMasks } from '../evaluation/evaluate.ts'
import { type FoundRecordings, findRecordings } from '../evaluation/find-recordings.ts'
import type { MaskSource } from '../evaluation/source.ts'
import { chooseTopics } from '../evaluation/topics.ts'
import { ParameterError, type RawValue } from '../parameters/parameters.ts'
import type { FileOf } from '../report/csv.ts'
import { resultFiles } from '../report/files.ts'
import { reportPage } from '../report/page/page.ts'
import { saveFrames } from '../report/saved-frames.ts'
import { tryDirectory, writeFiles } from '../report/write-files.ts'
import { type CheckOptions, type Checks, check, parsedChecks, reportFailure } from './checks.ts'
import { inputError, usageError } from './errors.ts'
import { evaluateSeveral, type SeveralOptions } from './evaluate-several.ts'
import { chosenFormat, type FormatOptions, printedRun } from './format.ts'
import { interruptible } from './interrupt.ts'
import { openMasks } from './masks.ts'
import { Messages } from './messages.ts'
import { intoOutput } from './output.ts'
import { chosenParameters, completeParameters } from './parameters.ts'
import { writePlots } from './plots.ts'
import { startProgress } from './progress.ts'
import { asCliError } from './topics.ts'
import { VERSION } from './version.ts'

export interface EvaluateOptions extends SeveralOptions, CheckOptions, FormatOptions {
  label?: string
  prediction?: string
  config?: string
  set: readonly string[]
  start?: number
  end?: number
  output?: string
  /** What messages call the output. */
  outputName?: string
  quiet?: boolean
  plots?: string
  saveWorst?: number
  /** Topic of the camera. */
  image?: string
  /** Folders of masks. */
  predictions?: string
  labels?: string
  labelsBy?: 'stamp' | 'index'
  keepUnannotated?: boolean
}

/**
 * `dice-monitor evaluate`.
 * @param paths of recordings; none for two folders
 * @returns the exit code
 * @throws CliError
 */
export async function evaluate(paths: readonly string[], options: EvaluateOptions): Promise<number> {
  return await intoOutput(options.output, output =>
    evaluateInto(paths, {
      ...options,
      ...(output !== undefined && { output, outputName: options.output! }),
    }),
  )
}

async function evaluateInto(paths: readonly string[], options: EvaluateOptions): Promise<number> {
  const messages = new Messages(options.quiet === true)
  const chosenByUser = chosenParameters(options.config, options.set, messages)
  completeParameters(chosenByUser)
  chosenFormat(options)
  if (options.start !== undefined && options.end !== undefined && options.end <= options.start) {
    throw usageError(`--end ${options.end} is not after --start ${options.start}`)
  }
  if (options.saveWorst !== undefined && options.output === undefined) {
    throw usageError('--save-worst: expected a place for the frames: --output DIR')
  }
  if (options.image !== undefined && options.output === undefined) {
    throw usageError('--image: expected a place for the pictures: --output DIR')
  }
  if (options.output !== undefined) checkOutput(options.output)
  if (options.plots !== undefined) checkOutput(options.plots, '--plots')
  const ofFolders = options.predictions !== undefined || options.labels !== undefined
  const found = ofFolders ? undefined : foundRecordings(paths)
  if (found && (!found.isOne || options.allPairs)) {
    const checks = parsedChecks(options, completeParameters(chosenByUser)['classes.names'])
    return await evaluateSeveral(found.paths, { options, chosen: chosenByUser, checks, messages })
  }
  if (ofFolders && paths.length > 1) throw usageError('expected one recording beside a folder of masks')
  const path = found ? found.paths[0] : paths[0]
  const { source, chosen, topics } = await openMasks(path, options, chosenByUser, messages)
  try {
    const checks = parsedChecks(options, completeParameters(chosen)['classes.names'])
    return await reporting(checks, source.path, async () => {
      const evaluation = await evaluated(source, chosen, { ...options, ...topics }, messages)
      deliver(evaluation, source, options, messages)
      const run = { ...evaluation, name: [evaluation.summary.source.recording].flat().join(', ') }
      return check(checks, { run, drives: [] }, messages)
    })
  } finally {
    await source.close()
  }
}

/** What keeps a run from being checked is told where its checks would be. @throws CliError */
async function reporting(checks: Checks, name: string, run: () => Promise<number>): Promise<number> {
  try {
    return await run()
  } catch (error) {
    const known = asCliError(error)
    reportFailure(checks, name, known)
    throw known
  }
}

async function evaluated(
  source: MaskSource,
  chosen: ReadonlyMap<string, RawValue>,
  options: EvaluateOptions,
  messages: Messages,
): Promise<Evaluation> {
  const topics = await chooseTopics(source, options)
  if (options.label === undefined || options.prediction === undefined) {
    messages.note(`scoring prediction ${topics.prediction} against label ${topics.label}`)
  }
  const progress = startProgress(options.quiet === true)
  try {
    return await interruptible(checkInterrupted =>
      evaluateMasks(source, {
        chosen,
        topics,
        start: options.start,
        end: options.end,
        withPictures: options.output !== undefined,
        saveWorst: options.saveWorst,
        image: options.image,
        onProgress: progress.update,
        checkInterrupted,
        version: VERSION,
      }),
    )
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error
    throw options.set.length > 0 ? usageError(error.message) : inputError(error.message)
  } finally {
    progress.stop()
  }
}

function deliver(
  { summary, frames, worst, saved, received, notes }: Evaluation,
  source: MaskSource,
  options: EvaluateOptions,
  messages: Messages,
): void {
  const { output, outputName } = options
  const { recording } = summary.source
  for (const problem of [...summary.pairing.problems, ...notes]) messages.warn(problem)
  if (summary.pairing.truncated) {
    messages.warn(`${recording} could not be read whole: scored as far as it could`)
  }
  if (output !== undefined) {
    const page = reportPage({ summary, frames, pictures: worst.frames, received })
    const fileOf: FileOf | undefined = source.fileOf && ((mask, stamp) => source.fileOf!(mask, stamp))
    writeFiles(output, resultFiles(summary, frames, page, fileOf))
    saveFrames(output, saved.frames, summary.classes)
    messages.note(`wrote summary.json, frames.csv and report.html to ${outputName}`)
  }
  if (options.plots !== undefined) writePlots(options.plots, summary, frames)
  process.stdout.write(printedRun(summary, chosenFormat(options)))
}

function foundRecordings(paths: readonly string[]): FoundRecordings {
  try {
    return findRecordings(paths)
  } catch (error) {
    throw asCliError(error)
  }
}

/** Found out before an hour of scoring, not after. */
export function checkOutput(directory: string, option = '--output'): void {
  try {
    tryDirectory(directory)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const isNone = code === 'ENOTDIR' || code === 'EEXIST'
    throw inputError(
      `${option} ${directory}: ${isNone ? 'is no directory' : `cannot be written to: ${message}`}; name another one`,
    )
  }
}
