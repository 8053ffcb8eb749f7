import { ParameterError } from '../parameters/parameters.ts'
import { RecordingError } from '../recording/recording.ts'
import { EvaluationError } from './error.ts'
import { Interrupted } from './interrupted.ts'
import { NoOnePairError } from './topics.ts'

/**
 * Why a drive could not be scored, in a line. A failure of ours is called that.
 * @throws Interrupted again: then the whole run is to end
 */
export function failureText(error: unknown): string {
  if (error instanceof Interrupted) throw error
  if (error instanceof NoOnePairError && error.count > 1) {
    return `${error.message}: name one with --prediction and --label, or score all with --all-pairs`
  }
  const isTheirs =
    error instanceof EvaluationError ||
    error instanceof RecordingError ||
    error instanceof ParameterError ||
    (error instanceof Error && 'syscall' in error)
  if (isTheirs) return error.message.split('\n').slice(0, MOST_LINES).join('; ')
  return `internal error: ${error instanceof Error ? error.stack : String(error)}`
}

/** What was wrong with the messages follows the first line, and the first of it tells most. */
const MOST_LINES = 2
