import { FolderError } from './error.ts'
import { findFramesList } from './frames-list.ts'
import type { FrameName } from './names.ts'
import { listed } from './reasons.ts'
import { type NameStamp, stampInName } from './stamp.ts'
import type { Folder } from './walk.ts'

/** Files of a folder with the stamps of the frames that they are of. */
export interface StampedFiles {
  files: { path: string; stamp: NameStamp }[]
  /** Those of which no stamp is known. */
  without: string[]
  /** How the stamps were found, in words. */
  how: string
}

const EXAMPLES = 3

/**
 * The stamps of masks: as `frames.csv` lists them, else as their names hold them.
 * @param advice what to say besides where no file has one
 * @throws FolderError when no file has one, or two have the same
 */
export function stampsOfFiles(
  folder: Folder,
  names: readonly FrameName[],
  advice = '; --labels-by index takes them in order',
): StampedFiles {
  const list = findFramesList(folder)
  const byStem = new Map(list?.frames.map(({ stem, stamp }) => [stem, stamp]))
  const files: StampedFiles['files'] = []
  const without: string[] = []
  let isListed = false
  for (const name of names) {
    const fromList = byStem.get(ownStem(name.path)) ?? byStem.get(name.stem)
    const stamp = fromList ?? stampInName(ownStem(name.path))
    isListed ||= fromList !== undefined
    if (stamp) files.push({ path: name.path, stamp })
    else without.push(name.path)
  }
  if (files.length === 0) {
    throw new FolderError(
      `${folder.path}: no stamp in the names of its files (${listed(without, EXAMPLES)}), and no frames.csv that lists them${advice}`,
    )
  }
  refuseTwice(folder, files)
  return { files, without, how: isListed ? `the stamps in ${list!.path}` : 'the stamps in their names' }
}

/**
 * The stamps of masks by their places: in `frames.csv`, or among the messages.
 * @param messages stamps of the messages in ascending order
 * @throws FolderError when it is not clear which place a file has
 */
export function stampsByIndex(
  folder: Folder,
  names: readonly FrameName[],
  messages: readonly bigint[],
): StampedFiles {
  const list = findFramesList(folder)
  const places = placesOf(folder, names, list ? list.frames.length : messages.length)
  const stampAt = (place: number): NameStamp | undefined =>
    list
      ? list.frames[place]?.stamp
      : place < messages.length
        ? { stamp: messages[place]!, tolerance: 0n }
        : undefined
  const files: StampedFiles['files'] = []
  const without: string[] = []
  for (const [i, { path }] of names.entries()) {
    const stamp = stampAt(places[i]!)
    if (stamp) files.push({ path, stamp })
    else without.push(path)
  }
  return {
    files,
    without,
    how: `their places ${list ? `in ${list.path}` : 'among the messages'}, counted from 0`,
  }
}

/** Where there are as many files as places, those in order; else the numbers at the end of the names. */
function placesOf({ path }: Folder, names: readonly FrameName[], count: number): number[] {
  const order = [...names.keys()].sort((a, b) => BY_NUMBERS.compare(names[a]!.path, names[b]!.path))
  if (names.length === count) {
    const places: number[] = []
    for (const [place, i] of order.entries()) places[i] = place
    return places
  }
  const numbers = names.map(({ stem }) => Number(/(\d{1,9})\D*$/.exec(stem)?.[1] ?? Number.NaN))
  const example = names[0]!.path
  if (numbers.some(Number.isNaN) || new Set(numbers).size !== numbers.length) {
    throw new FolderError(
      `${path}: ${names.length} files for ${count} frames, and not each with a number of its own at the end of its name (${example}): it is not clear which is of which`,
    )
  }
  return numbers
}

const BY_NUMBERS = new Intl.Collator('en', { numeric: true })

function refuseTwice({ path }: Folder, files: StampedFiles['files']): void {
  const seen = new Map<bigint, string>()
  for (const file of files) {
    const before = seen.get(file.stamp.stamp)
    if (before !== undefined) {
      throw new FolderError(
        `${path}: ambiguous: ${before} and ${file.path} have one stamp, ${file.stamp.stamp}; give the folder of one camera`,
      )
    }
    seen.set(file.stamp.stamp, file.path)
  }
}

const ownStem = (path: string) => path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]+$/, '')
