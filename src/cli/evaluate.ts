import { accessSync, constants, statSync } from 'node:fs'
import type { SecondThread } from '../counting/second-thread.ts'
import { ParameterError, type RawValue } from '../parameters/parameters.ts'
import type { Parameters } from '../parameters/table.ts'
import { openRecording } from '../recording/open.ts'
import type { Recording } from '../recording/recording.ts'
import { resultFiles, summaryText, writeFiles } from '../report/files.ts'
import { checkGates, type Gate, GateError, judge, parseGate } from '../report/gates.ts'
import { reportPage } from '../report/page/page.ts'
import { type Summary, summarize } from '../report/summary.ts'
import { gateTable, summaryTable } from '../report/table.ts'
import { Exit, inputError, usageError } from './errors.ts'
import { interruptible } from './interrupt.ts'
import { Messages } from './messages.ts'
import { chosenParameters, completeParameters } from './parameters.ts'
import { startProgress } from './progress.ts'
import { type Scored, scoreRecording } from './score.ts'
import { startSecondThread } from './second-thread.ts'
import { roundedUp, stampDistance } from './tolerance.ts'
import { chooseTopics, transportParameters } from './topics.ts'
import { VERSION } from './version.ts'

export interface EvaluateOptions {
  label?: string
  prediction?: string
  config?: string
  set: readonly string[]
  start?: number
  end?: number
  output?: string
  json?: boolean
  failUnder: readonly string[]
  quiet?: boolean
}

/** `dice-monitor evaluate`. @returns the exit code @throws CliError */
export async function evaluate(path: string, options: EvaluateOptions): Promise<number> {
  const messages = new Messages(options.quiet === true)
  const chosen = chosenParameters(options.config, options.set, messages)
  const gates = parsedGates(options.failUnder, completeParameters(chosen)['classes.names'])
  if (options.start !== undefined && options.end !== undefined && options.end <= options.start) {
    throw usageError(`--end ${options.end} is not after --start ${options.start}`)
  }
  if (options.output !== undefined) checkOutput(options.output)
  const secondThread = startSecondThread(path)
  try {
    const recording = await openRecording(path)
    try {
      const { summary, scored } = await summaryOf(recording, chosen, options, messages, secondThread)
      deliver(path, summary, scored, options, messages)
      return pass(gates, summary, scored)
    } finally {
      await recording.close()
    }
  } finally {
    await secondThread?.close()
  }
}

function deliver(
  path: string,
  summary: Summary,
  { frames, worst, received }: Scored,
  { output, json }: EvaluateOptions,
  messages: Messages,
): void {
  for (const problem of summary.pairing.problems) messages.warn(problem)
  if (summary.pairing.truncated) messages.warn(`${path} could not be read whole: scored as far as it could`)
  if (output !== undefined) {
    const page = reportPage({ summary, frames, pictures: worst.frames, received })
    writeFiles(output, resultFiles(summary, frames, page))
    messages.note(`wrote summary.json, frames.csv and report.html to ${output}`)
  }
  process.stdout.write(json ? summaryText(summary) : `${summaryTable(summary)}\n`)
}

async function summaryOf(
  recording: Recording,
  chosen: ReadonlyMap<string, RawValue>,
  options: EvaluateOptions,
  messages: Messages,
  secondThread: SecondThread | undefined,
): Promise<{ summary: Summary; scored: Scored }> {
  const topics = await chooseTopics(recording, options, messages)
  const parameters = completeParameters(new Map([...transportParameters(recording, topics), ...chosen]))
  const progress = startProgress(options.quiet === true)
  let scored: Scored
  try {
    scored = await interruptible(checkInterrupted =>
      scoreRecording(recording, {
        parameters,
        topics,
        start: options.start,
        end: options.end,
        withPictures: options.output !== undefined,
        onProgress: progress.update,
        checkInterrupted,
        secondThread,
      }),
    )
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error
    throw options.set.length > 0 ? usageError(error.message) : inputError(error.message)
  } finally {
    progress.stop()
  }
  if (scored.pairing.matched === 0) throw inputError(nothingMatched(recording.path, scored, parameters))
  const source = {
    recording: recording.path,
    prediction_topic: topics.prediction,
    label_topic: topics.label,
    start: options.start ?? null,
    end: options.end ?? null,
  }
  const about = { source, pairing: scored.pairing, config: parameters, version: VERSION }
  return { summary: summarize(scored.counts, scored.frames, about), scored }
}

function nothingMatched(path: string, { pairing, received }: Scored, parameters: Parameters): string {
  const { prediction_unmatched: predictions, label_unmatched: labels, rejected, problems } = pairing
  const lines = [
    `${path}: no pair could be scored: ${predictions} predictions and ${labels} labels without a partner, ${rejected} messages not used`,
    ...problems,
  ]
  const distance = stampDistance(received.labels, received.predictions)
  const tolerance = parameters['sync.tolerance']
  if (distance && distance.most > tolerance) {
    const [median, most] = [distance.median, distance.most].map(
      seconds => `${Number(seconds.toPrecision(2))} s`,
    )
    lines.push(
      `half of the labels have a prediction within ${median}, nine of ten within ${most}; sync.tolerance is ${tolerance} s: try --set sync.tolerance=${roundedUp(distance.most)}`,
    )
  }
  return lines.join('\n')
}

function parsedGates(texts: readonly string[], classes: readonly string[]): Gate[] {
  try {
    const gates = texts.map(parseGate)
    checkGates(gates, classes)
    return gates
  } catch (error) {
    if (error instanceof GateError) throw usageError(`--fail-under: ${error.message}`)
    throw error
  }
}

function pass(gates: readonly Gate[], summary: Summary, { frames }: Scored): number {
  if (gates.length === 0) return Exit.DONE
  const results = judge(gates, summary, frames)
  process.stderr.write(`${gateTable(results)}\n`)
  return results.every(({ met }) => met) ? Exit.DONE : Exit.GATE_NOT_MET
}

/** Found out before an hour of scoring, not after. */
function checkOutput(directory: string): void {
  const found = statSync(directory, { throwIfNoEntry: false })
  if (!found) return
  if (!found.isDirectory()) throw inputError(`--output ${directory}: is no directory`)
  try {
    accessSync(directory, constants.W_OK)
  } catch {
    throw inputError(`--output ${directory}: cannot be written to`)
  }
}
