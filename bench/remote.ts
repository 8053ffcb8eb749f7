/**
 * A recording behind an s3:// address on loopback, against the same file: evaluated by one thread each, each in a
 * process of its own, taking turns; and how many requests and bytes that takes.
 */
import { execFile, execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { FileServer } from '../test/remote/server.ts'
import { startStore, storeCommand } from '../test/remote/store.ts'

const here = import.meta.dirname

/** @param file a recording, in the page cache; its folder becomes a bucket @returns rows for the file */
export async function measureRemote(file: string, rounds: number) {
  const command = storeCommand()
  if (command === undefined) {
    console.log('no object store (scripts/versitygw): a recording behind an address was not measured')
    return []
  }
  const bucket = dirname(file)
  const store = await startStore(command, dirname(bucket))
  const address = `s3:/${file.slice(dirname(bucket).length)}`
  const best = { local: Number.POSITIVE_INFINITY, s3: Number.POSITIVE_INFINITY }
  const cpu = { ...best }
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [contender, path] of [
        ['local', file],
        ['s3', address],
      ] as const) {
        const args = [join(here, 'many-drives.mjs'), 'evaluate', path]
        const env = { ...process.env, ...store.env }
        const printed = execFileSync(process.execPath, args, { encoding: 'utf8', env })
        const { seconds, cpuSeconds } = JSON.parse(printed) as Record<'seconds' | 'cpuSeconds', number>
        best[contender] = Math.min(best[contender], seconds)
        cpu[contender] = Math.min(cpu[contender], cpuSeconds)
      }
    }
  } finally {
    await store.stop()
  }
  const { requests, bytes } = await counted(file)
  console.log(
    `behind s3:// on loopback: ${best.s3.toFixed(2)} s, the file ${best.local.toFixed(2)} s: ${(best.local / best.s3).toFixed(2)} of its speed (goal at least 0.8); CPU ${cpu.s3.toFixed(2)} and ${cpu.local.toFixed(2)} s; ${requests} requests for ${(bytes / 2 ** 20).toFixed(0)} MiB`,
  )
  return Object.entries(best).map(([contender, seconds]) => ({ case: '720p_remote', contender, seconds }))
}

/** What is asked of a server for all of a recording. */
async function counted(file: string): Promise<{ requests: number; bytes: number }> {
  const server = new FileServer(dirname(file))
  const address = await server.start()
  try {
    const args = [join(here, 'many-drives.mjs'), 'evaluate', `${address}${file.slice(dirname(file).length)}`]
    await promisify(execFile)(process.execPath, args)
    const bytes = server.asked.reduce((sum, { range }) => {
      const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range)!
      return sum + Number(last) - Number(first) + 1
    }, 0)
    return { requests: server.asked.length, bytes }
  } finally {
    await server.stop()
  }
}
