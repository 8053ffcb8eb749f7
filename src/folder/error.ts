/** What is wrong with the folders that were given: the message says what was expected and what is there. */
export class FolderError extends Error {
  override name = 'FolderError'
}
