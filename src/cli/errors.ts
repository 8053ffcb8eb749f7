import { isAddress, shownPath } from '../remote/address.ts'

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

/** What is read from files alone is not looked for as a file called like the address. @throws CliError */
export function refuseAddress(path: string, what: string): void {
  if (isAddress(path))
    throw inputError(`${shownPath(path)}: ${what} are read from this machine alone: copy them here`)
}
