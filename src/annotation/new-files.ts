import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AnnotationError } from './error.ts'

/** A directory of files that are written whole or not at all. */
export class NewFiles {
  readonly #directory: string
  written = 0

  /** The directory must be there. */
  constructor(directory: string) {
    this.#directory = directory
  }

  /**
   * @param stems names without their extension
   * @param others whole names
   * @throws AnnotationError where a file of such a name is there already
   */
  refuseExisting(stems: ReadonlySet<string>, others: readonly string[]): void {
    const present = readdirSync(this.#directory)
    const clashing = present.filter(name => stems.has(name.replace(/\.[^.]*$/, '')) || others.includes(name))
    if (clashing.length === 0) return
    throw new AnnotationError(
      `${this.#directory}: ${clashing.length} of the files to write are there already, such as ${clashing[0]}: choose another --output, or --overwrite`,
    )
  }

  /** @throws AnnotationError when it cannot be written */
  write(name: string, bytes: Uint8Array): void {
    const path = join(this.#directory, name)
    const temporary = join(this.#directory, `.${name}.${process.pid}.tmp`)
    try {
      writeFileSync(temporary, bytes, { flag: 'wx' })
      renameSync(temporary, path)
      this.written++
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code !== 'EEXIST') rmSync(temporary, { force: true })
      if (code === undefined) throw error
      throw new AnnotationError(`${path}: ${message}; ${this.written} files were written before it`)
    }
  }
}
