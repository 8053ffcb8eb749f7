/** What keeps frames from being written, or labels from being attached; the message says what to do. */
export class AnnotationError extends Error {
  override name = 'AnnotationError'
}
