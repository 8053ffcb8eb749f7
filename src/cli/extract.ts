import { readFileSync } from 'node:fs'
import type { StampList } from '../annotation/choose-frames.ts'
import { annotationClasses, classLists } from '../annotation/class-lists.ts'
import { AnnotationError } from '../annotation/error.ts'
import { extractFrames } from '../annotation/extract.ts'
import { stampsInText } from '../annotation/stamps-in-text.ts'
import { worstStamps } from '../annotation/worst-stamps.ts'
import { openRecording } from '../recording/open.ts'
import { readFramesBeside, readSummary } from '../report/files.ts'
import { Exit, inputError, usageError } from './errors.ts'
import { checkOutput } from './evaluate.ts'
import { interruptible } from './interrupt.ts'
import { Messages } from './messages.ts'
import { chosenParameters, completeParameters } from './parameters.ts'
import { startProgress } from './progress.ts'
import { asCliError } from './topics.ts'

export interface ExtractOptions {
  topic: string
  output: string
  every?: number
  count?: number
  stamps?: string
  worst?: readonly string[]
  labelledBy?: string
  config?: string
  set: readonly string[]
  overwrite?: boolean
  quiet?: boolean
}

/** `dice-monitor extract`. @returns the exit code @throws CliError */
export async function extract(path: string, options: ExtractOptions): Promise<number> {
  const messages = new Messages(options.quiet === true)
  const parameters = completeParameters(chosenParameters(options.config, options.set, messages))
  const { output, topic, every, count, labelledBy, overwrite = false } = options
  const stamps = wantedStamps(options)
  checkOutput(output)
  const names = parameters['classes.names']
  const recording = await openRecording(path)
  const progress = startProgress(options.quiet === true, 'frames')
  try {
    const extracted = await interruptible(checkInterrupted =>
      extractFrames(recording, {
        topic,
        output,
        choice: { stamps, every: every === undefined ? undefined : BigInt(Math.round(every * 1e9)), count },
        labelledBy,
        overwrite,
        lists: names.length > 0 ? classLists(annotationClasses(parameters)) : new Map(),
        onProgress: progress.update,
        checkInterrupted,
      }),
    )
    progress.stop()
    for (const problem of extracted.problems) messages.warn(problem)
    if (names.length === 0)
      messages.note('no class lists: name the classes with --config, or --set classes.names')
    process.stdout.write(
      `${extracted.frames} of ${extracted.messages} frames on ${topic} written to ${output}\n`,
    )
    return Exit.DONE
  } catch (error) {
    throw error instanceof AnnotationError ? inputError(error.message) : asCliError(error)
  } finally {
    progress.stop()
    await recording.close()
  }
}

/** @throws CliError */
function wantedStamps({ stamps, worst }: ExtractOptions): StampList | undefined {
  if (stamps !== undefined && worst !== undefined) throw usageError('--stamps and --worst: give one of them')
  if (stamps !== undefined) {
    const found = stampsInText(textOf(stamps))
    if (found.length === 0)
      throw inputError(`${stamps}: expected a stamp on each line, such as 1657197601665184211`)
    return found
  }
  if (worst === undefined) return undefined
  const [path, number = '10', ...more] = worst
  if (more.length > 0) throw usageError(`--worst: expected SUMMARY N, got ${worst.join(' ')}`)
  if (!/^[1-9]\d{0,8}$/.test(number))
    throw usageError(`--worst: expected a number of frames, got "${number}"`)
  const { summary, file } = readSummary(path!)
  return worstStamps(summary, readFramesBeside(file, []), Number(number))
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw inputError(`${path}: ${(error as Error).message}`)
  }
}
