import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

/** The object store that scripts/versitygw builds, or the one that DICE_MONITOR_VERSITYGW names; undefined without. */
export function storeCommand(): string | undefined {
  const built = process.env.DICE_MONITOR_VERSITYGW ?? join(ROOT, '.ros/versitygw/versitygw')
  return existsSync(built) ? built : undefined
}

export interface Store {
  /** What a client needs to know. */
  env: NodeJS.ProcessEnv
  stop(): Promise<void>
}

/** Starts a store over a folder, whose folders are its buckets. */
export async function startStore(command: string, folder: string): Promise<Store> {
  const port = await freePort()
  const [access, secret] = ['reader', 'a-secret-of-this-test']
  const args = ['--access', access, '--secret', secret, '--port', `127.0.0.1:${port}`]
  const child = spawn(command, [...args, 'posix', '--nometa', folder], { stdio: 'ignore' })
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  let isOver = false
  void ended.then(() => {
    isOver = true
  })
  const endpoint = `http://127.0.0.1:${port}`
  for (;;) {
    if (isOver) throw new Error(`${command} ended at once`)
    try {
      await fetch(endpoint)
      break
    } catch {
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
  const env = {
    AWS_ACCESS_KEY_ID: access,
    AWS_SECRET_ACCESS_KEY: secret,
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: endpoint,
  }
  return {
    env,
    async stop() {
      child.kill()
      await ended
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}
