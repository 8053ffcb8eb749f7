export const Exit = { DONE: 0, BAD_INPUT: 1, USAGE: 2, GATE_NOT_MET: 3, INTERRUPTED: 130 } as const

/** An error that is the input's, or the command line's: its message is all the user needs to see. */
export class CliError extends Error {
  override name = 'CliError'
  readonly exitCode: number

  constructor(message: string, exitCode: number) {
    super(message)
    this.exitCode = exitCode
  }
}

export const inputError = (message: string) => new CliError(message, Exit.BAD_INPUT)
export const usageError = (message: string) => new CliError(message, Exit.USAGE)
