import { RemoteFailure } from '../remote/origin.ts'
import { RecordingError } from './recording.ts'

/**
 * Does something with what lies behind an address. What cannot be had there is no damage of the recording, which would be
 * read as far as it goes: the reading ends.
 * @throws RecordingError
 */
export function ofRemote<T>(action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw error instanceof RemoteFailure ? new RecordingError(error.message) : error
  }
}
