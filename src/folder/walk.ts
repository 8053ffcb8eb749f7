import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { FolderError } from './error.ts'
import { type BrushedFrames, IS_TASK, readLabelStudio } from './label-studio.ts'

/** What is in a folder and the folders in it. */
export interface Folder {
  /** As it was given. */
  path: string
  /** Relative paths of the PNG files, with slashes, in order. */
  files: string[]
  /** Relative paths of the small files that may say what the masks mean, with slashes. */
  lists: string[]
  /** How many other files there are, by their lower-case extension. */
  others: ReadonlyMap<string, number>
  /** What could not be read or used, one file or folder each. */
  problems: string[]
  /** Frames that are not in files of their own: `files` are then their names. */
  brushed?: BrushedFrames | undefined
}

const LISTS = /\.(txt|csv|json)$/i

/**
 * Lists a folder and those in it. Links are followed, but into no folder twice. What cannot be read is named in
 * `problems`.
 * @throws FolderError when `path` is no folder, or cannot be read
 */
export function walk(path: string): Folder {
  const found = new Walk(path)
  found.enterRoot()
  return found.result()
}

class Walk {
  readonly #root: string
  readonly #files: string[] = []
  readonly #lists: string[] = []
  readonly #others = new Map<string, number>()
  readonly #problems: string[] = []
  readonly #entered = new Set<string>()

  constructor(root: string) {
    this.#root = root
  }

  enterRoot(): void {
    let entries: Dirent<Buffer>[]
    try {
      entries = entriesOf(this.#root)
      this.#entered.add(realpathSync(this.#root))
    } catch (error) {
      throw new FolderError(`${this.#root}: cannot read this folder: ${reasonOf(error)}`)
    }
    this.#enter(this.#root, entries)
  }

  result(): Folder {
    const sorted = (paths: string[]) => paths.sort(byCodeUnits)
    const brushed = this.#files.every(file => IS_TASK.test(file)) ? this.#brushed() : undefined
    return {
      path: this.#root,
      brushed,
      files: brushed ? sorted([...brushed.frames.keys()]) : sorted(this.#files),
      lists: sorted(this.#lists),
      others: this.#others,
      problems: this.#problems,
    }
  }

  #brushed(): BrushedFrames | undefined {
    for (const list of this.#lists.filter(list => /\.json$/i.test(list)).sort(byCodeUnits)) {
      const found = readLabelStudio(join(this.#root, list))
      if (found) return found
    }
    return undefined
  }

  #enter(directory: string, entries: readonly Dirent<Buffer>[]): void {
    for (const entry of entries) {
      const name = entry.name.toString('utf8')
      if (!Buffer.from(name, 'utf8').equals(entry.name)) {
        const shown = join(this.#relative(directory), escapedBytes(entry.name))
        this.#problems.push(`${shown}: passed over: its name is not UTF-8`)
      } else if (!name.startsWith('.') && name !== '__MACOSX') {
        this.#take(join(directory, name), entry)
      }
    }
  }

  #take(path: string, entry: Dirent<Buffer>): void {
    let target: Pick<Dirent, 'isDirectory' | 'isFile'> = entry
    if (entry.isSymbolicLink()) {
      try {
        target = statSync(path)
      } catch (error) {
        this.#problems.push(
          `${this.#relative(path)}: passed over: a link that leads nowhere: ${reasonOf(error)}`,
        )
        return
      }
    }
    if (target.isDirectory()) this.#enterFolder(path, entry.isSymbolicLink())
    else if (target.isFile()) this.#add(this.#relative(path))
    else if (/\.png$/i.test(path)) this.#problems.push(`${this.#relative(path)}: passed over: it is no file`)
  }

  #enterFolder(path: string, isLink: boolean): void {
    try {
      const real = realpathSync(path)
      if (this.#entered.has(real)) {
        const why = isLink ? 'a link into a folder that is read already' : 'it is read already, by a link'
        this.#problems.push(`${this.#relative(path)}: passed over: ${why}`)
        return
      }
      const entries = entriesOf(path)
      this.#entered.add(real)
      this.#enter(path, entries)
    } catch (error) {
      this.#problems.push(`${this.#relative(path)}: cannot be read: ${reasonOf(error)}`)
    }
  }

  #add(path: string): void {
    if (/\.png$/i.test(path)) this.#files.push(path)
    else {
      if (LISTS.test(path)) this.#lists.push(path)
      const extension = extname(path).toLowerCase()
      this.#others.set(extension, (this.#others.get(extension) ?? 0) + 1)
    }
  }

  #relative(path: string): string {
    return relative(this.#root, path).split(sep).join('/')
  }
}

const entriesOf = (directory: string) => readdirSync(directory, { withFileTypes: true, encoding: 'buffer' })

const byCodeUnits = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** What went wrong, without the path, which is named beside it. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === undefined) throw error
  const words: Record<string, string> = {
    ENOENT: 'there is nothing',
    ENOTDIR: 'it is no folder',
    EISDIR: 'it is a folder',
    EACCES: 'permission denied',
    ELOOP: 'a circle of links',
  }
  return words[code] ?? message
}

const escapedBytes = (name: Buffer) =>
  [...name]
    .map(byte =>
      byte > 31 && byte < 127 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`,
    )
    .join('')
