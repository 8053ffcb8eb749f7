import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { below, isS3 } from '../remote/address.ts'
import { RemoteFailure } from '../remote/origin.ts'
import { writeRemote } from '../remote/remote.ts'
import { inputError } from './errors.ts'

/**
 * Has results written where they were asked for: an `s3://` address gets them once they are all there.
 * @param write writes them to a directory
 * @throws CliError where they cannot be written
 */
export async function intoOutput(
  output: string | undefined,
  write: (directory: string | undefined) => Promise<number>,
): Promise<number> {
  if (output === undefined || !isS3(output)) return await write(output)
  const directory = mkdtempSync(join(tmpdir(), 'dice-monitor-'))
  try {
    const code = await write(directory)
    for (const file of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue
      const path = join(file.parentPath, file.name)
      writeRemote(below(output, relative(directory, path)), readFileSync(path))
    }
    return code
  } catch (error) {
    throw error instanceof RemoteFailure ? inputError(error.message) : error
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
