/** What is the input's fault: the message says what was expected and what is there. */
export class EvaluationError extends Error {
  override name = 'EvaluationError'
}
