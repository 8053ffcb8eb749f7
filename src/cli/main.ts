#!/usr/bin/env node
import { CommanderError } from 'commander'
import { Interrupted } from '../evaluation/interrupted.ts'
import { printable } from '../printable.ts'
import { RecordingError } from '../recording/recording.ts'
import { ResultFileError } from '../report/files.ts'
import { CliError, Exit } from './errors.ts'
import { createProgram } from './program.ts'

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit()
  throw error
})

const program = createProgram(exitCode => {
  process.exitCode = exitCode
})
for (const command of [program, ...program.commands]) command.exitOverride()

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}

/** Says what went wrong. @returns the exit code */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? Exit.DONE : Exit.USAGE
  if (error instanceof Interrupted) {
    // The shell is told by the signal itself, so that a loop around us ends too.
    process.kill(process.pid, 'SIGINT')
    return Exit.INTERRUPTED
  }
  const isExpected =
    error instanceof CliError ||
    error instanceof RecordingError ||
    error instanceof ResultFileError ||
    (error instanceof Error && 'syscall' in error)
  if (!isExpected) {
    process.stderr.write(`dice-monitor: internal error: ${(error as Error)?.stack ?? error}\n`)
    return Exit.BAD_INPUT
  }
  const lines = (error as Error).message.split('\n').map(line => printable(line))
  process.stderr.write(`dice-monitor: ${lines.join('\n')}\n`)
  return error instanceof CliError ? error.exitCode : Exit.BAD_INPUT
}
