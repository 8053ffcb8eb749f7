/** Stored bytes that cannot be had: they are damaged, cut, of an unknown kind, or more than can be held. */
export class DamageError extends Error {
  override name = 'DamageError'
}

/**
 * Whether it is what reading throws: damage, a field beyond the end of its bytes, or an error of the file system.
 * Everything else, and memory that there is not, is a failure of ours, which nobody may take for a damaged file.
 */
function isReadFailure(error: unknown): error is Error {
  return (
    error instanceof DamageError ||
    (error instanceof RangeError && !isOurs(error)) ||
    (error instanceof Error && 'syscall' in error)
  )
}

/** Whether it is of no field: no memory, or calls within calls without end. */
const isOurs = ({ message }: RangeError) => /allocation failed|memory|call stack/i.test(message)

/** The error, if it is what reading throws. @throws it otherwise */
export function readFailure(error: unknown): Error {
  if (isReadFailure(error)) return error
  throw error
}
