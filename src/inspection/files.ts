import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { MessageError } from '../cdr/message-error.ts'
import { FolderError } from '../folder/error.ts'
import { readMaskFile } from '../folder/mask-file.ts'
import { walk } from '../folder/walk.ts'

/** The PNG files at a path, and what is to be said of it; undefined where it is something else. */
export function pngFiles(path: string): { files: string[]; problems: readonly string[] } | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found?.isDirectory()) return /\.png$/i.test(path) ? { files: [path], problems: [] } : undefined
  if (readdirSync(path).includes('metadata.yaml')) return undefined
  const { files, problems } = walk(path)
  if (files.length === 0) return undefined
  return {
    files: files.map(file => join(path, file)),
    problems: problems.map(problem => `${path}: ${problem}`),
  }
}

/** Files of a folder whose names begin or end alike: masks of several kinds are put beside each other. */
export function byKind(files: readonly string[]): Map<string, string[]> {
  const folders = new Map<string, string[]>()
  for (const file of files) {
    const own = basename(file)
    const kind = /_[a-z]+\.png$/i.exec(own)?.[0] ?? '.png'
    const before = /^(rgb|(semantic|instance|instance_id)_segmentation)_(?=\d+\.png$)/i.exec(own)?.[0] ?? ''
    const name = join(dirname(file), `${before}*${kind}`)
    const list = folders.get(name)
    if (list) list.push(file)
    else folders.set(name, [file])
  }
  return folders
}

/** What a PNG file holds. @throws MessageError that says what is there instead */
export function readPngFile(path: string): Uint8Array {
  try {
    return readMaskFile(path)
  } catch (error) {
    throw error instanceof FolderError ? new MessageError(error.message) : error
  }
}
