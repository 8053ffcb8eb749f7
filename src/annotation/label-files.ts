import { stampsOfFiles } from '../folder/file-stamps.ts'
import { matchByStamp } from '../folder/match.ts'
import { type FolderSide, sideOf } from '../folder/pairing.ts'
import type { NameStamp } from '../folder/stamp.ts'
import { walk } from '../folder/walk.ts'
import { AnnotationError } from './error.ts'

/** The masks of a folder, by the stamps of their frames. */
export interface LabelFiles {
  side: FolderSide
  /** Relative paths. */
  files: string[]
  /** Of each file. */
  stamps: NameStamp[]
  /** Masks whose name has no stamp, and which `frames.csv` does not list. */
  unstamped: string[]
}

/**
 * Finds the masks in a folder, and their frames' stamps: in `frames.csv`, or in their names.
 * @throws AnnotationError where there is no mask, FolderError where the folder cannot be read, or no mask has a stamp
 */
export function labelFiles(directory: string, prefersTrainIds: boolean): LabelFiles {
  const side = sideOf(walk(directory), 'label', prefersTrainIds)
  if (side.names.length === 0) throw new AnnotationError(`${directory}: no PNG that may be a mask`)
  const { files, without } = stampsOfFiles(side.folder, side.names, '')
  return {
    side,
    files: files.map(({ path }) => path),
    stamps: files.map(({ stamp }) => stamp),
    unstamped: without,
  }
}

/**
 * The topic whose messages most files are of, the first among equals, and which message of it is each file's.
 * @param stamps of the messages of each topic that may be meant
 */
export function matchTopic(
  { stamps: ofFiles }: LabelFiles,
  stamps: ReadonlyMap<string, readonly bigint[]>,
): { topic: string; fileOf: ReadonlyMap<number, number> } | undefined {
  const candidates = [...stamps].map(([topic, messages]) => ({
    topic,
    fileOf: new Map(matchByStamp(ofFiles, messages).map(({ file, message }) => [message, file])),
  }))
  const [best] = candidates.sort((a, b) => b.fileOf.size - a.fileOf.size)
  return best && best.fileOf.size > 0 ? best : undefined
}
