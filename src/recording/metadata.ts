import { parse } from 'yaml'
import { DamageError } from './damage.ts'
import { messageOf } from './problems.ts'

/** What of a rosbag2 `metadata.yaml` is needed to read the recording. */
export interface Metadata {
  /** Storage files, in order. */
  files: string[]
  /** `message` or `file` in small letters; empty for none. */
  compressionMode: string
  compressionFormat: string
  messages: number | undefined
}

/** More than a recording is split into, were each a second long. */
const MOST_FILES = 100_000

/** @throws DamageError if the text is no rosbag2 metadata */
export function parseMetadata(text: string): Metadata {
  const document = parseYaml(text)
  const info = field(document, 'rosbag2_bagfile_information')
  if (info === undefined) throw new DamageError('expected rosbag2_bagfile_information at its top')
  const files = field(info, 'relative_file_paths')
  if (!Array.isArray(files) || !files.every(file => typeof file === 'string')) {
    throw new DamageError('expected a list of names for relative_file_paths')
  }
  if (files.length > MOST_FILES) throw new DamageError(`it lists ${files.length} files`)
  const messages = field(info, 'message_count')
  const mode = stringOf(field(info, 'compression_mode')).toLowerCase()
  return {
    files,
    compressionMode: mode === 'none' ? '' : mode,
    compressionFormat: stringOf(field(info, 'compression_format')),
    messages: typeof messages === 'number' ? messages : undefined,
  }
}

function parseYaml(text: string): unknown {
  try {
    // Whether keys are unique is found in quadratic time, and of two equal ones the last counts.
    return parse(text, { maxAliasCount: 0, logLevel: 'error', uniqueKeys: false })
  } catch (error) {
    throw new DamageError(messageOf(error))
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
