import { printable } from '../printable.ts'

/** What is said besides the result; all of it goes to stderr. */
export class Messages {
  readonly #quiet: boolean

  constructor(quiet: boolean) {
    this.#quiet = quiet
  }

  /** Said unless --quiet. */
  note(text: string): void {
    if (!this.#quiet) this.#write(text)
  }

  /** What the user must know to believe the result. */
  warn(text: string): void {
    this.#write(`warning: ${text}`)
  }

  #write(text: string): void {
    process.stderr.write(
      `${text
        .split('\n')
        .map(line => printable(line))
        .join('\n')}\n`,
    )
  }
}
