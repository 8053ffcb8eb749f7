/** A message that cannot be used; the text says what was expected and what came. */
export class MessageError extends Error {
  override name = 'MessageError'
}
