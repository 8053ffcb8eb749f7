import { openFolders } from '../evaluation/folders.ts'
import { openRecordingSource } from '../evaluation/recording-source.ts'
import type { MaskSource, TopicPair } from '../evaluation/source.ts'
import { ParameterError, type RawValue } from '../parameters/parameters.ts'
import { inputError, usageError } from './errors.ts'
import type { EvaluateOptions } from './evaluate.ts'
import type { Messages } from './messages.ts'
import { asCliError } from './topics.ts'

/** A source of masks, and what is known of it before it is looked into. */
export interface OpenMasks {
  source: MaskSource
  /** What the user chose, and what lies beside the masks. */
  chosen: ReadonlyMap<string, RawValue>
  /** Given where they need not be found. */
  topics?: TopicPair
}

/** Opens what `evaluate` is to score. @throws CliError */
export async function openMasks(
  path: string | undefined,
  options: EvaluateOptions,
  chosen: ReadonlyMap<string, RawValue>,
  messages: Messages,
): Promise<OpenMasks> {
  const { predictions, labels } = options
  if (predictions === undefined && labels === undefined) {
    for (const name of ['strict', 'keepUnannotated'] as const) {
      if (options[name]) throw usageError(`${OPTIONS[name]} is for folders of masks: --predictions, --labels`)
    }
    return { source: await openRecordingSource(path!), chosen }
  }
  if (path !== undefined || predictions === undefined || labels === undefined) {
    throw usageError('expected a recording, or two folders: --predictions DIR --labels DIR')
  }
  try {
    const { notes, warnings, ...opened } = openFolders(predictions, labels, chosen, {
      isStrict: options.strict === true,
      keepUnannotated: options.keepUnannotated === true,
    })
    for (const note of notes) messages.note(note)
    for (const warning of warnings) messages.warn(warning)
    return opened
  } catch (error) {
    if (error instanceof ParameterError) throw inputError(error.message)
    throw asCliError(error)
  }
}

const OPTIONS = { strict: '--strict', keepUnannotated: '--keep-unannotated' } as const
