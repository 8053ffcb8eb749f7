import { type OpenFolders, openFolders } from '../evaluation/folders.ts'
import { openLabelled } from '../evaluation/labelled.ts'
import { openRecordingSource } from '../evaluation/recording-source.ts'
import type { MaskSource, TopicPair } from '../evaluation/source.ts'
import { ParameterError, type RawValue } from '../parameters/parameters.ts'
import { inputError, refuseAddress, usageError } from './errors.ts'
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
  for (const folder of [predictions, labels])
    if (folder !== undefined) refuseAddress(folder, 'masks in folders')
  if (predictions === undefined && labels === undefined) {
    if (options.keepUnannotated) {
      throw usageError('--keep-unannotated is for folders of masks: --predictions, --labels')
    }
    return { source: await openRecordingSource(path!), chosen }
  }
  try {
    const { notes, warnings, ...opened } = await openWithFolders(path, options, chosen)
    for (const note of notes) messages.note(note)
    for (const warning of warnings) messages.warn(warning)
    return opened
  } catch (error) {
    if (error instanceof ParameterError) throw inputError(error.message)
    throw asCliError(error)
  }
}

async function openWithFolders(
  path: string | undefined,
  { predictions, labels, prediction, label, strict, keepUnannotated, labelsBy = 'stamp' }: EvaluateOptions,
  chosen: ReadonlyMap<string, RawValue>,
): Promise<OpenFolders> {
  const options = { isStrict: strict === true, keepUnannotated: keepUnannotated === true }
  if (predictions !== undefined && prediction !== undefined) {
    throw usageError('--prediction names a topic, --predictions a folder: give one of them')
  }
  if (labels !== undefined && label !== undefined) {
    throw usageError('--label names a topic, --labels a folder: give one of them')
  }
  if (predictions !== undefined && labels !== undefined) {
    if (path !== undefined) throw usageError('expected a recording and one folder, or two folders')
    return openFolders(predictions, labels, chosen, options)
  }
  const recording = await openRecordingSource(path!, { threads: 1 })
  const common = { ...options, by: labelsBy } as const
  return labels !== undefined
    ? await openLabelled(recording, labels, chosen, { ...common, mask: 'label', topic: prediction })
    : await openLabelled(recording, predictions!, chosen, { ...common, mask: 'prediction', topic: label })
}
