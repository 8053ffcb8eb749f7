import { attachLabels } from '../annotation/attach.ts'
import { AnnotationError } from '../annotation/error.ts'
import { ParameterError } from '../parameters/parameters.ts'
import { openRecording } from '../recording/open.ts'
import { Exit, inputError } from './errors.ts'
import { interruptible } from './interrupt.ts'
import { Messages } from './messages.ts'
import { chosenParameters, completeParameters } from './parameters.ts'
import { startProgress } from './progress.ts'
import { asCliError } from './topics.ts'
import { VERSION } from './version.ts'

export interface AttachOptions {
  labels: string
  output: string
  topic?: string
  label: string
  with?: readonly string[]
  config?: string
  set: readonly string[]
  keepUnannotated?: boolean
  quiet?: boolean
}

/** `dice-monitor attach`. @returns the exit code @throws CliError */
export async function attach(path: string, options: AttachOptions): Promise<number> {
  const { labels, output, topic, label, quiet = false, keepUnannotated = false } = options
  const messages = new Messages(quiet)
  const chosen = chosenParameters(options.config, options.set, messages)
  completeParameters(chosen)
  const recording = await openRecording(path)
  const progress = startProgress(quiet, 'labels')
  try {
    const attached = await interruptible(checkInterrupted =>
      attachLabels(recording, {
        labels,
        output,
        topic,
        labelTopic: label,
        copied: options.with ?? [],
        chosen,
        keepUnannotated,
        library: `dice_monitor ${VERSION}`,
        onProgress: progress.update,
        checkInterrupted,
      }),
    )
    progress.stop()
    for (const note of attached.notes) messages.note(note)
    for (const problem of attached.problems) messages.warn(problem)
    if (topic === undefined) messages.note(`the labels are of frames on ${attached.topic}`)
    if (attached.classes.length > 0) {
      messages.note(`class ids: ${attached.classes.map((name, id) => `${id} ${name}`).join(', ')}`)
    }
    process.stdout.write(
      `${attached.labels} labels on ${label} and ${attached.copied} copied messages written to ${output}\n`,
    )
    return Exit.DONE
  } catch (error) {
    const isInput = error instanceof AnnotationError || error instanceof ParameterError
    throw isInput ? inputError(error.message) : asCliError(error)
  } finally {
    progress.stop()
    await recording.close()
  }
}
