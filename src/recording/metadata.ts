import { parse } from 'yaml'

/** What of a rosbag2 `metadata.yaml` is needed to read the recording. */
export interface Metadata {
  /** Storage files, in order. */
  files: string[]
  /** `message` or `file` in small letters; empty for none. */
  compressionMode: string
  compressionFormat: string
  messages: number | undefined
}

/** @throws Error if the text is no rosbag2 metadata */
export function parseMetadata(text: string): Metadata {
  const document: unknown = parse(text, { maxAliasCount: 0, logLevel: 'error' })
  const info = field(document, 'rosbag2_bagfile_information')
  if (info === undefined) throw new Error('expected rosbag2_bagfile_information at its top')
  const files = field(info, 'relative_file_paths')
  if (!Array.isArray(files) || !files.every(file => typeof file === 'string')) {
    throw new Error('expected a list of names for relative_file_paths')
  }
  const messages = field(info, 'message_count')
  const mode = stringOf(field(info, 'compression_mode')).toLowerCase()
  return {
    files,
    compressionMode: mode === 'none' ? '' : mode,
    compressionFormat: stringOf(field(info, 'compression_format')),
    messages: typeof messages === 'number' ? messages : undefined,
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
