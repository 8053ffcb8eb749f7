import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { readText } from '../regular-file.ts'
import { FolderError } from './error.ts'
import { type NameStamp, stampInName } from './stamp.ts'
import type { Folder } from './walk.ts'

/** `frames.csv`: which picture has which stamp, in the order in which the pictures were made. */
export interface FramesList {
  path: string
  frames: readonly { stem: string; stamp: NameStamp }[]
}

const FILE_NAME = 'frames.csv'
const FILE_COLUMNS = ['file', 'filename', 'file_name', 'image', 'name']
const STAMP_COLUMNS = ['stamp_ns', 'timestamp_ns', 'stamp', 'timestamp', 'time']

/**
 * The list in a folder, or beside it; undefined where there is none that names files.
 * @throws FolderError for a stamp that cannot be read
 */
export function findFramesList(folder: Folder): FramesList | undefined {
  const inside = folder.lists.filter(path => basename(path) === FILE_NAME)
  const beside = join(dirname(resolve(folder.path)), FILE_NAME)
  const candidates = [...inside.map(path => join(folder.path, path)), ...(existsSync(beside) ? [beside] : [])]
  for (const path of candidates) {
    const frames = framesIn(readText(path), path)
    if (frames) return { path, frames }
  }
  return undefined
}

/** @param path to name in an error */
function framesIn(text: string, path: string): FramesList['frames'] | undefined {
  const [header = '', ...rows] = text.replace(/^\ufeff/, '').split(/\r?\n/)
  const names = cells(header).map(name => name.toLowerCase())
  const [file, stamp] = [FILE_COLUMNS, STAMP_COLUMNS].map(known =>
    names.findIndex(name => known.includes(name)),
  )
  if (file! < 0 || stamp! < 0) return undefined
  return rows.flatMap((row, i) => {
    if (row.trim() === '') return []
    const values = cells(row)
    const read = stampOf(values[stamp!] ?? '')
    if (!read) {
      throw new FolderError(
        `${path}: line ${i + 2}: "${values[stamp!] ?? ''}" is no stamp in ns, or in seconds as 1700000000.25`,
      )
    }
    return [{ stem: basename(values[file!] ?? '').replace(/\.[^.]+$/, ''), stamp: read }]
  })
}

const stampOf = (text: string): NameStamp | undefined =>
  stampInName(text) ?? (/^\d{1,18}$/.test(text) ? { stamp: BigInt(text), tolerance: 0n } : undefined)

/** The fields of a row; those in quotation marks may hold commas. */
const cells = (row: string): string[] =>
  [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!.trim(),
  )
