import { existsSync } from 'node:fs'
import { isAddress, withSuffix } from '../../remote/address.ts'
import { RemoteFailure } from '../../remote/origin.ts'
import { existsRemote } from '../../remote/remote.ts'
import { FileSource } from '../bytes.ts'
import { ofRemote } from '../remote-error.ts'

/** Whoever may read an object need not be allowed to ask whether there is another. */
const DENIED = [401, 403]

/**
 * Opens a file beside a database, as its log; undefined if there is none.
 * @param onDenied told of a server that does not let it be known
 */
export function openBeside(
  path: string,
  suffix: '-wal' | '-journal',
  onDenied: (reason: string) => void,
): FileSource | undefined {
  if (!isAddress(path)) return existsSync(path + suffix) ? new FileSource(path + suffix) : undefined
  const address = withSuffix(path, suffix)
  try {
    if (!existsRemote(address)) return undefined
  } catch (error) {
    if (!(error instanceof RemoteFailure && DENIED.includes(error.status ?? 0))) {
      return ofRemote(() => {
        throw error
      })
    }
    onDenied(error.message)
    return undefined
  }
  return new FileSource(address)
}
